import Glibc
import SaraiCore
import SaraiModels
import SaraiSkills

/// What the supervisor counts of itself and of those that it started.
extension SupervisorService {
  func samples() async -> [MetricSample] {
    let kept = await memory.memory
    // A process that is not there has no sample.
    let roles: [(role: String, bytes: [Int])] = [
      ("supervisor", [ProcessMemory.proportionalBytes(pid: getpid())].compactMap { $0 }),
      ("engine", await models.ps().compactMap(\.memoryBytes)),
      ("skill", await skills.status().flatMap(\.processes).compactMap(\.memoryBytes)),
      ("memory", [kept.bytes].compactMap { $0 }),
      ("loop", [await loop.memoryBytes].compactMap { $0 }),
    ]
    let all = roles.reduce(0) { $0 + $1.bytes.reduce(0, +) }
    var samples = roles.filter { !$0.bytes.isEmpty }.map { role, bytes in
      MetricSample(
        "sarai_process_memory_bytes", .gauge, help: MetricSample.processMemoryHelp, labels: [("role", role)],
        value: Double(bytes.reduce(0, +)))
    }
    samples.append(
      MetricSample(
        "sarai_ram_gb", .gauge, help: "Memory of all of SARAi's processes (proportional set size), in GB.",
        value: Double(all) / 1e9))
    samples.append(
      MetricSample(
        "sarai_supervisor_uptime_seconds", .gauge, help: "Since the supervisor started.",
        value: started.duration(to: .now) / .seconds(1)))
    if kept.starts > 0 {
      samples.append(
        MetricSample(
          "sarai_memory_restarts_total", .counter, help: "Times that the memory was started again after its end.",
          value: Double(kept.starts - 1)))
    }
    if let api {
      samples.append(
        MetricSample(
          "sarai_serve_restarts_total", .counter, help: "Times that the API was started again after its end.",
          value: Double(await api.restarts)))
    }
    return samples
  }
}
