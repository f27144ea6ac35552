import CLlama
import Glibc
import SaraiCore

/// The weights and vocabulary of one GGUF file.
///
/// It never changes once loaded, and libllama reads it from several threads at once, so it may be shared.
package final class LlamaModel: @unchecked Sendable {
  let pointer: OpaquePointer
  package let path: String
  package let facts: Facts
  let specialTokens: SpecialTokens

  package struct Facts: Sendable {
    package var name: String
    package var architecture: String
    package var vocabularySize: Int
    /// The context the model was trained for, in tokens.
    package var trainedContextTokens: Int
    package var embeddingDimensions: Int
    /// Width of the attention window, 0 where attention sees everything.
    package var attentionWindowTokens: Int
    package var bos: Int32?
    package var eos: Int32?
    package var addsBOS: Bool
    package var weightBytes: UInt64
    /// Bytes of the longest token: a text of n bytes has at least n divided by this many tokens.
    package var longestTokenBytes: Int
    /// Whether it embeds texts instead of writing them.
    package var embeds: Bool
    /// Whether its memory is a running state that can't be cut back.
    package var isRecurrent: Bool
  }

  /// Maps the file into memory.
  ///
  /// - Parameter extraBuffers: Whether libllama may repack weights for the processor.
  /// - Throws: `SaraiError.corruptFile` naming the file; `.notAvailable` for a kind of model SARAi can't run.
  package init(path: String, extraBuffers: Bool = true) throws {
    LlamaLibrary.forgetErrors()
    let (loaded, fault) = withFault { sarai_model_load(path, extraBuffers, $0) }
    guard let loaded else {
      let said = LlamaLibrary.recentErrors()
      throw SaraiError(
        .corruptFile,
        Localized(
          es: "No se puede cargar el modelo \(path): el archivo está dañado o su formato no se admite. Descárgalo de "
            + "nuevo.",
          en: "The model \(path) can't be loaded: the file is damaged or its format is not supported. Download it "
            + "again."
        ), subject: path, cause: said.isEmpty ? fault : said)
    }
    pointer = loaded
    self.path = path
    facts = Facts(model: loaded)
    specialTokens = SpecialTokens(model: loaded, vocabularySize: facts.vocabularySize)
    let described = sarai_model_describe(loaded)
    guard facts.vocabularySize > 0, facts.embeddingDimensions > 0, !described.has_encoder || facts.embeds else {
      throw SaraiError(
        .notAvailable,
        es: "SARAi no puede usar el modelo \(path): no es un modelo que genere texto ni uno de embeddings. Elige otro.",
        en: "SARAi can't use the model \(path): it is neither a text generator nor an embedding model. Choose another.",
        subject: path)
    }
  }

  deinit {
    sarai_model_free(pointer)
  }

  /// The Jinja chat template in the file.
  package var templateSource: String? {
    sarai_model_template(pointer).map { String(cString: $0) }
  }

  /// Whether the token ends the answer.
  func endsGeneration(_ token: Int32) -> Bool {
    sarai_token_ends_generation(pointer, token)
  }
}

extension LlamaModel.Facts {
  fileprivate init(model: OpaquePointer) {
    let facts = sarai_model_describe(model)
    architecture = metadata(model, "general.architecture") ?? ""
    name = metadata(model, "general.name") ?? ""
    vocabularySize = Int(facts.vocabulary_size)
    trainedContextTokens = Int(facts.trained_context_tokens)
    embeddingDimensions = Int(facts.embedding_dimensions)
    attentionWindowTokens = Int(facts.attention_window_tokens)
    bos = facts.bos >= 0 ? facts.bos : nil
    eos = facts.eos >= 0 ? facts.eos : nil
    addsBOS = facts.adds_bos
    weightBytes = facts.weight_bytes
    longestTokenBytes =
      (0..<facts.vocabulary_size).lazy.compactMap { sarai_token_text(model, $0) }
      .map { strlen($0) }.max() ?? 1
    // Embedding models say how to pool their outputs, or that each token sees the ones after it.
    let pooling = metadata(model, "\(architecture).pooling_type") ?? "0"
    embeds = pooling != "0" || metadata(model, "\(architecture).attention.causal") == "false"
    isRecurrent = facts.is_recurrent
  }
}

/// A metadata value of at most a few hundred bytes, as text.
private func metadata(_ model: OpaquePointer, _ key: String) -> String? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
    let length = sarai_model_metadata(model, key, buffer.baseAddress, buffer.count)
    guard length >= 0 else { return nil }
    let bytes = UnsafeRawBufferPointer(buffer).prefix(min(Int(length), buffer.count - 1))
    return String(decoding: bytes, as: UTF8.self)
  }
}
