import GRDB
import SaraiAgent
import SaraiCore
import SaraiStore

extension LoopEngine {
  /// What there is to do after the last process ended, however it did.
  static func takeUp(
    _ loop: LoopTransaction, _ opening: StoreOpening, _ settings: LoopSettings, now: Int64
  ) throws {
    if let recovery = opening.recovery { try loop.tell(LoopWords.recovered(recovery), now: now) }
    try loop.rotate(now: now)
    let open = try loop.records("WHERE ended_at IS NULL")
    try loop.putAsideUnreadable(now: now)
    for record in open where record.state == .running {
      try loop.putBack(record.action.key, countsAttempt: true)
      if !record.action.action.isRepeatable {
        try loop.run("UPDATE action SET is_uncertain = 1 WHERE key = ?", [record.action.key])
      }
    }
    try loop.run("UPDATE action SET not_before = min(not_before, ?) WHERE ended_at IS NULL", [now + Backoff.longest])
    try BuiltinJobs.install(loop, settings, now: now)
    // Who is off until the settings are told has no zone of their own yet.
    if settings.isEnabled { try loop.changeZone(to: settings.zone, now: now) }
  }

  /// Reads every job once, some at a time, so that one that cannot be read is told of before it would be due.
  ///
  /// - Returns: True where more are left.
  func checkJobs(now: Int64) throws -> Bool {
    guard let last = checkedJob else { return false }
    let (next, told) = try store.write { loop -> (Int64?, [InboxItem]) in
      let next = try loop.number("SELECT id FROM job WHERE id > ? ORDER BY id LIMIT 1 OFFSET 199", [last])
      _ = try loop.jobs("WHERE id > ? AND id <= ?", [last, next ?? .max])
      return (next, try loop.putAsideUnreadable(now: now))
    }
    checkedJob = next
    show(told)
    return next != nil
  }

  /// What a person or the configuration set. Jobs that follow the zone are due by the new one from now on.
  package func configure(_ new: LoopSettings) throws {
    let now = clock.now
    let told = try store.write { try $0.changeZone(to: new.zone, now: now) }
    settings = new
    nextDue = try store.read { try Self.firstDue($0) }
    nextAttempt = .min
    show(told)
    signal()
  }

  /// - Parameter until: Milliseconds since 1970; nil until `resume`. Reminders wait, too.
  package func pause(until: Int64? = nil) throws {
    try store.write { try $0.setState("paused", until.map { "\($0)" } ?? "") }
    isPaused = true
    pausedUntil = until
    for order in running.values where order.record.action.action.isRepeatable { order.task.cancel() }
    signal()
  }

  package func resume() throws {
    try store.write { try $0.setState("paused", nil) }
    isPaused = false
    pausedUntil = nil
    nextAttempt = .min
    signal()
  }

  // MARK: - The clock

  /// The clock on the wall may be set; what counts is by how much more or less it moved than time did.
  func noticeClock(now: Int64, elapsed: Int64) throws {
    let jump = now - elapsed - clockOffset
    clockOffset = now - elapsed
    guard abs(jump) > Self.smallestJump else { return }
    nextAttempt = .min
    let told = try store.write { loop in
      if jump < 0 {
        // What was put off until the old time would be put off for longer.
        try loop.run("UPDATE action SET not_before = 0 WHERE ended_at IS NULL")
        try loop.dueAgain(now: now, zone: settings.zone, previous: nil)
      }
      return abs(jump) < Self.jumpToTell ? [] : try loop.tell(LoopWords.clockJumped(jump), now: now)
    }
    nextDue = try store.read { try Self.firstDue($0) }
    show(told)
  }

  private static let smallestJump: Int64 = 2_000
  private static let jumpToTell: Int64 = 5 * 60_000
}

extension LoopTransaction {
  /// - Returns: What was said of it.
  @discardableResult
  func changeZone(to zone: ZoneRules, now: Int64) throws -> [InboxItem] {
    let before = try state("zone")
    guard before != zone.identifier else { return [] }
    try setState("zone", zone.identifier)
    guard let before else { return [] }
    try dueAgain(now: now, zone: zone, previous: try? Zones.named(before))
    return try tell(LoopWords.zoneChanged(from: before, to: zone.identifier), now: now)
  }

  /// Finds the next occurrence of every job anew. One that had its action already has its key, and does not come again.
  ///
  /// - Parameter previous: The zone until now, where it was changed: what was done at nine there is not done again at
  ///   nine here on the same day.
  func dueAgain(now: Int64, zone: ZoneRules, previous: ZoneRules?) throws {
    for job in try jobs("WHERE event IS NULL AND is_enabled = 1 AND is_suspended = 0") {
      if previous != nil, job.zone != nil { continue }
      // What was missed is caught up by the clock that it was missed by.
      if let next = job.nextAt, next <= now { continue }
      // One that is over stays so.
      if case .once = job.schedule.kind, job.nextAt == nil { continue }
      let rules = job.rules(zone)
      var next = job.next(after: now, zone: rules)
      if let previous, let last = job.lastAt, let found = next, case .cron = job.schedule.kind, found - last > 3_600_000
      {
        let (then, due) = (previous.civil(last / 1000), rules.civil(found / 1000))
        if then.date == due.date, then.secondOfDay == due.secondOfDay { next = job.next(after: found, zone: rules) }
      }
      guard next != job.nextAt else { continue }
      try run("UPDATE job SET next_at = ? WHERE id = ?", [next, job.id])
    }
    try putAsideUnreadable(now: now)
  }

  /// - Returns: What was said of it.
  @discardableResult
  func putAsideUnreadable(now: Int64) throws -> [InboxItem] {
    try setAside(now: now).flatMap { try tell(LoopWords.unreadable($0), now: now) }
  }

  /// Says something to whoever looks after SARAi, at once, and keeps it in the history.
  @discardableResult
  func tell(_ alert: LoopAlert, owner: String = LoopOwner.local, now: Int64) throws -> [InboxItem] {
    let action = ProactiveAction(
      key: "alert:\(alert.topic):\(now)", owner: owner, trigger: alert.trigger, priority: 9, action: .alert,
      dueAt: now)
    guard try insert(action) else { return [] }
    let item = InboxItem(
      owner: owner, kind: .alert, text: alert.text, why: alert.why, topic: alert.topic, createdAt: now)
    let kept = try insert(item, action: action.key)
    try end(
      LoopRecord(action: action, state: .waiting), .done,
      effect: ActionEffect(.messages, before: 0, after: kept == nil ? 0 : 1), text: alert.text, now: now)
    return kept.map { [$0] } ?? []
  }
}

extension LoopJob {
  /// The zone by which it is due.
  func rules(_ zone: ZoneRules) -> ZoneRules { self.zone.flatMap { try? Zones.named($0) } ?? zone }

  /// In milliseconds since 1970, as all times of the loop.
  func next(after now: Int64, zone: ZoneRules) -> Int64? {
    let second = Int64((Double(now) / 1000).rounded(.down))
    guard let next = schedule.next(after: second, anchor: anchor / 1000, zone: zone),
      next < Int64.max / 1000, next > Int64.min / 1000
    else { return nil }
    return next * 1000
  }
}
