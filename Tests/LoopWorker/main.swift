// A process of its own that runs a loop, for tests that kill it.
//
// `loop-worker FOLDER` runs a loop whose jobs come every few milliseconds and whose hands append the key of each order
// that they have not done yet to FOLDER/done, until it is killed.
import Glibc
import SaraiAgent
import SaraiCore
import SaraiLoop
import Synchronization

/// A clock on which minutes pass in milliseconds, and which goes on after a kill where it was.
struct FastClock: LoopClock {
  private let start: Int64
  private let real = SystemLoopClock()
  private static let speed: Int64 = 20_000

  init(from start: Int64) { self.start = start - real.elapsed * Self.speed }

  var now: Int64 { start + real.elapsed * Self.speed }
  var elapsed: Int64 { real.elapsed * Self.speed }

  func sleep(until elapsed: Int64) async {
    try? await Task.sleep(for: .microseconds(max(0, elapsed - self.elapsed) * 1000 / Self.speed))
  }
}

/// Hands that outlive the loop, as the supervisor's do: what they did lies in a file.
final class FileHands: LoopHands {
  private let file: Int32
  private let done: Mutex<Set<String>>

  init(_ path: String) {
    file = open(path, O_RDWR | O_CREAT | O_APPEND, 0o600)
    guard file >= 0 else { exit(2) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(file, &chunk, chunk.count), count > 0 { bytes += chunk.prefix(count) }
    // A line without its end was not written whole: the action is done again, and its line begins anew.
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    done = Mutex(Set(lines.dropLast().map(String.init)))
    if let last = lines.last, !last.isEmpty { ftruncate(file, off_t(bytes.count - last.utf8.count)) }
  }

  func perform(_ order: LoopOrder) async throws -> ActionOutcome {
    let isKnown = done.withLock { $0.contains(order.key) }
    if !isKnown {
      if order.isUncertain {
        throw SaraiError(.notFound, es: "No se sabe nada de \(order.key).", en: "Nothing is known of \(order.key).")
      }
      let line = Array((order.key + "\n").utf8)
      guard write(file, line, line.count) == line.count else { exit(4) }
      done.withLock { _ = $0.insert(order.key) }
    }
    return ActionOutcome(effect: ActionEffect(.rows, before: 1, after: 0))
  }
}

let folder = CommandLine.arguments[1]
guard let start = Int64(CommandLine.arguments[2]) else { exit(2) }
do {
  let clock = FastClock(from: start)
  let engine = try LoopEngine(folder: folder, hands: FileHands(folder + "/done"), clock: clock)
  if try await engine.jobs().count(where: { $0.source == .user }) == 0 {
    for (index, text) in ["every 1m", "every 7m", "*/5 * * * *", "@hourly"].enumerated() {
      try await engine.addJob(
        LoopJob(
          name: text, schedule: Schedule(text: text), catchUp: LoopJob.CatchUp.allCases[index % 3],
          action: .pruneCaches))
    }
    try await engine.addJob(
      LoopJob(
        name: "skill", schedule: Schedule(text: "every 11m"), catchUp: .all, action: .runSkill,
        arguments: ["skill": "calc"]))
    try await engine.addJob(
      LoopJob(
        name: "remind", schedule: Schedule(text: "every 13m"), catchUp: .all, action: .remind,
        arguments: ["text": "beber agua"]))
  }
  _ = write(1, "ready\n", 6)
  await engine.run()
} catch {
  let line = Array("\(error)\n".utf8)
  _ = write(2, line, line.count)
  exit(3)
}
