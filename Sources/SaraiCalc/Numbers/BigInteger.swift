/// An integer of any size: a sign and a magnitude.
///
/// Small on purpose: schoolbook algorithms are the quickest at the few thousand bits that `Limits` allows.
struct BigInteger: Sendable, Hashable, Comparable {
  /// Least significant first, without leading zeros; empty for 0.
  private(set) var limbs: [UInt32]
  /// False for 0.
  private(set) var isNegative: Bool

  static let zero = BigInteger(0)
  static let one = BigInteger(1)

  init(_ value: Int) {
    self.init(
      limbs: [UInt32(truncatingIfNeeded: value.magnitude), UInt32(value.magnitude >> 32)], isNegative: value < 0)
  }

  init(limbs: [UInt32], isNegative: Bool) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    self.limbs = limbs
    self.isNegative = isNegative && !limbs.isEmpty
  }

  /// - Parameter digits: ASCII digits, at least one.
  init?(digits: some StringProtocol) {
    guard !digits.isEmpty else { return nil }
    var limbs: [UInt32] = []
    for byte in digits.utf8 {
      guard (48...57).contains(byte) else { return nil }
      var carry = UInt64(byte - 48)
      for index in limbs.indices {
        let next = UInt64(limbs[index]) * 10 + carry
        limbs[index] = UInt32(truncatingIfNeeded: next)
        carry = next >> 32
      }
      if carry > 0 { limbs.append(UInt32(carry)) }
    }
    self.init(limbs: limbs, isNegative: false)
  }

  var isZero: Bool { limbs.isEmpty }
  var isOdd: Bool { (limbs.first ?? 0) & 1 == 1 }
  var magnitude: BigInteger { BigInteger(limbs: limbs, isNegative: false) }

  /// Bits of the magnitude.
  var bitWidth: Int { limbs.isEmpty ? 0 : limbs.count * 32 - limbs[limbs.count - 1].leadingZeroBitCount }

  /// Nil where it does not fit.
  var int: Int? {
    guard limbs.count <= 2, bitWidth < 64 else { return nil }
    let value = limbs.reversed().reduce(0) { $0 << 32 | Int($1) }
    return isNegative ? -value : value
  }

  /// Decimal, with a hyphen for negatives.
  var description: String {
    guard !isZero else { return "0" }
    var rest = limbs
    var groups: [UInt32] = []
    while !rest.isEmpty {
      let (quotient, remainder) = Self.divide(rest, by: 1_000_000_000)
      rest = quotient
      groups.append(remainder)
    }
    var text = isNegative ? "-" : ""
    for (index, group) in groups.reversed().enumerated() {
      let digits = String(group)
      text += index == 0 ? digits : String(repeating: "0", count: 9 - digits.count) + digits
    }
    return text
  }

  // MARK: - Sums

  static prefix func - (a: Self) -> Self { BigInteger(limbs: a.limbs, isNegative: !a.isNegative) }

  static func + (a: Self, b: Self) -> Self {
    if a.isNegative == b.isNegative { return BigInteger(limbs: sum(a.limbs, b.limbs), isNegative: a.isNegative) }
    return isLess(a.limbs, b.limbs)
      ? BigInteger(limbs: difference(b.limbs, a.limbs), isNegative: b.isNegative)
      : BigInteger(limbs: difference(a.limbs, b.limbs), isNegative: a.isNegative)
  }

  static func - (a: Self, b: Self) -> Self { a + -b }

  static func < (a: Self, b: Self) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    return a.isNegative ? isLess(b.limbs, a.limbs) : isLess(a.limbs, b.limbs)
  }

  private static func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    if a.count != b.count { return a.count < b.count }
    for index in a.indices.reversed() where a[index] != b[index] { return a[index] < b[index] }
    return false
  }

  private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(max(a.count, b.count) + 1)
    var carry: UInt64 = 0
    for index in 0..<max(a.count, b.count) {
      let next = UInt64(index < a.count ? a[index] : 0) + UInt64(index < b.count ? b[index] : 0) + carry
      result.append(UInt32(truncatingIfNeeded: next))
      carry = next >> 32
    }
    if carry > 0 { result.append(UInt32(carry)) }
    return result
  }

  /// - Precondition: a ≥ b.
  private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var result = a
    var borrow: Int64 = 0
    for index in result.indices {
      let next = Int64(result[index]) - Int64(index < b.count ? b[index] : 0) - borrow
      result[index] = UInt32(truncatingIfNeeded: next)
      borrow = next < 0 ? 1 : 0
    }
    return result
  }

  // MARK: - Products

  static func * (a: Self, b: Self) -> Self {
    guard !a.isZero, !b.isZero else { return .zero }
    var result = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
    for (i, x) in a.limbs.enumerated() {
      var carry: UInt64 = 0
      for (j, y) in b.limbs.enumerated() {
        let next = UInt64(x) * UInt64(y) + UInt64(result[i + j]) + carry
        result[i + j] = UInt32(truncatingIfNeeded: next)
        carry = next >> 32
      }
      result[i + b.limbs.count] = UInt32(carry)
    }
    return BigInteger(limbs: result, isNegative: a.isNegative != b.isNegative)
  }

  /// - Parameter exponent: ≥ 0. The caller bounds the size of the result.
  func power(_ exponent: Int) -> BigInteger {
    var result = BigInteger.one
    var base = self
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result = result * base }
      rest >>= 1
      if rest > 0 { base = base * base }
    }
    return result
  }

  static func powerOfTen(_ exponent: Int) -> BigInteger { BigInteger(10).power(exponent) }

  // MARK: - Quotients

  /// Quotient rounded towards 0, and the remainder, which has the sign of the dividend.
  ///
  /// - Precondition: `divisor` is not 0.
  func dividedTowardZero(by divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
    precondition(!divisor.isZero)
    guard !Self.isLess(limbs, divisor.limbs) else { return (.zero, self) }
    let (quotient, remainder): ([UInt32], [UInt32])
    if divisor.limbs.count == 1 {
      let (q, r) = Self.divide(limbs, by: divisor.limbs[0])
      (quotient, remainder) = (q, [r])
    } else {
      (quotient, remainder) = Self.divide(limbs, by: divisor.limbs)
    }
    return (
      BigInteger(limbs: quotient, isNegative: isNegative != divisor.isNegative),
      BigInteger(limbs: remainder, isNegative: isNegative)
    )
  }

  private static func divide(_ a: [UInt32], by divisor: UInt32) -> (quotient: [UInt32], remainder: UInt32) {
    var quotient = a
    var remainder: UInt64 = 0
    for index in a.indices.reversed() {
      let next = remainder << 32 | UInt64(a[index])
      quotient[index] = UInt32(next / UInt64(divisor))
      remainder = next % UInt64(divisor)
    }
    while quotient.last == 0 { quotient.removeLast() }
    return (quotient, UInt32(remainder))
  }

  /// Long division in base 2³² (Knuth, The Art of Computer Programming, 4.3.1, algorithm D).
  ///
  /// - Precondition: a ≥ b, and b has two limbs or more.
  private static func divide(_ a: [UInt32], by b: [UInt32]) -> (quotient: [UInt32], remainder: [UInt32]) {
    // The divisor's top bit is set, so that the estimate of a digit is at most 2 too large.
    let shift = b[b.count - 1].leadingZeroBitCount
    let divisor = shifted(b, by: shift)
    var rest = shifted(a, by: shift)
    while rest.count <= a.count { rest.append(0) }
    let count = b.count
    let top = UInt64(divisor[count - 1])
    let next = UInt64(divisor[count - 2])
    var quotient = [UInt32](repeating: 0, count: rest.count - count)
    for position in quotient.indices.reversed() {
      let head = UInt64(rest[position + count]) << 32 | UInt64(rest[position + count - 1])
      var digit = head / top
      var left = head % top
      while digit >> 32 != 0 || digit * next > left << 32 | UInt64(rest[position + count - 2]) {
        digit -= 1
        left += top
        if left >> 32 != 0 { break }
      }
      var borrow: Int64 = 0
      var carry: UInt64 = 0
      for index in 0..<count {
        let product = digit * UInt64(divisor[index]) + carry
        carry = product >> 32
        let difference = Int64(rest[position + index]) - borrow - Int64(product & 0xFFFF_FFFF)
        rest[position + index] = UInt32(truncatingIfNeeded: difference)
        borrow = difference < 0 ? 1 : 0
      }
      let difference = Int64(rest[position + count]) - borrow - Int64(carry)
      rest[position + count] = UInt32(truncatingIfNeeded: difference)
      if difference < 0 {
        digit -= 1
        var carry: UInt64 = 0
        for index in 0..<count {
          let sum = UInt64(rest[position + index]) + UInt64(divisor[index]) + carry
          rest[position + index] = UInt32(truncatingIfNeeded: sum)
          carry = sum >> 32
        }
        rest[position + count] = UInt32(truncatingIfNeeded: UInt64(rest[position + count]) + carry)
      }
      quotient[position] = UInt32(digit)
    }
    var remainder = Array(rest[0..<count])
    if shift > 0 {
      for index in remainder.indices {
        let above = index + 1 < count ? remainder[index + 1] : 0
        remainder[index] = remainder[index] >> UInt32(shift) | above << UInt32(32 - shift)
      }
    }
    return (quotient, remainder)
  }

  /// - Parameter shift: 0..<32. The result has one limb more where bits are pushed out.
  private static func shifted(_ a: [UInt32], by shift: Int) -> [UInt32] {
    guard shift > 0 else { return a }
    var result: [UInt32] = []
    var carry: UInt32 = 0
    for limb in a {
      result.append(limb << UInt32(shift) | carry)
      carry = limb >> UInt32(32 - shift)
    }
    if carry > 0 { result.append(carry) }
    return result
  }

  /// Times 2^count, cut towards 0; a negative count shifts to the right.
  func shifted(left count: Int) -> BigInteger {
    let places = Int(count.magnitude / 32)
    let rest = Int(count.magnitude % 32)
    if count >= 0 {
      return BigInteger(
        limbs: [UInt32](repeating: 0, count: places) + Self.shifted(limbs, by: rest), isNegative: isNegative)
    }
    guard places < limbs.count else { return .zero }
    var result = Array(limbs[places...])
    if rest > 0 {
      for index in result.indices {
        let above = index + 1 < result.count ? result[index + 1] : 0
        result[index] = result[index] >> UInt32(rest) | above << UInt32(32 - rest)
      }
    }
    return BigInteger(limbs: result, isNegative: isNegative)
  }

  // MARK: - Number theory

  static func greatestCommonDivisor(_ a: BigInteger, _ b: BigInteger) -> BigInteger {
    var (a, b) = (a.magnitude, b.magnitude)
    while !b.isZero { (a, b) = (b, a.dividedTowardZero(by: b).remainder) }
    return a
  }

  /// The largest integer whose power `degree` is not above self, by Newton's method.
  ///
  /// - Precondition: self ≥ 0, degree ≥ 1.
  func root(_ degree: Int) -> BigInteger {
    precondition(!isNegative && degree >= 1)
    guard !isZero, degree > 1 else { return self }
    guard degree < bitWidth else { return .one }
    // A power of two that is not below the root: from there the steps fall without a miss.
    var estimate = BigInteger(2).power((bitWidth + degree - 1) / degree)
    while true {
      let quotient = dividedTowardZero(by: estimate.power(degree - 1)).quotient
      let next = (estimate * BigInteger(degree - 1) + quotient).dividedTowardZero(by: BigInteger(degree)).quotient
      if next >= estimate { return estimate }
      estimate = next
    }
  }
}
