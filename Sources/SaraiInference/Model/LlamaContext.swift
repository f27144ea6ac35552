import CLlama
import SaraiCore

/// One sequence of tokens and what the model remembers of them. Not thread-safe: it lives on the compute thread.
package final class LlamaContext {
  package let model: LlamaModel
  /// Tokens that fit.
  package let contextTokens: Int
  /// Tokens computed in one go at most.
  package let batchTokens: Int
  /// Tokens of one batch whose logits can be read.
  package let maximumOutputs: Int
  /// Memory that the context took when it was made, in bytes.
  package let memoryBytes: UInt64
  private let pointer: OpaquePointer
  private var threads: Int

  /// Small enough that a cancelled prompt stops soon and that its buffers stay small; large enough to be fast.
  package static let batchTokens = 256

  /// - Parameters:
  ///   - contextTokens: Rounded up to what libllama takes (a multiple of 256).
  ///   - maximumOutputs: Tokens of one batch whose logits can be read; each takes the vocabulary's size in floats,
  ///     once when the context is made and once more when that many are first asked for.
  ///   - batchTokens: Tokens to compute in one go at most.
  /// - Throws: `SaraiError.insufficientResources` when memory is short.
  package init(
    model: LlamaModel, contextTokens: Int, threads: Int, maximumOutputs: Int = 1,
    batchTokens: Int = LlamaContext.batchTokens
  ) throws {
    let embeds = model.facts.embeds
    self.model = model
    self.threads = threads
    // A text to embed is computed whole: its tokens may look at those after them.
    self.batchTokens = embeds ? contextTokens : min(batchTokens, contextTokens)
    self.maximumOutputs = embeds ? contextTokens : max(1, min(maximumOutputs, self.batchTokens))
    var parameters = sarai_context_parameters(
      context_tokens: UInt32(contextTokens), batch_tokens: UInt32(self.batchTokens), threads: Int32(threads),
      maximum_outputs: UInt32(self.maximumOutputs), embeds: embeds)
    var status = SARAI_OK
    let before = sarai_allocated_bytes()
    LlamaLibrary.forgetErrors()
    let (created, fault) = withFault { sarai_context_create(model.pointer, &parameters, $0, &status) }
    guard let created else {
      let said = LlamaLibrary.recentErrors()
      throw SaraiError(
        .insufficientResources,
        Localized(
          es: "No hay memoria para un contexto de \(contextTokens) tokens con el modelo \(model.path). Usa un contexto "
            + "más corto o un modelo más pequeño.",
          en: "There is no memory for a context of \(contextTokens) tokens with the model \(model.path). Use a shorter "
            + "context or a smaller model."
        ), subject: model.path, cause: said.isEmpty ? fault : said)
    }
    pointer = created
    self.contextTokens = Int(sarai_context_tokens(created))
    memoryBytes = sarai_allocated_bytes() - min(before, sarai_allocated_bytes())
  }

  deinit {
    sarai_context_free(pointer)
  }

  package func setThreads(_ count: Int) {
    guard count != threads else { return }
    threads = count
    sarai_context_set_threads(pointer, Int32(count))
  }

  /// Computes up to `batchTokens` tokens at the positions from `position` on; the logits of the last `outputs` of them
  /// can be read then.
  ///
  /// - Throws: `CancellationError`; part of the tokens may then be remembered.
  package func decode(
    _ tokens: ArraySlice<Int32>, at position: Int, outputs: Int, cancellation: Cancellation
  ) throws {
    let (status, fault) = withFault { fault in
      tokens.withUnsafeBufferPointer {
        sarai_decode(
          pointer, $0.baseAddress, Int32($0.count), Int32(position), Int32(outputs), cancellation.flag, fault)
      }
    }
    try check(status, fault)
  }

  /// The logits of one of the last batch's outputs, counted from 0: one per token of the vocabulary, valid until the
  /// next `decode`.
  package func logits(row: Int = 0) throws -> UnsafeBufferPointer<Float> {
    guard let logits = sarai_logits(pointer, Int32(row)) else { throw failure("no logits") }
    return UnsafeBufferPointer(start: logits, count: model.facts.vocabularySize)
  }

  /// One text's vector, not normalised.
  func embed(_ tokens: [Int32], cancellation: Cancellation) throws -> [Float] {
    var status = SARAI_OK
    var fault = ""
    let vector = [Float](unsafeUninitializedCapacity: model.facts.embeddingDimensions) { vector, count in
      vector.initialize(repeating: 0)
      count = vector.count
      (status, fault) = withFault {
        sarai_embed(pointer, tokens, Int32(tokens.count), vector.baseAddress, cancellation.flag, $0)
      }
    }
    try check(status, fault)
    return vector
  }

  private func check(_ status: sarai_status, _ fault: String) throws {
    switch status {
    case SARAI_OK: return
    case SARAI_CANCELLED:
      LlamaLibrary.forgetErrors()
      throw CancellationError()
    case SARAI_OUT_OF_MEMORY:
      throw SaraiError(
        .insufficientResources,
        Localized(
          es: "Falta memoria para calcular la respuesta. Cierra otros programas o usa un modelo más pequeño.",
          en: "There is not enough memory to compute the answer. Close other programs or use a smaller model."),
        cause: fault)
    default: throw failure(fault)
    }
  }

  private func failure(_ fault: String) -> SaraiError {
    let said = LlamaLibrary.recentErrors()
    return SaraiError(
      .engineFailed,
      Localized(
        es: "El motor no pudo calcular la respuesta. Vuelve a intentarlo; si se repite, ejecuta «sarai doctor».",
        en: "The engine could not compute the answer. Try again; if it happens again, run \"sarai doctor\"."),
      subject: model.path, cause: said.isEmpty ? fault : said)
  }
}

/// What the model remembers.
extension LlamaContext {
  /// Forgets everything from `position` on; false where only forgetting everything works.
  package func truncate(to position: Int) -> Bool {
    guard sarai_memory_truncate(pointer, Int32(position)) else { return false }
    // A sliding window has lost what an earlier position would have to look at.
    let window = model.facts.attentionWindowTokens
    return window == 0 || Int(sarai_memory_first_position(pointer)) <= max(0, position - window)
  }

  package func clearMemory(wipes: Bool = false) {
    sarai_memory_clear(pointer, wipes)
  }

  /// The memory as bytes that `restoreMemory` takes, of the same model, build and settings; nil where it is larger
  /// than `maximumBytes` or can't be saved.
  func savedMemory(maximumBytes: Int) -> [UInt8]? {
    let size = sarai_memory_size(pointer)
    guard (1...maximumBytes).contains(size) else { return nil }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = sarai_memory_save(pointer, buffer.baseAddress, buffer.count)
    }
    return bytes.count == size ? bytes : nil
  }

  /// Replaces the memory. The bytes must be what `savedMemory` gave: libllama checks little of them.
  func restoreMemory(_ bytes: UnsafeRawBufferPointer) -> Bool {
    clearMemory()
    guard sarai_memory_restore(pointer, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count) else {
      clearMemory()
      return false
    }
    return true
  }
}
