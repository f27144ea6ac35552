import Glibc
import SaraiCore

/// What a server tells of the machine that it runs on, and of itself as a process.
struct MachineMetrics: MetricsSource {
  /// The folder of state, on the disk that has to have room.
  let folder: String
  /// Seconds since 1970.
  private let started = Double(RotatingLog.clock()) / 1_000

  init(folder: String) { self.folder = folder }

  func samples() async -> [MetricSample] {
    var samples = [
      MetricSample(
        "sarai_build_info", .gauge, help: "Always 1; the version is its label.",
        labels: [("version", SaraiVersion.current)], value: 1),
      MetricSample(
        "process_start_time_seconds", .gauge, help: "When the server started, in seconds since 1970.", value: started),
    ]
    var disk = statvfs()
    if statvfs(folder, &disk) == 0 {
      samples.append(
        MetricSample(
          "sarai_disk_free_bytes", .gauge, help: "Room on the disk that holds SARAi's state.",
          value: Double(disk.f_bavail) * Double(disk.f_frsize)))
      samples.append(
        MetricSample(
          "sarai_disk_size_bytes", .gauge, help: "Size of the disk that holds SARAi's state.",
          value: Double(disk.f_blocks) * Double(disk.f_frsize)))
    }
    var usage = rusage()
    if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
      func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
      samples.append(
        MetricSample(
          "process_cpu_seconds_total", .counter, help: "Processor time of the server.",
          value: seconds(usage.ru_utime) + seconds(usage.ru_stime)))
    }
    return samples
  }
}
