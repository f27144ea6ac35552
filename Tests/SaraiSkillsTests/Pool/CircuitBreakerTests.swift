import SaraiCore
import Testing

@testable import SaraiSkills

@Suite struct CircuitBreakerTests {
  /// A breaker with a clock of its own.
  private final class Subject {
    private var breaker: CircuitBreaker
    private let start = ContinuousClock.now
    private let error = SaraiError(.skillFailed, es: "falló", en: "failed")

    init(_ policy: SkillPoolSettings.FailurePolicy) { breaker = CircuitBreaker(policy) }

    func admits(after seconds: Double) -> Bool {
      if case .yes = breaker.admit(now: start + .seconds(seconds)) { true } else { false }
    }

    func fails(after seconds: Double = 0) -> Bool { breaker.failed(error, now: start + .seconds(seconds)) }
    func succeeds() { breaker.succeeded() }
    var isClosed: Bool { breaker.isClosed && breaker.lastError == nil }
  }

  @Test("So many failures in a row open it, one success closes it, and each rest is longer than the one before")
  func opens() {
    let subject = Subject(.init(limit: 2, restSeconds: 10, longestRestSeconds: 25))
    #expect(!subject.fails())
    #expect(subject.admits(after: 0))
    #expect(subject.fails())
    #expect(!subject.admits(after: 9))
    // One tries; the others wait for what comes of it.
    #expect(subject.admits(after: 11))
    #expect(!subject.admits(after: 11))
    subject.succeeds()
    #expect(subject.admits(after: 11) && subject.isClosed)

    #expect(!subject.fails())
    #expect(subject.fails())
    var time = 0.0
    for rest in [10.0, 20, 25, 25] {
      #expect(!subject.admits(after: time + rest - 1))
      #expect(subject.admits(after: time + rest + 1))
      time += rest + 1
      #expect(subject.fails(after: time))
    }
  }

  @Test("A success between failures starts the count again")
  func counts() {
    let subject = Subject(.init(limit: 2))
    for _ in 0..<10 {
      #expect(!subject.fails())
      subject.succeeds()
    }
    #expect(subject.isClosed)
  }

  @Test("One who tries and is never heard of again does not keep it open for ever")
  func lostProbe() {
    let subject = Subject(.init(limit: 1, restSeconds: 10))
    #expect(subject.fails())
    #expect(subject.admits(after: 11))
    #expect(!subject.admits(after: 12))
    #expect(subject.admits(after: 23))
  }
}
