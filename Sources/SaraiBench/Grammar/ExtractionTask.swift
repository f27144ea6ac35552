import FoundationEssentials
import SaraiCore
import SaraiSchema

/// A text and the fields in it that are right; `Benchmarks/grammar/README.md` has the format and the rule.
struct ExtractionTask: Sendable {
  let language: Language
  let messages: [Message]
  let grammar: GenerationGrammar
  let gold: JSONObject

  /// Of its fields, how many an answer has right: those of the first JSON object in it.
  func score(_ answer: String) -> Proportion {
    let found = Self.object(in: answer)
    var score = Proportion()
    for member in gold.members {
      score.add(found?[member.key].map { Self.isSame($0, member.value) } ?? false)
    }
    return score
  }

  static func object(in text: String) -> JSONObject? {
    let bytes = Array(text.utf8)
    guard let start = bytes.firstIndex(of: UInt8(ascii: "{")) else { return nil }
    for end in bytes.indices[start...] where bytes[end] == UInt8(ascii: "}") {
      if let object = (try? JSONValue(parsing: Array(bytes[start...end])))?.objectValue { return object }
    }
    return nil
  }

  private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    switch (one, other) {
    case (.string(let one), .string(let other)): normalised(one) == normalised(other)
    case (.bool(let one), .bool(let other)): one == other
    default: one.doubleValue.map { $0 == other.doubleValue } ?? (one == other)
    }
  }

  private static func normalised(_ text: String) -> String {
    let words = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.hasSuffix(".") ? String(words.dropLast()) : words
  }

  // MARK: - The files

  /// - Throws: `SaraiError` naming the file, and the line where one is wrong.
  static func load(from folder: String) throws -> [ExtractionTask] {
    let kindsPath = "\(folder)/kinds.json"
    guard let kinds = (try JSONValue(parsing: Array(bytes(of: kindsPath)))).objectValue else { throw wrong(kindsPath) }
    let path = "\(folder)/extraction.jsonl"
    let lines = try bytes(of: path).split(separator: UInt8(ascii: "\n"))
    return try lines.enumerated().map { index, line in
      let place = "\(path), \(index + 1)"
      let value = try JSONValue(parsing: Array(line))
      guard let text = value["text"]?.stringValue, let gold = value["gold"]?.objectValue,
        let kind = value["kind"]?.stringValue.flatMap({ kinds[$0] }), let ask = kind["ask"]?.stringValue,
        let schema = kind["schema"], let language = kind["language"]?.stringValue.flatMap(Language.init(rawValue:)),
        let example = kind["example"]?["text"]?.stringValue, let answer = kind["example"]?["answer"]?.stringValue,
        gold.keys.allSatisfy({ schema["properties"]?[$0] != nil })
      else { throw wrong(place) }
      return ExtractionTask(
        language: language,
        messages: [
          Message(.user, "\(ask)\n\n\(example)"), Message(.assistant, answer), Message(.user, "\(ask)\n\n\(text)"),
        ], grammar: try SchemaCompiler.grammar(of: schema, field: "schema"), gold: gold)
    }
  }

  private static func bytes(of path: String) throws -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SaraiError(
        .notFound, es: "Falta \(path): ejecuta la orden en una copia del código de SARAi.",
        en: "\(path) is missing: run the command in a checkout of SARAi.", subject: path)
    }
    return data
  }

  private static func wrong(_ place: String) -> SaraiError {
    SaraiError(
      .corruptFile, es: "\(place): no tiene el formato de Benchmarks/grammar/README.md. Corrígelo.",
      en: "\(place) does not have the format of Benchmarks/grammar/README.md. Correct it.", subject: place)
  }
}
