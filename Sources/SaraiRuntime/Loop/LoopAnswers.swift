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
    let spoken = Spoken(language: language, zone: zone, now: now)
    switch asked {
    case .remind(let reminder): return try await remind(reminder, said: said, owner, spoken)
    case .remindWithoutTime(let what): return spoken.whenToRemind(what)
    case .listReminders: return spoken.list(try await reminders(owner))
    case .cancelReminder(let what): return try await cancel(what, owner, spoken)
    case .showInbox: return try await inbox(owner, spoken)
    }
  }

  private func remind(_ reminder: Reminder, said: String, _ owner: String, _ spoken: Spoken) async throws -> String {
    var job = Sarai_Loop_V1_Job()
    job.owner = owner
    job.name = String(reminder.text.prefix(40))
    job.schedule = reminder.schedule.text
    job.action = "remind"
    job.arguments = [
      "text": String(reminder.text.prefix(2_000)), "said": String(said.prefix(1_000)),
      "asked_at": "\(Int64(WallClock.seconds * 1_000))",
    ]
    job.priority = 8
    job.source = "chat"
    _ = try await loop.add(job)
    return spoken.willRemind(reminder)
  }

  private func reminders(_ owner: String) async throws -> [Sarai_Loop_V1_Job] {
    try await loop.jobs(owner: owner).filter { $0.action == "remind" && $0.source != "builtin" && $0.hasNextAt }
      .sorted { $0.nextAt < $1.nextAt }
  }

  private func cancel(_ what: String?, _ owner: String, _ spoken: Spoken) async throws -> String {
    let kept = try await reminders(owner)
    let words = what.map { Self.words($0) } ?? []
    let meant = kept.filter { job in
      let text = Set(Self.words(job.arguments["text"] ?? job.name))
      return what == nil || !words.isEmpty && words.allSatisfy { text.contains($0) }
    }
    for job in meant { _ = try await loop.remove(job.id, owner: owner) }
    return spoken.cancelled(meant, of: kept, what: what)
  }

  private func inbox(_ owner: String, _ spoken: Spoken) async throws -> String {
    let items = try await loop.inbox(owner: owner, unreadOnly: true, limit: 20)
    for item in items { _ = try await loop.mark(item.id, owner: owner, "read") }
    return spoken.inbox(items)
  }

  /// Words that tell one reminder from another: not the small ones, and "mi madre" is "tu madre".
  private static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count > 2 }
  }
}

/// What the loop says in a conversation.
private struct Spoken {
  let language: Language
  let zone: ZoneRules
  let now: Int64

  private func words(es: String, en: String) -> String { language == .spanish ? es : en }

  private func when(_ schedule: Schedule) -> String { schedule.words(language, zone: zone, now: now) }

  func willRemind(_ reminder: Reminder) -> String {
    let when = when(reminder.schedule)
    return words(
      es: "De acuerdo. Te lo recordaré \(when): \(reminder.text).",
      en: "All right. I will remind you \(when): \(reminder.text).")
  }

  func whenToRemind(_ what: String) -> String {
    words(
      es: "¿Cuándo quieres que te lo recuerde? Por ejemplo: «recuérdame mañana a las 9 \(what)».",
      en: "When shall I remind you? For example: \"remind me tomorrow at 9 to \(what)\".")
  }

  func list(_ jobs: [Sarai_Loop_V1_Job]) -> String {
    guard !jobs.isEmpty else { return words(es: "No tienes recordatorios.", en: "You have no reminders.") }
    let head = words(es: "Tus recordatorios:", en: "Your reminders:")
    return ([head] + jobs.map { "– \(line($0))" }).joined(separator: "\n")
  }

  private func line(_ job: Sarai_Loop_V1_Job) -> String {
    let text = job.arguments["text"] ?? job.name
    guard let schedule = try? Schedule(text: job.schedule) else { return text }
    return "\(when(schedule)): \(text)"
  }

  func cancelled(_ gone: [Sarai_Loop_V1_Job], of kept: [Sarai_Loop_V1_Job], what: String?) -> String {
    switch gone.count {
    case 0 where kept.isEmpty: return list([])
    case 0:
      return words(es: "No encuentro ese recordatorio. ", en: "I do not find that reminder. ") + list(kept)
    case 1: return words(es: "Quitado: \(line(gone[0])).", en: "Removed: \(line(gone[0])).")
    default:
      let lines = gone.map { "– \(line($0))" }.joined(separator: "\n")
      return words(es: "Quitados:\n", en: "Removed:\n") + lines
    }
  }

  func inbox(_ items: [Sarai_Loop_V1_InboxItem]) -> String {
    guard !items.isEmpty else { return words(es: "Nada nuevo.", en: "Nothing new.") }
    return items.map { "– \(words(es: $0.textEs, en: $0.textEn))" }.joined(separator: "\n")
  }
}
