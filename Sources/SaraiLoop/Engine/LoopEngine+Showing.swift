import GRDB
import SaraiAgent
import SaraiCore

extension LoopEngine {
  package func status() throws -> LoopStatus {
    let now = clock.now
    let paths: [String] = try watchedPaths()
    let state: LoopStatus.State =
      fault != nil ? .error : !settings.isEnabled ? .disabled : isPaused ? .paused : .running
    let (settings, isActive) = (settings, isActive)
    return try store.read { loop in
      func count(_ sql: String) throws -> Int { Int(try loop.number(sql) ?? 0) }
      let ended = try loop.records("WHERE ended_at > ?", [now - 3_600_000])
      let next = isActive ? try loop.jobs("WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1").first : nil
      var unread: [InboxItem.Kind: Int] = [:]
      for row in try loop.rows(
        "SELECT kind, count(*) AS n FROM inbox WHERE read_at IS NULL AND dismissed_at IS NULL GROUP BY kind")
      {
        guard let kind = InboxItem.Kind(rawValue: row["kind"]) else { continue }
        unread[kind] = row["n"]
      }
      return LoopStatus(
        state: state, pausedUntil: pausedUntil, fault: fault?.message, startedAt: startedAt,
        next: next.flatMap { job in
          job.nextAt.map { LoopStatus.Next(at: $0, job: job.name, action: job.action) }
        }, running: running.values.map(\.record).sorted { $0.action.key < $1.action.key },
        waiting: try count("SELECT count(*) FROM action WHERE ended_at IS NULL AND state = 'waiting'"),
        jobs: try count("SELECT count(*) FROM job"),
        suspendedJobs: try count("SELECT count(*) FROM job WHERE is_suspended = 1"), endedActions: ended.count,
        usefulActions: try loop.judged(ended).count { $0.isUseful }, unread: unread,
        rowsSetAside: try count("SELECT count(*) FROM set_aside"), zone: settings.zone.identifier,
        isAnswering: !answering.isEmpty, watchedPaths: paths)
    }
  }

  private func watchedPaths() throws -> [String] {
    let jobs = try readable { try $0.jobs("WHERE event = 'file_changed' AND is_enabled = 1 AND is_suspended = 0") }
    return Set(jobs.compactMap { $0.arguments["path"] }).sorted()
  }

  /// What ended, the latest first.
  ///
  /// - Parameter before: Only what ended before, in milliseconds since 1970.
  package func history(limit: Int = 100, before: Int64? = nil) throws -> [LoopRecord] {
    try readable { loop in
      try loop.judged(
        try loop.records(
          "WHERE ended_at IS NOT NULL AND ended_at < ? ORDER BY ended_at DESC, key LIMIT ?",
          [before ?? .max, min(max(limit, 0), 10_000)]))
    }
  }

  package func tallies() throws -> [LoopTally] {
    var found: [[String]: LoopTally] = [:]
    for row in try store.read({ try $0.rows("SELECT * FROM tally") }) {
      guard let action = LoopActionKind(rawValue: row["action"]),
        let outcome = LoopRecord.State(rawValue: row["outcome"])
      else { continue }
      let isUseful: Bool = row["is_useful"]
      var tally =
        found[[action.rawValue, outcome.rawValue, "\(isUseful)"]]
        ?? LoopTally(action: action, outcome: outcome, isUseful: isUseful, count: 0, milliseconds: 0, gains: [:])
      tally.count += row["count"] as Int64
      tally.milliseconds += row["milliseconds"] as Int64
      if let unit = ActionEffect.Unit(rawValue: row["unit"]) { tally.gains[unit, default: 0] += row["gain"] as Int64 }
      found[[action.rawValue, outcome.rawValue, "\(isUseful)"]] = tally
    }
    return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  /// What the next hours would do, without doing or writing anything: first what has a time, then what waits for
  /// events.
  ///
  /// - Parameter hours: 1...168.
  package func dryRun(hours: Int = 24) throws -> [PlannedAction] {
    let now = clock.now
    let end = now + Int64(min(max(hours, 1), 168)) * 3_600_000
    let zone = settings.zone
    return try store.read { loop in
      var planned: [PlannedAction] = []
      for job in try loop.jobs("WHERE next_at <= ? ORDER BY next_at LIMIT 10000", [end]) {
        let rules = job.rules(zone)
        var next = job.nextAt
        var count = 0
        while let moment = next, moment <= end, count < Self.mostPlanned {
          let isMissed = now - moment > LoopTransaction.late
          if !isMissed || job.catchUp != .skip {
            let actions =
              job.followsHabits
              ? try Habits.actions(job, at: moment, zone: rules, loop) : [job.action(at: moment)]
            planned += actions.map {
              PlannedAction(at: max(moment, now), job: job, action: $0.action, arguments: $0.arguments)
            }
            count += 1
          }
          next = job.next(after: isMissed && job.catchUp != .all ? now : moment, zone: rules)
        }
      }
      for record in try loop.records("WHERE ended_at IS NULL ORDER BY priority DESC, due_at LIMIT 1000") {
        guard let job = try record.action.job.flatMap({ try loop.job($0) }) else { continue }
        let action = record.action
        planned.append(PlannedAction(at: now, job: job, action: action.action, arguments: action.arguments))
      }
      planned.sort { ($0.at ?? 0, $0.job.id) < ($1.at ?? 0, $1.job.id) }
      let waiting = try loop.jobs("WHERE event IS NOT NULL AND is_enabled = 1 AND is_suspended = 0 ORDER BY id")
      return planned.prefix(Self.mostPlanned)
        + waiting.map {
          PlannedAction(at: nil, job: $0, action: $0.action, arguments: $0.arguments)
        }
    }
  }

  private static let mostPlanned = 2_000
}

extension LoopTransaction {
  /// Whether a suggestion was worth anything is known by what the person did with it.
  func judged(_ records: [LoopRecord]) throws -> [LoopRecord] {
    try records.map { record in
      guard record.action.action == .suggest, record.isUseful else { return record }
      var record = record
      record.isUseful =
        try number(
          "SELECT 1 FROM inbox WHERE action_key = ? AND (acted_at IS NOT NULL OR dismissed_at IS NULL)",
          [record.action.key]) != nil
      return record
    }
  }
}
