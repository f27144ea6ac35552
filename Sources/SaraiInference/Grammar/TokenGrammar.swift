import CGrammar
package import SaraiCore

/// A GBNF grammar on its way through a text.
package final class TokenGrammar: TokenConstraint, @unchecked Sendable {
  private let matcher: OpaquePointer
  private let automaton: GrammarAutomaton

  /// - Throws: `SaraiError.tooLarge` where already the beginning can be read in too many ways.
  init(_ automaton: GrammarAutomaton) throws(SaraiError) {
    guard let matcher = sarai_matcher_create(automaton.pointer) else { throw GBNFCheck.tooAmbiguous }
    self.matcher = matcher
    self.automaton = automaton
  }

  deinit { sarai_matcher_free(matcher) }

  package var isComplete: Bool { sarai_matcher_must_end(matcher) }

  /// Whether the text may end here.
  package var mayEnd: Bool { sarai_matcher_may_end(matcher) }

  package func allows(_ token: Int32) -> Bool { sarai_matcher_allows(matcher, token) }

  package func mask(_ logits: UnsafeMutableBufferPointer<Float>) throws(SaraiError) {
    try check(sarai_matcher_mask(matcher, logits.baseAddress, logits.count))
  }

  package func accept(_ token: Int32) throws(SaraiError) {
    try check(sarai_matcher_accept(matcher, token))
  }

  package func rollback(_ count: Int) throws(SaraiError) {
    guard let count = Int32(exactly: count), sarai_matcher_rollback(matcher, count) else {
      throw GBNFCheck.failed(cause: "\(count) tokens can't be taken back")
    }
  }

  package func forced(limit: Int) -> [Int32] {
    guard limit > 0 else { return [] }
    // More is never worth checking at once.
    let capacity = min(limit * 16, 1_024)
    var bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      count = Int(sarai_matcher_forced(matcher, buffer.baseAddress, Int32(buffer.count)))
    }
    // Where a choice comes within a character, the model spells the character.
    while let last = bytes.indices.last, !Self.endsCharacter(bytes) { bytes.remove(at: last) }
    guard !bytes.isEmpty else { return [] }
    return Array(automaton.vocabulary.spelling(of: bytes).prefix(limit))
  }

  private static func endsCharacter(_ bytes: [UInt8]) -> Bool {
    let continuing = bytes.reversed().prefix { $0 & 0xC0 == 0x80 }.count
    guard continuing < bytes.count else { return true }
    let first = bytes[bytes.count - 1 - continuing]
    let expected = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
    return continuing == expected
  }

  package func closing(limit: Int) -> [Int32]? {
    guard limit >= 0 else { return nil }
    let bounded = Int32(clamping: limit)
    let count = sarai_matcher_closing(matcher, nil, bounded)
    guard count >= 0 else { return nil }
    return [Int32](unsafeUninitializedCapacity: Int(count)) { buffer, written in
      written = Int(max(0, sarai_matcher_closing(matcher, buffer.baseAddress, count)))
    }
  }

  package func canClose(within limit: Int) -> Bool {
    limit >= 0 && sarai_matcher_closing(matcher, nil, Int32(clamping: limit)) >= 0
  }

  private func check(_ status: sarai_match_status) throws(SaraiError) {
    switch status {
    case SARAI_MATCH_OK: return
    case SARAI_MATCH_TOO_AMBIGUOUS: throw GBNFCheck.tooAmbiguous
    case SARAI_MATCH_REFUSED: throw GBNFCheck.failed(cause: "a token that the grammar does not allow")
    default: throw GBNFCheck.failed(cause: "out of memory")
    }
  }
}

/// A grammar, and what was worked out of it so far. Its requests share it.
final class GrammarAutomaton: @unchecked Sendable {
  let pointer: OpaquePointer
  let vocabulary: TokenTrie

  /// - Throws: `SaraiError.invalidRequest` or `.tooLarge`, with the subject "grammar".
  init(_ grammar: GenerationGrammar, vocabulary: TokenTrie) throws {
    let (rules, root) = try GBNFCheck.rules(of: grammar)
    let program = GrammarProgram(rules, root: root)
    guard let created = program.withProgram({ sarai_automaton_create(vocabulary.pointer, $0) }) else {
      throw GBNFCheck.failed(cause: "out of memory")
    }
    pointer = created
    self.vocabulary = vocabulary
    guard sarai_automaton_has_texts(created) else {
      throw GBNFCheck.wrong(
        es: "ningún texto la cumple: sus reglas no terminan nunca", en: "has no texts: its rules never end")
    }
  }

  deinit { sarai_automaton_free(pointer) }
}

/// The tokens of a model by their beginnings.
final class TokenTrie: @unchecked Sendable {
  let pointer: OpaquePointer
  private let model: LlamaModel

  init(model: LlamaModel) throws {
    var bytes: [UInt8] = []
    var offsets: [UInt64] = [0]
    var ends: [Int32] = []
    for token in 0..<Int32(model.facts.vocabularySize) {
      if model.endsGeneration(token) {
        ends.append(token)
      } else {
        // Control tokens have no bytes. NUL would end the text for whoever reads it as C does.
        let piece = model.bytes(of: token)
        if !piece.contains(0) { bytes += piece }
      }
      offsets.append(UInt64(bytes.count))
    }
    guard let created = sarai_trie_create(bytes, offsets, Int32(offsets.count - 1), ends, Int32(ends.count)) else {
      throw GBNFCheck.failed(cause: "out of memory")
    }
    pointer = created
    self.model = model
  }

  deinit { sarai_trie_free(pointer) }

  /// Tokens of these bytes: as the model's own tokenizer cuts them, where it does, and as few as can be otherwise.
  func spelling(of bytes: [UInt8]) -> [Int32] {
    if let text = String(validating: bytes, as: UTF8.self),
      let tokens = try? model.tokenize(text, addSpecial: false, parseSpecial: false),
      tokens.flatMap({ model.bytes(of: $0) }) == bytes
    {
      return tokens
    }
    return [Int32](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      count = Int(max(0, sarai_trie_spell(pointer, bytes, bytes.count, buffer.baseAddress, Int32(buffer.count))))
    }
  }
}
