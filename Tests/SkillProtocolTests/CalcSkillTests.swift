import GRPCCore
import SkillProtocol
import Testing

/// The built-in skill as a process; what it can work out is held by SaraiCalcTests.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CalcSkillTests {
  @Test("calc answers in a sentence, in the language of the question, and leaves the rest to others")
  func calc() async throws {
    try await withSkill(.calc) { skill in
      #expect(skill.firstLine.skill == "calc")
      try await skill.withClient { calls, _ in
        #expect(try await calls.ask("¿Cuánto es el 21 % de 340?").contains("71,4"))
        let english = try await calls.infer(.text("what's 21% of 340?") { $0.language = "en" })
        #expect(english.text.contains("71.4"))
        #expect(try await !calls.infer(.text("¿quién escribió el Quijote?")).hasOutput)
        // Thursday, 1 January 1970.
        let clock = ["unix_seconds": "0", "utc_offset_seconds": "3600"]
        let day = try await calls.infer(.text("¿qué día cae dentro de 45 días?") { $0.options = clock })
        #expect(day.text.contains("15 de febrero de 1970"))
        let wrong = try await failure {
          try await calls.infer(.text("¿qué día es hoy?") { $0.options = ["unix_seconds": "soon"] })
        }
        #expect(wrong.detail?.subject == "unix_seconds")
      }
    }
  }
}
