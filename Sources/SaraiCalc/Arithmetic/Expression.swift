import SaraiCore

/// An arithmetic expression as it was asked.
indirect enum Expression: Sendable {
  case number(Rational)
  case pi
  case negated(Expression)
  case binary(Binary, Expression, Expression)
  case root(degree: Int, Expression)
  case factorial(Expression)
  case absolute(Expression)
  /// So many hundredths, by themselves.
  case percent(Expression)
  /// 21 % of 340.
  case percentOf(Expression, Expression)
  /// 340 and 21 % of it more, or less.
  case changed(Expression, byPercent: Expression, isIncrease: Bool)
  case list(List, [Expression])

  enum Binary: Sendable {
    case add, subtract, multiply, divide, modulo, power
  }

  enum List: Sendable {
    case sum, product, mean, greatestCommonDivisor, leastCommonMultiple
  }

  /// How much there is to work out; 0 for a plain number.
  var operationCount: Int {
    switch self {
    case .number, .pi: 0
    case .negated(let a), .percent(let a): a.operationCount
    case .root(_, let a), .factorial(let a), .absolute(let a): a.operationCount + 1
    case .binary(_, let a, let b), .percentOf(let a, let b), .changed(let a, let b, _):
      a.operationCount + b.operationCount + 1
    case .list(_, let items): items.reduce(1) { $0 + $1.operationCount }
    }
  }
}

/// The value of an expression.
struct Value: Sendable, Hashable {
  var rational: Rational
  /// False once a root, a power, π or something too long was rounded to `Limits.roundedBits`.
  var isExact: Bool

  init(_ rational: Rational, isExact: Bool = true) {
    self.rational = rational
    self.isExact = isExact
  }
}

extension Expression {
  func evaluate() throws(CalcFault) -> Value {
    switch self {
    case .number(let value): return try Self.bounded(value)
    case .pi:
      return Value(
        Rational(decimal: "3.14159265358979323846264338327950288419716939937510582097494459"), isExact: false)
    case .negated(let a):
      let value = try a.evaluate()
      return Value(-value.rational, isExact: value.isExact)
    case .percent(let a):
      let value = try a.evaluate()
      return try Self.bounded(value.rational / Rational(100), isExact: value.isExact)
    case .absolute(let a):
      let value = try a.evaluate()
      return Value(value.rational.magnitude, isExact: value.isExact)
    case .root(let degree, let a): return try Self.root(degree, of: a.evaluate())
    case .factorial(let a): return try Self.factorial(a.evaluate())
    case .binary(let operation, let a, let b): return try Self.combine(operation, a.evaluate(), b.evaluate())
    case .percentOf(let percent, let base):
      return try Self.combine(.multiply, Expression.percent(percent).evaluate(), base.evaluate())
    case .changed(let base, let percent, let isIncrease):
      let (base, part) = (try base.evaluate(), try Expression.percent(percent).evaluate())
      let change = try Self.combine(.multiply, base, part)
      return try Self.combine(isIncrease ? .add : .subtract, base, change)
    case .list(let list, let items): return try Self.gather(list, items)
    }
  }

  /// A value that can be kept: exactly where that is short enough, and rounded otherwise.
  private static func bounded(_ value: Rational, isExact: Bool = true) throws(CalcFault) -> Value {
    guard value.bitWidth > Limits.bits else { return Value(value, isExact: isExact) }
    let size = value.numerator.bitWidth - value.denominator.bitWidth
    guard size <= Limits.bits else { throw .tooLarge }
    guard size >= Limits.smallestTwos else { throw .tooSmall }
    let shift = Limits.roundedBits - size
    let digits = ApproximatePower.scaled(value, byTwos: shift).floor
    return Value(ApproximatePower.scaled(Rational(digits), byTwos: -shift), isExact: false)
  }

  static func combine(_ operation: Binary, _ a: Value, _ b: Value) throws(CalcFault) -> Value {
    let isExact = a.isExact && b.isExact
    switch operation {
    case .add: return try bounded(a.rational + b.rational, isExact: isExact)
    case .subtract: return try bounded(a.rational - b.rational, isExact: isExact)
    case .multiply: return try bounded(a.rational * b.rational, isExact: isExact)
    case .divide:
      guard !b.rational.isZero else { throw .divisionByZero }
      return try bounded(a.rational / b.rational, isExact: isExact)
    case .modulo:
      guard !b.rational.isZero else { throw .divisionByZero }
      guard isExact, a.rational.isInteger, b.rational.isInteger else { throw .notWhole }
      let quotient = Rational((a.rational / b.rational).floor)
      return Value(a.rational - quotient * b.rational)
    case .power: return try power(a, b)
    }
  }

  private static func power(_ base: Value, _ exponent: Value) throws(CalcFault) -> Value {
    if base.rational.isZero {
      guard !exponent.rational.isZero else { throw .undefinedPower }
      guard !exponent.rational.isNegative else { throw .divisionByZero }
      return base
    }
    // (−8)^(2/3) is the cube root of (−8)²; an even root of a negative number is none.
    let isNegative = base.rational.isNegative && exponent.rational.numerator.isOdd
    if base.rational.isNegative {
      guard exponent.isExact else { throw .noRealPower }
      guard exponent.rational.denominator.isOdd else { throw .negativeRoot }
    }
    let magnitude = base.rational.magnitude
    let isExact = base.isExact && exponent.isExact
    if let exact = exactPower(magnitude, exponent.rational) {
      return try bounded(isNegative ? -exact : exact, isExact: isExact)
    }
    let value = try ApproximatePower.value(magnitude, exponent.rational)
    return Value(isNegative ? -value : value, isExact: false)
  }

  /// Nil where the power is no fraction, or too long to be worked out whole.
  private static func exactPower(_ base: Rational, _ exponent: Rational) -> Rational? {
    if base == .one { return base }
    // a^(p/q) is the root of degree q of a, to the power of p.
    guard let degree = exponent.denominator.int, degree <= Limits.bits, let power = exponent.numerator.int,
      let root = exactRoot(degree, of: base), (root.bitWidth - 1) * Int(power.magnitude.clamped) <= Limits.bits
    else { return nil }
    return root.power(power)
  }

  /// - Parameter value: Above 0.
  /// - Returns: Nil where the root is no fraction.
  private static func exactRoot(_ degree: Int, of value: Rational) -> Rational? {
    guard degree > 1 else { return value }
    let (numerator, denominator) = (value.numerator.root(degree), value.denominator.root(degree))
    guard numerator.power(degree) == value.numerator, denominator.power(degree) == value.denominator else { return nil }
    return Rational(numerator, over: denominator)
  }

  private static func root(_ degree: Int, of value: Value) throws(CalcFault) -> Value {
    guard !value.rational.isZero else { return value }
    let isNegative = value.rational.isNegative
    guard !isNegative || degree % 2 == 1 else { throw .negativeRoot }
    let magnitude = value.rational.magnitude
    if let root = exactRoot(degree, of: magnitude) { return Value(isNegative ? -root : root, isExact: value.isExact) }
    let root = try ApproximatePower.value(magnitude, Rational(1, over: degree))
    return Value(isNegative ? -root : root, isExact: false)
  }

  private static func factorial(_ value: Value) throws(CalcFault) -> Value {
    guard value.isExact, value.rational.isInteger, !value.rational.isNegative else { throw .notWhole }
    guard let count = value.rational.int, count <= Limits.bits else { throw .tooLarge }
    var product = BigInteger.one
    for factor in 0..<count {
      product = product * BigInteger(factor + 1)
      guard product.bitWidth <= Limits.bits else { throw .tooLarge }
    }
    return Value(Rational(product))
  }

  private static func gather(_ list: List, _ items: [Expression]) throws(CalcFault) -> Value {
    var values: [Value] = []
    for item in items { values.append(try item.evaluate()) }
    guard var result = values.first else { throw .notWhole }
    for value in values.dropFirst() {
      switch list {
      case .sum, .mean: result = try combine(.add, result, value)
      case .product: result = try combine(.multiply, result, value)
      case .greatestCommonDivisor, .leastCommonMultiple: result = try commonMeasure(list, result, value)
      }
    }
    return list == .mean ? try combine(.divide, result, Value(Rational(values.count))) : result
  }

  private static func commonMeasure(_ list: List, _ a: Value, _ b: Value) throws(CalcFault) -> Value {
    guard a.isExact, b.isExact, a.rational.isInteger, b.rational.isInteger else { throw .notWhole }
    let divisor = Rational(BigInteger.greatestCommonDivisor(a.rational.numerator, b.rational.numerator))
    if list == .greatestCommonDivisor { return Value(divisor) }
    guard !divisor.isZero else { return Value(.zero) }
    return try bounded((a.rational * b.rational).magnitude / divisor)
  }
}

extension UInt {
  /// As a signed number that can still be multiplied by a few thousand.
  fileprivate var clamped: UInt { Swift.min(self, 1 << 40) }
}
