/// The name of the request that the running task works for. Log lines carry it, in whichever process they are written,
/// and calls from one process to another take it along.
package enum RequestID {
  @TaskLocal package static var current: String?

  /// The metadata key of calls between processes, and the header of answers over HTTP.
  package static let key = "x-request-id"
  private static let longestBytes = 128

  /// - Parameter origin: What asks: `req`, `chat`, …
  package static func new(_ origin: String) -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return origin + "-" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Whether a name that another process gave can be written in a log as it is.
  package static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= longestBytes
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "~"):
          true
        default: false
        }
      }
  }

  /// Whether a line that names `name` belongs to the request: a part of it has a name that begins with the whole's, and
  /// goes on after a hyphen (one of several answers) or a tilde (a call on a kept stream).
  package static func belongs(_ name: some StringProtocol, to request: String) -> Bool {
    guard name.hasPrefix(request) else { return false }
    let next = name.utf8.dropFirst(request.utf8.count).first
    return next == nil || next == UInt8(ascii: "-") || next == UInt8(ascii: "~")
  }
}
