import Logging
import SaraiCore
import SaraiMemory
import Synchronization

// What a memory needs now and then.
extension MemoryHost {
  /// What is due is done when nobody has asked for anything for so long.
  private static let quietSeconds = 60.0
  /// Nothing is deleted that nobody asked to delete: rotation is a command.
  private static let plan = {
    var plan = HousekeepingPlan()
    plan.keptDays = nil
    return plan
  }()

  /// Brings vectors up to date and does what is due, until the task is cancelled.
  func keepHouse() async {
    let embedding = Task(priority: .background) { await self.embedEverybody() }
    defer { embedding.cancel() }
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(Self.quietSeconds))
      guard !Task.isCancelled, lastCall.withLock({ $0 }) < .now - .seconds(Self.quietSeconds) else { continue }
      do {
        // One at a time: somebody may ask in between.
        guard let task = try await reading({ try self.store.dueTasks(Self.plan).first }) else { continue }
        let result = try await writing { try self.store.perform(task, Self.plan) }
        if case .compacted(let report?) = result { counters.withLock { $0.count(report) } }
        if case .rotated(let report) = result, report.turnsRemoved > 0 { forgetIndexes() }
        log.info("memory: \(result)")
      } catch {
        log.warning("memory: \(error)")
      }
    }
  }
}
