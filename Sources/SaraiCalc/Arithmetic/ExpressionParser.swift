import SaraiCore

/// Reads arithmetic in signs and in words, by recursive descent.
///
/// Looser to tighter: sums, products, signs, powers, what follows a number (!, %, squared), and single terms.
struct ExpressionParser {
  typealias Parsed<T> = (value: T, end: Int)

  let reader: Reader
  private var depth = 0
  private var words: ArithmeticWords { reader.language == .spanish ? .spanish : .english }

  init(reader: Reader) {
    self.reader = reader
  }

  mutating func expression(at start: Int) -> Parsed<Expression>? {
    guard var (left, position) = product(at: start) else { return nil }
    while let (operation, next) = sumSign(at: position) {
      let operand = reader.end(ofAny: words.articles, at: next) ?? next
      guard let (right, end) = product(at: next) ?? product(at: operand) else { break }
      if case .percent(let percent) = right, !left.isPercent {
        left = .changed(left, byPercent: percent, isIncrease: operation == .add)
      } else {
        left = .binary(operation, left, right)
      }
      position = end
    }
    return (left, position)
  }

  /// A percentage by itself.
  mutating func percentage(at start: Int) -> Parsed<Expression>? {
    let position = reader.end(ofAny: words.articles, at: start) ?? start
    guard let (number, end) = reader.number(at: position), let after = percentSign(at: end) else { return nil }
    return (.number(number), after)
  }

  /// Expressions with commas or "and" between them; two or more.
  mutating func list(at start: Int) -> Parsed<[Expression]>? {
    guard let (first, end) = expression(at: start) else { return nil }
    var items = [first]
    var position = end
    while true {
      var next = position
      if reader.text(next) == "," { next += 1 }
      if reader.text(next) == words.and { next += 1 }
      guard next > position, let (item, end) = expression(at: next) else { break }
      items.append(item)
      position = end
    }
    return items.count > 1 ? (items, position) : nil
  }

  // MARK: - Levels

  private mutating func product(at start: Int) -> Parsed<Expression>? {
    guard var (left, position) = signed(at: start) else { return nil }
    while let (operation, next) = productSign(at: position), let (right, end) = signed(at: next) {
      left = .binary(operation, left, right)
      position = end
    }
    return (left, position)
  }

  private mutating func signed(at start: Int) -> Parsed<Expression>? {
    guard depth < Limits.depth else { return nil }
    depth += 1
    defer { depth -= 1 }
    if reader.text(start) == "-" || reader.end(ofAny: words.negative, at: start) != nil {
      return signed(at: start + 1).map { (.negated($0.value), $0.end) }
    }
    if reader.text(start) == "+" { return signed(at: start + 1) }
    return power(at: start)
  }

  /// Binds to the right: 2^3^2 is 2^9.
  private mutating func power(at start: Int) -> Parsed<Expression>? {
    guard let (base, position) = postfix(at: start) else { return nil }
    if let next = reader.end(ofAny: words.power, at: position) {
      if let (degree, end) = words.ordinal(reader, at: next) {
        return (.binary(.power, base, .number(Rational(degree))), end)
      }
      guard let (exponent, end) = signed(at: next) else { return nil }
      let last = reader.text(end) == "power" ? end + 1 : end
      return (.binary(.power, base, exponent), last)
    }
    return (base, position)
  }

  private mutating func postfix(at start: Int) -> Parsed<Expression>? {
    guard var (value, position) = term(at: start) else { return nil }
    var isFactorial = false
    while true {
      if !isFactorial, reader.text(position) == "factorial" || isBang(position) {
        value = .factorial(value)
        position += 1
        isFactorial = true
      } else if let end = reader.end(ofAny: words.squared, at: position) {
        value = .binary(.power, value, .number(Rational(2)))
        position = end
      } else if let end = reader.end(ofAny: words.cubed, at: position) {
        value = .binary(.power, value, .number(Rational(3)))
        position = end
      } else if let end = percentSign(at: position) {
        guard let after = reader.end(ofAny: words.of, at: end), let (base, last) = operand(at: after) else {
          return (.percent(value), end)
        }
        return (.percentOf(value, base), last)
      } else {
        return (value, position)
      }
    }
  }

  private func isBang(_ position: Int) -> Bool {
    guard let token = reader.token(position) else { return false }
    return token.isSymbol("!") && !token.followsSpace
  }

  /// What a function or "of" applies to.
  private mutating func operand(at start: Int) -> Parsed<Expression>? {
    guard depth < Limits.depth else { return nil }
    depth += 1
    defer { depth -= 1 }
    return reader.text(start) == "-" ? signed(at: start) : power(at: start)
  }

  private mutating func term(at start: Int) -> Parsed<Expression>? {
    if reader.text(start) == "(" {
      guard depth < Limits.depth else { return nil }
      depth += 1
      defer { depth -= 1 }
      guard let (inner, end) = expression(at: start + 1), reader.text(end) == ")" else { return nil }
      return (inner, end + 1)
    }
    if let function = function(at: start) { return function }
    if let fraction = fraction(at: start) { return fraction }
    if reader.text(start) == "pi" { return (.pi, start + 1) }
    guard let (value, end) = reader.number(at: start) else { return percentageWithArticle(at: start) }
    if let half = reader.end(ofAny: words.andHalf, at: end) {
      return (.number(value + Rational(1, over: 2)), half)
    }
    return (.number(value), end)
  }

  /// «el 21 % de 340»: the article goes with a percentage only, never with a plain number.
  private mutating func percentageWithArticle(at start: Int) -> Parsed<Expression>? {
    guard let position = reader.end(ofAny: words.articles, at: start), let (value, end) = reader.number(at: position),
      percentSign(at: end) != nil
    else { return nil }
    return (.number(value), end)
  }

  // MARK: - Functions and fractions

  private mutating func function(at start: Int) -> Parsed<Expression>? {
    let name = reader.end(ofAny: words.articles, at: start) ?? start
    guard let (function, after) = words.functions.longest(reader, at: name) else { return nil }
    switch function {
    case .list(let list):
      let isOpen = reader.text(after) == "("
      guard let (items, end) = self.list(at: isOpen ? after + 1 : after) else { return nil }
      guard isOpen else { return (.list(list, items), end) }
      return reader.text(end) == ")" ? (.list(list, items), end + 1) : nil
    case .difference:
      guard let (items, end) = self.list(at: after), items.count == 2 else { return nil }
      return (.absolute(.binary(.subtract, items[0], items[1])), end)
    case .root(let degree):
      return operand(at: after).map { (.root(degree: degree, $0.value), $0.end) }
    case .power(let exponent):
      return operand(at: after).map { (.binary(.power, $0.value, .number(Rational(exponent))), $0.end) }
    case .times(let factor):
      return operand(at: after).map { (.binary(.multiply, .number(Rational(factor)), $0.value), $0.end) }
    case .half: return operand(at: after).map { (.binary(.divide, $0.value, .number(Rational(2))), $0.end) }
    case .part(let count):
      return operand(at: after).map { (.binary(.divide, $0.value, .number(Rational(count))), $0.end) }
    case .factorial: return operand(at: after).map { (.factorial($0.value), $0.end) }
    case .absolute: return signed(at: after).map { (.absolute($0.value), $0.end) }
    case .remainder:
      guard let (division, end) = product(at: after), case .binary(.divide, let a, let b) = division else { return nil }
      return (.binary(.modulo, a, b), end)
    }
  }

  /// «tres cuartos», "two-thirds of 90".
  private mutating func fraction(at start: Int) -> Parsed<Expression>? {
    guard reader.token(start)?.kind == .word, let (count, end) = reader.number(at: start, allowsArticle: true) else {
      return nil
    }
    let joined = reader.token(end).map { $0.isSymbol("-") && !$0.followsSpace } ?? false
    let name = joined ? end + 1 : end
    guard let parts = words.parts[reader.text(name)] else { return nil }
    let after = name + 1
    guard let of = reader.end(ofAny: words.of, at: after), let (base, last) = operand(at: of) else {
      return (.binary(.divide, .number(count), .number(Rational(parts))), after)
    }
    let share = Expression.binary(.multiply, .number(count), base)
    return (.binary(.divide, count == .one ? base : share, .number(Rational(parts))), last)
  }

  // MARK: - Signs

  private func percentSign(at position: Int) -> Int? { reader.end(ofAny: words.percent, at: position) }

  private func sumSign(at position: Int) -> Parsed<Expression.Binary>? {
    if let end = reader.end(ofAny: words.plus, at: position) { return (.add, end) }
    if let end = reader.end(ofAny: words.minus, at: position) { return (.subtract, end) }
    return nil
  }

  private func productSign(at position: Int) -> Parsed<Expression.Binary>? {
    guard position < reader.tokens.count else { return nil }
    if let end = reader.end(ofAny: words.times, at: position) { return (.multiply, end) }
    if let end = reader.end(ofAny: words.dividedBy, at: position) { return (.divide, end) }
    if let end = reader.end(ofAny: words.modulo, at: position) { return (.modulo, end) }
    return nil
  }
}

extension Expression {
  fileprivate var isPercent: Bool {
    if case .percent = self { return true }
    return false
  }
}
