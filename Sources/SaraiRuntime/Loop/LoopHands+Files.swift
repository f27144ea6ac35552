import FoundationEssentials
import LoopProtocol
import SaraiCore
import SaraiModels
import SaraiSkills

/// What takes files away that nobody needs any more.
extension LoopHands {
  /// States of prompts and downloads that were broken off, unused for so many days.
  private static let cacheDays = 14
  private static let secondsADay = 86_400.0

  /// Removes what a cache has kept for longer than anybody is likely to come back to. Where memory is short, what is
  /// loaded and idle goes as well, and the effect counts what SARAi's processes held.
  ///
  /// - Parameter arguments: `days`; `urgent`, "1" where room is short.
  func pruneCaches(_ arguments: [String: String]) async throws -> Outcome {
    let days = try Self.number("days", arguments, default: Self.cacheDays)
    let isShort = arguments["urgent"] == "1"
    let heldBefore = isShort ? await heldBytes() : 0
    let before = Self.files(below: folders.cache) + Self.brokenDownloads(in: folders.models)
    let oldest = WallClock.seconds - Double(days) * Self.secondsADay
    var removed = 0
    for file in before where file.modified < oldest && file.isDisposable {
      try Task.checkCancellation()
      if (try? FileManager.default.removeItem(atPath: file.path)) != nil { removed += file.bytes }
    }
    if isShort {
      await models.unloadIdle()
      await skills.stopIdle()
    }
    let total = before.reduce(0) { $0 + $1.bytes } + heldBefore
    let after = before.reduce(0) { $0 + $1.bytes } - removed + (isShort ? await heldBytes() : 0)
    return .effect("bytes", before: total, after: after)
  }

  /// Removes logs, and parts of logs, that nothing was written to for so many days.
  func rotateLogs(days: Int) -> Outcome {
    let before = Self.files(below: folders.logs)
    let oldest = WallClock.seconds - Double(days) * Self.secondsADay
    var removed = 0
    for file in before where file.modified < oldest {
      if (try? FileManager.default.removeItem(atPath: file.path)) != nil { removed += file.bytes }
    }
    let total = before.reduce(0) { $0 + $1.bytes }
    return .effect("bytes", before: total, after: total - removed)
  }

  /// What engines and skills hold, shared pages counted in parts.
  private func heldBytes() async -> Int {
    let engines = await models.ps().compactMap(\.memoryBytes).reduce(0) { $0 + Int($1) }
    return await skills.status().flatMap(\.processes).compactMap(\.memoryBytes).reduce(engines, +)
  }

  private struct File {
    let path: String
    let bytes: Int
    let modified: Double
    /// What proves that a model's batches are exact is small and dear.
    var isDisposable: Bool { !path.hasSuffix(".txt") }
  }

  /// Ordinary files below a folder; links are not followed.
  private static func files(below folder: String) -> [File] {
    ((try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []).compactMap { name in
      file(folder + "/" + name)
    }
  }

  private static func brokenDownloads(in folder: String) -> [File] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".part") }
      .compactMap { file(folder + "/" + $0) }
  }

  private static func file(_ path: String) -> File? {
    guard let status = FileStatus(path, followsLinks: false), status.isFile else { return nil }
    return File(path: path, bytes: status.sizeBytes, modified: status.modified)
  }
}
