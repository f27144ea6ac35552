import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

/// Grammars on the real default model.
@Suite(.serialized, .timeLimit(.minutes(5))) struct GrammarTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var gbnf: String
    /// A regular expression for the whole text.
    var expected: String
    var prompt = "Say something."
    var testDescription: String { gbnf }
  }

  static let cases = [
    Case(gbnf: "root ::= \"yes\" | \"no\"", expected: "yes|no", prompt: "Is the sky blue?"),
    Case(gbnf: "root ::= [0-9]{3} \"-\" [0-9]{3}", expected: "[0-9]{3}-[0-9]{3}", prompt: "A number, please."),
    Case(
      gbnf: "root ::= \"{\\\"name\\\": \\\"\" [A-Za-z ]{1,20} \"\\\", \\\"age\\\": \" [1-9] [0-9]? \"}\"",
      expected: "\\{\"name\": \"[A-Za-z ]{1,20}\", \"age\": [1-9][0-9]?\\}", prompt: "A person as JSON."),
    // Characters of two, three and four bytes, which the model writes byte by byte.
    Case(gbnf: "root ::= [áéíóúñ¿¡]{6}", expected: "[áéíóúñ¿¡]{6}"),
    Case(gbnf: "root ::= (\"€\" | \"😀\" | \"漢\"){3,5}", expected: "(€|😀|漢){3,5}"),
    Case(gbnf: "root ::= [^a-zA-Z\\x00-\\x1F]{4,9} \"!\"", expected: "[^a-zA-Z\\x00-\\x1F]{4,9}!"),
    Case(gbnf: "root ::= \"(\" root \")\" | \"x\"", expected: "\\(*x\\)*", prompt: "((x))"),
  ]

  @Test(arguments: cases)
  func `whatever the seed, the text obeys the grammar and ends with it`(_ one: Case) async throws {
    let engine = try await RealModel.load()
    let pattern = try Regex(one.expected)
    for round in 0..<rounds(6, soak: 60) {
      var request = RealModel.request(.chat([Message(.user, one.prompt)])) {
        $0.temperature = round == 0 ? 0 : 1.2
        $0.topP = round % 2 == 0 ? 1 : 0.9
        $0.topK = round % 3 == 0 ? 0 : 40
        $0.seed = UInt64(round)
        $0.maxTokens = 200
      }
      request.grammar = GenerationGrammar(gbnf: one.gbnf)
      let outcome = try await engine.outcome(of: request)
      #expect(outcome.text.wholeMatch(of: pattern) != nil, "\(outcome.text)")
      #expect(try await engine.outcome(of: request).text == outcome.text)
    }
  }

  @Test func `a limit below the shortest text is refused with the number that is needed`() async throws {
    let engine = try await RealModel.load()
    var request = RealModel.request(.text("1234")) { $0.maxTokens = 5 }
    request.grammar = GenerationGrammar(gbnf: "root ::= [0-9]{400} \".\"")
    let error = await #expect(throws: SaraiError.self) { try await engine.outcome(of: request) }
    #expect(error?.code == .invalidRequest && error?.subject == "max_tokens")
    #expect(error?.message.en.contains("401") == true, "\(String(describing: error))")
  }

  @Test func `a grammar that is complete at once gives no text, and one that allows everything changes nothing`()
    async throws
  {
    let engine = try await RealModel.load()
    var request = RealModel.request(.text("Once upon a time")) {
      $0.temperature = 0.8
      $0.seed = 7
    }
    let free = try await engine.outcome(of: request)
    request.grammar = GenerationGrammar(gbnf: "root ::= [^\\x01]*")
    #expect(try await engine.outcome(of: request).text == free.text)
    request.grammar = GenerationGrammar(gbnf: "root ::= \"\"")
    let empty = try await engine.outcome(of: request)
    #expect(empty.text.isEmpty && empty.summary.finishReason == .stop && empty.summary.usage.completionTokens == 0)
  }

  @Test func `hostile grammars are refused and the engine goes on`() async throws {
    let engine = try await RealModel.load()
    for bad in GBNFCheckTests.bad {
      var request = RealModel.request(.text("a"))
      request.grammar = GenerationGrammar(gbnf: bad.gbnf)
      let error = await #expect(throws: SaraiError.self) { try await engine.outcome(of: request) }
      #expect(error?.subject == "grammar")
    }
    var request = RealModel.request(.text("a"))
    request.grammar = GenerationGrammar(gbnf: "start ::= \"ok\"", root: "start")
    #expect(try await engine.outcome(of: request).text == "ok")
  }

  @Test func `a bias that bans all that the grammar allows is an error`() async throws {
    let engine = try await RealModel.load()
    let tokens = try await engine.tokenize("0123456789", addSpecial: false, parseSpecial: false)
    var request = RealModel.request(.text("a")) { sampling in
      for token in tokens { sampling.logitBias[token] = -100 }
    }
    request.grammar = GenerationGrammar(gbnf: "root ::= [0-9]{2}")
    let error = await #expect(throws: SaraiError.self) { try await engine.outcome(of: request) }
    #expect(error?.code == .invalidRequest && error?.subject == "grammar")
  }
}
