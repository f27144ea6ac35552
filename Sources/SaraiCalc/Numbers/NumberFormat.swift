import SaraiCore

/// How a language writes numbers: Spanish 1.234,5 and English 1,234.5.
struct NumberFormat: Sendable {
  let language: Language

  private var decimalMark: String { language == .spanish ? "," : "." }
  private var groupMark: String { language == .spanish ? "." : "," }
  /// Spanish has a space before the sign.
  var percentMark: String { language == .spanish ? "\u{00A0}%" : "%" }

  /// A number as it is said, and whether decimals were cut.
  struct Shown: Sendable {
    let text: String
    let isRounded: Bool
  }

  func show(_ value: Rational) -> Shown {
    if let decimals = value.decimals { return Shown(text: text(value, decimals: decimals), isRounded: false) }
    return Shown(text: text(value, decimals: Self.roundedDecimals(value)), isRounded: true)
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

  /// The same in every language, for programs: a whole decimal, a fraction, or `~` and ten decimals for a root.
  static func plain(_ value: Rational, isExact: Bool) -> String {
    let sign = value.isNegative ? "-" : ""
    if isExact, value.decimals == nil {
      return value.numerator.description + "/" + value.denominator.description
    }
    var (whole, fraction) = digits(value, decimals: isExact ? value.decimals ?? 0 : Limits.roundedDecimals)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return (isExact ? "" : "~") + sign + whole + (fraction.isEmpty ? "" : "." + fraction)
  }
}
