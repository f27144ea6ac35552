import GRDB
package import SaraiAgent
import SaraiCore

extension LoopEngine {
  // MARK: - Jobs

  /// - Parameter owner: Whose; the person at the keyboard sees SARAi's own upkeep, too. Nil for all.
  package func jobs(owner: String? = nil) throws -> [LoopJob] {
    try readable { loop in
      if let owner { return try loop.jobs("WHERE owner IN (?, ?) ORDER BY id", [owner, Self.kept(by: owner)]) }
      return try loop.jobs("ORDER BY id")
    }
  }

  /// Keeps a job and finds its first occurrence.
  ///
  /// - Throws: `invalidRequest` for what is out of bounds and for schedules that never come, `tooLarge` for one job too
  ///   many.
  @discardableResult
  package func addJob(_ job: LoopJob) throws -> LoopJob {
    var job = job
    let now = clock.now
    if job.anchor == 0 { job.anchor = now }
    try check(job)
    try plan(&job, now: now)
    return try kept {
      try store.write { loop in
        let count = try loop.number("SELECT count(*) FROM job WHERE owner = ?", [job.owner]) ?? 0
        guard count < LoopLimits.mostJobs else { throw LoopWords.tooManyJobs }
        job.id = try loop.insert(job)
        return job
      }
    }
  }

  /// - Throws: `notFound` for no job of this owner; what `addJob` throws.
  @discardableResult
  package func editJob(_ id: Int64, owner: String, _ edit: LoopJobEdit) throws -> LoopJob {
    let now = clock.now
    var job = try job(id, owner: owner)
    if let name = edit.name, job.source != .builtin { job.name = name }
    if let zone = edit.zone { job.zone = zone.isEmpty ? nil : zone }
    job.schedule = edit.schedule ?? job.schedule
    if edit.schedule != nil { job.anchor = now }
    job.catchUp = edit.catchUp ?? job.catchUp
    job.arguments = edit.arguments ?? job.arguments
    job.priority = edit.priority ?? job.priority
    job.limitSeconds = edit.limitSeconds ?? job.limitSeconds
    if let isEnabled = edit.isEnabled { job.isEnabled = isEnabled }
    if edit.isEnabled == true { (job.isSuspended, job.failures) = (false, 0) }
    try check(job)
    if edit.schedule != nil || edit.zone != nil || edit.isEnabled != nil { try plan(&job, now: now) }
    return try kept {
      try store.write { loop in
        try loop.update(job)
        if !job.isEnabled { try loop.cancelOpen(job: id, now: now) }
        return job
      }
    }
  }

  /// - Throws: `notFound`; `forbidden` for SARAi's own jobs, which can only be switched off.
  package func removeJob(_ id: Int64, owner: String) throws {
    let now = clock.now
    let job = try job(id, owner: owner)
    guard job.source != .builtin else { throw LoopWords.builtinStays(job.name) }
    try kept {
      try store.write { loop in
        try loop.cancelOpen(job: id, now: now)
        try loop.removeJob(id)
      }
    }
  }

  /// Does what a job does, now and even while the loop is paused or off.
  ///
  /// - Returns: The key of its action, for `outcome`.
  package func runNow(job id: Int64, owner: String) throws -> String {
    let now = clock.now
    let job = try job(id, owner: owner)
    var action = job.action(at: now, trigger: "now")
    action.key = "job:\(id):now:\(now)"
    action.priority = 10
    try store.write { loop in
      if try !loop.insert(action) { throw LoopWords.askedTwice(job.name) }
    }
    nextAttempt = .min
    signal()
    return action.key
  }

  /// Waits until an action has ended, well or not.
  ///
  /// - Throws: `notFound`; `CancellationError` when the loop ends before.
  package func outcome(of key: String) async throws -> LoopRecord {
    guard let record = try readable({ try $0.records("WHERE key = ?", [key]) }).first else {
      throw LoopWords.noAction(key)
    }
    if record.state.isEnd { return record }
    return try await withCheckedThrowingContinuation { endings[key, default: []].append($0) }
  }

  package func job(_ id: Int64, owner: String) throws -> LoopJob {
    let job = try readable { try $0.jobs("WHERE id = ? AND owner IN (?, ?)", [id, owner, Self.kept(by: owner)]) }.first
    guard let job else { throw LoopWords.noJob(id) }
    return job
  }

  /// SARAi's own jobs are looked after by the person at the keyboard.
  private static func kept(by owner: String) -> String { owner == LoopOwner.local ? LoopOwner.system : owner }

  private func check(_ job: LoopJob) throws {
    let size = job.arguments.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    guard (1...LoopLimits.longestName).contains(job.name.utf8.count), (1...10).contains(job.priority),
      (1...LoopLimits.longestSeconds).contains(job.limitSeconds), job.owner.utf8.count <= 256,
      job.arguments.count <= LoopLimits.mostArguments, size <= LoopLimits.argumentBytes,
      !([job.name, job.owner] + job.arguments.keys + job.arguments.values).contains(where: { $0.utf8.contains(0) })
    else { throw LoopWords.outOfBounds }
    if let zone = job.zone { _ = try Zones.named(zone) }
    if let event = job.event, LoopEventKind(rawValue: event) == nil { throw LoopWords.noEvent(event) }
    let needed: String? =
      switch job.action {
      // «Avísame a las 9» names a time and nothing else.
      case .remind where job.source == .chat: nil
      case .remind, .alert: "text"
      case .runPrompt: "prompt"
      case .runSkill: "skill"
      default: nil
      }
    if let needed, job.arguments[needed, default: ""].isEmpty, job.source != .builtin {
      throw LoopWords.missing(needed, job.action)
    }
  }

  private func plan(_ job: inout LoopJob, now: Int64) throws {
    job.nextAt = nil
    guard job.isEnabled, !job.isSuspended, job.event == nil else { return }
    job.nextAt = job.next(after: now, zone: try job.zone.map { try Zones.named($0) } ?? settings.zone)
    if job.nextAt == nil { throw LoopWords.never(job.schedule) }
  }

  private func kept<Value>(_ body: () throws -> Value) throws -> Value {
    let value = try body()
    nextDue = try store.read { try Self.firstDue($0) }
    for key in endings.keys { ended(key) }
    signal()
    return value
  }

  // MARK: - Reminders

  /// - Parameters:
  ///   - said: The person's own words, for the answer to "why".
  ///   - zone: Nil follows the settings.
  @discardableResult
  package func remind(owner: String, _ reminder: Reminder, said: String = "", zone: String? = nil) throws -> LoopJob {
    let text = String(reminder.text.prefix(2000))
    return try addJob(
      LoopJob(
        name: text.isEmpty ? "reminder" : String(text.prefix(40)), owner: owner, schedule: reminder.schedule,
        zone: zone, action: .remind,
        arguments: ["text": text, "said": String(said.prefix(1000)), "asked_at": "\(clock.now)"], priority: 8,
        source: .chat))
  }

  package func reminders(owner: String) throws -> [LoopJob] {
    try readable { loop in
      try loop.jobs(
        """
        WHERE owner = ? AND action = 'remind' AND source <> 'builtin' AND is_enabled = 1
          ORDER BY next_at IS NULL, next_at, id LIMIT 1000
        """, [owner])
    }
  }

  /// Takes back what a person was to be reminded of.
  ///
  /// - Parameter matching: Words that all have to be in its text, whatever their case and accents; nil for all.
  /// - Returns: What was taken back.
  @discardableResult
  package func cancelReminders(owner: String, matching: String? = nil) throws -> [LoopJob] {
    let now = clock.now
    let words = matching.map(LoopWords.telling) ?? []
    let found = try reminders(owner: owner).filter { job in
      let text = LoopWords.telling(job.arguments["text"] ?? job.name)
      return matching == nil || !words.isEmpty && words.allSatisfy { text.contains($0) }
    }
    return try kept {
      try store.write { loop in
        for job in found {
          try loop.cancelOpen(job: job.id, now: now)
          try loop.removeJob(job.id)
        }
        return found
      }
    }
  }
}
