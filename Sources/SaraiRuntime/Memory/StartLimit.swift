/// How often something may be started within a time. What is refused is no start: whoever keeps asking does not keep it
/// from starting.
package struct StartLimit: Sendable {
  private let mostStarts: Int
  private let window: Duration
  private var starts: [ContinuousClock.Instant] = []

  /// - Parameter windowSeconds: How long a start counts.
  package init(mostStarts: Int, windowSeconds: Double) {
    self.mostStarts = mostStarts
    window = .seconds(windowSeconds)
  }

  /// Whether it may be started now; then this counts as a start.
  package mutating func admits(_ now: ContinuousClock.Instant) -> Bool {
    starts.removeAll { $0 <= now - window }
    guard starts.count < mostStarts else { return false }
    starts.append(now)
    return true
  }
}
