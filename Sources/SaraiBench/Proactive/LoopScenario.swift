import FoundationEssentials
import Glibc
import SaraiCore
import SaraiLoop

/// What is done unasked: how soon the loop is back once killed, whether thresholds are told rightly, and what a day of
/// use brings, with a clock of its own and the real hands of a supervisor.
package struct LoopScenario: BenchScenario {
  package static let defaultKills = 50

  package let name = "loop"
  private let options: MixedScenario.Options
  private let kills: Int
  private static let seed: UInt64 = 24

  package init(_ options: MixedScenario.Options, kills: Int = Self.defaultKills) {
    self.options = options
    self.kills = kills
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    let machine = Machine.current()
    progress(0.01, Localized(es: "arranque y preparación", en: "start and preparation"))
    // A model that nobody asks for a second stands for one that nobody asks for five minutes of the day.
    let bed = try MixedBed(
      options.places, settings: ["memory.model_ttl_seconds=\(LoopDay.modelStaysSeconds)"],
      prepare: { try LoopDay.lay(in: $0) })
    defer { bed.close() }
    let link = try LoopLink(bed.watch)
    defer { link.close() }
    var figures = LoopFigures()
    try await measureRestarts(link, into: &figures, progress: progress)
    figures.crossings = Self.crossings(seed: Self.seed)
    let day = try LoopDay(bed, link, modelID: options.modelID, seed: Self.seed)
    let start = Monotonic.seconds()
    let step = Localized(es: "un día simulado", en: "a simulated day")
    figures.day = try await day.live { progress(0.25 + 0.74 * $0, step) }
    figures.daySeconds = Monotonic.seconds() - start
    progress(1, Localized(es: "listo", en: "done"))
    var settings = JSONObject()
    settings["model"] = .string(options.modelID)
    settings["kills"] = .integer(Int64(kills))
    settings["seed"] = .integer(Int64(Self.seed))
    return figures.report(machine: machine, settings: settings)
  }

  /// Three deaths in a row are taken for accidents, and the loop is back at once; then it has to live for two seconds.
  private func measureRestarts(
    _ link: LoopLink, into figures: inout LoopFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "reinicios del bucle", en: "restarts of the loop")
    for number in 0..<kills {
      progress(0.02 + 0.22 * Double(number) / Double(kills), step)
      if number % 3 == 0 { try await Task.sleep(for: .seconds(2.1)) }
      figures.restartMilliseconds.append(try await link.timedRestart())
    }
  }

  /// A hundred times above the threshold and below it, wavering in between: how often it was told once, and rightly.
  static func crossings(seed: UInt64) -> Proportion {
    let thresholds = LoopSettings.Thresholds()
    var random = SeededGenerator(seed: seed)
    var levels = MemoryLevels(thresholds)
    func between(_ low: Int64, _ high: Int64) -> Int64 { low + Int64(random.unit() * Double(high - low)) }
    var right = Proportion()
    for _ in 0..<100 {
      var told = levels.take(between(thresholds.highBytes + 1, thresholds.criticalBytes))
      for _ in 0..<30 { told += levels.take(between(thresholds.highUntilBytes, thresholds.criticalBytes)) }
      for _ in 0..<30 { told += levels.take(between(0, thresholds.highUntilBytes)) }
      right.add(told.map(\.kind) == [.memoryHigh, .memoryNormal])
    }
    return right
  }
}
