// A process of its own that runs a loop, for tests that kill it.
//
// `loop-worker FOLDER START` runs a loop whose jobs come every few milliseconds and whose hands append the key of each
// order that they have not done yet to FOLDER/done, until it is killed. Its time begins at START, in milliseconds since
// 1970, or goes on where the last order was due.
import Glibc
import SaraiAgent
import SaraiCore
import SaraiLoop
import Synchronization

/// A clock on which minutes pass in milliseconds, and which goes on after a kill where it was.
struct FastClock: LoopClock {
  private let start: Int64
  private let real = SystemLoopClock()
  private static let speed: Int64 = 60_000

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

  /// When the last of what was done was due.
  var lastMoment: Int64 {
    done.withLock { $0.compactMap { key in key.split(separator: ":").last.flatMap { Int64($0) } }.max() ?? 0 }
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
  let hands = FileHands(folder + "/done")
  let clock = FastClock(from: max(start, hands.lastMoment))
  let engine = try LoopEngine(folder: folder, hands: hands, clock: clock)
  // It may have been killed among these.
  let known = try await engine.jobs()
  // Their limits are minutes, which are milliseconds here.
  for job in known where job.source == .builtin && job.isEnabled {
    try await engine.editJob(job.id, owner: LoopOwner.local, LoopJobEdit(isEnabled: false))
  }
  let jobs: [(String, LoopJob.CatchUp, LoopActionKind, [String: String])] = [
    ("every 1m", .once, .pruneCaches, [:]), ("every 70m", .all, .pruneCaches, [:]),
    ("*/5 * * * *", .skip, .pruneCaches, [:]), ("every 7m", .once, .pruneCaches, [:]),
    ("every 110m", .all, .runSkill, ["skill": "calc"]), ("every 130m", .all, .remind, ["text": "beber agua"]),
  ]
  for (text, catchUp, action, arguments) in jobs where !known.contains(where: { $0.name == text }) {
    try await engine.addJob(
      LoopJob(
        name: text, schedule: Schedule(text: text), catchUp: catchUp, action: action, arguments: arguments,
        limitSeconds: 86_400))
  }
  _ = write(1, "ready\n", 6)
  await engine.run()
} catch {
  let line = Array("\(error)\n".utf8)
  _ = write(2, line, line.count)
  exit(3)
}
