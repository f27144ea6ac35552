import Glibc

/// How short memory is on this machine.
package struct MemoryState: Sendable, Hashable {
  /// Bytes that can be had without swapping; nil where the system does not say.
  package var availableBytes: Int?
  /// The share of the last 10 seconds in which some process waited for memory, in percent; nil where the system does
  /// not say.
  package var pressurePercent: Double?

  package init(availableBytes: Int?, pressurePercent: Double?) {
    self.availableBytes = availableBytes
    self.pressurePercent = pressurePercent
  }

  /// Reads /proc/meminfo and /proc/pressure/memory.
  package static func now() -> MemoryState {
    let available = ProcessFacts.number(after: "MemAvailable:", in: ProcessFacts.read("/proc/meminfo")).map { $0 << 10 }
    // some avg10=0.00 avg60=0.00 …
    let some = ProcessFacts.read("/proc/pressure/memory")?.split(separator: "\n").first { $0.hasPrefix("some ") }
    let average = some?.split(separator: " ").first { $0.hasPrefix("avg10=") }?.dropFirst("avg10=".count)
    return MemoryState(availableBytes: available, pressurePercent: average.flatMap { Double($0) })
  }
}
