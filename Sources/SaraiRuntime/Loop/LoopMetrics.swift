import LoopProtocol
import SaraiCore
import SkillProtocol

/// What the loop lets a Prometheus server read. Labels are names of actions, outcomes and kinds: closed sets.
enum LoopMetrics {
  /// - Parameters:
  ///   - process: Its process, as the supervisor keeps it.
  ///   - loop: What it says of itself; nil where it does not answer.
  static func samples(_ process: Sarai_Supervisor_V1_LoopStatus, _ loop: Sarai_Loop_V1_Status?) -> [MetricSample] {
    var samples = [
      MetricSample(
        "sarai_loop_restarts_total", .counter, help: "How often the loop's process ended and was started again.",
        value: Double(process.restarts))
    ]
    let state = loop?.state ?? (process.state == "resting" ? "error" : "restarting")
    for name in ["running", "paused", "disabled", "restarting", "error"] {
      samples.append(
        MetricSample(
          "sarai_loop_state", .gauge, help: "1 for the state that the loop is in.", labels: [("state", name)],
          value: name == state ? 1 : 0))
    }
    guard let loop else { return samples }
    if loop.hasNextAt {
      samples.append(
        MetricSample(
          "sarai_loop_next_action_timestamp_seconds", .gauge, help: "When the next action is due, since 1970.",
          value: loop.nextAt))
    }
    samples.append(
      MetricSample("sarai_loop_jobs", .gauge, help: "Jobs that are kept, of all owners.", value: Double(loop.jobs)))
    samples.append(
      MetricSample(
        "sarai_loop_waiting_actions", .gauge, help: "Actions that are due and not done.", value: Double(loop.waiting)))
    samples += loop.unread.sorted { $0.key < $1.key }.map { kind, count in
      MetricSample(
        "sarai_inbox_items", .gauge, help: "Reminders, suggestions, alerts and reports that nobody has read.",
        labels: [("kind", kind)], value: Double(count))
    }
    return samples + loop.counts.flatMap(actions) + effects(loop.counts)
  }

  private static func actions(_ count: Sarai_Loop_V1_Count) -> [MetricSample] {
    let labels = [
      (name: "action", value: count.action), ("outcome", count.outcome), ("useful", count.useful ? "true" : "false"),
    ]
    return [
      MetricSample(
        "sarai_proactive_actions_total", .counter,
        help: "Actions that ended, by whether what they changed could be measured.", labels: labels,
        value: Double(count.count)),
      MetricSample(
        "sarai_proactive_action_seconds_total", .counter, help: "How long actions took.", labels: labels,
        value: count.seconds),
    ]
  }

  /// What was freed, saved or said, by unit: families may not hold a sample twice.
  private static func effects(_ counts: [Sarai_Loop_V1_Count]) -> [MetricSample] {
    var sums: [String: Double] = [:]
    for (unit, gain) in counts.flatMap(\.gains) { sums[unit, default: 0] += gain }
    return sums.sorted { $0.key < $1.key }.map { unit, sum in
      MetricSample(
        "sarai_proactive_effect_total", .counter, help: "By how much effects went, in their unit.",
        labels: [("unit", unit)], value: sum)
    }
  }
}
