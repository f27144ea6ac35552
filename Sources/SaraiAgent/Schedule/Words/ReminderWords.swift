package import SaraiCore

/// What is said of reminders and of the inbox in a conversation.
package struct ReminderWords {
  /// Longer lists end with where the rest is.
  package static let mostLines = 20

  private let language: Language
  private let zone: ZoneRules
  private let now: Int64

  /// - Parameter now: Seconds since 1970.
  package init(language: Language, zone: ZoneRules, now: Int64) {
    self.language = language
    self.zone = zone
    self.now = now
  }

  private func words(es: String, en: String) -> String { language == .spanish ? es : en }

  private func when(_ schedule: Schedule) -> String { schedule.words(language, zone: zone, now: now) }

  package func willRemind(_ reminder: Reminder) -> String {
    let when = when(reminder.schedule)
    guard !reminder.text.isEmpty else {
      return words(es: "De acuerdo. Te avisaré \(when).", en: "All right. I will let you know \(when).")
    }
    return words(
      es: "De acuerdo. Te lo recordaré \(when): \(reminder.text).",
      en: "All right. I will remind you \(when): \(reminder.text).")
  }

  /// How a list of jobs names it: the beginning of its text.
  package func name(_ reminder: Reminder) -> String {
    guard !reminder.text.isEmpty else { return words(es: "aviso", en: "reminder") }
    var size = 0
    return String(
      reminder.text.prefix(40).prefix { character in
        size += character.utf8.count
        return size <= 200
      })
  }

  /// - Parameter said: The sentence that lacks a time.
  package func whenToRemind(_ said: String) -> String {
    let example = example(said)
    return words(
      es: "¿Cuándo? Dímelo con su hora, por ejemplo: «\(example)».",
      en: "When? Say it with its time, for example: \"\(example)\".")
  }

  /// The person's own sentence with a time, where that can be read, or another.
  private func example(_ said: String) -> String {
    var rest = said[...]
    while let last = rest.last, last.isWhitespace || ".,;:!?…".contains(last) { rest.removeLast() }
    while let first = rest.first, first.isWhitespace || "¡¿".contains(first) { rest.removeFirst() }
    let own = rest + words(es: " mañana a las 9", en: " tomorrow at 9")
    if rest.utf8.count <= 120, !rest.contains(where: \.isNewline),
      case .remind = LoopSentence.read(String(own), now: now, zone: zone, language: language)
    {
      return String(own)
    }
    return words(es: "recuérdame mañana a las 9 llamar a Ana", en: "remind me tomorrow at 9 to call Ann")
  }

  package func list(_ kept: [KeptReminder]) -> String {
    guard !kept.isEmpty else { return words(es: "No tienes recordatorios.", en: "You have no reminders.") }
    return lines(words(es: "Tus recordatorios:", en: "Your reminders:"), kept)
  }

  private func lines(_ head: String, _ kept: [KeptReminder]) -> String {
    let shown = kept.prefix(Self.mostLines).map { "– " + line($0) }
    return ([head] + shown + [rest(kept.count, "sarai job list")].compactMap { $0 }).joined(separator: "\n")
  }

  private func line(_ reminder: KeptReminder) -> String {
    when(reminder.schedule) + (reminder.text.isEmpty ? "" : ": " + reminder.text)
  }

  private func rest(_ count: Int, _ command: String) -> String? {
    guard count > Self.mostLines else { return nil }
    let more = count - Self.mostLines
    return words(es: "y \(more) más: «\(command)» los muestra todos", en: "and \(more) more: \"\(command)\" shows all")
  }

  // MARK: - Taking back

  /// Asks which of several is to go.
  package func which(_ candidates: [KeptReminder]) -> String {
    lines(
      words(
        es: "¿Cuál quito? Di de qué es o a qué hora, como «quita el recordatorio de las 9», o «quita todos los "
          + "recordatorios».",
        en: "Which one? Say what it is about or when it comes, such as \"cancel the reminder at 9\", or \"cancel all "
          + "reminders\"."), candidates)
  }

  package func noneMeant(of kept: [KeptReminder]) -> String {
    guard !kept.isEmpty else { return list([]) }
    return words(es: "No encuentro ese recordatorio. ", en: "I do not find that reminder. ") + list(kept)
  }

  package func removed(_ gone: [KeptReminder]) -> String {
    guard let only = gone.first else { return list([]) }
    guard gone.count > 1 else { return words(es: "Quitado: \(line(only)).", en: "Removed: \(line(only)).") }
    return lines(words(es: "Quitados:", en: "Removed:"), gone)
  }

  // MARK: - The inbox

  /// - Parameter items: What is new; those that are not told are said to be there.
  package func news(_ items: [Localized]) -> String {
    guard !items.isEmpty else { return words(es: "Nada nuevo.", en: "Nothing new.") }
    let shown = items.prefix(Self.mostLines).map { "– " + $0[language] }
    return (shown + [rest(items.count, "sarai inbox")].compactMap { $0 }).joined(separator: "\n")
  }
}
