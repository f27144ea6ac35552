import SaraiCore

/// How a language writes numbers: Spanish 1.234,5 and English 1,234.5.
struct NumberFormat: Sendable {
  let language: Language

  private var decimalMark: String { language == .spanish ? "," : "." }
  private var groupMark: String { language == .spanish ? "." : "," }
  /// Spanish has a space before the sign.
  var percentMark: String { language == .spanish ? "\u{00A0}%" : "%" }

  /// A number as it is said, and whether digits were cut.
  struct Shown: Sendable {
    let text: String
    let isRounded: Bool
    /// 7,89 × 10^−31
    var isProduct = false
  }

  /// - Parameter isExact: Whether every digit of the value is meant; if not, no more are said than are known.
  func show(_ value: Rational, isExact: Bool = true) -> Shown {
    if isExact, let decimals = value.decimals { return Shown(text: text(value, decimals: decimals), isRounded: false) }
    if let (digits, exponent, isWhole) = Self.powerOfTen(value, isExact: isExact) {
      let mantissa = digits.prefix(1) + (digits.utf8.count > 1 ? decimalMark + digits.dropFirst() : "")
      let sign = value.isNegative ? "\u{2212}" : ""
      let power = "10^\(exponent < 0 ? "\u{2212}" : "")\(exponent.magnitude)"
      return Shown(text: "\(sign)\(mantissa) × \(power)", isRounded: !isExact || !isWhole, isProduct: true)
    }
    return Shown(text: text(value, decimals: Self.roundedDecimals(value)), isRounded: true)
  }

  /// A number that would be all zeros as a decimal, or longer than its digits are known: the first digits, without end
  /// zeros, and the power of ten of the first of them. Nil for other numbers.
  private static func powerOfTen(
    _ value: Rational, isExact: Bool
  ) -> (digits: String, exponent: Int, isWhole: Bool)? {
    guard !value.isZero else { return nil }
    let magnitude = value.magnitude
    let isSmall = magnitude < Rational(.one, over: .powerOfTen(Limits.leadingZeros))
    guard isSmall || !isExact && magnitude >= Rational(.powerOfTen(Limits.wholeDigits)) else { return nil }
    // 2^10 is about 10^3; the estimate is off by one at most.
    var exponent = (magnitude.numerator.bitWidth - magnitude.denominator.bitWidth) * 30_103 / 100_000
    while true {
      let shift = Limits.roundedDigits - 1 - exponent
      let scaled = shift >= 0 ? magnitude * Rational(.powerOfTen(shift)) : magnitude / Rational(.powerOfTen(-shift))
      let rounded = scaled.scaled(decimals: 0)
      var digits = rounded.description
      guard digits.utf8.count == Limits.roundedDigits else {
        exponent += digits.utf8.count < Limits.roundedDigits ? -1 : 1
        continue
      }
      while digits.utf8.count > 1, digits.hasSuffix("0") { digits.removeLast() }
      return (digits, exponent, Rational(rounded) == scaled)
    }
  }

  /// Without end zeros, and with the sign that typography wants.
  private func text(_ value: Rational, decimals: Int) -> String {
    var (whole, fraction) = Self.digits(value, decimals: decimals)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    let isZero = whole == "0" && fraction.isEmpty
    return (value.isNegative && !isZero ? "\u{2212}" : "") + grouped(whole)
      + (fraction.isEmpty ? "" : decimalMark + fraction)
  }

  private func grouped(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.utf8.count - index) % 3 == 0 { text += groupMark }
      text.append(digit)
    }
    return text
  }

  /// Ten decimals, or as many as show six digits of a number close to 0.
  private static func roundedDecimals(_ value: Rational) -> Int {
    let magnitude = value.magnitude
    var decimals = Limits.roundedDecimals
    while decimals < Limits.shownDecimals, magnitude.scaled(decimals: decimals - 5).isZero { decimals += 5 }
    return decimals
  }

  private static func digits(_ value: Rational, decimals: Int) -> (whole: String, fraction: String) {
    let scaled = value.magnitude.scaled(decimals: decimals).description
    let padded = String(repeating: "0", count: max(0, decimals + 1 - scaled.utf8.count)) + scaled
    return (String(padded.dropLast(decimals)), String(padded.suffix(decimals)))
  }

  /// The same in every language, for programs: a whole decimal, a fraction, or `~` and ten decimals for a root, or
  /// `~` and a power of ten such as `7.89e-31`.
  static func plain(_ value: Rational, isExact: Bool) -> String {
    let sign = value.isNegative ? "-" : ""
    if isExact, value.decimals == nil {
      return value.numerator.description + "/" + value.denominator.description
    }
    if !isExact, let (digits, exponent, _) = powerOfTen(value, isExact: false) {
      return "~\(sign)\(digits.prefix(1))\(digits.utf8.count > 1 ? "." + digits.dropFirst() : "")e\(exponent)"
    }
    var (whole, fraction) = digits(value, decimals: isExact ? value.decimals ?? 0 : roundedDecimals(value))
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return (isExact ? "" : "~") + sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }
}
