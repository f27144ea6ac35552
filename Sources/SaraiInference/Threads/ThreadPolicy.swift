import Glibc

/// From readings of processor time to a number of threads: as many as there are processors that others leave free.
///
/// The load of others is smoothed exponentially. A processor counts as taken above 0.4 of load: who shares it with one
/// of our threads gets no more than half of it. It counts as free again below 0.3.
struct ThreadPolicy: Sendable {
  static let smoothingSeconds = 0.25
  static let takenAbove = 0.4
  static let freeBelow = 0.3
  /// After a pause longer than this, what was measured before says nothing about now.
  static let memorySeconds = 2.0

  /// At most this many, at least one.
  let allowed: Int
  /// Processors beyond those, which others may use before they take one of ours.
  let spare: Int
  private(set) var threads: Int
  private var last: CPUReading?
  /// Processors' worth of load by others; nil before the first measurement.
  private var others: Double?

  init(allowed: Int, spare: Int = 0) {
    self.allowed = max(1, allowed)
    self.spare = spare
    threads = self.allowed
  }

  /// Takes a reading; they should be at least some 100 ms apart, since the kernel counts in ticks of 10 ms.
  mutating func update(_ reading: CPUReading) {
    defer { last = reading }
    guard let last else { return }
    let elapsed = reading.seconds - last.seconds
    guard elapsed > 0 else { return }
    guard elapsed <= Self.memorySeconds || others == nil else {
      others = nil
      return
    }
    let busy = reading.busySeconds - last.busySeconds - (reading.ownSeconds - last.ownSeconds)
    let load = max(0, busy / elapsed - Double(spare))
    let weight = 1 - exp(-elapsed / Self.smoothingSeconds)
    let smooth = others.map { $0 + weight * (load - $0) } ?? load
    others = smooth

    var taken = allowed - threads
    while smooth > Double(taken) + Self.takenAbove, taken < allowed - 1 { taken += 1 }
    while taken > 0, smooth < Double(taken - 1) + Self.freeBelow { taken -= 1 }
    threads = allowed - taken
  }
}
