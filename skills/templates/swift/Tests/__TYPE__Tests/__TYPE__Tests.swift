import SkillProtocol
import Testing

@testable import __MODULE__

@Suite struct __TYPE__Tests {
  private let skill: __TYPE__

  init() throws { skill = try __TYPE__(configuration: SkillConfiguration(json: #"{"greeting":"Buenas"}"#)) }

  @Test("It greets in the language of the request")
  func greets() async throws {
    #expect(try await skill.infer(SkillRequest(.text("Ada"))) == "Buenas, Ada!")
    #expect(try await skill.infer(SkillRequest(.text("Ada"), language: "en-GB")) == "Hello, Ada!")
    #expect(try await skill.infer(SkillRequest(.text("  Ada\n Lovelace "))) == "Buenas, Ada Lovelace!")
  }

  @Test("It asks for a name")
  func asks() async {
    await #expect(throws: SkillError.self) { try await skill.infer(SkillRequest(.text("  "))) }
  }
}
