package import SaraiCore

/// What a person is to be reminded of, and when.
package struct Reminder: Sendable, Hashable {
  package var schedule: Schedule
  /// In the second person, as it is told back: of «llamar a mi madre», «llamar a tu madre».
  package var text: String

  package init(schedule: Schedule, text: String) {
    self.schedule = schedule
    self.text = text
  }
}

/// What a sentence in a conversation asks of the loop.
package enum LoopSentence: Sendable, Hashable {
  case remind(Reminder)
  /// «Recuérdame llamar a Ana»: it has to be asked when.
  case remindWithoutTime(text: String)
  case listReminders
  /// Nil for all of them.
  case cancelReminder(text: String?)
  case showInbox

  /// - Parameters:
  ///   - text: As the person typed it; of any size.
  ///   - now: Seconds since 1970.
  ///   - language: The person's, which is tried first.
  /// - Returns: Nil for a sentence that is not the loop's, or that was not read whole.
  package static func read(_ text: String, now: Int64, zone: ZoneRules, language: Language) -> LoopSentence? {
    nil
  }
}
