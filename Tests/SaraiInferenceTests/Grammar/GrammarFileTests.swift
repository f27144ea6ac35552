import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

/// The grammars in `grammars/`: what is written under them is what their names promise.
@Suite(.serialized, .timeLimit(.minutes(5))) struct GrammarFileTests {
  struct File: Sendable, CustomTestStringConvertible {
    var name: String
    var prompt: String
    /// Python that raises where `text` is not right.
    var check: String
    var testDescription: String { name }
  }

  static let files = [
    File(name: "json", prompt: "Describe a book as JSON.", check: "json.loads(text)"),
    File(
      name: "tool-call", prompt: "Call the function get_weather for León.",
      check: """
        for call in text.removesuffix("</tool_call>").split("</tool_call>"):
            value = json.loads(call.strip().removeprefix("<tool_call>"))
            assert set(value) == {"name", "arguments"} and isinstance(value["arguments"], dict), value
        """),
    File(name: "python", prompt: "Write a Python function that adds two numbers.", check: "ast.parse(text)"),
    File(
      name: "sql", prompt: "Which customers live in León? Answer in SQL.",
      check: """
        try:
            sqlite3.connect(":memory:").execute("EXPLAIN " + text)
        except sqlite3.OperationalError as error:
            assert str(error).startswith("no such"), error
        """),
    File(
      name: "markdown", prompt: "Write a short guide about apples.",
      check: """
        assert text.startswith("# ") and text.endswith("\\n")
        assert sum(line.startswith("```") for line in text.split("\\n")) % 2 == 0
        level, is_code = 0, False
        for line in text.split("\\n"):
            is_code ^= line.startswith("```")
            if line.startswith("#") and not is_code and not line.startswith("```"):
                depth = len(line) - len(line.lstrip("#"))
                assert depth <= level + 1 and line[depth] == " ", line
                level = depth
        """),
  ]

  private func text(of name: String) throws -> String {
    let text = try String(contentsOf: TestParts.root.appending(path: "grammars/\(name).gbnf"), encoding: .utf8)
    guard name == "sql" else { return text }
    // As it is used: names are those that there are, so that none is a keyword.
    return text.split(separator: "\n").map { line in
      line.hasPrefix("name ::= ") ? #"name ::= "customers" | "city" | "id""# : String(line)
    }.joined(separator: "\n")
  }

  private func faults(_ file: File, _ texts: [String]) throws -> String {
    let script = """
      import ast, json, sqlite3, sys, warnings
      warnings.simplefilter("ignore")
      def check(text):
      \(file.check.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n"))
      for line in sys.stdin:
          text = json.loads(line)
          try:
              check(text)
          except Exception as error:
              print(repr(text[-300:]), type(error).__name__, error)
      """
    return try Python.run(script, lines: texts.map { .string($0) })
  }

  @Test(arguments: ["[", "max(", "a[", "len(", "{a: "])
  func `brackets of Python within each other are followed, however deep`(_ bracket: String) throws {
    let model = TokenGrammarTests.model
    let matcher = try GrammarFactory(model: model).make(GenerationGrammar(gbnf: text(of: "python")))
    let start = "def a(a):\n    data = " + String(repeating: bracket, count: 30)
    for token in try model.tokenize(start, addSpecial: false, parseSpecial: false) { try matcher.accept(token) }
    var logits = [Float](repeating: 0, count: model.facts.vocabularySize)
    try logits.withUnsafeMutableBufferPointer { try matcher.mask($0) }
    #expect(logits.contains(0) && matcher.closing(limit: 300) != nil)
  }

  /// A token that may come: one drawn at random where that finds one soon, or else out of all.
  private func someToken(_ matcher: TokenGrammar, _ random: inout SeededGenerator) throws -> Int32? {
    let model = TokenGrammarTests.model
    for _ in 0..<40 {
      let token = Int32.random(in: 0..<Int32(model.facts.vocabularySize), using: &random)
      if matcher.allows(token), !model.endsGeneration(token) { return token }
    }
    var logits = [Float](repeating: 0, count: model.facts.vocabularySize)
    try logits.withUnsafeMutableBufferPointer { try matcher.mask($0) }
    let allowed = logits.indices.filter { logits[$0] == 0 && !model.endsGeneration(Int32($0)) }
    return allowed.randomElement(using: &random).map { Int32($0) }
  }

  @Test(arguments: files)
  func `what the model writes under it is right`(_ file: File) async throws {
    let engine = try await RealModel.load()
    var texts: [String] = []
    for round in 0..<rounds(4, soak: 60) {
      var request = RealModel.request(.chat([Message(.user, file.prompt)])) {
        $0.temperature = round == 0 ? 0 : 0.9
        $0.seed = UInt64(round)
        $0.maxTokens = [200, 60][round % 2]
      }
      request.grammar = GenerationGrammar(gbnf: try text(of: file.name))
      texts.append(try await engine.outcome(of: request).text)
    }
    let faults = try faults(file, texts)
    #expect(faults.isEmpty, "\(faults)")
  }

  @Test(arguments: files)
  func `what it allows is right, wherever a text is cut and closed`(_ file: File) throws {
    let model = TokenGrammarTests.model
    let automaton = try GrammarAutomaton(
      GenerationGrammar(gbnf: text(of: file.name)), vocabulary: TokenTrie(model: model))
    var random = SeededGenerator(seed: 4)
    var texts: [String] = []
    for round in 0..<rounds(60, soak: 2_000) {
      let matcher = try TokenGrammar(automaton)
      var tokens: [Int32] = []
      while tokens.count < [3, 10, 40, 120][round % 4], !matcher.isComplete {
        let forced = matcher.forced(limit: 4)
        let token = try forced.first ?? someToken(matcher, &random)
        guard let token else { break }
        try matcher.accept(token)
        tokens.append(token)
      }
      tokens += try #require(matcher.closing(limit: 2_000))
      texts.append(model.detokenize(tokens))
    }
    #expect(Set(texts).count > 30)
    let faults = try faults(file, texts)
    #expect(faults.isEmpty, "\(faults)")
  }
}
