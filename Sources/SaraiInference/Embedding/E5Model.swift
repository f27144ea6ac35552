import CE5
import FoundationEssentials
package import SaraiCore

/// multilingual-e5-small in four bits: 384-dimensional vectors of texts in about a hundred languages.
///
/// L. Wang et al., "Multilingual E5 Text Embeddings" (2024). Not thread-safe: it lives on the compute thread.
package final class E5Model {
  package let dimensions: Int
  package let vocabularySize: Int
  package let weightBytes: Int
  /// Tokens that one pass sees; longer texts are cut into windows whose vectors are averaged.
  package let windowTokens: Int
  private let pointer: OpaquePointer
  private let mapping: FileMapping
  private let file: E5File

  /// Texts of more tokens are refused: each window takes about a tenth of a second and can't be stopped.
  package static let maximumTokens = 8_192
  private static let maximumFileBytes = 1 << 30

  /// - Throws: `SaraiError.corruptFile` naming the file and the fault.
  package init(path: String) throws {
    do throws(E5File.Fault) {
      // Checked and used through one mapping, so that no other file can take its place in between.
      mapping = try FileMapping(path: path, maximumBytes: Self.maximumFileBytes)
      file = try E5File(mapping.data)
    } catch {
      throw Self.corrupt(path, cause: error.description)
    }
    guard let loaded = e5_load_mem(mapping.bytes.baseAddress, mapping.bytes.count) else {
      throw Self.corrupt(path, cause: "the loader refused it")
    }
    pointer = loaded
    weightBytes = mapping.bytes.count
    dimensions = Int(e5_dim(loaded))
    vocabularySize = file.shape.vocabulary
    windowTokens = file.shape.positions
  }

  deinit {
    e5_free(pointer)
  }

  /// - Returns: One vector, L2-normalised, and the tokens it took.
  /// - Throws: `SaraiError.contextOverflow` with both numbers for a text that is too long.
  package func embed(_ text: String, purpose: EmbeddingRequest.Purpose) throws -> (vector: [Float], tokens: Int) {
    let isQuery: Int32 = purpose == .query ? 1 : 0
    let prepared = prepare(text)
    // A token is at least one byte; only texts that may be too long are counted first.
    let tokens = Int(e5_token_count(pointer, prepared, isQuery))
    guard tokens <= Self.maximumTokens else {
      throw SaraiError(
        .contextOverflow,
        es: "El texto tiene \(tokens) tokens y el modelo de embeddings admite \(Self.maximumTokens). Divídelo.",
        en: "The text has \(tokens) tokens and the embedding model takes \(Self.maximumTokens). Split it.",
        subject: "input")
    }
    var status: Int32 = 0
    let vector = [Float](unsafeUninitializedCapacity: dimensions) { vector, count in
      vector.initialize(repeating: 0)
      count = vector.count
      status = e5_embed(pointer, prepared, isQuery, vector.baseAddress)
    }
    guard status == 0, vector.allSatisfy(\.isFinite) else {
      throw SaraiError(
        .engineFailed, es: "El modelo de embeddings no pudo calcular el vector. Vuelve a intentarlo.",
        en: "The embedding model could not compute the vector. Try again.")
    }
    return (vector, tokens)
  }

  /// The text without what the C code can't take: NUL ends its strings, and wide expansions overflow its buffers.
  private func prepare(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\0" {
        scalars.append(" ")
      } else if let expansion = file.wideExpansions[scalar] {
        scalars.append(contentsOf: expansion.unicodeScalars)
      } else {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  private static func corrupt(_ path: String, cause: String) -> SaraiError {
    SaraiError(
      .corruptFile,
      Localized(
        es: "No se puede cargar el modelo \(path): el archivo está dañado o no es de multilingual-e5. Descárgalo de "
          + "nuevo.",
        en: "The model \(path) can't be loaded: the file is damaged or is not multilingual-e5. Download it again."),
      subject: path, cause: cause)
  }
}
