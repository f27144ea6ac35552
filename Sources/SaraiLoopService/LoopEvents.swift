import Logging
import LoopProtocol
import SaraiCore
import SaraiLoop

/// What the companion reports, as the engine's events: what is measured becomes an event where a threshold is crossed.
actor LoopEvents {
  /// Free room on the disk that is little, and that is enough again.
  private static let diskLowBytes: Int64 = 2 << 30
  private static let diskEnoughBytes: Int64 = 4 << 30
  /// A database has grown that is so many times as large as when this was last said, and not small.
  private static let growth = 1.5
  private static let largestSmallDatabase = 64 << 20

  private let engine: LoopEngine
  private let log: Logger
  private var levels = MemoryLevels(LoopSettings.Thresholds())
  private var thresholds = LoopSettings.Thresholds()
  // It watches what is used, which is high where little is free.
  private var disk = Hysteresis(rise: -diskLowBytes, fall: -diskEnoughBytes)
  private var databaseBytes: Int?

  init(engine: LoopEngine, log: Logger) {
    self.engine = engine
    self.log = log
  }

  func configure(_ settings: LoopSettings) async {
    if settings.thresholds != thresholds {
      thresholds = settings.thresholds
      levels = MemoryLevels(thresholds)
    }
    do { try await engine.configure(settings) } catch { log.error("loop: \(error)") }
  }

  func take(_ event: Sarai_Loop_V1_Event) async {
    do {
      for event in events(event) { try await engine.post(event) }
    } catch {
      log.error("loop: an event was lost: \(error)")
    }
  }

  /// Nobody tells of turns any more.
  func companionLeft() async { await engine.forgetAnswers() }

  private func events(_ event: Sarai_Loop_V1_Event) -> [LoopEvent] {
    switch event.kind {
    case "memory": return Int64(event.values["bytes"] ?? "").map { levels.take($0) } ?? []
    case "disk": return diskEvents(event.values)
    case "database": return databaseEvents(event.values)
    default:
      guard let kind = LoopEventKind(rawValue: event.kind) else { return [] }
      return [LoopEvent(kind, at: Int64(secondsSince1970: event.at), values: event.values)]
    }
  }

  private func diskEvents(_ values: [String: String]) -> [LoopEvent] {
    guard let free = Int64(values["free_bytes"] ?? ""), disk.take(-free) == true else { return [] }
    return [LoopEvent(.diskLow, values: values)]
  }

  private func databaseEvents(_ values: [String: String]) -> [LoopEvent] {
    guard let bytes = Int(values["bytes"] ?? ""), bytes >= 0 else { return [] }
    guard let before = databaseBytes, bytes >= before else {
      databaseBytes = bytes
      return []
    }
    guard bytes > Self.largestSmallDatabase, Double(bytes) > Double(before) * Self.growth else { return [] }
    databaseBytes = bytes
    return [LoopEvent(.databaseGrown, values: values.merging(["before": "\(before)"]) { $1 })]
  }
}
