import GRDB
import SaraiAgent
import SaraiCore

extension LoopEngine {
  // MARK: - Times

  /// Turns what is due into actions: each job's step to its next occurrence and the action of this one are one
  /// transaction.
  func fireDue(now: Int64) throws {
    while let due = nextDue, due <= now {
      let (next, told) = try store.write { loop in
        let jobs = try loop.jobs("WHERE next_at <= ? ORDER BY next_at LIMIT 500", [now])
        for job in jobs { try loop.fire(job, settings, now: now) }
        let told = try loop.putAsideUnreadable(now: now)
        return (try Self.firstDue(loop), told)
      }
      nextDue = next
      nextAttempt = .min
      show(told)
    }
  }

  // MARK: - Events

  /// Takes in what happened. One with a name that was posted before changes nothing.
  package func post(_ event: LoopEvent) throws {
    var event = event
    if event.at == 0 { event.at = clock.now }
    guard event.values.count <= LoopLimits.mostArguments else { throw LoopWords.outOfBounds }
    event.values = event.values.mapValues { $0.replacing("\0", with: "") }
    switch event.kind {
    case .answering: return begin(event)
    case .answered: return try end(event)
    default: break
    }
    guard settings.isEnabled else { return }
    let settings = settings
    let isPaused = isPaused
    let now = clock.now
    let told = try store.write { loop -> [InboxItem] in
      guard try loop.note(event) else { return [] }
      try loop.learn(event, settings, now: now)
      guard !isPaused else { return [] }
      for job in try loop.jobs("WHERE event = ? AND is_enabled = 1 AND is_suspended = 0", [event.kind.rawValue]) {
        try loop.fire(job, upon: event, settings, now: now)
      }
      return try loop.putAsideUnreadable(now: now)
    }
    show(told)
    nextDue = try store.read { try Self.firstDue($0) }
    nextAttempt = .min
    signal()
  }

  /// From here on nothing runs that the person did not ask for.
  private func begin(_ event: LoopEvent) {
    answering[event.values["request"] ?? event.id] = clock.elapsed + Self.longestAnswer
    for (key, order) in running where order.record.action.action.isRepeatable && order.record.action.trigger != "now" {
      running[key]?.gaveWay = true
      order.task.cancel()
    }
  }

  private func end(_ event: LoopEvent) throws {
    answering[event.values["request"] ?? event.id] = nil
    if answering.isEmpty {
      nextAttempt = .min
      signal()
    }
    guard settings.isEnabled else { return }
    let zone = settings.zone
    try store.write { loop in
      for (name, kind) in [("model", "model"), ("skill", "skill")] {
        guard let value = event.values[name], !value.isEmpty else { continue }
        try Habits.note("\(kind):\(value)", owner: event.owner, at: event.at, zone: zone, loop)
      }
    }
  }

  /// Whoever tells of turns is gone, and with it the ends of those that were under way.
  package func forgetAnswers() {
    answering = [:]
    nextAttempt = .min
    signal()
  }

  /// A turn whose end was never told is over by now.
  private static let longestAnswer: Int64 = 10 * 60_000
}

extension LoopTransaction {
  /// One job whose time has come.
  func fire(_ job: LoopJob, _ settings: LoopSettings, now: Int64) throws {
    guard job.isEnabled, !job.isSuspended, let due = job.nextAt else {
      return try run("UPDATE job SET next_at = NULL WHERE id = ?", [job.id])
    }
    var job = job
    let rules = job.rules(settings.zone)
    var occurrences: [Int64] = []
    switch job.catchUp {
    case .once: occurrences = [due]
    case .skip:
      // Of what is late, nothing; but the last one may be on time.
      if now - due <= Self.late {
        occurrences = [due]
      } else if let last = job.next(after: now - Self.late, zone: rules), last <= now {
        occurrences = [last]
      }
    case .all: occurrences = job.missed(since: due, now: now, zone: rules)
    }
    for moment in occurrences {
      // One that still waits does for this one, too.
      if job.catchUp != .all, try hasOpenAction(job: job.id) { break }
      if job.followsHabits {
        for action in try Habits.actions(job, at: moment, zone: rules, self) { try insert(action) }
      } else {
        try insert(job.action(at: moment))
      }
    }
    job.lastAt = occurrences.last ?? job.lastAt
    job.nextAt = job.next(after: now, zone: rules)
    try run("UPDATE job SET next_at = ?, last_at = ? WHERE id = ?", [job.nextAt, job.lastAt, job.id])
    // One that nobody waits for any more, because all of it was missed.
    if job.nextAt == nil, occurrences.isEmpty { try retire(job, settings, now: now) }
  }

  /// One job whose event has come.
  func fire(_ job: LoopJob, upon event: LoopEvent, _ settings: LoopSettings, now: Int64) throws {
    guard try Self.isMeant(job, event) && isOften(job, event, now: now) else { return }
    // Dates have jobs of their own.
    guard job.source != .builtin || job.name != BuiltinJobs.factDates else { return }
    guard try !hasOpenAction(job: job.id) else { return }
    var arguments = job.arguments
    for (name, value) in event.values { arguments["event." + name] = String(value.prefix(1000)) }
    let occasion = event.id.isEmpty ? "\(event.at)" : event.id
    let action = ProactiveAction(
      key: "job:\(job.id):\(event.kind.rawValue):\(occasion)", job: job.id, owner: job.owner,
      trigger: job.schedule.text, priority: job.priority, action: job.action, arguments: arguments, dueAt: event.at,
      limitSeconds: job.limitSeconds)
    // Silence leaves no trace.
    if job.action == .suggest, try Suggestions.choice(for: event.owner, self, settings, now: now) == nil { return }
    if try insert(action) { try run("UPDATE job SET last_at = ? WHERE id = ?", [event.at, job.id]) }
  }

  /// Jobs may be about one path (and what lies below it), one skill or one owner.
  private static func isMeant(_ job: LoopJob, _ event: LoopEvent) -> Bool {
    if let path = job.arguments["path"] {
      guard let changed = event.values["path"], changed == path || changed.hasPrefix(path + "/") else { return false }
    }
    if let skill = job.arguments["when_skill"], event.values["skill"] != skill { return false }
    guard let owner = event.values["owner"] else { return true }
    return job.owner == LoopOwner.system || job.owner == owner
  }

  /// Jobs may want several within a time: `times` in `minutes`.
  private func isOften(_ job: LoopJob, _ event: LoopEvent, now: Int64) throws -> Bool {
    guard let times = job.arguments["times"].flatMap({ Int64($0) }), times > 1 else { return true }
    let minutes = job.arguments["minutes"].flatMap { Int64($0) } ?? 10
    let since = event.at - min(max(minutes, 1), 43_200) * 60_000
    let count = try number(
      "SELECT count(*) FROM event WHERE kind = ? AND subject = ? AND at > ? AND at <= ?",
      [event.kind.rawValue, event.subject, since, event.at])
    guard let count, count >= times else { return false }
    // Said once, not with each further one.
    return (job.lastAt ?? .min) <= since
  }

  /// - Returns: False for an event that was posted before.
  func note(_ event: LoopEvent) throws -> Bool {
    try run(
      "INSERT OR IGNORE INTO event (key, kind, subject, at) VALUES (?, ?, ?, ?)",
      [event.id.isEmpty ? nil : event.id, event.kind.rawValue, event.subject, event.at])
    guard database.changesCount > 0 else { return false }
    if database.lastInsertedRowID % 1000 == 0 { try forgetEvents(now: event.at) }
    return true
  }

  /// Removes a job that is over, where nobody wants to see it again; a date of every year comes again.
  func retire(_ job: LoopJob, _ settings: LoopSettings, now: Int64) throws {
    guard case .once = job.schedule.kind else { return }
    switch job.source {
    case .chat: try removeJob(job.id)
    case .fact:
      try removeJob(job.id)
      if let fact = job.arguments["fact"] { try FactDates.schedule(fact, owner: job.owner, self, settings, now: now) }
    case .builtin, .user: break
    }
  }

  /// An occurrence is missed once it is so long overdue.
  static let late: Int64 = 60_000
}

extension LoopEvent {
  /// What events are counted by.
  var subject: String { String((values["skill"] ?? values["path"] ?? "").prefix(200)) }
}

extension LoopJob {
  /// The latest occurrences from `due` on, as many as are caught up. Of many years of seconds, only the end is counted.
  fileprivate func missed(since due: Int64, now: Int64, zone: ZoneRules) -> [Int64] {
    var span: Int64 = 3_600_000
    while true {
      let start = max(due, now - span)
      var found: [Int64] = []
      var next = start == due ? due : self.next(after: start - 1000, zone: zone)
      while let moment = next, moment <= now {
        found.append(moment)
        next = self.next(after: moment, zone: zone)
      }
      if start == due || found.count >= LoopLimits.mostCaughtUp { return found.suffix(LoopLimits.mostCaughtUp) }
      span *= 4
    }
  }

  func action(at moment: Int64, trigger: String? = nil) -> ProactiveAction {
    ProactiveAction(
      key: "job:\(id):\(moment)", job: id, owner: owner, trigger: trigger ?? schedule.text, priority: priority,
      action: action, arguments: arguments, dueAt: moment, limitSeconds: limitSeconds)
  }
}
