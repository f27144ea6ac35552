import SaraiCore

extension SpeculationTotals {
  /// What guessing ahead came to in one engine, as metrics. Nothing is told of what was not measured.
  func samples(labels: [(name: String, value: String)]) -> [MetricSample] {
    var samples: [MetricSample] = []
    func add(
      _ name: String, _ kind: MetricSample.Kind, _ help: String, _ value: Double,
      _ more: [(name: String, value: String)] = []
    ) {
      samples.append(
        MetricSample("sarai_speculative_" + name, kind, help: help, labels: labels + more, value: value))
    }
    for drafter in requests.drafters {
      let label = [("drafter", drafter.name)] as [(name: String, value: String)]
      add("proposed_total", .counter, "Guessed tokens that were verified.", Double(drafter.proposed), label)
      add("accepted_total", .counter, "Guessed tokens that were right.", Double(drafter.accepted), label)
      add(
        "verify_calls_total", .counter, "Batches that held at least one guess of the drafter.",
        Double(drafter.verifyCalls), label)
      if drafter.proposed > 0 {
        add(
          "acceptance_rate", .gauge, "Accepted over verified guesses.",
          Double(drafter.accepted) / Double(drafter.proposed), label)
      }
    }
    if let share = requests.acceptedPerToken {
      add("accepted_per_token", .gauge, "Accepted guesses over the tokens of answers that guessed.", share)
    }
    if let speedup = requests.speedup {
      add(
        "speedup", .gauge,
        "Time that answers with guesses would have taken one token at a time, over the time that they took: tokens "
          + "times the mean time of steps of one token, measured in the same engine, plus the time of drawing them.",
        speedup)
    }
    if let ceiling = requests.ceiling {
      add(
        "ceiling", .gauge,
        "The most that guesses can give: the largest tokens a second of a batch, over that of steps of one token.",
        ceiling)
    }
    add(
      "fallback_total", .counter, "Times that an answer went back to plain decoding because guessing no longer paid.",
      Double(requests.fallbacks))
    samples += draftLatency.samples(
      "sarai_speculative_draft_seconds", help: "How long drafters took that have to be waited for.", labels: labels)
    samples += verifyLatency.samples(
      "sarai_speculative_verify_seconds", help: "How long batches took that verify guesses.", labels: labels)
    return samples
  }
}

extension SpeculationTotals.Latency {
  /// A histogram as Prometheus reads it; nothing where nothing was counted.
  fileprivate func samples(
    _ name: String, help: String, labels: [(name: String, value: String)]
  ) -> [MetricSample] {
    guard counts.count == bounds.count + 1, counts.contains(where: { $0 > 0 }) else { return [] }
    var total = 0.0
    var samples: [MetricSample] = []
    for (index, count) in counts.enumerated() {
      total += Double(count)
      let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
      samples.append(
        MetricSample(
          name + "_bucket", .histogram, help: help, labels: labels + [("le", bound)], value: total))
    }
    samples.append(MetricSample(name + "_sum", .histogram, help: help, labels: labels, value: sumSeconds))
    samples.append(MetricSample(name + "_count", .histogram, help: help, labels: labels, value: total))
    return samples
  }
}
