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
      python, ["-I", "-c", Self.script, input], environment: environment, log: output)
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

  /// Reads JSON as strictly as its standard: no NaN, and keys that come twice are counted.
  private static let script = #"""
    import ast, json, sys, warnings
    warnings.simplefilter("ignore")
    from jsonschema import Draft202012Validator

    checker = Draft202012Validator.FORMAT_CHECKER
    repeats = False

    def members(pairs):
        global repeats
        repeats = repeats or len(dict(pairs)) < len(pairs)
        return dict(pairs)

    def no_number(name):
        raise ValueError(name + " is no JSON")

    def check_schema(schema, text):
        value = json.loads(text, object_pairs_hook=members, parse_constant=no_number)
        Draft202012Validator(schema, format_checker=checker).validate(value)

    def check_markdown(text):
        assert text.startswith("# ") and text.endswith("\n"), "no heading or no end of line"
        level, in_code = 0, False
        for line in text.split("\n"):
            if line.startswith("```"):
                in_code = not in_code
            elif not in_code and line.startswith("#"):
                depth = len(line) - len(line.lstrip("#"))
                assert depth <= level + 1 and line[depth:depth + 1] == " ", "heading " + line[:40]
                level = depth
        assert not in_code, "an open block of code"

    checked = repeating = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for index, line in enumerate(lines):
            entry = json.loads(line)
            repeats = False
            try:
                if "schema" in entry:
                    check_schema(entry["schema"], entry["text"])
                elif entry["form"] == "python":
                    ast.parse(entry["text"])
                else:
                    check_markdown(entry["text"])
            except Exception as error:
                fault = type(error).__name__ + ": " + str(error)[:200] + " in " + entry["text"][-200:]
                print(json.dumps({"index": index, "fault": fault}))
            checked += 1
            repeating += repeats
    print(json.dumps({"checked": checked, "repeating": repeating}))
    """#
}
