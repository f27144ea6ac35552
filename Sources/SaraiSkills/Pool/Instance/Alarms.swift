import NIOCore
import NIOPosix
import Synchronization

/// Calls closures at their times. One timer, set for the earliest, serves all: most alarms are taken back long before
/// they ring, and a timer each would stay in memory until then.
final class Alarms: Sendable {
  typealias Token = UInt64

  private struct State {
    var alarms: [Token: (time: ContinuousClock.Instant, body: @Sendable () -> Void)] = [:]
    var last: Token = 0
    var timer: ContinuousClock.Instant?
  }

  static let shared = Alarms()

  private let state = Mutex(State())
  private let eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()

  /// - Parameter body: Called from the event loop: it must not block.
  func add(at time: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Void) -> Token {
    let (token, isEarliest) = state.withLock { state in
      state.last += 1
      state.alarms[state.last] = (time, body)
      if let timer = state.timer, timer <= time { return (state.last, false) }
      state.timer = time
      return (state.last, true)
    }
    if isEarliest { setTimer(time) }
    return token
  }

  func remove(_ token: Token) {
    state.withLock { state in _ = state.alarms.removeValue(forKey: token) }
  }

  private func setTimer(_ time: ContinuousClock.Instant) {
    let wait = max(.zero, time - .now)
    eventLoop.scheduleTask(in: TimeAmount(wait)) { [self] in ring() }
  }

  private func ring() {
    let now = ContinuousClock.now
    let (due, next) = state.withLock { state in
      let due = state.alarms.filter { $0.value.time <= now }
      for token in due.keys { state.alarms[token] = nil }
      // A timer that an earlier one overtook rings too, and finds nothing to do.
      state.timer = state.alarms.values.map(\.time).min()
      return (due.values.map(\.body), state.timer)
    }
    for body in due { body() }
    if let next { setTimer(next) }
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension ContinuousClock.Instant {
  /// Seconds from now; 0 where it has passed.
  var secondsLeft: Double { max(0, (self - .now).seconds) }
  var secondsAgo: Double { (ContinuousClock.now - self).seconds }
}
