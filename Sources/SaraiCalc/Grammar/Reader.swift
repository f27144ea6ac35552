import SaraiCore

/// Reads the parts of one question in one language, each at most once for each place.
final class Reader {
  let tokens: [Token]
  let language: Language
  private var memo: [Int: (capture: Capture, end: Int)?] = [:]

  init(tokens: [Token], language: Language) {
    self.tokens = tokens
    self.language = language
  }

  /// The text of the token at `position`, or nothing beyond the end.
  func text(_ position: Int) -> String { position < tokens.count ? tokens[position].text : "" }

  func token(_ position: Int) -> Token? { position < tokens.count ? tokens[position] : nil }

  /// The end of the longest of `phrases` that begins at `position`.
  func end(ofAny phrases: Phrases, at position: Int) -> Int? { phrases.table.longest(self, at: position)?.end }

  // MARK: - Matching

  /// What the gaps of `pattern` take where it matches the tokens in `range` whole.
  func match(_ pattern: Pattern, in range: Range<Int>) -> [Capture]? {
    var captures: [Capture] = []
    return run(pattern.program, 0, range.lowerBound, range.upperBound, &captures) ? captures : nil
  }

  private func run(
    _ program: [Pattern.Instruction], _ start: Int, _ from: Int, _ limit: Int, _ captures: inout [Capture]
  ) -> Bool {
    var (counter, position) = (start, from)
    while counter < program.count {
      switch program[counter] {
      case .word(let word):
        guard position < limit, tokens[position].text == word else { return false }
        (counter, position) = (counter + 1, position + 1)
      case .slot(let slot):
        guard let (capture, end) = read(slot, at: position), end <= limit else { return false }
        captures.append(capture)
        (counter, position) = (counter + 1, end)
      case .jump(let target): counter = target
      case .fork(let targets):
        let mark = captures.count
        for target in targets {
          if run(program, target, position, limit, &captures) { return true }
          captures.removeSubrange(mark...)
        }
        return false
      }
    }
    return position == limit
  }

  func read(_ slot: Slot, at position: Int) -> (capture: Capture, end: Int)? {
    guard position < tokens.count else { return nil }
    let key = slot.rawValue << 16 | position
    if let known = memo[key] { return known }
    let result = readFresh(slot, at: position)
    memo[key] = .some(result)
    return result
  }

  private func readFresh(_ slot: Slot, at position: Int) -> (capture: Capture, end: Int)? {
    switch slot {
    case .expr:
      var parser = ExpressionParser(reader: self)
      return parser.expression(at: position).map { (.expression($0.value), $0.end) }
    case .percent:
      var parser = ExpressionParser(reader: self)
      return parser.percentage(at: position).map { (.expression($0.value), $0.end) }
    case .list:
      var parser = ExpressionParser(reader: self)
      return parser.list(at: position).map { (.list($0.value), $0.end) }
    case .quantity: return UnitParser(reader: self).quantity(at: position).map { (.quantity($0.value), $0.end) }
    case .sum: return UnitParser(reader: self).sum(at: position).map { (.sum($0.value), $0.end) }
    case .unit: return UnitParser(reader: self).unit(at: position).map { (.unit($0.value), $0.end) }
    case .date: return DateParser(reader: self).date(at: position).map { (.date($0.value), $0.end) }
    case .span: return SpanParser(reader: self).span(at: position).map { (.span($0.value), $0.end) }
    case .clock: return ClockParser(reader: self).clock(at: position).map { (.clock($0.value), $0.end) }
    case .year: return DateParser(reader: self).year(at: position).map { (.year($0.value), $0.end) }
    case .month: return DateParser(reader: self).month(at: position).map { (.month($0.value), $0.end) }
    case .measure: return Measure.read(text(position), language: language).map { (.measure($0), position + 1) }
    }
  }

  // MARK: - Numbers

  /// A number as digits, words, or digits before «mil» and the like.
  ///
  /// - Parameter allowsArticle: Whether "un", "una", "a" and "an" mean 1.
  func number(at position: Int, allowsArticle: Bool = false) -> (value: Rational, end: Int)? {
    guard let token = token(position) else { return nil }
    switch token.kind {
    case .number: return digits(at: position)
    case .word:
      if allowsArticle, language == .english, token.text == "a" || token.text == "an",
        NumberWords.of(language).read(tokens, at: position) == nil
      {
        return (.one, position + 1)
      }
      guard let (value, end) = NumberWords.of(language).read(tokens, at: position) else { return nil }
      let isArticle = end == position + 1 && (token.text == "un" || token.text == "una")
      guard allowsArticle || !isArticle else { return nil }
      return spokenDecimals(value, end)
    default: return nil
    }
  }

  private func digits(at position: Int) -> (value: Rational, end: Int)? {
    var text = tokens[position].text
    var end = position + 1
    // 1 000 000, as the International System of Units writes it.
    if text.utf8.count <= 3, text.utf8.first != UInt8(ascii: "0"), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      while let next = token(end), next.kind == .number, next.followsSpace,
        next.text.utf8.prefix(while: { $0 >= 48 && $0 <= 57 }).count == 3
      {
        text += next.text
        end += 1
        if next.text.utf8.count > 3 { break }
      }
    }
    guard var value = Numeral.value(text, language: language) else { return nil }
    if let (scale, next) = NumberWords.of(language).scale(tokens, at: end) {
      value = value * Rational(scale)
      end = next
    }
    return (value, end)
  }

  /// "three point one four", «tres coma uno».
  private func spokenDecimals(_ whole: Int, _ end: Int) -> (value: Rational, end: Int) {
    let mark = language == .spanish ? "coma" : "point"
    guard text(end) == mark else { return (Rational(whole), end) }
    var position = end + 1
    var digits = ""
    while digits.utf8.count < 12, let (value, next) = NumberWords.of(language).read(tokens, at: position),
      digits.isEmpty || value < 10, value < 1000
    {
      digits += String(value)
      position = next
    }
    guard let fraction = BigInteger(digits: digits) else { return (Rational(whole), end) }
    return (Rational(whole) + Rational(fraction, over: .powerOfTen(digits.utf8.count)), position)
  }
}
