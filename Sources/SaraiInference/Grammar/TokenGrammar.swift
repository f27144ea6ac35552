import CLlama
package import SaraiCore
import Synchronization

/// A grammar on its way through a text: which tokens may come next, and whether the text is complete.
///
/// One request uses it, one thread at a time.
package final class TokenGrammar: TokenConstraint, @unchecked Sendable {
  private let pointer: OpaquePointer
  private let vocabulary: VocabularyIndex
  /// When libllama began what it is computing now, for who watches that it ends.
  private let began = Mutex<ContinuousClock.Instant?>(nil)

  fileprivate init(_ grammar: GenerationGrammar, vocabulary: VocabularyIndex) throws {
    let (created, fault) = withFault {
      sarai_grammar_parse(vocabulary.model.pointer, vocabulary.pointer, grammar.gbnf, grammar.root, $0)
    }
    guard let created else { throw GBNFCheck.refused(cause: fault) }
    pointer = created
    self.vocabulary = vocabulary
  }

  deinit { sarai_grammar_free(pointer) }

  /// Whether the text may end here and can't go on.
  var isComplete: Bool { timed { sarai_grammar_is_complete(pointer) } }

  package func allows(_ token: Int32) -> Bool { timed { sarai_grammar_allows(pointer, token) } }

  package func mask(_ logits: UnsafeMutableBufferPointer<Float>) throws(SaraiError) {
    let (status, fault) = timed { withFault { sarai_grammar_mask(pointer, logits.baseAddress, logits.count, $0) } }
    guard status == SARAI_OK else { throw GBNFCheck.failed(cause: fault) }
  }

  /// Goes on after a token that is allowed.
  func accept(_ token: Int32) throws(SaraiError) {
    let (status, fault) = timed { withFault { sarai_grammar_accept(pointer, token, $0) } }
    guard status == SARAI_OK else { throw GBNFCheck.failed(cause: fault) }
  }

  private func timed<Result>(_ body: () -> Result) -> Result {
    began.withLock { $0 = .now }
    defer { began.withLock { $0 = nil } }
    return body()
  }

  /// How long libllama has been computing on it.
  fileprivate var busy: Duration { began.withLock { $0.map { .now - $0 } ?? .zero } }
}

/// The tokens of a model by their beginnings.
private final class VocabularyIndex: @unchecked Sendable {
  let model: LlamaModel
  let pointer: OpaquePointer

  init(model: LlamaModel) throws {
    let (created, fault) = withFault { sarai_vocabulary_index_create(model.pointer, $0) }
    guard let created else { throw GBNFCheck.failed(cause: fault) }
    self.model = model
    pointer = created
  }

  deinit { sarai_vocabulary_index_free(pointer) }
}

/// Makes grammars for one model.
///
/// A grammar comes from outside. It is checked before libllama sees it, since libllama's parser and matcher recurse and
/// multiply without bounds. What passes the check and still runs without end is stopped as a chat template is: the
/// process has to end.
final class GrammarFactory: Sendable {
  private let model: LlamaModel
  private let onHang: @Sendable (SaraiError) -> Void
  private let index = Mutex<VocabularyIndex?>(nil)

  /// Far more than any step of a sensible grammar.
  private static let patience = Duration.seconds(10)

  init(model: LlamaModel, onHang: @escaping @Sendable (SaraiError) -> Void) {
    self.model = model
    self.onHang = onHang
  }

  /// - Throws: `SaraiError.invalidRequest` or `.tooLarge`, with the subject "grammar".
  func make(_ grammar: GenerationGrammar) throws -> TokenGrammar {
    try GBNFCheck.check(grammar)
    let watch = Task { [onHang] in
      try await Task.sleep(for: Self.patience)
      onHang(GBNFCheck.endless)
    }
    defer { watch.cancel() }
    let vocabulary = try index.withLock { known in
      if let known { return known }
      let made = try VocabularyIndex(model: model)
      known = made
      return made
    }
    return try TokenGrammar(grammar, vocabulary: vocabulary)
  }

  /// Watches that each step ends, until it is cancelled.
  func watch(_ grammar: TokenGrammar) -> Task<Void, any Error> {
    Task { [onHang] in
      while true {
        try await Task.sleep(for: .seconds(1))
        guard grammar.busy > Self.patience else { continue }
        return onHang(GBNFCheck.endless)
      }
    }
  }
}
