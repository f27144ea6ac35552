package import SaraiCore

/// What a turn asks before it asks a model.
package struct TurnIntents: Sendable {
  private let source: any IntentAnswering
  private let now: @Sendable () -> CivilDateTime
  private let onFailure: @Sendable (any Error) -> Void

  /// - Parameters:
  ///   - now: The clock on the wall, read once a question.
  ///   - onFailure: Told why the source failed; the model answers then.
  package init(
    source: any IntentAnswering, now: @escaping @Sendable () -> CivilDateTime,
    onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
  ) {
    self.source = source
    self.now = now
    self.onFailure = onFailure
  }

  /// - Returns: Nil where the model is to answer.
  /// - Throws: Only `CancellationError`.
  func answer(_ request: Turn.Request) async throws -> IntentAnswer? {
    guard Self.applies(to: request), let question = request.messages.last?.content else { return nil }
    do {
      // A limit of tokens is the model's: an answer without one takes none, and an invented one instead helps nobody.
      return try await source.answer(question, language: request.language, now: now())
    } catch {
      try Task.checkCancellation()
      onFailure(error)
      return nil
    }
  }

  /// A person's question to SARAi herself. A client that names a model, brings a system prompt of its own or steers
  /// the choice of tokens wants a model's words.
  static func applies(to request: Turn.Request) -> Bool {
    guard request.model == Turn.sarai, request.messages.last?.role == .user,
      !request.messages.contains(where: { $0.role == .system || $0.role == .tool })
    else { return false }
    guard let sampling = request.sampling else { return true }
    return sampling.logitBias.isEmpty && sampling.stop.isEmpty
  }
}
