/// How much a program may still print: an allowance that is used up by printing and comes back with time.
struct OutputAllowance {
  private let most: Double
  private let perSecond: Double
  private var left: Double
  private var last: ContinuousClock.Instant

  init(bytes: Int, bytesPerSecond: Int, now: ContinuousClock.Instant) {
    most = Double(bytes)
    perSecond = Double(bytesPerSecond)
    left = most
    last = now
  }

  /// How many of `count` bytes are still allowed.
  mutating func take(_ count: Int, now: ContinuousClock.Instant) -> Int {
    let passed = last.duration(to: now).components
    last = now
    left = min(most, left + perSecond * (Double(passed.seconds) + Double(passed.attoseconds) / 1e18))
    let allowed = min(count, Int(left))
    left -= Double(allowed)
    return allowed
  }
}
