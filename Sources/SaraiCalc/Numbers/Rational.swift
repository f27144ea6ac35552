/// A fraction in lowest terms; its denominator is above 0.
struct Rational: Sendable, Hashable, Comparable {
  let numerator: BigInteger
  let denominator: BigInteger

  static let zero = Rational(0)
  static let one = Rational(1)

  init(_ value: Int) {
    numerator = BigInteger(value)
    denominator = .one
  }

  init(_ value: BigInteger) {
    numerator = value
    denominator = .one
  }

  /// - Precondition: `denominator` is not 0.
  init(_ numerator: BigInteger, over denominator: BigInteger) {
    let divisor = BigInteger.greatestCommonDivisor(numerator, denominator)
    let sign = BigInteger(denominator.isNegative ? -1 : 1)
    if divisor == .one {
      self.numerator = numerator * sign
      self.denominator = denominator * sign
    } else {
      self.numerator = numerator.dividedTowardZero(by: divisor).quotient * sign
      self.denominator = denominator.dividedTowardZero(by: divisor).quotient * sign
    }
  }

  init(_ numerator: Int, over denominator: Int) {
    self.init(BigInteger(numerator), over: BigInteger(denominator))
  }

  /// A decimal as source code writes it, such as `1.609344`.
  ///
  /// - Precondition: Digits with at most one point among them.
  init(decimal: String) {
    let parts = decimal.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    guard parts.count <= 2, let digits = BigInteger(digits: String(parts[0]) + fraction) else {
      preconditionFailure("not a decimal: \(decimal)")
    }
    self.init(digits, over: .powerOfTen(fraction.utf8.count))
  }

  var isInteger: Bool { denominator == .one }
  var isNegative: Bool { numerator.isNegative }
  var isZero: Bool { numerator.isZero }
  var magnitude: Rational { isNegative ? -self : self }
  /// The size that `Limits` is about.
  var bitWidth: Int { max(numerator.bitWidth, denominator.bitWidth) }
  /// Nil where it is no integer or does not fit.
  var int: Int? { isInteger ? numerator.int : nil }

  /// The largest integer that is not above it.
  var floor: BigInteger {
    let (quotient, remainder) = numerator.dividedTowardZero(by: denominator)
    return remainder.isNegative ? quotient - .one : quotient
  }

  static prefix func - (a: Self) -> Self { Rational(-a.numerator, over: a.denominator) }

  static func + (a: Self, b: Self) -> Self {
    Rational(a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
  }

  static func - (a: Self, b: Self) -> Self { a + -b }

  static func * (a: Self, b: Self) -> Self {
    Rational(a.numerator * b.numerator, over: a.denominator * b.denominator)
  }

  /// - Precondition: `b` is not 0.
  static func / (a: Self, b: Self) -> Self {
    Rational(a.numerator * b.denominator, over: a.denominator * b.numerator)
  }

  static func < (a: Self, b: Self) -> Bool { a.numerator * b.denominator < b.numerator * a.denominator }

  /// - Parameter exponent: Any sign; the caller bounds the size of the result.
  /// - Precondition: A negative exponent does not meet 0.
  func power(_ exponent: Int) -> Rational {
    exponent >= 0
      ? Rational(numerator.power(exponent), over: denominator.power(exponent))
      : Rational(denominator.power(-exponent), over: numerator.power(-exponent))
  }

  /// Rounded half away from 0 to so many decimals, as the integer value × 10^decimals.
  func scaled(decimals: Int) -> BigInteger {
    let doubled = magnitude.numerator * .powerOfTen(decimals) * BigInteger(2) + denominator
    let rounded = doubled.dividedTowardZero(by: denominator * BigInteger(2)).quotient
    return isNegative ? -rounded : rounded
  }

  /// Decimals after which its expansion ends, or nil where it goes on for ever (or longer than `Limits` shows).
  var decimals: Int? {
    var rest = denominator
    var (twos, fives) = (0, 0)
    while !rest.isOdd, twos <= Limits.shownDecimals {
      rest = rest.dividedTowardZero(by: BigInteger(2)).quotient
      twos += 1
    }
    while fives <= Limits.shownDecimals {
      let (quotient, remainder) = rest.dividedTowardZero(by: BigInteger(5))
      guard remainder.isZero else { break }
      rest = quotient
      fives += 1
    }
    let count = max(twos, fives)
    return rest == .one && count <= Limits.shownDecimals ? count : nil
  }
}

/// What bounds the work on one question.
enum Limits {
  /// Bytes of a question; longer ones are not read.
  static let questionBytes = 2000
  /// Bits of any numerator or denominator: some 1,200 decimal digits.
  static let bits = 4096
  /// Nesting of parentheses, signs and exponents.
  static let depth = 48
  /// Decimals of a number that is said whole; beyond, it is rounded.
  static let shownDecimals = 30
  /// Decimals of a rounded number, unless it begins with zeros.
  static let roundedDecimals = 10
  /// Significant digits of a number that is said in powers of ten.
  static let roundedDigits = 11
  /// Rounded numbers with more zeros than this behind the point, or with more digits before it than
  /// `wholeDigits`, are said in powers of ten.
  static let leadingZeros = 15
  static let wholeDigits = 30
  /// Significant bits of what is no longer kept exactly.
  static let roundedBits = 416
  /// The smallest power of two that a rounded number is of: some 1,080 zeros behind the point.
  static let smallestTwos = -3600
  /// Years that dates are told for.
  static let years = 1...9999
}
