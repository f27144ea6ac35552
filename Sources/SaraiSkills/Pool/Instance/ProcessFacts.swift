import Glibc

/// What /proc tells of a process.
enum ProcessFacts {
  /// Processor time of all threads of a process so far; nil for one that is gone.
  static func processorSeconds(pid: Int32) -> Double? {
    guard pid > 0, let text = read("/proc/\(pid)/stat"), let close = text.lastIndex(of: ")") else { return nil }
    // After the name: state, parent, … — user and system time are the 14th and 15th field of the line.
    let fields = text[text.index(after: close)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
    return (user + system) / ticksPerSecond
  }

  static func proportionalBytes(pid: Int32) -> Int? {
    guard pid > 0 else { return nil }
    return number(after: "Pss:", in: read("/proc/\(pid)/smaps_rollup")).map { $0 << 10 }
  }

  /// The first number after a name at the start of a line.
  static func number(after name: String, in text: String?) -> Int? {
    text?.split(separator: "\n").first { $0.hasPrefix(name) }?
      .dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }

  /// The first 8 KiB of a file; nil where it cannot be read.
  static func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 8 << 10)
    let count = Glibc.read(file, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }

  private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
}

/// How much processor time an instance may use before it is idle again: what its calls may use together. For one call
/// at a time that is exact, to a tick of the kernel; for several, none is blamed for what another used.
struct ProcessorBudget {
  private var allowedSeconds = 0.0
  private var usedBefore: Double?

  /// A call begins.
  mutating func begin(seconds: Double) {
    allowedSeconds += seconds
  }

  /// All calls have ended.
  mutating func end() {
    allowedSeconds = 0
    usedBefore = nil
  }

  mutating func isUsedUp(pid: Int32) -> Bool {
    guard allowedSeconds > 0, let used = ProcessFacts.processorSeconds(pid: pid) else { return false }
    // Reading it for every call would cost more than most calls: the first look in a busy time is where it counts from.
    guard let before = usedBefore else {
      usedBefore = used
      return false
    }
    return used - before > allowedSeconds
  }
}
