package import SaraiCore

/// Who keeps reminders and the inbox, as a turn asks them.
package protocol LoopAnswering: Sendable {
  /// Does what a sentence asks for, and says so.
  ///
  /// - Parameters:
  ///   - said: The sentence itself, kept as the reason of a reminder.
  ///   - now: Seconds since 1970.
  /// - Throws: `SaraiError`: why it cannot be done, in words for the person.
  func answer(
    _ asked: LoopSentence, said: String, owner: String, language: Language, zone: ZoneRules, now: Int64
  ) async throws -> String
}

/// What a turn asks of the loop: "remind me tomorrow at eight to call my mother", "what is in my inbox?".
package struct TurnLoop: Sendable {
  /// Under this name it answers.
  package static let name = "loop"
  /// Nobody asks for a reminder at greater length.
  private static let longestBytes = 2_000

  private let loop: any LoopAnswering
  private let zone: @Sendable () -> ZoneRules
  private let now: @Sendable () -> CivilDateTime

  /// - Parameters:
  ///   - zone: Of the clock on the wall, which may change.
  ///   - now: What the clock on the wall shows.
  package init(
    _ loop: any LoopAnswering, zone: @escaping @Sendable () -> ZoneRules,
    now: @escaping @Sendable () -> CivilDateTime
  ) {
    self.loop = loop
    self.zone = zone
    self.now = now
  }

  /// - Returns: Nil for a turn that asks nothing of the loop.
  /// - Throws: Only `CancellationError`: what went wrong is the answer, for nobody else can give one.
  func answer(_ request: Turn.Request) async throws -> IntentAnswer? {
    guard request.grammar == nil, TurnIntents.applies(to: request), let said = request.messages.last?.content,
      said.utf8.count <= Self.longestBytes
    else { return nil }
    let (zone, seconds) = (zone(), now().milliseconds / 1_000)
    guard
      let (asked, language) = LoopSentence.reading(said, now: seconds, zone: zone, language: request.language)
    else { return nil }
    do {
      let text = try await loop.answer(
        asked, said: said, owner: request.memory?.owner ?? "local", language: language, zone: zone, now: seconds)
      return IntentAnswer(text: text, skill: Self.name)
    } catch let error as SaraiError {
      return IntentAnswer(text: error.message[language], skill: Self.name)
    }
  }
}
