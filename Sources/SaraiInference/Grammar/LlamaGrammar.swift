import CLlama
import SaraiCore

/// libllama's own matcher of grammars: what `TokenGrammar` is compared with, in what it allows and in how long it takes.
///
/// It can neither take a token back nor say what must come or how to end, and it knows no bounds.
final class LlamaGrammar {
  private let pointer: OpaquePointer
  private let vocabulary: VocabularyIndex

  init(_ grammar: GenerationGrammar, vocabulary: VocabularyIndex) throws {
    let (created, fault) = withFault {
      sarai_grammar_parse(vocabulary.model.pointer, vocabulary.pointer, grammar.gbnf, grammar.root, $0)
    }
    guard let created else { throw GBNFCheck.refused(cause: fault) }
    pointer = created
    self.vocabulary = vocabulary
  }

  deinit { sarai_grammar_free(pointer) }

  /// Whether the text may end here and can't go on.
  var isComplete: Bool { sarai_grammar_is_complete(pointer) }

  func allows(_ token: Int32) -> Bool { sarai_grammar_allows(pointer, token) }

  func mask(_ logits: UnsafeMutableBufferPointer<Float>) throws(SaraiError) {
    let (status, fault) = withFault { sarai_grammar_mask(pointer, logits.baseAddress, logits.count, $0) }
    guard status == SARAI_OK else { throw GBNFCheck.failed(cause: fault) }
  }

  /// Goes on after a token that is allowed.
  func accept(_ token: Int32) throws(SaraiError) {
    let (status, fault) = withFault { sarai_grammar_accept(pointer, token, $0) }
    guard status == SARAI_OK else { throw GBNFCheck.failed(cause: fault) }
  }
}

/// The tokens of a model by their beginnings, as libllama's matcher wants them.
final class VocabularyIndex: @unchecked Sendable {
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
