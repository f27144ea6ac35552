import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

/// The matcher of grammars by itself, over the vocabulary of the real default model.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TokenGrammarTests {
  static let model: LlamaModel = {
    LlamaLibrary.start { _, _ in }
    // The tests can't do without it.
    // swift-format-ignore: NeverUseForceTry
    return try! LlamaModel(path: TestParts.smolLM2.path)
  }()

  static let json = #"""
    root ::= value
    value ::= object | array | string | number | "true" | "false" | "null"
    object ::= "{" (string ":" value ("," string ":" value)*)? "}"
    array ::= "[" (value ("," value)*)? "]"
    string ::= "\"" ([^"\\\x00-\x1F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\""
    number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
    """#

  private func grammar(_ gbnf: String) throws -> TokenGrammar {
    try GrammarFactory(model: Self.model).make(GenerationGrammar(gbnf: gbnf))
  }

  private func tokens(_ text: String) throws -> [Int32] {
    try Self.model.tokenize(text, addSpecial: false, parseSpecial: false)
  }

  private func allowed(_ grammar: TokenGrammar) throws -> [Bool] {
    var logits = [Float](repeating: 0, count: Self.model.facts.vocabularySize)
    try logits.withUnsafeMutableBufferPointer { try grammar.mask($0) }
    return logits.map { $0 == 0 }
  }

  /// A token that may come, by a number; nil where none may.
  private func anyToken(_ grammar: TokenGrammar, _ random: inout SeededGenerator) throws -> Int32? {
    let allowed = try allowed(grammar)
    let tokens = allowed.indices.filter { allowed[$0] && !Self.model.endsGeneration(Int32($0)) }
    return tokens.randomElement(using: &random).map { Int32($0) }
  }

  @Test(arguments: ["", "SELECT ", "SELECT \"n", "SELECT 'añ", "SELECT 12"])
  func `the mask says the same of every token as asking for each alone`(_ text: String) throws {
    let grammar = try grammar(#"root ::= "SELECT " ("\"" [a-zñ]+ "\"" | "'" [^'é]* "'" | [0-9]+)"#)
    for token in try tokens(text) { try grammar.accept(token) }
    let allowed = try allowed(grammar)
    let different = allowed.indices.filter { allowed[$0] != grammar.allows(Int32($0)) }
    #expect(different.isEmpty, "\(different.prefix(5).map { Self.model.text(of: Int32($0)) })")
    #expect(allowed.contains(true) && allowed.contains(false))
    #expect(!grammar.isComplete)
  }

  @Test func `it accepts what libllama's own matcher accepts, token by token, whatever the grammar`() throws {
    var random = SeededGenerator(seed: 11)
    let index = try VocabularyIndex(model: Self.model)
    var (compared, complete) = (0, 0)
    for _ in 0..<rounds(60, soak: 2_000) {
      let given = GenerationGrammar(gbnf: GrammarFuzz.grammar(&random))
      guard (try? GBNFCheck.check(given)) != nil else { continue }
      guard let ours = try? TokenGrammar(GrammarAutomaton(given, vocabulary: TokenTrie.shared)) else { continue }
      let theirs = try LlamaGrammar(given, vocabulary: index)
      for _ in 0..<12 {
        let allowed = try allowed(ours)
        var logits = [Float](repeating: 0, count: allowed.count)
        try logits.withUnsafeMutableBufferPointer { try theirs.mask($0) }
        // Theirs is coarser within a character: only whole ones are compared.
        let different = allowed.indices.filter {
          allowed[$0] != (logits[$0] == 0)
            && String(validating: Self.model.bytes(of: Int32($0)), as: UTF8.self) != nil
        }
        #expect(
          different.isEmpty,
          "\(given.gbnf): \(different.prefix(5).map { (Self.model.text(of: Int32($0)), allowed[$0]) })")
        #expect(ours.isComplete == theirs.isComplete, "\(given.gbnf)")
        compared += 1
        let whole = allowed.indices.filter {
          allowed[$0] && !Self.model.endsGeneration(Int32($0))
            && String(validating: Self.model.bytes(of: Int32($0)), as: UTF8.self) != nil
        }
        guard let next = whole.randomElement(using: &random) else {
          complete += 1
          break
        }
        try ours.accept(Int32(next))
        try theirs.accept(Int32(next))
      }
    }
    #expect(compared > 100 && complete > 10)
  }

  @Test func `what is taken back was never there`() throws {
    let grammar = try grammar(Self.json)
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      guard let token = try anyToken(grammar, &random) else { break }
      try grammar.accept(token)
      let (before, closing, forced) = (try allowed(grammar), grammar.closing(limit: 200), grammar.forced(limit: 8))
      var steps = 0
      while steps < 5, let token = try anyToken(grammar, &random) {
        try grammar.accept(token)
        steps += 1
      }
      try grammar.rollback(steps)
      #expect(try allowed(grammar) == before)
      #expect(grammar.closing(limit: 200) == closing && grammar.forced(limit: 8) == forced)
    }
    #expect(throws: SaraiError.self) { try grammar.rollback(1_000) }
    #expect(throws: SaraiError.self) { try grammar.rollback(-1) }
  }

  @Test func `the last 64 tokens can be taken back, however long the text`() throws {
    let grammar = try grammar("root ::= [a-z ]*")
    for token in try tokens(String(repeating: "some words ", count: 200)) { try grammar.accept(token) }
    try grammar.rollback(64)
    #expect(throws: SaraiError.self) { try grammar.rollback(1_000) }
  }

  @Test func `from wherever a text stands, its closing completes it in as many tokens as it says`() throws {
    var random = SeededGenerator(seed: 5)
    var grammars = [Self.json]
    for _ in 0..<rounds(40, soak: 2_000) { grammars.append(GrammarFuzz.grammar(&random)) }
    var closed = 0
    for gbnf in grammars {
      let given = GenerationGrammar(gbnf: gbnf)
      guard (try? GBNFCheck.check(given)) != nil else { continue }
      guard let grammar = try? TokenGrammar(GrammarAutomaton(given, vocabulary: TokenTrie.shared)) else { continue }
      for _ in 0..<8 {
        let closing = try #require(grammar.closing(limit: 4_000), "\(gbnf)")
        if !closing.isEmpty { #expect(grammar.closing(limit: closing.count - 1) == nil) }
        #expect(grammar.canClose(within: closing.count))
        // Each token of it is allowed, and the rest of it is at most as long as it was going to be.
        for (index, token) in closing.prefix(40).enumerated() {
          #expect(grammar.allows(token), "\(gbnf): \(Self.model.detokenize(closing))")
          try grammar.accept(token)
          #expect(grammar.canClose(within: closing.count - index - 1), "\(gbnf)")
        }
        if closing.count <= 40 {
          #expect(grammar.mayEnd)
          closed += 1
        }
        try grammar.rollback(min(closing.count, 40))
        guard let token = try anyToken(grammar, &random) else { break }
        try grammar.accept(token)
      }
    }
    #expect(closed > 100)
  }

  struct Closing: Sendable {
    var text: String
    var closing: String
  }

  @Test(arguments: [
    Closing(text: "{\"name\": \"An", closing: "\"}"), Closing(text: "[1, [2, {\"a\": tr", closing: "ue}]]"),
    Closing(text: "\"\\u00", closing: "aa\""), Closing(text: "12", closing: ""), Closing(text: "1.", closing: "0"),
    Closing(text: "\"ñ", closing: "\""), Closing(text: "{\"a\"", closing: ":0}"), Closing(text: "", closing: "0"),
  ])
  func `JSON is closed as one would`(_ one: Closing) throws {
    let spaced = Self.json.replacingOccurrences(of: "\":\"", with: "\":\" \" \"?").replacingOccurrences(
      of: "\",\"", with: "\",\" \" \"?")
    let grammar = try grammar(spaced)
    for token in try tokens(one.text) { try grammar.accept(token) }
    #expect(Self.model.detokenize(grammar.closing(limit: 50) ?? []) == one.closing)
  }

  @Test func `what must come is drafted as the model spells it, up to the first choice`() throws {
    let grammar = try grammar(#"root ::= "{\"name\": \"" [a-z]+ "\", \"age\": " [0-9]+ "}""#)
    let forced = grammar.forced(limit: 32)
    #expect(try forced == tokens("{\"name\": \""))
    #expect(grammar.forced(limit: 2) == Array(forced.prefix(2)))
    for token in forced { try grammar.accept(token) }
    #expect(grammar.forced(limit: 8).isEmpty)
    for token in try tokens("ana\"") { try grammar.accept(token) }
    #expect(Self.model.detokenize(grammar.forced(limit: 8)) == ", \"age\": ")
    // Where the text may end, nothing must come.
    let open = try self.grammar("root ::= \"a\" \"b\"?")
    for token in try tokens("a") { try open.accept(token) }
    #expect(open.forced(limit: 8).isEmpty && open.mayEnd && !open.isComplete)
    // A choice within a character is a choice of characters.
    #expect(try self.grammar("root ::= \"ñ\" | \"ó\"").forced(limit: 8).isEmpty)
  }

  @Test(arguments: [
    "root ::= \"a\" root", "root ::= a\na ::= \"(\" b\nb ::= a \")\"", "root ::= \"\\uD800\"",
  ])
  func `a grammar without texts is refused`(_ gbnf: String) throws {
    let error = #expect(throws: SaraiError.self) { try grammar(gbnf) }
    #expect(error?.code == .invalidRequest && error?.subject == "grammar")
  }

  @Test func `a way that never ends is never taken`() throws {
    let grammar = try grammar("root ::= \"a\" | \"b\" endless\nendless ::= \"c\" endless")
    #expect(try grammar.allows(#require(tokens("a").first)) && !grammar.allows(#require(tokens("b").first)))
  }

  @Test(arguments: [
    "root ::= (\"a\"+)+", "root ::= a*\na ::= \"a\" | \"aa\" | \"aaa\"", "root ::= (\"a\" | \"a\")* \"b\"",
    "root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"\"",
    "root ::= \"[\" root \"]\" | \"[\" root \"}\" | \"[\" root \")\" | \"x\"",
    "root ::= (" + (0..<700).map { "[a-z]{0,\($0 + 1)} \"\($0)\"" }.joined(separator: " | ") + ")",
  ])
  func `ambiguous grammars are followed, or given up with the reason, within bounds`(_ gbnf: String) throws {
    let grammar: TokenGrammar
    do {
      grammar = try self.grammar(gbnf)
    } catch let error as SaraiError {
      #expect(error.code == .tooLarge && error.subject == "grammar")
      return
    }
    var random = SeededGenerator(seed: 9)
    do {
      for _ in 0..<60 {
        guard let token = try anyToken(grammar, &random) else { break }
        try grammar.accept(token)
      }
      #expect(grammar.closing(limit: 10_000) != nil)
    } catch let error as SaraiError {
      #expect(error.code == .tooLarge && error.subject == "grammar", "\(error)")
      #expect(!grammar.allows(0))
    }
  }

  @Test func `what was worked out is forgotten before it fills the memory, and nothing changes`() throws {
    // Each depth is a new state, and so is each place within a count.
    let automaton = try GrammarAutomaton(
      GenerationGrammar(gbnf: "root ::= \"(\" [a-z]{0,900} root? \")\""), vocabulary: TokenTrie.shared)
    let (one, other) = (try TokenGrammar(automaton), try TokenGrammar(automaton))
    let step = try tokens("(abcdefghij klm".replacingOccurrences(of: " ", with: ""))
    for _ in 0..<1_500 {
      for token in step { try one.accept(token) }
    }
    #expect(one.closing(limit: 100_000).map(Self.model.detokenize) == String(repeating: ")", count: 1_500))
    for token in step { try other.accept(token) }
    #expect(other.closing(limit: 10).map(Self.model.detokenize) == ")")
    try one.rollback(60)
    #expect(one.canClose(within: 100_000))
  }

  @Test func `of many different grammars, one after the other, only the last ones stay in memory`() throws {
    let factory = GrammarFactory(model: Self.model)
    func use(_ numbers: Range<Int>) throws {
      for number in numbers {
        let grammar = try factory.make(
          GenerationGrammar(gbnf: #"root ::= "{\"name_\#(number)\": " [a-z]{1,\#(number % 40 + 1)} "}""#))
        for token in try tokens("{\"name_\(number)\": ") { try grammar.accept(token) }
        #expect(try allowed(grammar).contains(true))
      }
    }
    func residentBytes() throws -> Int {
      let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
      return try #require(Int(pages)) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
    try use(0..<50)
    let before = try residentBytes()
    try use(50..<rounds(300, soak: 10_000))
    #expect(try residentBytes() - before < 32 << 20)
  }
}

extension TokenTrie {
  // swift-format-ignore: NeverUseForceTry
  fileprivate static let shared = try! TokenTrie(model: TokenGrammarTests.model)
}

/// Small grammars of all kinds, not all of them sensible.
enum GrammarFuzz {
  static func grammar(_ random: inout SeededGenerator) -> String {
    let count = Int.random(in: 1...4, using: &random)
    return (0..<count).map { index in
      // Libllama also goes ways that never end; so that the two can be compared, every rule has an end.
      (index == 0 ? "root" : "r\(index)") + " ::= " + alternates(count, depth: 2, &random)
        + (index == 0 ? "" : " | \"z\"")
    }.joined(separator: "\n")
  }

  private static func alternates(_ rules: Int, depth: Int, _ random: inout SeededGenerator) -> String {
    (0..<Int.random(in: 1...3, using: &random)).map { _ in
      (0..<Int.random(in: 1...3, using: &random)).map { _ in item(rules, depth: depth, &random) }
        .joined(separator: " ")
    }.joined(separator: " | ")
  }

  private static func item(_ rules: Int, depth: Int, _ random: inout SeededGenerator) -> String {
    let atom: String
    switch Int.random(in: 0..<10, using: &random) {
    case 0...2:
      atom = "\"" + ["a", "bc", "the ", "ñ", "\\n", "12", "€x", "{\\\"", " "].randomElement(using: &random)! + "\""
    case 3...5:
      atom = ["[a-c]", "[^a-y]", "[áéí]", "[0-9]", ".", "[ab\\n]", "[^\\x00-\\x7F]"].randomElement(using: &random)!
    case 6 where depth > 0: atom = "(" + alternates(rules, depth: depth - 1, &random) + ")"
    case 7 where rules > 1: atom = "\"x\" r\(Int.random(in: 1..<rules, using: &random))"
    case 8 where rules > 1: return "r\(Int.random(in: 1..<rules, using: &random))"
    default: atom = "\"q\""
    }
    return atom + (["", "", "", "?", "*", "+", "{2}", "{0,3}", "{1,}"].randomElement(using: &random)!)
  }
}
