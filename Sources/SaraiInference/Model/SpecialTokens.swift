import CLlama

/// The control tokens of a vocabulary, findable in text.
///
/// libllama reads them either everywhere in a text or nowhere. A conversation needs both: in what the template wrote
/// they are tokens, in what people wrote they are text.
struct SpecialTokens: Sendable {
  struct Token: Sendable {
    let id: Int32
    let text: [UInt8]
    /// White space before (after) it belongs to it.
    let stripsLeft: Bool
    let stripsRight: Bool
  }

  /// By first byte, longest first.
  private let byFirstByte: [UInt8: [Token]]

  init(tokens: [Token]) {
    byFirstByte = Dictionary(grouping: tokens.filter { !$0.text.isEmpty }, by: { $0.text[0] })
      .mapValues { $0.sorted { $0.text.count > $1.text.count } }
  }

  init(model: OpaquePointer, vocabularySize: Int) {
    self.init(
      tokens: (0..<Int32(vocabularySize)).compactMap { id in
        guard sarai_token_kind_of(model, id) == SARAI_TOKEN_CONTROL, let text = sarai_token_text(model, id) else {
          return nil
        }
        return Token(
          id: id, text: Array(String(cString: text).utf8), stripsLeft: sarai_token_strips_left(model, id),
          stripsRight: sarai_token_strips_right(model, id))
      })
  }

  /// Whether one of these is the text of a control token.
  func contains(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.first.flatMap { byFirstByte[$0] }?.contains { $0.text == bytes } ?? false
  }

  enum Piece: Equatable {
    /// Text without tokens in it, template's and people's joined as the model was trained on.
    case text([UInt8])
    case token(Int32)
  }

  /// Cuts a rendered conversation at the control tokens of its template parts.
  func pieces(of parts: [TemplatePart]) -> [Piece] {
    var pieces: [Piece] = []
    var run: [UInt8] = []
    var skipsSpace = false
    func append(_ bytes: some Collection<UInt8>) {
      let kept = skipsSpace ? bytes.drop(while: isSpace) : bytes[...]
      if !kept.isEmpty { skipsSpace = false }
      run.append(contentsOf: kept)
    }
    for part in parts {
      let bytes = Array(part.text.utf8)
      guard !part.isInput else {
        append(bytes)
        continue
      }
      var start = 0
      var index = 0
      while index < bytes.count {
        guard let token = match(bytes, at: index) else {
          index += 1
          continue
        }
        append(bytes[start..<index])
        if token.stripsLeft { run.removeLast(run.reversed().prefix(while: isSpace).count) }
        if !run.isEmpty { pieces.append(.text(run)) }
        run.removeAll(keepingCapacity: true)
        pieces.append(.token(token.id))
        skipsSpace = token.stripsRight
        index += token.text.count
        start = index
      }
      append(bytes[start...])
    }
    if !run.isEmpty { pieces.append(.text(run)) }
    return pieces
  }

  private func match(_ bytes: [UInt8], at index: Int) -> Token? {
    byFirstByte[bytes[index]]?.first { bytes[index...].starts(with: $0.text) }
  }
}

private func isSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || (0x09...0x0D).contains(byte)
}
