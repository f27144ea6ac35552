import Glibc

/// How much processor time went by, at one moment.
struct CPUReading: Sendable, Equatable {
  /// Seconds of a clock that never goes back.
  var seconds: Double
  /// Time that the processors which this process may use were busy, whoever used them, added up.
  var busySeconds: Double
  /// Time that this process used, all threads.
  var ownSeconds: Double
}

/// Reads the machine's own counters.
struct CPUReader: Sendable {
  /// Those whose time counts; empty means all.
  let processors: Set<Int>

  /// Now, or nil where there is no /proc.
  func read() -> CPUReading? {
    guard let statistics = readSystemFile("/proc/stat"),
      let busy = Self.busyTicks(statistics: statistics, processors: processors)
    else { return nil }
    return CPUReading(
      seconds: Self.seconds(of: CLOCK_MONOTONIC), busySeconds: busy / Double(sysconf(Int32(_SC_CLK_TCK))),
      ownSeconds: Self.seconds(of: CLOCK_PROCESS_CPUTIME_ID))
  }

  static func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Ticks that processors were not idle, out of /proc/stat; time stolen by other virtual machines counts as busy.
  static func busyTicks(statistics: String, processors: Set<Int>) -> Double? {
    var total = 0.0
    var isFound = false
    for line in statistics.split(separator: "\n") {
      // "cpu0 user nice system idle iowait irq softirq steal …"; the line "cpu" sums them up.
      guard line.hasPrefix("cpu") else { break }
      let fields = line.dropFirst(3).split(separator: " ", omittingEmptySubsequences: true)
      guard !line.hasPrefix("cpu "), let number = fields.first.flatMap({ Int($0) }), fields.count >= 9,
        processors.isEmpty || processors.contains(number)
      else { continue }
      isFound = true
      for index in [1, 2, 3, 6, 7, 8] { total += Double(fields[index]) ?? 0 }
    }
    return isFound ? total : nil
  }
}
