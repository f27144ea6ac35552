import SaraiLoop
import TestSupport
import Testing

@Suite struct HysteresisTests {
  private let thresholds = LoopSettings.Thresholds()

  @Test("Each of a hundred crossings of the memory threshold is said once, whatever wavers in between")
  func crossings() {
    var random = SeededRandom(10)
    var levels = MemoryLevels(thresholds)
    var said: [LoopEventKind] = []
    for _ in 0..<100 {
      let above = (0..<Int.random(in: 1...30, using: &random)).map { _ in
        Int64.random(in: thresholds.highUntilBytes...thresholds.criticalBytes, using: &random)
      }
      let below = Int64.random(in: 0..<thresholds.highUntilBytes, using: &random)
      said += ([thresholds.highBytes + 1] + above + [below]).flatMap { levels.take($0) }.map(\.kind)
    }
    #expect(said == Array(repeating: [.memoryHigh, .memoryNormal], count: 100).flatMap { $0 })
  }

  @Test("The threshold itself is not above it, and a byte more is")
  func edge() {
    var levels = MemoryLevels(thresholds)
    #expect(levels.take(thresholds.highBytes).isEmpty)
    #expect(levels.take(thresholds.highBytes + 1).map(\.kind) == [.memoryHigh])
    #expect(levels.take(thresholds.highUntilBytes).isEmpty)
    #expect(levels.take(thresholds.highUntilBytes - 1).map(\.kind) == [.memoryNormal])
  }

  @Test("What rises at once past both thresholds is high and critical, and critical again only after it fell")
  func critical() {
    var levels = MemoryLevels(thresholds)
    let event = levels.take(11_000_000_000)
    #expect(event.map(\.kind) == [.memoryHigh, .memoryCritical])
    #expect(event.map { $0.values["threshold"] } == ["10000000000", "10500000000"])
    #expect([10_400_000_000, 10_600_000_000].flatMap { levels.take($0) }.isEmpty)
    #expect(levels.take(10_100_000_000).isEmpty)
    #expect(levels.take(10_600_000_000).map(\.kind) == [.memoryCritical])
  }
}
