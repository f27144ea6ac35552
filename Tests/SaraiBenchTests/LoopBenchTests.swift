import Foundation
import SaraiCore
import SaraiLoop
import TestSupport
import Testing

@testable import SaraiBench

@Suite struct LoopBenchTests {
  private func record(
    _ action: LoopActionKind, gain: Int64, unit: ActionEffect.Unit = .bytes, state: LoopRecord.State = .done
  ) -> LoopRecord {
    LoopRecord(
      action: ProactiveAction(key: "\(action)-\(gain)", trigger: "now", action: action, dueAt: 0), state: state,
      effect: ActionEffect(unit, before: gain, after: 0), isUseful: gain > 0)
  }

  @Test("A hundred crossings of the memory threshold are told rightly, whatever the seed")
  func crossings() {
    for seed in 0..<5 as Range<UInt64> {
      #expect(LoopScenario.crossings(seed: seed) == Proportion(successes: 100, trials: 100))
    }
  }

  @Test("Effects are summed by action and unit, and only useful ones count")
  func tallies() throws {
    let tallies = LoopFigures.tallies([
      record(.pruneCaches, gain: 5), record(.pruneCaches, gain: 7), record(.pruneCaches, gain: 0),
      record(.backupMemory, gain: 9, unit: .milliseconds), record(.runSkill, gain: 0, state: .failed),
    ])
    #expect(tallies.map(\.action) == [.backupMemory, .pruneCaches, .runSkill])
    let prune = try #require(tallies.first { $0.action == .pruneCaches })
    #expect(prune.ended == 3 && prune.useful == 2 && prune.gains == [.bytes: 12])
    #expect(tallies.last?.failed == 1)
  }

  @Test("The simulated clock stands until time is passed, and never goes back")
  func clock() async {
    let clock = SimulatedClock(1_000)
    let elapsed = clock.elapsed
    clock.pass(500)
    clock.pass(-500)
    await clock.sleep(until: elapsed + 700)
    #expect(clock.now == 1_700 && clock.elapsed == elapsed + 700)
  }

  @Test("Files grow older with what lies in them unchanged")
  func ages() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "a/b")
      try FileManager.default.createDirectory(
        at: folder.appending(path: "a"), withIntermediateDirectories: true)
      try Data("x".utf8).write(to: file)
      try FileAges.set(file.path, 1_000_000)
      FileAges.age(folder.path, bySeconds: 86_400)
      let changed = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
      #expect(changed?.timeIntervalSince1970 == 913_600)
      #expect(try Data(contentsOf: file) == Data("x".utf8))
    }
  }
}
