import FoundationEssentials
import SaraiCore
import SaraiMemory

/// Ninety days in which what was told is corrected again and again, then rotation and compaction.
struct MemoryChurn {
  let folder: String

  private static let days = 90
  private static let facts = 2_000
  /// Each fact is told anew about every eighth day.
  private static let cycle = 8
  /// What is over for longer goes.
  private static let keptDays = 30

  func measure(into figures: inout MemoryFigures) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let memory = try MemoryStore.open(folder: folder)
    let start = Timestamp.now().adding(days: -Self.days)
    for day in 0..<Self.days { try live(memory, day: day, at: start.adding(days: day)) }
    let held = try memory.recall(FactQuery(owner: .local, limit: 10_000)).count
    let full = try memory.statistics().databaseBytes
    try memory.rotate(days: Self.keptDays)
    let report = try memory.vacuum()
    guard held == Self.facts, try memory.recall(FactQuery(owner: .local, limit: 10_000)).count == held else {
      throw MemoryScenario.lost("90")
    }
    try memory.close()
    figures.set("churned_store", Double(full) / 1e6, "MB")
    figures.set("churned_store_after_vacuum", Double(report.bytesAfter) / 1e6, "MB")
    figures.set("vacuum_freed_after_90_days", 1 - Double(report.bytesAfter) / Double(max(1, full)), "share")
  }

  /// The first days tell every fact once; each later day corrects its share of them.
  private func live(_ memory: MemoryStore, day: Int, at time: Timestamp) throws {
    let share = (0..<Self.facts).filter { $0 % Self.cycle == day % Self.cycle }
    for chunk in 0..<10 {
      let part = share.enumerated().filter { $0.offset % 10 == chunk }.map(\.element)
      var random = SeededGenerator(seed: UInt64(day * 100 + chunk))
      let words = (0..<20).map { _ in
        MemoryWorld.content(random.zipf(MemoryWorld.contentWords), isEnglish: false)
      }
      _ = try memory.store(
        Batch(
          owner: .local,
          turn: NewTurn(conversation: "\(day)", saidAt: time, text: words.joined(separator: " ")),
          changes: part.map { fact in
            .add(
              NewFact(
                Term(MemoryWorld.entity(fact, owner: 0)), "vivir en",
                Term("ciudad \(MemoryWorld.content(random.zipf(5_000), isEnglish: false)) \(day)"), validFrom: time),
              replacing: .sameSubjectAndVerb)
          }))
    }
  }
}
