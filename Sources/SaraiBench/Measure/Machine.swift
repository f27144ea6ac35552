import Glibc
import SaraiCore

/// What the numbers were measured on; a figure without it says little.
package struct Machine: Sendable, Hashable {
  package var processor: String
  package var cores: Int
  package var memoryBytes: Int
  package var kernel: String
  /// Load averages over 1, 5 and 15 minutes, at the start.
  package var load: [Double]

  package static func current() -> Machine {
    let processor = ProcFile.lines("/proc/cpuinfo").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":", maxSplits: 1).last }
      .map { String($0.drop { $0 == " " }) }
    let memoryKilobytes = ProcFile.lines("/proc/meminfo").first { $0.hasPrefix("MemTotal:") }
      .flatMap(ProcFile.kilobytes)
    let load = ProcFile.lines("/proc/loadavg").first?.split(separator: " ").prefix(3).compactMap { Double($0) }
    return Machine(
      processor: processor ?? "unknown", cores: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
      memoryBytes: (memoryKilobytes ?? 0) * 1024,
      kernel: ProcFile.lines("/proc/sys/kernel/osrelease").first ?? "unknown", load: load ?? [])
  }

  /// Whether something else kept the processor busy: figures are then sizes at best.
  package var isBusy: Bool { (load.first ?? 0) > 0.5 * Double(cores) }

  var json: JSONValue {
    [
      "processor": .string(processor), "cores": .integer(Int64(cores)), "memory_bytes": .integer(Int64(memoryBytes)),
      "kernel": .string(kernel), "load": .array(load.map { .number($0) }),
    ]
  }
}

/// Reads the kernel's text files.
enum ProcFile {
  /// The file's lines; none where it is not there, or its process is gone.
  static func lines(_ path: String) -> [String] {
    guard let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The number of a line such as `Pss:   123 kB`.
  static func kilobytes(_ line: String) -> Int? {
    line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }
}

/// Memory of a process, in bytes: each page shared with n processes counts as 1/n (PSS), save those of its own program,
/// which count whole, since a benchmark of SARAi runs the same program a second time.
package struct ProcessFootprint: Sendable, Hashable {
  package var proportionalBytes: Int
  /// The part that maps a model's file: weights, as they lie on disk.
  package var weightBytes: Int
  /// The part that maps its own program's file.
  package var programBytes: Int

  package var besidesWeightsBytes: Int { proportionalBytes - weightBytes }

  /// Nil where the process is gone or another user's.
  package init?(pid: Int32, modelFile: String) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let length = readlink("/proc/\(pid)/exe", &buffer, buffer.count)
    guard length > 0 else { return nil }
    self.init(
      smaps: ProcFile.lines("/proc/\(pid)/smaps"), modelFile: modelFile,
      program: String(decoding: buffer[..<length], as: UTF8.self))
  }

  init?(smaps: [String], modelFile: String, program: String) {
    let name = modelFile.split(separator: "/").last.map(String.init) ?? modelFile
    var total = 0
    var weights = 0
    var own = 0
    var isModel = false
    var isProgram = false
    for line in smaps {
      if let first = line.utf8.first, !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) {
        isModel = line.hasSuffix("/" + name)
        isProgram = line.hasSuffix(program)
      } else if line.hasPrefix(isProgram ? "Rss:" : "Pss:"), let kilobytes = ProcFile.kilobytes(line) {
        total += kilobytes * 1024
        if isModel { weights += kilobytes * 1024 }
        if isProgram { own += kilobytes * 1024 }
      }
    }
    guard total > 0 else { return nil }
    proportionalBytes = total
    weightBytes = weights
    programBytes = own
  }

  /// Of two processes that run one program, whose pages they share.
  func together(with other: ProcessFootprint) -> ProcessFootprint {
    var sum = self
    sum.proportionalBytes += other.proportionalBytes - min(programBytes, other.programBytes)
    sum.weightBytes += other.weightBytes
    sum.programBytes = max(programBytes, other.programBytes)
    return sum
  }
}
