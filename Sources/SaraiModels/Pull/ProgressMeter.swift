/// Bytes fetched, of how many, and how fast; for the bar of a terminal.
package struct TransferProgress: Sendable, Hashable {
  package var bytes: Int64
  /// Nil where the server does not say.
  package var totalBytes: Int64?
  /// Over the last seconds; 0 until it can be told.
  package var bytesPerSecond: Double
}

/// Turns counts into speeds, and tells at most ten times a second.
struct ProgressMeter {
  private let clock = ContinuousClock()
  private var lastTold: ContinuousClock.Instant
  private var windowStart: ContinuousClock.Instant
  private var windowBytes: Int64
  private var bytesPerSecond = 0.0

  init(startingAt bytes: Int64) {
    lastTold = clock.now - .seconds(1)
    windowStart = clock.now
    windowBytes = bytes
  }

  /// What to tell of the new count, or nil where it is too soon.
  mutating func update(bytes: Int64, totalBytes: Int64?) -> TransferProgress? {
    let now = clock.now
    let window = windowStart.duration(to: now) / .seconds(1)
    if window >= 0.5 {
      let speed = Double(bytes - windowBytes) / window
      bytesPerSecond = bytesPerSecond == 0 ? speed : 0.7 * bytesPerSecond + 0.3 * speed
      windowStart = now
      windowBytes = bytes
    }
    guard bytes == totalBytes || lastTold.duration(to: now) >= .milliseconds(100) else { return nil }
    lastTold = now
    return TransferProgress(bytes: bytes, totalBytes: totalBytes, bytesPerSecond: bytesPerSecond)
  }
}
