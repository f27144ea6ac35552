import FoundationEssentials
import SaraiAgent
import SaraiCalc
import SaraiCore
import Testing
import Yams

/// The folder `skills/calc` against what it declares.
@Suite struct SkillFolderTests {
  static let folder = Pair.folder.deletingLastPathComponent().deletingLastPathComponent().appending(path: "skills/calc")

  private func text(_ name: String) throws -> String {
    try String(decoding: Data(contentsOf: Self.folder.appending(path: name)), as: UTF8.self)
  }

  private func declarations() throws -> (intents: [IntentDeclaration], maxQuestionBytes: Int) {
    let root = try #require(try Yams.compose(yaml: text("skill.yaml")))
    let section = try #require(root["intents"])
    let declared = try #require(section["declared"]).array().map { try declaration($0) }
    return (declared, try #require(section["maxQuestionBytes"]?.int))
  }

  private func declaration(_ node: Node) throws -> IntentDeclaration {
    var groups: [[String]] = []
    for group in try #require(node["all"]).array() {
      groups.append(try group.array().map { try #require($0.string) })
    }
    var examples: [IntentDeclaration.Example] = []
    for language in Language.allCases {
      for example in try #require(node["examples"]?[language.rawValue]).array() {
        examples.append(.init(language: language, text: try #require(example.string)))
      }
    }
    return IntentDeclaration(name: try #require(node["name"]?.string), groups: groups, examples: examples)
  }

  @Test func `every example passes its own gate and is answered in its language`() throws {
    let (intents, maxBytes) = try declarations()
    let gate = try IntentGate(intents, maxQuestionBytes: maxBytes)
    #expect(gate.examplesHeldBack().isEmpty)
    for example in intents.flatMap(\.examples) {
      #expect(ask(example.text, example.language)?.language == example.language, "\(example.text)")
    }
    #expect(Set(intents.flatMap(\.examples).map(\.language)) == Set(Language.allCases))
  }

  @Test func `the gate lets every question through that calc answers, and holds back greetings`() throws {
    let (intents, maxBytes) = try declarations()
    let gate = try IntentGate(intents, maxQuestionBytes: maxBytes)
    let held = try Pair.read().filter { $0.expected != nil && !gate.passes($0.question) }.map(\.question)
    #expect(held.isEmpty)
    for question in ["hola", "¿qué tal?", "Who wrote Don Quixote?", "cuéntame un chiste", "traduce esto"] {
      #expect(!gate.passes(question), "\(question)")
    }
  }

  @Test func `SKILL.md keeps the published rules of the format`() throws {
    let lines = try text("SKILL.md").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "---")
    let end = try #require(lines.dropFirst().firstIndex(of: "---"))
    let matter = try #require(try Yams.compose(yaml: lines[1..<end].joined(separator: "\n")))
    let keys = try #require(matter.mapping).keys.compactMap(\.string)
    #expect(Set(keys).isSubset(of: ["name", "description", "license", "compatibility", "metadata", "allowed-tools"]))
    #expect(matter["name"]?.string == Self.folder.lastPathComponent)
    let description = try #require(matter["description"]?.string)
    #expect((1...1024).contains(description.count))
    #expect(lines.count < 500)
  }
}
