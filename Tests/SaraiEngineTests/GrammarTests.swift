import GRPCCore
import SkillProtocol
import Testing

/// Grammars over the contract; what they do to a text is held by SaraiInferenceTests.
@Suite(.serialized, .timeLimit(.minutes(3))) struct EngineGrammarTests {
  @Test func `a request's grammar is obeyed, a wrong one is an error, and the process goes on`() async throws {
    try await withEngine(arguments: ["--context", "512"]) { engine async throws in
      try await engine.withClient { calls, _ async throws in
        func text(_ gbnf: String, root: String = "") async throws -> String {
          var request = Sarai_Engine_V1_GenerateRequest.chat("Is the sky blue?")
          request.grammar.gbnf = gbnf
          request.grammar.root = root
          return try await calls.generate(request) { response in
            try await response.messages.reduce(into: "") { $0 += $1.text }
          }
        }
        #expect(["yes", "no"].contains(try await text("root ::= \"yes\" | \"no\"")))
        let nested = String(repeating: "(", count: 200_000) + "\"a\"" + String(repeating: ")", count: 200_000)
        for wrong in ["", "root ::= root", "root ::= ((\"a\"?){0,40}){0,40}", "root ::= \(nested)", "nonsense"] {
          let error = await #expect(throws: RPCError.self) { _ = try await text(wrong) }
          #expect(error.flatMap { Sarai_Skills_V1_ErrorDetail($0) }?.subject == "grammar")
        }
        #expect(try await text("start ::= [0-9]{2}", root: "start").allSatisfy(\.isNumber))
      }
    }
  }
}
