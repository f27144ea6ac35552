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

/// What the memory holds, and what its process counts since it started.
struct MemoryMetrics: MetricsSource {
  let memory: MemoryClient

  func samples() async -> [MetricSample] {
    guard let known = try? await memory.describe() else { return [] }
    var samples = Self.done(known)
    if let statistics = try? await memory.statistics() { samples += Self.held(statistics) }
    if let latest = try? await memory.backups().map(\.takenAt).max() {
      samples.append(
        gauge(
          "last_backup_timestamp_seconds", "When the latest backup was made, in seconds since 1970.",
          Double(latest) / 1_000))
    }
    return samples
  }

  private static func done(_ known: Sarai_Memory_V1_DescribeReply) -> [MetricSample] {
    func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricSample {
      MetricSample("sarai_" + name, .counter, help: help, value: Double(value))
    }
    var samples = [
      counter("memory_turns_learnt_total", "Turns that the memory has kept.", known.turnsLearnt),
      counter("memory_facts_learnt_total", "Facts learnt or confirmed.", known.factsLearnt),
      counter("memory_answers_total", "Turns that memory alone has answered.", known.answers),
      counter("entity_memory_vacuums_total", "Times that the memory's file was compacted.", known.vacuums),
      counter(
        "entity_memory_vacuum_saved_bytes_total", "How much smaller compacting made the memory's file.",
        known.vacuumSavedBytes),
    ]
    let questions = [
      ("known", known.knownAnswers), ("unknown", known.unknownAnswers), ("contradictory", known.contradictoryAnswers),
    ]
    samples += questions.map { outcome, count in
      MetricSample(
        "sarai_memory_questions_total", .counter,
        help: "Questions about what was told: answered, not known, or answered with what contradicts itself.",
        labels: [("outcome", outcome)], value: Double(count))
    }
    let asked = questions.reduce(0) { $0 + $1.1 }
    if asked > 0 {
      samples.append(
        MetricSample(
          "sarai_entity_recall_rate", .gauge,
          help: "Questions about what was told that facts answered, over all such questions, since the memory started.",
          value: Double(known.knownAnswers) / Double(asked)))
    }
    return samples
      + histogram(
        known.learning, "sarai_memory_learning_duration_seconds", "From the end of an answer until its turn is learnt.")
      + histogram(
        known.waits, "sarai_memory_wait_duration_seconds", "How long turns waited for what was still being learnt.")
  }

  private static func held(_ statistics: MemoryStatistics) -> [MetricSample] {
    let triples = [
      ("current", statistics.facts - statistics.pastFacts - statistics.proposedFacts),
      ("past", statistics.pastFacts), ("proposed", statistics.proposedFacts),
    ]
    return [
      gauge("size_mb", "Size of the memory's database, in MB.", Double(statistics.databaseBytes) / 1e6),
      gauge("free_bytes", "Bytes of the database that compacting would give back.", Double(statistics.freeBytes)),
      gauge("turns", "Turns that are kept.", Double(statistics.turns)),
      gauge("backups", "Backups that are kept.", Double(statistics.backups)),
      gauge("backup_bytes", "Size of all backups that are kept.", Double(statistics.backupBytes)),
    ]
      + triples.map { standing, count in
        MetricSample(
          "sarai_entity_memory_triples", .gauge, help: "Facts that are kept, by whether they hold.",
          labels: [("standing", standing)], value: Double(count))
      }
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

private func gauge(_ name: String, _ help: String, _ value: Double) -> MetricSample {
  MetricSample("sarai_entity_memory_" + name, .gauge, help: help, value: value)
}
