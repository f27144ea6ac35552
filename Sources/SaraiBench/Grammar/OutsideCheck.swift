import FoundationEssentials
import SaraiCore

/// Other people's readers for what was written under a grammar: Python's `json`, `ast` and `jsonschema`, in a process of
/// their own. Nothing of SARAi's grammars is in it.
struct OutsideCheck {
  /// What a text has to be.
  enum Form: Sendable {
    case schema(JSONValue)
    case python
    case markdown
  }

  struct Text: Sendable {
    var form: Form
    var text: String
  }

  struct Verdict: Sendable {
    var texts: Int
    /// What is wrong, by the text's place.
    var faults: [Int: String] = [:]
    /// Texts with an object that has a key twice, which is valid JSON and loses a value.
    var repeatingKeys = 0
  }

  /// A Python with `jsonschema`, as the tests have it.
  let python: String
  /// The judge's own program, `grammar/check.py` of the benchmarks.
  let script: String
  /// Holds what goes there and back.
  let folder: String
  let environment: [String: String]

  /// - Throws: `SaraiError` (`notAvailable`) where Python or its `jsonschema` is missing, with what it said.
  func verdict(_ texts: [Text]) throws -> Verdict {
    let input = "\(folder)/texts.jsonl"
    let output = "\(folder)/verdict.jsonl"
    let lines = texts.map { text -> String in
      var object: JSONObject = ["text": .string(text.text)]
      switch text.form {
      case .schema(let schema): object["schema"] = schema
      case .python: object["form"] = "python"
      case .markdown: object["form"] = "markdown"
      }
      return JSONValue.object(object).description
    }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: input))
    try? FileManager.default.removeItem(atPath: output)
    guard FileManager.default.isExecutableFile(atPath: python) else { throw Self.missing(python, "") }
    let process = try ChildProcess(
      python, ["-I", script, input], environment: environment, log: output)
    let status = process.wait()
    let said = ProcFile.lines(output)
    var verdict = Verdict(texts: texts.count)
    var checked: Int64?
    for line in said {
      guard let value = try? JSONValue(parsing: Array(line.utf8)) else { continue }
      if let index = value["index"]?.integerValue { verdict.faults[Int(index)] = value["fault"]?.stringValue ?? "" }
      if let count = value["checked"]?.integerValue {
        checked = count
        verdict.repeatingKeys = Int(value["repeating"]?.integerValue ?? 0)
      }
    }
    guard status == 0, checked == Int64(texts.count) else {
      throw Self.missing(python, said.suffix(2).joined(separator: " / "))
    }
    return verdict
  }

  private static func missing(_ python: String, _ cause: String) -> SaraiError {
    SaraiError(
      .notAvailable,
      Localized(
        es: "\(python) no puede comprobar los textos: «make bench SCENARIO=grammar» lo prepara.",
        en: "\(python) can't check the texts: make bench SCENARIO=grammar prepares it."),
      subject: python, cause: cause)
  }
}
