import MemoryProtocol
import SaraiCore

/// Several sources as one.
struct JoinedMetrics: MetricsSource {
  let sources: [any MetricsSource]

  func samples() async -> [MetricSample] {
    var samples: [MetricSample] = []
    for source in sources { samples += await source.samples() }
    return samples
  }
}

/// What the memory's process counts since it started.
struct MemoryMetrics: MetricsSource {
  let memory: MemoryClient

  func samples() async -> [MetricSample] {
    guard let known = try? await memory.describe() else { return [] }
    func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricSample {
      MetricSample("sarai_memory_" + name, .counter, help: help, value: Double(value))
    }
    return [
      counter("turns_learnt_total", "Turns that the memory has kept.", known.turnsLearnt),
      counter("facts_learnt_total", "Facts learnt or confirmed.", known.factsLearnt),
      counter("answers_total", "Turns that memory alone has answered.", known.answers),
    ]
      + Self.histogram(
        known.learning, "sarai_memory_learning_duration_seconds", "From the end of an answer until its turn is learnt.")
      + Self.histogram(
        known.waits, "sarai_memory_wait_duration_seconds", "How long turns waited for what was still being learnt.")
  }

  private static func histogram(
    _ histogram: Sarai_Memory_V1_Histogram, _ name: String, _ help: String
  ) -> [MetricSample] {
    guard histogram.counts.count == histogram.bounds.count + 1 else { return [] }
    var total: UInt64 = 0
    var samples: [MetricSample] = []
    for (bound, count) in zip(histogram.bounds.map { "\($0)" } + ["+Inf"], histogram.counts) {
      total += count
      samples.append(
        MetricSample(name + "_bucket", .histogram, help: help, labels: [("le", bound)], value: Double(total)))
    }
    samples.append(MetricSample(name + "_sum", .histogram, help: help, value: histogram.sum))
    samples.append(MetricSample(name + "_count", .histogram, help: help, value: Double(total)))
    return samples
  }
}
