import FoundationEssentials
package import SaraiCore

/// An easy first question and what answers it; Benchmarks/quality/README.md has the format and the rule.
package struct Question: Sendable, Hashable {
  /// Which half a question belongs to: choices are made on one and reported on the other.
  package enum Half: String, Sendable, CaseIterable {
    case dev
    case heldOut = "held_out"
  }

  package let id: String
  package let kind: String
  package let text: String
  package let accept: [AnswerPhrase]
  package let reject: [AnswerPhrase]

  /// Decided by the id alone: FNV-1a, then the finaliser of MurmurHash3, since FNV mixes short ids badly.
  package var half: Half {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 33
    return hash.isMultiple(of: 2) ? .dev : .heldOut
  }
}

extension Question {
  /// Reads `FOLDER/LANGUAGE.jsonl`.
  ///
  /// - Throws: `SaraiError` naming the file, and the line where one is wrong.
  package static func load(_ language: Language, from folder: String) throws -> [Question] {
    let path = "\(folder)/\(language.rawValue).jsonl"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SaraiError(
        .notFound, es: "Falta \(path): ejecuta la orden en una copia del código de SARAi, o da --questions CARPETA.",
        en: "\(path) is missing: run the command in a checkout of SARAi, or give --questions FOLDER.", subject: path)
    }
    let lines = data.split(separator: UInt8(ascii: "\n"))
    return try lines.enumerated().map { index, line in
      do {
        return try Question(JSONValue(parsing: Array(line)))
      } catch {
        throw SaraiError(
          .invalidRequest, es: "\(path), línea \(index + 1): no es una pregunta con id, kind, question y accept.",
          en: "\(path), line \(index + 1): no question with id, kind, question and accept.", subject: path,
          cause: error)
      }
    }
  }

  init(_ value: JSONValue) throws {
    func text(_ key: String) throws -> String {
      guard let text = value[key]?.stringValue, !text.isEmpty else { throw Malformed(key: key) }
      return text
    }
    func phrases(_ key: String) throws -> [AnswerPhrase] {
      try (value[key]?.arrayValue ?? []).map {
        guard let phrase = $0.stringValue.flatMap(AnswerPhrase.init) else { throw Malformed(key: key) }
        return phrase
      }
    }
    id = try text("id")
    kind = try text("kind")
    self.text = try text("question")
    accept = try phrases("accept")
    reject = try phrases("reject")
    guard !accept.isEmpty else { throw Malformed(key: "accept") }
  }

  struct Malformed: Error {
    let key: String
  }
}
