import SaraiCore
import Testing

@testable import SaraiInference

struct GBNFCheckTests {
  @Test(arguments: [
    "root ::= \"a\"", "root ::= [a-z]+ (\" \" [a-z]+)*\n", "root::=\"a\"|\"b\"",
    "# note\nroot ::= x # end\nx ::= [^\\n\\x22]{1,40}",
    "root ::= (\n  \"a\" |\n  \"b\"\n)\r\n", "root ::= \"\\\"\" . \"\\u00e1ñ\"", "root ::= \"(\" root \")\" | \"x\"",
    "root ::= a b\na ::= \"x\" b?\nb ::= \"y\" a | \"z\"", "root ::= \"a\"?", "root ::= [\\]\\[-]", "root ::= \"a\"{3}",
    "root ::= ((\"a\"){1,40}){1,40}",
    "root ::= \"x\" | \"y\" root\nunused ::= \"\"",
  ])
  func `what libllama takes and is harmless passes`(_ gbnf: String) throws {
    try GBNFCheck.check(GenerationGrammar(gbnf: gbnf))
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var gbnf: String
    var code = SaraiError.Code.invalidRequest
    var testDescription: String { String(gbnf.prefix(60)) }
  }

  static let bad: [Bad] = [
    Bad(gbnf: ""), Bad(gbnf: "   \n# nothing\n"), Bad(gbnf: "other ::= \"a\""), Bad(gbnf: "root ::= missing"),
    Bad(gbnf: "root ::= root \"a\" | \"b\""), Bad(gbnf: "root ::= a\na ::= b\nb ::= root"),
    // By way of a rule that can be empty, which libllama does not see.
    Bad(gbnf: "root ::= e root \"x\" | \"y\"\ne ::= f\nf ::= \"\" | \"z\""),
    Bad(gbnf: "root ::= \"a"), Bad(gbnf: "root ::= [a"), Bad(gbnf: "root ::= (\"a\""), Bad(gbnf: "root ::= \"a\")"),
    Bad(gbnf: "root ::= \"a\"{2,1}"), Bad(gbnf: "root ::= \"a\"{"), Bad(gbnf: "root ::= \"a\"{,3}"),
    Bad(gbnf: "root ::= *"), Bad(gbnf: "root ::= \"a\"**"), Bad(gbnf: "root ::= []"), Bad(gbnf: "root ::= [z-a]"),
    Bad(gbnf: "root ::= \"\\q\""), Bad(gbnf: "root ::= \"\\x0\""), Bad(gbnf: "root"),
    Bad(gbnf: "root ::= \"a\"\nroot ::= \"b\""), Bad(gbnf: "root ::= <1>"), Bad(gbnf: "root ::= !<1>"),
    Bad(gbnf: "root ::= \"a\u{0}b\""), Bad(gbnf: "::= \"a\""), Bad(gbnf: "root = \"a\""), Bad(gbnf: "root ::= \"\"*"),
    Bad(gbnf: "root ::= ((\"a\"?){0,40}){0,40}"), Bad(gbnf: "root ::= ((\"a\"?){0,9}){0,9}"),
    Bad(gbnf: "root ::= (\"a\"?)*"),
    Bad(gbnf: "root ::= \"a\"{99999999999999999999}", code: .tooLarge),
    Bad(gbnf: "root ::= \"a\"{0,10001}", code: .tooLarge),
    Bad(
      gbnf: "root ::= " + String(repeating: "(", count: 200_000) + "\"a\"" + String(repeating: ")", count: 200_000),
      code: .tooLarge),
    Bad(
      gbnf: "root ::= " + String(repeating: "(", count: 100) + "\"a\"" + String(repeating: ")", count: 100),
      code: .tooLarge),
    Bad(gbnf: "root ::= " + String(repeating: "\"a\"? ", count: 5_000), code: .tooLarge),
    Bad(gbnf: "root ::= \"x\" " + String(repeating: "\"a\"? ", count: 5_000), code: .tooLarge),
    Bad(gbnf: "root ::= \"" + String(repeating: "a", count: 300_000) + "\"", code: .tooLarge),
    Bad(
      gbnf: "root ::= "
        + (1...300).map { "\"a\(String(repeating: "b", count: 50))\"{1000}" + ($0 == 300 ? "" : " | ") }.joined(),
      code: .tooLarge),
    Bad(gbnf: (0..<20_000).map { "r\($0) ::= \"a\"\n" }.joined() + "root ::= r1", code: .tooLarge),
    // Each rule begins in two ways with the next: a million ways in all.
    Bad(
      gbnf: "root ::= r0\n" + (0..<20).map { "r\($0) ::= r\($0 + 1) \"x\" | r\($0 + 1) \"y\"\n" }.joined()
        + "r20 ::= \"a\"", code: .tooLarge),
    Bad(gbnf: (0..<2_000).map { "r\($0) ::= r\($0 + 1)\n" }.joined() + "r2000 ::= \"a\"\nroot ::= r0", code: .tooLarge),
  ]

  @Test(arguments: bad)
  func `what is wrong, endless or too large is refused with the reason`(_ bad: Bad) throws {
    let error = #expect(throws: SaraiError.self) { try GBNFCheck.check(GenerationGrammar(gbnf: bad.gbnf)) }
    #expect(error?.code == bad.code, "\(String(describing: error))")
    #expect(error?.subject == "grammar")
  }
}
