import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiBench

@Suite struct GrammarBenchTests {
  private static let benchmarks = TestParts.root.appending(path: "Benchmarks").path

  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sarai-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  // MARK: - Fields

  @Test func `what is right earns everything, and an empty object nothing`() throws {
    let tasks = try ExtractionTask.load(from: Self.benchmarks + "/grammar")
    #expect(tasks.count == 40)
    for language in Language.allCases { #expect(tasks.count { $0.language == language } == 20) }
    for task in tasks {
      let right = JSONValue.object(task.gold).description
      for answer in [right, "Sure:\n```json\n\(right)\n``` {"] {
        #expect(task.score(answer).share == 1, "\(answer)")
      }
      for nothing in ["{}", "", "{", "I don't know.", "[1]"] {
        let score = task.score(nothing)
        #expect(score.successes == 0 && score.trials == task.gold.count)
      }
    }
  }

  @Test func `a field is right whatever its case and its full stop, and wrong with another value`() throws {
    let task = try #require(ExtractionTask.load(from: Self.benchmarks + "/grammar").first)
    #expect(task.score(#"{"name": "TOM  becker.", "age": 51.0, "city": "hull ", "job": "Carpenter"}"#).successes == 4)
    #expect(task.score(#"{"name": "Tom", "age": "51", "city": null, "job": "a carpenter"}"#).successes == 0)
  }

  // MARK: - Schemas and the judges

  @Test func `schemas at random are the same for a seed and others for another`() {
    var (one, same, other) = (SchemaFuzz(seed: 3), SchemaFuzz(seed: 3), SchemaFuzz(seed: 4))
    let schemas = (0..<60).map { _ in one.schema() }
    #expect(schemas == (0..<60).map { _ in same.schema() })
    #expect(schemas != (0..<60).map { _ in other.schema() })
    #expect(Set(schemas).count > 50)
  }

  @Test func `other people's readers tell right texts from wrong ones`() throws {
    let schema: JSONValue = [
      "type": "object", "properties": ["a": ["type": "integer"]], "required": ["a"],
    ]
    let texts: [(OutsideCheck.Form, String, isRight: Bool)] = [
      (.schema(schema), #"{"a": 3}"#, true), (.schema(schema), #"{"a": "3"}"#, false),
      (.schema(schema), #"{"a": 3"#, false), (.schema(schema), #"{"a": 3, "b": NaN}"#, false),
      (.schema(schema), #"{"a": 3, "b": 1, "b": 2}"#, true), (.schema(["format": "date"]), #""2026-02-30""#, false),
      (.python, "def f(a):\n    return a\n", true), (.python, "def f(a:\n", false),
      (.markdown, "# A\n\nText.\n\n## B\n\n```python\n# no heading\n```\n", true), (.markdown, "# A\n\n### B\n", false),
      (.markdown, "# A\n\n```\nopen\n", false), (.markdown, "Text\n", false),
    ]
    let verdict = try withFolder { folder in
      try OutsideCheck(
        python: TestParts.root.appending(path: ".deps/venv/bin/python").path,
        script: Self.benchmarks + "/grammar/check.py", folder: folder, environment: [:]
      ).verdict(texts.map { OutsideCheck.Text(form: $0.0, text: $0.1) })
    }
    #expect(verdict.texts == texts.count && verdict.repeatingKeys == 1)
    for (index, text) in texts.enumerated() {
      #expect((verdict.faults[index] == nil) == text.isRight, "\(text.1): \(verdict.faults[index] ?? "")")
    }
  }

  @Test func `a judge that is not there is told, and nothing passes for checked`() throws {
    let error = #expect(throws: SaraiError.self) {
      try withFolder { folder in
        try OutsideCheck(python: "/nowhere/python", script: "check.py", folder: folder, environment: [:]).verdict([])
      }
    }
    #expect(error?.code == .notAvailable && error?.subject == "/nowhere/python")
    var figures = GrammarFigures()
    figures.schemas = GrammarFigures.Validity(whyNotMeasured: error?.message)
    let report = figures.report(machine: .current(), settings: JSONObject())
    #expect(report.checks.first { $0.name == "schema_valid" }?.holds == false)
  }

  @Test func `SQLite itself says what can be asked of the shop, and nothing that writes`() throws {
    try withFolder { folder in
      let shop = try ShopData(benchmarksFolder: Self.benchmarks, folder: folder)
      #expect(shop.questions.count == 24 && shop.prepares("SELECT importe FROM ventas JOIN clientes"))
      #expect(shop.prepares("SELECT count(*) FROM clientes\n") && shop.prepares("SELECT nombre FROM clientes;"))
      for wrong in [
        "SELECT nada FROM clientes", "DELETE FROM clientes", "SELECT 1; SELECT 2", "", "SELECT", "SELECT 'a",
      ] {
        #expect(!shop.prepares(wrong), "\(wrong)")
      }
      for kind in GrammarTask.Kind.allCases {
        let grammars = TestParts.root.appending(path: "grammars").path
        #expect(try GrammarTask.all(kind, grammarsFolder: grammars, shop: shop).count == 8)
      }
    }
  }

  // MARK: - Cost

  @Test func `cost is the time of a token beside that of a free one, of the median pair`() throws {
    var sample = PairedSample()
    #expect(GrammarFigures.costPercent(sample) == nil)
    for rate in [80.0, 125, 100] { sample.add(ours: rate, reference: 100) }
    #expect(GrammarFigures.costPercent(sample) == 0)
    sample = PairedSample()
    sample.add(ours: 50, reference: 100)
    #expect(GrammarFigures.costPercent(sample) == 100)
    sample = PairedSample()
    sample.add(ours: 200, reference: 100)
    #expect(GrammarFigures.costPercent(sample) == -50)

    var figures = GrammarFigures()
    figures.costs[.json] = GrammarFigures.Cost(usual: sample)
    figures.costs[.python] = GrammarFigures.Cost(usual: sample)
    let checks = figures.report(machine: .current(), settings: JSONObject()).checks
    #expect(checks.first { $0.name == "json_cost" }?.target == .atMost(0))
    #expect(checks.first { $0.name == "python_cost" }?.target == .atMost(2))
  }
}
