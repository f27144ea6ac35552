import NIOCore
import Synchronization

/// Ends attempts whose deadline has come.
///
/// One timer, set for the earliest deadline, serves all: most attempts end long before theirs, and a timer each would
/// stay in memory until then.
final class DeadlineWatch: Sendable {
  private struct State {
    var attempts: [ObjectIdentifier: Attempt] = [:]
    var alarm: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let eventLoop: any EventLoop

  init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func add(_ attempt: Attempt) {
    let deadline = attempt.request.deadline
    let isEarliest = state.withLock { state in
      state.attempts[ObjectIdentifier(attempt)] = attempt
      if let alarm = state.alarm, alarm <= deadline { return false }
      state.alarm = deadline
      return true
    }
    if isEarliest { setAlarm(deadline) }
  }

  func remove(_ attempt: Attempt) {
    state.withLock { state in _ = state.attempts.removeValue(forKey: ObjectIdentifier(attempt)) }
  }

  func endAll(_ error: SkillError) {
    for attempt in state.withLock({ Array($0.attempts.values) }) { attempt.end(.failure(error)) }
  }

  private func setAlarm(_ time: ContinuousClock.Instant) {
    let wait = max(.zero, time - .now)
    eventLoop.scheduleTask(in: TimeAmount(wait)) { [weak self] in self?.ring() }
  }

  private func ring() {
    let now = ContinuousClock.now
    let (late, next) = state.withLock { state in
      let late = state.attempts.values.filter { $0.request.deadline <= now }
      for attempt in late { state.attempts.removeValue(forKey: ObjectIdentifier(attempt)) }
      // An alarm that was overtaken by an earlier one rings too, and finds nothing to do.
      state.alarm = state.attempts.values.map(\.request.deadline).min()
      return (late, state.alarm)
    }
    for attempt in late { attempt.end(.failure(.late)) }
    if let next { setAlarm(next) }
  }
}
