/// The words of a turn that are the person's own: without quotations, code and what was pasted from a mail.
///
/// A quoted name or value stays: «mi perro se llama "Toby"».
enum OwnWords {
  /// - Parameter text: Longer ones than the tokenizer reads are left as they are.
  /// - Complexity: O(n).
  static func text(_ text: String) -> String {
    guard text.utf8.count <= Tokenizer.maxTextBytes else { return text }
    var kept: [Substring] = []
    var isFenced = false
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { (whole: $0, trimmed: $0.drop { $0.isWhitespace }) }
    let hasCode = lines.contains { isCode($0.trimmed) }
    for line in lines {
      if line.trimmed.hasPrefix("```") {
        isFenced.toggle()
      } else if !isFenced, !line.trimmed.hasPrefix(">"), !isCode(line.trimmed),
        !(hasCode && ["return ", "import "].contains { line.trimmed.hasPrefix($0) })
      {
        kept.append(withoutComment(line.whole))
      }
    }
    return withoutSpeech(kept.joined(separator: "\n"))
  }

  /// Lines that only programs have.
  private static func isCode(_ line: Substring) -> Bool {
    if starts.contains(where: { line.hasPrefix($0) }) { return true }
    if definitions.contains(where: { line.hasPrefix($0) }), line.contains(where: { "(){}=".contains($0) }) {
      return true
    }
    guard let last = line.last(where: { !$0.isWhitespace }) else { return false }
    return "{};".contains(last) && line.contains { "={}()".contains($0) } || line.hasSuffix("):")
  }

  private static let starts = ["#include", "#!", "//", "/*", "*/", "<?"]
  private static let definitions = ["def ", "class ", "func ", "import ", "return "]

  /// «x = 1  # my sister lives in Paris»
  private static func withoutComment(_ line: Substring) -> Substring {
    for mark in ["# ", "// ", "/* ", "-- "] {
      guard let range = line.firstRange(of: mark) else { continue }
      let before = line[..<range.lowerBound]
      if before.last?.isWhitespace ?? true, before.contains(where: { "=(){};".contains($0) }) { return before }
    }
    return line
  }

  private static let pairs: [Character: Character] = ["\"": "\"", "«": "»", "“": "”", "„": "“"]

  /// Leaves quotations out that are more than a name or a value.
  private static func withoutSpeech(_ text: String) -> String {
    guard text.contains(where: { pairs[$0] != nil }) else { return text }
    var kept = ""
    var rest = text[...]
    while let start = rest.firstIndex(where: { pairs[$0] != nil }) {
      let inside = rest[rest.index(after: start)...]
      guard let end = inside.firstIndex(where: { $0 == pairs[rest[start]]! }) else { break }
      let before = rest[..<start]
      kept += String(before)
      let quoted = inside[..<end]
      if !isSpeech(quoted, after: kept) { kept += String(quoted) }
      rest = inside[inside.index(after: end)...]
    }
    return kept + String(rest)
  }

  /// Two words and more, of which one is a verb, unless something is said to be called so.
  private static func isSpeech(_ quoted: Substring, after before: String) -> Bool {
    let words = quoted.split(whereSeparator: { !$0.isLetter && $0 != "'" && $0 != "’" })
    guard words.count > 1 else { return false }
    let before = before.suffix(80)
    let last = before.split(whereSeparator: { $0.isWhitespace || $0 == ":" }).last.map { Fold.text($0) } ?? ""
    if naming.contains(last), !before.hasSuffix(":"), !before.hasSuffix(": ") { return false }
    return words.contains { word in
      let word = Tokenizer.word(String(word))
      return SpanishConjugation.shared.readings(of: word).contains { $0.tense.isFinite }
        && !SpanishVerbs.nounLike.contains(word.folded)
        || !EnglishConjugation.shared.readings(of: word).isEmpty && !EnglishVerbs.nounLike.contains(word.folded)
        || ["i'm", "is", "are", "am", "he's", "she's"].contains(word.folded)
    }
  }

  private static let naming = Vocabulary.set(
    "es es: is llama llamo llamado llamada called named titulado titled era was")
}
