package import SaraiCore

/// One skill as the pool has it.
package struct SkillStatus: Sendable, Hashable {
  package enum Phase: String, Sendable {
    /// No process; the next call starts one.
    case stopped
    case starting
    case running
    /// It failed so often that calls are refused for a while.
    case resting
  }

  package struct Process: Sendable, Hashable {
    package var pid: Int32
    package var generation: UInt64
    package var runningCalls: Int
    package var ageSeconds: Double
    /// From its launch until it answered.
    package var startSeconds: Double
    /// Proportional set size; nil where the system does not say.
    package var memoryBytes: Int?
    /// Told to end once its calls are done.
    package var isLeaving: Bool
  }

  package var name: String
  /// What calls grant it beside its manifest.
  package var grants: SkillGrants
  package var phase: Phase
  package var processes: [Process]
  /// Of all groups of the skill.
  package var totals: SkillTotals
  /// For how long there has been a process, since the pool began.
  package var upSeconds: Double
  /// How long it still rests; nil where it does not.
  package var restSeconds: Double?
  /// The last fault, where there was no answer since.
  package var lastError: SaraiError?
}

extension [SkillStatus] {
  /// One for each skill, with the processes of all its groups.
  package var bySkill: [SkillStatus] {
    var merged: [SkillStatus] = []
    for status in self {
      guard let index = merged.firstIndex(where: { $0.name == status.name }) else {
        merged.append(status)
        continue
      }
      merged[index].processes += status.processes
      if status.phase.rank > merged[index].phase.rank { merged[index].phase = status.phase }
      merged[index].upSeconds = Swift.max(merged[index].upSeconds, status.upSeconds)
      merged[index].lastError = merged[index].lastError ?? status.lastError
    }
    return merged
  }
}

extension SkillStatus.Phase {
  /// What is told of a skill of which some processes are here and others there.
  fileprivate var rank: Int {
    switch self {
    case .stopped: 0
    case .resting: 1
    case .starting: 2
    case .running: 3
    }
  }
}

extension SkillPool: MetricsSource {
  /// The skills that were asked for since the pool began, by name.
  package func status() -> [SkillStatus] {
    groups.values.map { group in
      let record = group.record
      let rest = record.restSeconds
      let phase: SkillStatus.Phase =
        if !group.instances.isEmpty {
          .running
        } else if rest != nil {
          .resting
        } else {
          group.start == nil ? .stopped : .starting
        }
      return SkillStatus(
        name: group.key.name, grants: group.key.grants, phase: phase,
        processes: group.instances.map { Self.process($0, isLeaving: false) }
          + group.leaving.values.map { Self.process($0, isLeaving: true) },
        totals: record.counters.totals, upSeconds: group.upSeconds, restSeconds: rest, lastError: record.lastError)
    }
    .sorted { ($0.name, $0.grants.files.count) < ($1.name, $1.grants.files.count) }
  }

  private static func process(_ instance: SkillInstance, isLeaving: Bool) -> SkillStatus.Process {
    SkillStatus.Process(
      pid: instance.pid, generation: instance.start.generation, runningCalls: instance.running,
      ageSeconds: instance.started.secondsAgo, startSeconds: instance.startSeconds, memoryBytes: instance.memoryBytes,
      isLeaving: isLeaving)
  }

  /// The last lines of a skill's log, oldest first: at most a thousand are kept.
  package func logs(_ name: String, lines: Int) -> [String] { logBooks[name]?.lines(lines) ?? [] }

  package func samples() async -> [MetricSample] {
    var samples: [MetricSample] = []
    for (name, counters) in counters.sorted(by: { $0.key < $1.key }) {
      let totals = counters.totals
      let skill = [(name: "skill", value: name)]
      for (outcome, count) in [
        ("answered", totals.answered), ("refused", totals.refused), ("failed", totals.failed),
        ("timed_out", totals.timedOut), ("cancelled", totals.cancelled),
      ] {
        samples.append(
          MetricSample(
            "skill_requests_total", .counter, help: "Calls to skills, by how they ended.",
            labels: skill + [("outcome", outcome)], value: Double(count)))
      }
      for (kind, count) in [
        ("retry", totals.retries), ("start", totals.starts), ("failed_start", totals.failedStarts),
        ("death", totals.deaths), ("rest", totals.rests),
      ] {
        samples.append(
          MetricSample(
            "sarai_skill_events_total", .counter, help: "What happened to the processes of skills.",
            labels: skill + [("event", kind)], value: Double(count)))
      }
      let mine = groups.values.filter { $0.key.name == name }
      samples.append(
        MetricSample(
          "sarai_skill_processes", .gauge, help: "Processes of skills that take calls.", labels: skill,
          value: Double(mine.reduce(0) { $0 + $1.instances.count })))
      samples.append(
        MetricSample(
          "sarai_skill_up_seconds_total", .counter, help: "How long a skill had a process.", labels: skill,
          value: mine.reduce(0) { $0 + $1.upSeconds }))
      let bytes = mine.flatMap(\.instances).compactMap(\.memoryBytes)
      if !bytes.isEmpty {
        samples.append(
          MetricSample(
            "sarai_skill_memory_bytes", .gauge, help: "Memory of a skill's processes (proportional set size).",
            labels: skill, value: Double(bytes.reduce(0, +))))
      }
      samples += totals.latency.samples(
        "skill_latency_seconds", help: "From a call's arrival to its end, retries included.",
        labels: skill)
      samples += totals.startSeconds.samples(
        "sarai_skill_start_duration_seconds", help: "From a launch until the skill answers.", labels: skill)
    }
    return samples
  }
}
