import CLlama
import SaraiCore

/// Text to tokens and back.
extension LlamaModel {
  /// - Parameters:
  ///   - addSpecial: Puts the tokens around that the model expects at a text's start (and, for some, its end).
  ///   - parseSpecial: Reads the names of control tokens in the text as those tokens; never for people's text.
  /// - Throws: `SaraiError.tooLarge` beyond two thousand million bytes.
  package func tokenize(_ text: String, addSpecial: Bool, parseSpecial: Bool) throws -> [Int32] {
    try text.withSaraiBytes { try tokenize($0, addSpecial: addSpecial, parseSpecial: parseSpecial) }
  }

  /// The tokens of a conversation that a template laid out.
  package func tokenize(_ parts: [TemplatePart]) throws -> [Int32] {
    var tokens: [Int32] = []
    for piece in specialTokens.pieces(of: parts) {
      switch piece {
      case .token(let id): tokens.append(id)
      case .text(let bytes):
        tokens += try bytes.withUnsafeBufferPointer { buffer in
          try buffer.withMemoryRebound(to: CChar.self) { characters in
            try tokenize(
              sarai_bytes(data: characters.baseAddress, size: characters.count), addSpecial: false,
              parseSpecial: false)
          }
        }
      }
    }
    // Some templates write the begin-of-text token themselves, others leave it to the tokenizer.
    if facts.addsBOS, let bos = facts.bos, tokens.first != bos { tokens.insert(bos, at: 0) }
    return tokens
  }

  /// The tokens of a text to continue.
  package func tokenize(continuing text: String) throws -> [Int32] {
    var tokens = try tokenize(text, addSpecial: true, parseSpecial: false)
    // An end token would tell the model that there is nothing to continue.
    if let eos = facts.eos, tokens.last == eos, sarai_model_describe(pointer).adds_eos { tokens.removeLast() }
    if tokens.isEmpty, let bos = facts.bos { tokens = [bos] }
    return tokens
  }

  /// The tokens of the whole characters in bytes that may end within one; none where the tokenizer would add to them.
  func tokens(startingIn bytes: [UInt8]) -> [Int32] {
    for cut in 0...min(3, bytes.count) {
      let whole = bytes.dropLast(cut)
      guard let text = String(validating: whole, as: UTF8.self) else { continue }
      let tokens = (try? tokenize(text, addSpecial: false, parseSpecial: false)) ?? []
      return tokens.flatMap(self.bytes).elementsEqual(whole) ? tokens : []
    }
    return []
  }

  /// Whether every id is one of the vocabulary's.
  package func contains(_ tokens: [Int32]) -> Bool {
    tokens.allSatisfy { (0..<Int32(facts.vocabularySize)).contains($0) }
  }

  /// The bytes that a token adds to a text; none for control tokens. Characters may span tokens.
  func bytes(of token: Int32) -> [UInt8] {
    var capacity = 64
    while true {
      var length: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        length = buffer.withMemoryRebound(to: CChar.self) {
          sarai_token_piece(pointer, token, $0.baseAddress, Int32($0.count))
        }
        count = max(0, Int(length))
      }
      if length >= 0 { return bytes }
      capacity = Int(-length)
    }
  }

  /// A token as the vocabulary writes it, control tokens too.
  func text(of token: Int32) -> String {
    sarai_token_text(pointer, token).map { String(cString: $0) } ?? ""
  }

  /// The text of tokens; bytes that are no UTF-8 become U+FFFD.
  package func detokenize(_ tokens: [Int32]) -> String {
    String(decoding: tokens.flatMap { bytes(of: $0) }, as: UTF8.self)
  }

  private func tokenize(_ text: sarai_bytes, addSpecial: Bool, parseSpecial: Bool) throws -> [Int32] {
    // Rarely more tokens than bytes: the begin and end tokens, a leading space.
    var capacity = text.size + 8
    while true {
      var count: Int64 = 0
      var fault = ""
      let tokens = [Int32](unsafeUninitializedCapacity: capacity) { buffer, written in
        (count, fault) = withFault {
          sarai_tokenize(pointer, text, addSpecial, parseSpecial, buffer.baseAddress, Int64(buffer.count), $0)
        }
        written = count >= 0 && count <= buffer.count ? Int(count) : 0
      }
      guard count >= 0 else {
        throw SaraiError(
          .tooLarge,
          Localized(
            es: "El texto no se puede dividir en tokens. Acórtelo.",
            en: "The text can't be split into tokens. Shorten it."), cause: fault)
      }
      if count <= capacity { return tokens }
      capacity = Int(count)
    }
  }
}
