/// Powers that are no fraction, or one too long to keep, to more digits than are ever said.
///
/// b^x is e^(x·ln b). Numbers are fixed point: an integer n stands for n / 2^bits. The series lose a few bits at their
/// ends, far below the digits that `Limits` shows.
enum ApproximatePower {
  /// Bits after the point, of which some 380 come out right.
  private static let bits = Limits.roundedBits

  /// - Parameters:
  ///   - base: Above 0.
  ///   - exponent: Any.
  /// - Throws: `tooLarge` and `tooSmall`, before anything long is worked out.
  static func value(_ base: Rational, _ exponent: Rational) throws(CalcFault) -> Rational {
    guard base != .one, !exponent.isZero else { return .one }
    // base = 2^twos · near, with near from 2/3 to 4/3.
    var twos = base.numerator.bitWidth - base.denominator.bitWidth
    var near = scaled(base, byTwos: -twos)
    if near > Rational(4, over: 3) {
      (twos, near) = (twos + 1, near / Rational(2))
    } else if near < Rational(2, over: 3) {
      (twos, near) = (twos - 1, near * Rational(2))
    }
    // ln near = 2·atanh z; |ln base| is at least 2^logSize.
    let (top, bottom) = (near.numerator - near.denominator, near.numerator + near.denominator)
    let logSize = twos == 0 ? top.bitWidth - bottom.bitWidth : -2
    let exponentSize = exponent.numerator.bitWidth - exponent.denominator.bitWidth
    guard exponentSize + logSize <= 14 else {
      throw (base > .one) == exponent.isNegative ? .tooSmall : .tooLarge
    }
    // What the exponent multiplies needs that many bits more.
    let precision = bits + max(0, exponentSize + 1) + 16
    var log = inverseTangent(top.shifted(left: precision).dividedTowardZero(by: bottom).quotient, precision)
    if twos != 0 { log = log + BigInteger(twos) * logOfTwo(precision) }
    let product = (exponent.numerator * log).dividedTowardZero(by: exponent.denominator).quotient
    return try exponential(product.shifted(left: bits - precision))
  }

  /// e to the power of `value`.
  private static func exponential(_ value: BigInteger) throws(CalcFault) -> Rational {
    let (quotient, rest) = value.dividedTowardZero(by: logOfTwo(bits))
    guard let twos = quotient.int, twos <= Limits.bits else { throw value.isNegative ? .tooSmall : .tooLarge }
    guard twos >= Limits.smallestTwos else { throw .tooSmall }
    var term = BigInteger.one.shifted(left: bits)
    var sum = term
    var index = 0
    while !term.isZero {
      index += 1
      term = (term * rest).shifted(left: -bits).dividedTowardZero(by: BigInteger(index)).quotient
      sum = sum + term
    }
    return scaled(Rational(sum, over: BigInteger.one.shifted(left: bits)), byTwos: twos)
  }

  private static func logOfTwo(_ bits: Int) -> BigInteger {
    inverseTangent(BigInteger.one.shifted(left: bits).dividedTowardZero(by: BigInteger(3)).quotient, bits)
  }

  /// Twice the inverse hyperbolic tangent: 2·(z + z³/3 + z⁵/5 + …).
  private static func inverseTangent(_ z: BigInteger, _ bits: Int) -> BigInteger {
    let square = (z * z).shifted(left: -bits)
    var power = z
    var sum = BigInteger.zero
    var index = 1
    while !power.isZero {
      sum = sum + power.dividedTowardZero(by: BigInteger(index)).quotient
      power = (power * square).shifted(left: -bits)
      index += 2
    }
    return sum.shifted(left: 1)
  }

  /// The value times 2^twos.
  static func scaled(_ value: Rational, byTwos twos: Int) -> Rational {
    twos >= 0
      ? Rational(value.numerator.shifted(left: twos), over: value.denominator)
      : Rational(value.numerator, over: value.denominator.shifted(left: -twos))
  }
}
