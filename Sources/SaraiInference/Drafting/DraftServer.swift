import SaraiCore
import Synchronization

/// An engine in its draft role: knows the texts that larger models are writing, and guesses how they go on.
package final class DraftServer: Sendable {
  private struct Text {
    var id: UInt64
    var tokens: [Int32]
  }

  private let engine: TextEngine
  /// The last one used comes last.
  private let texts = Mutex<[Text]>([])
  /// Texts that are remembered at a time.
  private static let capacity = 8
  private static let maximumGuesses = 64

  package init(engine: TextEngine) {
    self.engine = engine
  }

  /// - Returns: Tokens that a text may have.
  /// - Throws: `SaraiError.notAvailable`, with the reason, where the vocabularies are not the same.
  package func check(_ other: VocabularyIdentity) throws -> Int {
    let own = engine.vocabularyIdentity
    guard own.size == other.size, own.sha256 == other.sha256 else {
      let sizes = "\(other.size) / \(own.size)"
      throw SaraiError(
        .notAvailable,
        es: "«\(own.modelName)» no puede hacer borradores para «\(other.modelName)»: sus vocabularios son distintos "
          + "(\(sizes) tokens). Pon en models.draft.id un modelo de la misma familia.",
        en: "\"\(own.modelName)\" can't draft for \"\(other.modelName)\": their vocabularies differ (\(sizes) tokens). "
          + "Set models.draft.id to a model of the same family.",
        subject: "models.draft.id")
    }
    return engine.description.contextTokens
  }

  /// Takes what was decided since, and guesses what comes next.
  ///
  /// - Throws: `SaraiError`: `invalidRequest`, `contextOverflow`; `CancellationError`.
  package func propose(_ request: DraftRequest) async throws -> DraftReply {
    guard (1...Self.maximumGuesses).contains(request.count), request.keep >= 0 else {
      throw SaraiError(
        .invalidRequest, es: "Se pueden pedir de 1 a \(Self.maximumGuesses) tokens.",
        en: "1 to \(Self.maximumGuesses) tokens can be asked for.", subject: "count")
    }
    guard let tokens = try take(request) else { return .unknownText }
    return .guesses(try await engine.draft(after: tokens, count: request.count, sampling: request.sampling))
  }

  /// The whole text; nil where its beginning is not known.
  private func take(_ request: DraftRequest) throws -> [Int32]? {
    try engine.checkDraft(request.tokens)
    return texts.withLock { texts in
      var text = Text(id: request.textID, tokens: [])
      if let index = texts.firstIndex(where: { $0.id == request.textID }) { text = texts.remove(at: index) }
      guard text.tokens.count >= request.keep else { return nil }
      text.tokens.removeLast(text.tokens.count - request.keep)
      text.tokens += request.tokens
      guard text.tokens.count < engine.description.contextTokens else { return [] }
      texts.append(text)
      texts.removeFirst(max(0, texts.count - Self.capacity))
      return text.tokens
    }
  }
}

extension TextEngine {
  fileprivate func checkDraft(_ tokens: [Int32]) throws { try checkTokens(tokens) }

  /// The tokens that this model would draw after the given ones, with the noise of their positions.
  ///
  /// - Returns: None after an empty text, and fewer than `count` where the text or the context ends.
  fileprivate func draft(after tokens: [Int32], count: Int, sampling: SamplingParameters) async throws -> [Int32] {
    guard !tokens.isEmpty else { return [] }
    return try await compute { generation in
      let memory = generation.memory
      let model = memory.context.model
      let cancellation = generation.cancellation
      let governor = generation.governor
      func append(_ tokens: ArraySlice<Int32>) throws {
        try memory.append(tokens, outputs: 1, cancellation: cancellation) {
          if cancellation.isCancelled { throw CancellationError() }
          memory.context.setThreads(governor.current())
        }
      }
      let known = memory.keep(memory.commonPrefix(with: tokens))
      try append(tokens[known...])
      let sampler = try Sampler(parameters: sampling, vocabularySize: model.facts.vocabularySize)
      var guesses: [Int32] = []
      while true {
        let guess = try sampler.sample(logits: memory.context.logits(row: 0), position: memory.tokens.count)
        guesses.append(guess)
        guard guesses.count < count, !model.endsGeneration(guess),
          memory.tokens.count < memory.context.contextTokens - 1
        else { return guesses }
        try append([guess])
      }
    }
  }
}
