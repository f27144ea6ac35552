import FoundationEssentials
import Glibc
import LoopProtocol
import SaraiAgent
import SaraiCore
import SaraiLoop
import SaraiMemory

/// Twenty-four hours of use in a few minutes: the loop's engine on a clock of its own decides what is due, and the hands
/// of a real supervisor do it, on real files, a real memory, models and skills.
///
/// The person's turns are asked of the real server. Where the day is faster than the machine, what hours would do to
/// it is done: files grow old, and what idles for too long ends.
final class LoopDay {
  /// The supervisor lets an unasked model go after so long, while a day passes in minutes.
  static let modelStaysSeconds = 1

  struct Outcome: Sendable {
    var records: [LoopRecord]
    /// Of the person's own jobs; the rest is what SARAi comes with.
    var personal: Set<Int64>
    var turns: Int
    var hours: Double
  }

  private let bed: MixedBed
  private let clock: SimulatedClock
  private let hands: SupervisedHands
  private let engine: LoopEngine
  private let folder: String
  private var turns: MixedTurns
  private var random: SeededGenerator
  private var asked = 0

  /// A Friday; what is usual at which hour is learnt from here on.
  private static let start: Int64 = 1795_154_400_000  // 2026-11-20T06:00:00Z
  /// Until the Thursday after.
  private static let habitHours = 6 * 24
  private static let hours = 24

  init(_ bed: MixedBed, _ link: LoopLink, modelID: String, seed: UInt64) throws {
    self.bed = bed
    clock = SimulatedClock(Self.start)
    turns = MixedTurns(seed: seed)
    random = SeededGenerator(seed: seed)
    hands = SupervisedHands(
      link, clock: clock, state: bed.state,
      isModelLoaded: { [client = bed.client, modelID] in client.hasLoaded(modelID) })
    // A week of the loop's own writing, and nothing of it lasts: no disk has to bear it.
    let shared = "/dev/shm"
    folder = (access(shared, W_OK) == 0 ? shared : "/tmp") + "/sarai-bench-loop-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    engine = try LoopEngine(folder: folder, hands: hands, clock: clock)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Lives through days that only teach habits, and then through the one that counts.
  func live(progress: (Double) -> Void) async throws -> Outcome {
    while clock.now < Self.start + Int64(Self.habitHours) * 3_600_000 { try await session(isReal: false) }
    for turn in turns.preparation() { _ = bed.ask(turn, maxTokens: 8) }
    let personal = try await addJobs()
    let begin = clock.now
    let end = begin + Int64(Self.hours) * 3_600_000
    await engine.settle()
    hands.begin()
    try await engine.post(
      LoopEvent(
        .factDated,
        values: [
          "fact": "1", "subject": "cumpleaños de Ana", "verb": "ser", "object": "el 27 de noviembre",
          "told_at": "\(begin)", "said": "El cumpleaños de Ana es el 27 de noviembre.",
        ]))
    while clock.now < end {
      progress(Double(clock.now - begin) / Double(end - begin))
      try await session(isReal: true)
    }
    let records = try await engine.history(limit: 10_000).filter { ($0.endedAt ?? 0) >= begin }
    try await engine.close()
    return Outcome(
      records: records, personal: personal, turns: asked, hours: Double(clock.now - begin) / 3_600_000)
  }

  /// What a person has set up: the shop's takings each half hour and whenever its table changes, and a break each hour
  /// and a half.
  private func addJobs() async throws -> Set<Int64> {
    let sales = ["skill": "shop", "text": "¿Cuál es el importe total de las ventas en Madrid?", "language": "es"]
    var ids: Set<Int64> = []
    for (schedule, action, arguments) in [
      ("every 30m", LoopActionKind.runSkill, sales),
      ("on file_changed", .runSkill, sales.merging(["path": bed.folder + "/ventas.csv"]) { $1 }),
      ("every 90m", .remind, ["text": "levantarte un rato"]),
    ] {
      let job = LoopJob(
        name: schedule, schedule: try Schedule(text: schedule), action: action, arguments: arguments)
      ids.insert(try await engine.addJob(job).id)
    }
    return ids
  }

  // MARK: - The person

  /// They come, ask a few things, and are away for some minutes. One visit in eight follows a sale.
  private func session(isReal: Bool) async throws {
    if isReal, random.below(8) == 0 { try await sell() }
    try await engine.post(LoopEvent(.userActive))
    for _ in 0...random.below(4) { try await turn(isReal: isReal) }
    await pass(seconds: 300)
    try await engine.post(LoopEvent(.userIdle, values: ["seconds": "300"]))
    await pass(seconds: Int64(180 + random.below(540)))
  }

  private func turn(isReal: Bool) async throws {
    let turn = turns.next()
    try await engine.post(LoopEvent(.answering))
    if isReal {
      asked += 1
      let reply = bed.ask(turn, maxTokens: 16)
      await pass(seconds: Int64((reply.milliseconds / 1000).rounded(.up)))
    } else {
      await pass(seconds: 2)
    }
    let answerer: [String: String] =
      switch turn.kind {
      case .chat: ["model": "sarai"]
      case .sum: ["skill": "calc"]
      case .data: ["skill": "shop"]
      default: [:]
      }
    for name in answerer.values { hands.used(name) }
    try await engine.post(LoopEvent(.answered, values: answerer))
    await pass(seconds: Int64(5 + random.below(46)))
  }

  /// A line more in the shop's table.
  private func sell() async throws {
    let path = bed.folder + "/ventas.csv"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try (text + "\(1_000 + asked),Madrid,\(5 + random.below(95))\n").write(
      toFile: path, atomically: false, encoding: .utf8)
    try await engine.post(LoopEvent(.fileChanged, values: ["path": path]))
  }

  /// Time passes, and all is done in it that there is to do.
  private func pass(seconds: Int64) async {
    let end = clock.elapsed + seconds * 1000
    await engine.settle()
    while clock.elapsed < end {
      let wake = await engine.advance()
      clock.pass(max(1, min(wake, end) - clock.elapsed))
      await engine.settle()
    }
  }

  // MARK: - What lies there

  /// States of prompts that nobody came back to: two become two weeks old in each hour of the day.
  private static let oldStates = 48
  private static let oldStateBytes = 256 << 10
  /// One log a day; ten are past their time.
  private static let oldLogs = 40
  private static let secondsADay = 86_400.0

  /// What SARAi would have left behind in the months before: caches, logs, and a memory with history.
  static func lay(in home: String) throws {
    let files = FileManager.default
    let cache = home + "/state/cache/earlier"
    let logs = home + "/state/logs"
    for folder in [cache, logs, home + "/state/memory"] {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    let now = Date().timeIntervalSince1970
    for number in 0..<oldStates {
      let path = cache + "/prefix-\(number).bin"
      try Data(repeating: UInt8(number), count: oldStateBytes).write(to: URL(filePath: path))
      try FileAges.set(path, now - 14 * secondsADay + secondsADay * (Double(number) + 0.5) / Double(oldStates))
    }
    for day in 1...oldLogs {
      let path = logs + "/serve.log.\(day)"
      try Data(repeating: UInt8(ascii: "\n"), count: 20_000).write(to: URL(filePath: path))
      try FileAges.set(path, now - Double(day) * secondsADay)
    }
    let world = MemoryWorld(facts: 400, turns: 100)
    let memory = try MemoryStore.open(folder: home + "/state/memory")
    for number in 0..<MemoryWorld.owners {
      _ = try memory.importLines(
        world.lines(of: number, told: world.told(by: number)), owner: try world.owner(number))
    }
    try memory.close()
  }
}
