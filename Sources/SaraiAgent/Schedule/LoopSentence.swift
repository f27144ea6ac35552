package import SaraiCore

/// What a person is to be reminded of, and when.
package struct Reminder: Sendable, Hashable {
  package var schedule: Schedule
  /// In the second person, as it is told back: of «llamar a mi madre», «llamar a tu madre». Empty where nothing is
  /// said but the time.
  package var text: String

  package init(schedule: Schedule, text: String) {
    self.schedule = schedule
    self.text = text
  }
}

/// What a sentence in a conversation asks of the loop.
package enum LoopSentence: Sendable, Hashable {
  case remind(Reminder)
  /// «Recuérdame llamar a Ana»: it has to be asked when, as it has where the time is past, vague or ambiguous.
  case remindWithoutTime(text: String)
  case listReminders
  /// Nil for all of them, empty where none is named.
  case cancelReminder(text: String?)
  /// All that are about something: «quita todas las alarmas de mañana».
  case cancelReminders(text: String)
  case showInbox

  /// - Parameters:
  ///   - text: As the person typed it; of any size.
  ///   - now: Seconds since 1970.
  ///   - language: The person's, which is tried first.
  /// - Returns: Nil for a sentence that is not the loop's, or that was not read whole.
  package static func read(_ text: String, now: Int64, zone: ZoneRules, language: Language) -> LoopSentence? {
    reading(text, now: now, zone: zone, language: language)?.asked
  }

  /// The same, with the language that the sentence is in.
  package static func reading(
    _ text: String, now: Int64, zone: ZoneRules, language: Language
  ) -> (asked: LoopSentence, language: Language)? {
    // A person writes in one language or the other, whatever that of the settings is.
    guard let tokens = SentenceTokens(text) else { return nil }
    for tried in [language] + Language.allCases.filter({ $0 != language }) {
      if let found = SentenceReader(tokens, now: now, zone: zone, language: tried)?.read() { return (found, tried) }
    }
    return nil
  }
}
