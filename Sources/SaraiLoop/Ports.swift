import Glibc

/// The time, as the loop sees it.
package protocol LoopClock: Sendable {
  /// Milliseconds since 1970, as the wall shows; may jump.
  var now: Int64 { get }
  /// Milliseconds since some moment, which only rise, also while the machine sleeps.
  var elapsed: Int64 { get }
  /// Returns at a moment of `elapsed`, or when the task is cancelled.
  func sleep(until elapsed: Int64) async
}

/// Whoever touches the machine for the loop.
package protocol LoopHands: Sendable {
  /// Does what is ordered, and gives it up when the task is cancelled.
  ///
  /// An order may come again with the same key where the loop ended before it could note the result: hands keep
  /// results by key until `settled` and give them again.
  ///
  /// - Throws: `CancellationError` where it was given up and nothing is left half done; an error (a `SaraiError`, in words for the person) where it failed.
  func perform(_ order: LoopOrder) async throws -> ActionOutcome
  /// The result of an order is on the disk: it will not come again.
  func settled(_ key: String) async
}

extension LoopHands {
  package func settled(_ key: String) async {}
}

package struct SystemLoopClock: LoopClock {
  package init() {}

  package var now: Int64 { Self.read(CLOCK_REALTIME) }
  package var elapsed: Int64 { Self.read(CLOCK_BOOTTIME) }

  package func sleep(until elapsed: Int64) async {
    try? await Task.sleep(for: .milliseconds(max(0, elapsed - self.elapsed)))
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
