import SaraiRuntime
import Testing

@Suite struct StartLimitTests {
  @Test("Who keeps asking does not keep it from starting again")
  func refusedAttempts() {
    var limit = StartLimit(mostStarts: 4, windowSeconds: 30)
    let start = ContinuousClock.now
    // One attempt a second, with no rest.
    let admitted = (0..<35).filter { limit.admits(start + .seconds($0)) }
    #expect(admitted == [0, 1, 2, 3, 30, 31, 32, 33])
  }
}
