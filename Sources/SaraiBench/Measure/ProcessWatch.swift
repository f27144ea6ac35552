import Glibc
import SaraiCore
import Synchronization

/// What a process of SARAi's is there for.
enum ProcessRole: String, CaseIterable, Sendable {
  case serve, supervisor, memory, loop, skills, sandboxes, engine, nlp

  /// SARAi's own, which hold neither a model nor another project's interpreter.
  var isOwn: Bool { self != .engine && self != .nlp }

  /// Of a process that a supervisor started.
  init(name: String, arguments: [String]) {
    switch name {
    case "sarai-memory": self = .memory
    case "sarai-loop": self = .loop
    case "sarai-engine": self = .engine
    case "sarai-skill": self = .skills
    case let name where name.hasPrefix("python"):
      self = arguments.contains { $0.hasSuffix("nlp.py") } ? .nlp : .skills
    default: self = .sandboxes
    }
  }
}

/// The processes of one SARAi: a server, its supervisor, and whatever that runs.
struct ProcessWatch: Sendable {
  /// Memory of all processes of a role at one moment, in bytes.
  typealias Sample = [ProcessRole: Int]

  let home: String

  func processes(serve: Int32) -> [(role: ProcessRole, pid: Int32)] {
    var found: [(ProcessRole, Int32)] = [(.serve, serve)]
    guard let supervisor = ProcessSearch.supervisor(home: home) else { return found }
    found.append((.supervisor, supervisor))
    for pid in ProcessSearch.descendants(of: supervisor) {
      guard let command = ProcessSearch.command(pid) else { continue }
      found.append((ProcessRole(name: command.name, arguments: command.arguments), pid))
    }
    return found
  }

  func pids(_ role: ProcessRole, serve: Int32) -> [Int32] {
    processes(serve: serve).filter { $0.role == role }.map(\.pid)
  }

  /// PSS by role. The server and its supervisor run the program that the benchmark runs as well: its pages, which the
  /// three share, are counted with the server, whole.
  func memory(serve: Int32) -> Sample {
    var sample: Sample = [:]
    var server: ProcessFootprint?
    for (role, pid) in processes(serve: serve) {
      switch role {
      case .serve:
        server = ProcessFootprint(pid: pid, modelFile: "")
        sample[role] = server?.proportionalBytes
      case .supervisor:
        guard let own = ProcessFootprint(pid: pid, modelFile: "") else { continue }
        sample[role] =
          server.map { $0.together(with: own).proportionalBytes - $0.proportionalBytes }
          ?? own.proportionalBytes
      default:
        if let rollup = SkillMemory.Rollup(pid: pid) { sample[role, default: 0] += rollup.proportionalBytes }
      }
    }
    return sample
  }

  /// Seconds of processor time by role, of the processes that live.
  func processorSeconds(serve: Int32) -> [ProcessRole: Double] {
    var seconds: [ProcessRole: Double] = [:]
    for (role, pid) in processes(serve: serve) {
      seconds[role, default: 0] += Self.processorSeconds(ProcFile.lines("/proc/\(pid)/stat").first ?? "") ?? 0
    }
    return seconds
  }

  /// User and system time of a line of /proc/PID/stat; nil where it is none.
  static func processorSeconds(_ stat: String) -> Double? {
    // The name is in brackets and may hold anything, brackets included.
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

/// Reads the memory of all roles again and again, beside what is measured.
final class MemorySampler: Sendable {
  private let samples = Mutex<[ProcessWatch.Sample]>([])
  private let serve: Mutex<Int32>
  private let watch: ProcessWatch
  /// A look costs about a hundredth of a second of one core.
  private static let pause = Duration.seconds(1)

  init(_ watch: ProcessWatch, serve: Int32) {
    self.watch = watch
    self.serve = Mutex(serve)
  }

  /// The server that runs now.
  func follow(serve pid: Int32) { serve.withLock { $0 = pid } }

  func run() async {
    while !Task.isCancelled {
      let sample = watch.memory(serve: serve.withLock { $0 })
      samples.withLock { $0.append(sample) }
      try? await Task.sleep(for: Self.pause)
    }
  }

  var all: [ProcessWatch.Sample] { samples.withLock { $0 } }
}
