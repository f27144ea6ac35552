import GRDB
import SaraiAgent
import SaraiCore
import SaraiStore

extension LoopEngine {
  /// Starts what waits, by priority and then by time: messages at once, of other work one at a time, and beside it one
  /// that is urgent. Nothing but what a person asked for starts while a person is being answered, nor while paused;
  /// reminders and alerts are no work and come on time.
  func startWaiting(now: Int64, elapsed: Int64) throws {
    guard let attempt = nextAttempt, attempt <= now else { return }
    let isActive = isActive
    // An action may be put back at once, so the search begins anew only after something happened.
    nextAttempt = nil
    try sendMessages(now: now)
    let waiting = try store.read { loop in
      try loop.records(
        """
        WHERE ended_at IS NULL AND state = 'waiting' AND not_before <= ? AND (? OR trigger = 'now')
          AND action NOT IN ('remind', 'suggest', 'alert') ORDER BY priority DESC, due_at, key LIMIT 50
        """, [now, isActive])
    }
    for record in waiting {
      let isAsked = record.action.trigger == "now"
      guard answering.isEmpty || isAsked else { continue }
      let urgent = isAsked || record.action.priority >= Self.urgentPriority
      guard running.count < (urgent ? 2 : 1) else { continue }
      try start(record, now: now, elapsed: elapsed)
    }
    let later = try store.read { loop in
      try loop.number(
        "SELECT min(not_before) FROM action WHERE ended_at IS NULL AND state = 'waiting' AND not_before > ?", [now])
    }
    nextAttempt = later
  }

  private func start(_ record: LoopRecord, now: Int64, elapsed: Int64) throws {
    let key = record.action.key
    let isUncertain = try store.write { loop in
      try loop.start(key, now: now)
      return try loop.number("SELECT is_uncertain FROM action WHERE key = ?", [key]) == 1
    }
    var record = record
    record.state = .running
    record.startedAt = now
    record.attempts += 1
    let order = LoopOrder(record.action, attempt: record.attempts, isUncertain: isUncertain)
    let task = Task { [hands] in
      let result: Result<ActionOutcome, any Error>
      do { result = .success(try await hands.perform(order)) } catch { result = .failure(error) }
      self.finish(order, result)
    }
    running[key] = Running(record: record, task: task, deadline: elapsed + record.action.limitSeconds * 1000)
  }

  /// Whoever takes longer than it may is given up, whether it listens or not.
  func endOverdue(now: Int64, elapsed: Int64) {
    for (key, order) in running where order.deadline <= elapsed {
      order.task.cancel()
      running[key] = nil
      note(key) { try self.settle(order.record, failure: LoopWords.tookTooLong(order.record.action), now: now) }
    }
  }

  private func finish(_ order: LoopOrder, _ result: Result<ActionOutcome, any Error>) {
    // What was given up before may still end; what came of it no longer counts.
    guard let ended = running[order.key], ended.record.attempts == order.attempt else { return }
    running[order.key] = nil
    let now = clock.now
    let record = ended.record
    note(order.key) {
      switch result {
      case .success(let outcome): try self.succeed(record, outcome, now: now)
      case .failure(is CancellationError):
        let pause = ended.gaveWay || self.isPaused ? 0 : Self.pauseAfterGivingUp
        try self.store.write {
          try $0.putBack(order.key, notBefore: pause == 0 ? 0 : now + pause, countsAttempt: false)
        }
      case .failure(let error as SaraiError) where order.isUncertain && error.code == .notFound:
        try self.interrupt(record, now: now)
      case .failure(let error):
        try self.settle(record, failure: error as? SaraiError ?? LoopWords.failed(record.action, error), now: now)
      }
    }
  }

  /// Notes how an order ended. Where the store fails, it is noted as soon as it works again; the hands keep the result
  /// until then.
  private func note(_ key: String, _ body: @escaping () throws -> Void) {
    unnoted.append((key, body))
    do { try noteEnds() } catch { fault = error as? SaraiError ?? fault }
    nextAttempt = .min
    signal()
  }

  func noteEnds() throws {
    while let (key, body) = unnoted.first {
      try body()
      unnoted.removeFirst()
      Task { [hands] in await hands.settled(key) }
    }
  }

  // MARK: - Endings

  private func succeed(_ record: LoopRecord, _ outcome: ActionOutcome, now: Int64) throws {
    var effect = outcome.effect
    switch record.action.action {
    case .compactDatabases:
      let own = try compact()
      if effect == nil || effect?.unit == .bytes {
        effect = ActionEffect(
          .bytes, before: (effect?.before ?? 0) + own.before, after: (effect?.after ?? 0) + own.after)
      }
    case .backupMemory: try store.store.backup(reason: "scheduled")
    case .rotateLogs: try store.write { try $0.rotate(now: now) }
    default: break
    }
    let settings = settings
    let told = try store.write { loop -> [InboxItem] in
      let job = try record.action.job.flatMap { try loop.job($0) }
      var told: [InboxItem] = []
      if let job, record.action.action.isPersonal, let text = outcome.text {
        let item = InboxItem(
          owner: LoopOwner.reader(of: job.owner), kind: .report, text: text,
          why: LoopWords.report(job, record.action, zone: settings.zone, now: now), topic: "job:\(job.id)",
          createdAt: now)
        if let kept = try loop.insert(item, action: record.action.key) { told.append(kept) }
        // What a person asked for and got is an effect, where nothing else was measured.
        effect = effect ?? ActionEffect(.messages, before: 0, after: Int64(told.count))
      }
      try loop.end(record, .done, effect: effect, text: outcome.text, now: now)
      guard let job else { return told }
      if job.failures > 0 { try loop.run("UPDATE job SET failures = 0 WHERE id = ?", [job.id]) }
      if job.nextAt == nil { try loop.retire(job, settings, now: now) }
      return told
    }
    ended(record.action.key)
    show(told)
  }

  /// A failure is tried again later, each time after twice as long, and after so many in a row not any more.
  private func settle(_ record: LoopRecord, failure: SaraiError, now: Int64) throws {
    let action = record.action
    let told = try store.write { loop -> [InboxItem] in
      var job = try action.job.flatMap { try loop.job($0) }
      let failures = job.map { $0.failures + 1 } ?? record.attempts
      let isAsked = action.trigger == "now"
      let retries = action.action.isRepeatable && failures < Backoff.mostFailures && !isAsked
      if retries {
        try loop.putBack(action.key, notBefore: now + Backoff.after(failures), countsAttempt: true)
      } else {
        try loop.end(record, .failed, text: failure.message, now: now)
      }
      guard job != nil, !isAsked else { return [] }
      job?.failures = failures
      guard let job else { return [] }
      try loop.run("UPDATE job SET failures = ? WHERE id = ?", [failures, job.id])
      guard failures >= Backoff.mostFailures else {
        if !retries, let next = job.nextAt, next < now + Backoff.after(failures) {
          let rules = job.rules(settings.zone)
          let later = job.next(after: now + Backoff.after(failures), zone: rules)
          try loop.run("UPDATE job SET next_at = ? WHERE id = ?", [later, job.id])
        }
        // Of what does not come again, the person would never hear.
        guard !retries, job.nextAt == nil, job.event == nil else { return [] }
        return try loop.tell(LoopWords.failedOnce(job, failure), owner: LoopOwner.reader(of: job.owner), now: now)
      }
      try loop.run("UPDATE job SET is_suspended = 1, next_at = NULL WHERE id = ?", [job.id])
      try loop.cancelOpen(job: job.id, now: now)
      return try loop.tell(
        LoopWords.suspended(job, failure), owner: LoopOwner.reader(of: job.owner), now: now)
    }
    nextDue = try store.read { try Self.firstDue($0) }
    ended(action.key)
    show(told)
  }

  private func interrupt(_ record: LoopRecord, now: Int64) throws {
    let told = try store.write { loop in
      try loop.end(record, .interrupted, text: LoopWords.interrupted(record.action), now: now)
      let name = try record.action.job.flatMap { try loop.job($0)?.name }
      return try loop.tell(
        LoopWords.interruptedAlert(record.action, name: name), owner: LoopOwner.reader(of: record.action.owner),
        now: now)
    }
    ended(record.action.key)
    show(told)
  }

  private func compact() throws -> (before: Int64, after: Int64) {
    func bytes() throws -> Int64 {
      try store.read { try $0.number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size") ?? 0 }
    }
    let before = try bytes()
    try store.store.compact()
    return (before, try bytes())
  }

  /// Tells whoever waits for an action that was asked for.
  func ended(_ key: String) {
    guard endings[key] != nil,
      let record = try? store.read({ try $0.records("WHERE key = ? AND ended_at IS NOT NULL", [key]).first })
    else { return }
    for waiter in endings.removeValue(forKey: key) ?? [] { waiter.resume(returning: record) }
  }

  private static let urgentPriority = 8
  /// Hands that gave up by themselves are asked again after so long.
  private static let pauseAfterGivingUp: Int64 = 5_000
}

extension LoopTransaction {
  func cancelOpen(job: Int64, now: Int64) throws {
    for record in try records("WHERE job_id = ? AND ended_at IS NULL AND state = 'waiting'", [job]) {
      try end(record, .cancelled, now: now)
    }
  }

  /// Forgets what is too old to be asked for.
  func rotate(now: Int64) throws {
    let day: Int64 = 86_400_000
    try run("DELETE FROM action WHERE ended_at < ?", [now - LoopLimits.historyDays * day])
    // What nobody has seen yet stays, whatever the clock says.
    try run(
      "DELETE FROM inbox WHERE created_at < ? AND coalesce(read_at, dismissed_at, acted_at) IS NOT NULL",
      [now - LoopLimits.historyDays * day])
    try run("DELETE FROM inbox WHERE id <= (SELECT max(id) - ? FROM inbox)", [LoopLimits.mostMessages])
    try run("DELETE FROM set_aside WHERE at < ?", [now - LoopLimits.historyDays * day])
    try forgetEvents(now: now)
  }

  func forgetEvents(now: Int64) throws {
    try run("DELETE FROM event WHERE at < ?", [now - LoopLimits.eventDays * 86_400_000])
    try run("DELETE FROM event WHERE id <= (SELECT max(id) - ? FROM event)", [LoopLimits.mostEvents])
  }
}

/// How long after a failure the next attempt is made.
enum Backoff {
  static let mostFailures = 5
  static let longest: Int64 = 60 * 60_000

  /// 1, 2, 4, … 60 minutes, in milliseconds.
  static func after(_ failures: Int) -> Int64 { min(longest, 60_000 << Int64(min(max(failures, 1), 7) - 1)) }
}
