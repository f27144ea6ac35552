import Crypto
import SaraiCore

/// What tells one kind of processor from another: its name, its instruction sets, and how many there are.
enum ProcessorIdentity {
  /// 64 hexadecimal digits; nil where the system does not say.
  static func current() -> String? { known }

  private static let known = (try? FileSystem.text(of: "/proc/cpuinfo", limitBytes: 16 << 20)).flatMap {
    identity(processors: $0)
  }

  /// - Parameter processors: The contents of `/proc/cpuinfo`.
  static func identity(processors text: String) -> String? {
    // x86 and ARM name these differently; what changes from moment to moment (clock rates) is left out.
    let kept: Set = [
      "vendor_id", "cpu family", "model", "model name", "stepping", "flags", "CPU implementer", "CPU architecture",
      "CPU variant", "CPU part", "CPU revision", "Features",
    ]
    var values: Set<String> = []
    var count = 0
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = String(line[..<colon].split(whereSeparator: \.isWhitespace).joined(separator: " "))
      if key == "processor" { count += 1 }
      if kept.contains(key) { values.insert("\(key)=\(line[line.index(after: colon)...])") }
    }
    guard count > 0, !values.isEmpty else { return nil }
    let whole = ([String(count)] + values.sorted()).joined(separator: "\n")
    return SHA256Digest.hex(SHA256.hash(data: Array(whole.utf8)))
  }
}
