import SaraiCore

/// Reads digits with marks between them.
enum Numeral {
  /// The longest run of digits that is taken for a number.
  static let maxDigits = 300

  /// 1.234,5 in Spanish, 1,234.5 in English, and the other language's way where it can mean nothing else. In 1.234 the
  /// language decides.
  static func value(_ text: String, language: Language) -> Rational? {
    let dots = text.utf8.count { $0 == UInt8(ascii: ".") }
    let commas = text.utf8.count { $0 == UInt8(ascii: ",") }
    guard text.utf8.count - dots - commas <= maxDigits else { return nil }
    if dots == 0, commas == 0 { return BigInteger(digits: text).map { Rational($0) } }
    if dots > 0, commas > 0 {
      guard let lastDot = text.lastIndex(of: "."), let lastComma = text.lastIndex(of: ",") else { return nil }
      let mark: Character = lastDot > lastComma ? "." : ","
      return value(text, groupMark: mark == "." ? "," : ".", decimalMark: mark)
    }
    let mark: Character = dots > 0 ? "." : ","
    let other: Character = dots > 0 ? "," : "."
    let groups: Character = language == .spanish ? "." : ","
    if mark == groups || dots + commas > 1, let whole = value(text, groupMark: mark, decimalMark: other) {
      return whole
    }
    return value(text, groupMark: other, decimalMark: mark)
  }

  private static func value(_ text: String, groupMark: Character, decimalMark: Character) -> Rational? {
    let halves = text.split(separator: decimalMark, omittingEmptySubsequences: false)
    guard halves.count <= 2, let whole = halves.first else { return nil }
    let groups = whole.split(separator: groupMark, omittingEmptySubsequences: false)
    if groups.count > 1 {
      guard let first = groups.first, (1...3).contains(first.utf8.count), first.utf8.first != UInt8(ascii: "0"),
        groups.dropFirst().allSatisfy({ $0.utf8.count == 3 })
      else { return nil }
    }
    let fraction = halves.count > 1 ? String(halves[1]) : ""
    guard let digits = BigInteger(digits: groups.joined() + fraction) else { return nil }
    return Rational(digits, over: .powerOfTen(fraction.utf8.count))
  }
}
