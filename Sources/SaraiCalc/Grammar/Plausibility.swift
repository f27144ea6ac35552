/// Keeps what looks like a sum and is none: a date, a score, a telephone number, an offer, a rating.
struct Plausibility {
  let reader: Reader
  let range: Range<Int>
  let ending: Ending
  let money: Money

  func allows(_ request: Request) -> Bool {
    switch request {
    case .arithmetic(let expression, let frame):
      return allows(expression, frame)
    case .share, .change, .whole: return !ending.hasBang
    case .conversion(let quantity, let unit, let frame):
      // "5 g in C" could mean anything.
      let isCryptic = quantity.unit.dimension != unit.dimension && (tokens.last?.text.utf8.count ?? 0) < 2
      return money.symbol == nil && !ending.hasBang && !(frame == .bare && (endsOnFoot || isCryptic))
    case .total(let sum, _, let frame):
      guard money.symbol == nil, !ending.hasBang else { return false }
      return frame == .strong || ending.hasEquals || !sum.hasHyphen
    case .bareDate:
      // In figures it could be written the other way round.
      let months = DateWords.months(reader.language)
      return money.symbol == nil && !ending.hasBang && tokens.contains { months[$0.text] != nil }
    default: return money.symbol == nil && !ending.hasBang
    }
  }

  private func allows(_ expression: Expression, _ frame: Request.Frame) -> Bool {
    guard expression.operationCount > 0, !expression.isLonePercent else { return false }
    if ending.hasBang {
      // In "2 + 3!" the mark may be joy or a factorial.
      guard case .factorial(.number) = expression else { return false }
    }
    // "€50 - €100" is a range of prices.
    if frame == .bare, money.count > 1, case .binary(.subtract, _, _) = expression, !ending.hasEquals { return false }
    guard money.count <= 1 || expression.isSum, money.count == 0 || expression.keepsCurrency else { return false }
    if frame != .strong, isLoneFraction(expression) { return false }
    if ending.hasEquals { return true }
    switch frame {
    case .strong: return true
    case .weak: return !looksLikeName
    case .bare: return !looksLikeNotation && !Self.offers.contains(words)
    }
  }

  private var tokens: ArraySlice<Token> { reader.tokens[range] }
  private var words: String { tokens.map(\.text).joined(separator: " ") }

  /// «a pie», "a 5 km".
  private var endsOnFoot: Bool { tokens.suffix(2).map(\.text) == ["a", "pie"] }

  /// «tres cuartos» by itself is a word like any other.
  private func isLoneFraction(_ expression: Expression) -> Bool {
    guard case .binary(.divide, .number, .number) = expression else { return false }
    return range.count <= 4 && tokens.allSatisfy { $0.kind == .word || $0.isSymbol("-") }
      && !tokens.contains { Self.divisions.contains($0.text) }
  }

  // MARK: - Numbers with one sign between them

  private struct Chain {
    var sign: String
    var numbers: [Rational]
    /// Without a space between.
    var isTight: Bool
  }

  /// Numbers with one and the same sign between them, and nothing else.
  private var chain: Chain? {
    let expression = Array(tokens.drop { $0.kind == .word && $0.text != "x" })
    guard expression.count >= 3, expression.count % 2 == 1 else { return nil }
    var chain = Chain(sign: expression[1].text, numbers: [], isTight: true)
    for (index, token) in expression.enumerated() {
      if index > 0, token.followsSpace { chain.isTight = false }
      if index % 2 == 1 {
        guard token.text == chain.sign else { return nil }
      } else {
        guard token.kind == .number, let number = Numeral.value(token.text, language: reader.language) else {
          return nil
        }
        chain.numbers.append(number)
      }
    }
    return chain
  }

  private var looksLikeNotation: Bool {
    guard let chain else { return false }
    switch chain.sign {
    case "-", "x": return chain.isTight
    case "/":
      guard chain.numbers.count == 2 else { return true }
      let (a, b) = (chain.numbers[0], chain.numbers[1])
      if a == b || (a < b && [5, 10, 20, 100].contains(b.int)) { return true }
      return chain.isTight && max(a, b) < Rational(32)
    default: return false
    }
  }

  private var looksLikeName: Bool {
    guard let chain, chain.isTight else { return false }
    switch chain.sign {
    case "-":
      return chain.numbers.count > 2 || chain.numbers[0] < chain.numbers[1] && chain.numbers[1] >= Rational(1000)
    case "/": return chain.numbers.count > 2 || Self.names.contains(chain.numbers.map { $0.int ?? 0 })
    default: return false
    }
  }

  private static let names: Set<[Int]> = [
    [9, 11], [24, 7], [7, 11], [4, 20], [20, 20], [50, 50], [80, 20], [7, 7], [11, 9], [360, 365], [60, 40],
  ]
  private static let divisions: Set<String> = ["entre", "dividido", "dividida", "sobre", "divided", "over", "dividir"]
  private static let offers: Set<String> = [
    "dos por uno", "tres por dos", "cuatro por cuatro", "uno por uno", "one times one",
  ]
}

extension Expression {
  fileprivate var isLonePercent: Bool {
    if case .percent = self { return true }
    return false
  }

  /// Whether two amounts of a currency may stand in it: a product of two would be no amount.
  fileprivate var isSum: Bool {
    switch self {
    case .number: true
    case .binary(.add, let a, let b), .binary(.subtract, let a, let b): a.isSum && b.isSum
    case .list(.sum, let items), .list(.mean, let items): items.allSatisfy(\.isSum)
    default: false
    }
  }

  /// Whether the result of one amount is an amount.
  fileprivate var keepsCurrency: Bool {
    switch self {
    case .number, .percentOf, .changed: true
    case .binary(.add, let a, let b), .binary(.subtract, let a, let b), .binary(.multiply, let a, let b),
      .binary(.divide, let a, let b):
      a.keepsCurrency && b.keepsCurrency
    case .list(.sum, _), .list(.mean, _): true
    default: false
    }
  }
}
