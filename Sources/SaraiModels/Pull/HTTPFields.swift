/// Reading of the header fields that a resumed download rests on (RFC 9110).
enum HTTPFields {
  /// `bytes 100-199/200`, where the total may be `*`. Nil for anything that does not hold together.
  static func contentRange(_ field: String) -> (first: Int64, last: Int64, total: Int64?)? {
    guard field.lowercased().hasPrefix("bytes ") else { return nil }
    let parts = field.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard bounds.count == 2, let first = natural(bounds[0]), let last = natural(bounds[1]), first <= last else {
      return nil
    }
    if parts[1] == "*" { return (first, last, nil) }
    guard let total = natural(parts[1]), last < total else { return nil }
    return (first, last, total)
  }

  /// Digits alone: no sign, no space.
  static func natural(_ text: some StringProtocol) -> Int64? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
  }

  /// `Retry-After` in seconds. The form with a date is rare, and read as absent.
  static func retryAfterSeconds(_ field: String?) -> Double? {
    field.flatMap { natural($0) }.map(Double.init)
  }

  /// A validator strong enough to join two parts of a file (RFC 9110, 13.1.5): a weak one is not.
  static func strongETag(_ field: String?) -> String? {
    guard let field, field.hasPrefix("\""), field.hasSuffix("\""), field.utf8.count >= 2, field.utf8.count <= 512
    else { return nil }
    return field
  }
}
