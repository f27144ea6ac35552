import LoopProtocol
import SaraiAgent
import SaraiCore

/// Reminders and the inbox in a conversation: what asks for them is answered without a model.
struct LoopAnswers: LoopAnswering {
  private let loop: LoopClient

  init(_ loop: LoopClient) { self.loop = loop }

  func answer(
    _ asked: LoopSentence, said: String, owner: String, language: Language, zone: ZoneRules, now: Int64
  ) async throws -> String {
    let words = ReminderWords(language: language, zone: zone, now: now)
    func meant(_ what: String) async throws -> (kept: [KeptReminder], meant: [KeptReminder]) {
      let kept = try await reminders(owner)
      return (kept, ReminderChoice(what, now: now, zone: zone, language: language)?.meant(of: kept) ?? [])
    }
    switch asked {
    case .remind(let reminder):
      try await remind(reminder, said: said, owner, words)
      return words.willRemind(reminder)
    case .remindWithoutTime: return words.whenToRemind(said)
    case .listReminders: return words.list(try await reminders(owner))
    case .cancelReminder(nil):
      return words.removed(try await remove(try await reminders(owner), owner))
    case .cancelReminder(let what?):
      // Where there is only one, nobody has to name it.
      let (kept, named) = what.isEmpty ? (try await reminders(owner), []) : try await meant(what)
      let meant = what.isEmpty ? kept : named
      guard !meant.isEmpty else { return words.noneMeant(of: kept) }
      return meant.count > 1 ? words.which(meant) : words.removed(try await remove(meant, owner))
    case .cancelReminders(let what):
      let (kept, meant) = try await meant(what)
      return meant.isEmpty ? words.noneMeant(of: kept) : words.removed(try await remove(meant, owner))
    case .showInbox: return try await news(owner, words)
    }
  }

  private func remind(_ reminder: Reminder, said: String, _ owner: String, _ words: ReminderWords) async throws {
    var job = Sarai_Loop_V1_Job()
    job.owner = owner
    job.name = words.name(reminder)
    job.schedule = reminder.schedule.text
    job.action = "remind"
    job.arguments = [
      "text": String(reminder.text.prefix(2_000)), "said": String(said.prefix(1_000)),
      "asked_at": "\(Int64(WallClock.seconds * 1_000))",
    ]
    job.priority = 8
    job.source = "chat"
    _ = try await loop.add(job)
  }

  /// The next one first.
  private func reminders(_ owner: String) async throws -> [KeptReminder] {
    try await loop.jobs(owner: owner).filter { $0.action == "remind" && $0.source != "builtin" && $0.hasNextAt }
      .sorted { $0.nextAt < $1.nextAt }.compactMap { job in
        guard let schedule = try? Schedule(text: job.schedule) else { return nil }
        return KeptReminder(
          id: job.id, schedule: schedule, text: job.arguments["text"] ?? job.name,
          nextAt: Int64(max(-6e10, min(6e10, job.nextAt))))
      }
  }

  /// - Returns: What was removed.
  private func remove(_ reminders: [KeptReminder], _ owner: String) async throws -> [KeptReminder] {
    for reminder in reminders { _ = try await loop.remove(reminder.id, owner: owner) }
    return reminders
  }

  private func news(_ owner: String, _ words: ReminderWords) async throws -> String {
    let items = try await loop.inbox(owner: owner, unreadOnly: true, limit: 1_000)
    for item in items.prefix(ReminderWords.mostLines) { _ = try await loop.mark(item.id, owner: owner, "read") }
    return words.news(items.map { Localized(es: $0.textEs, en: $0.textEn) })
  }
}
