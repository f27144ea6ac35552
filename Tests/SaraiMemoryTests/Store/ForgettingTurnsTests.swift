import Foundation
import SaraiCore
import SaraiMemory
import TestSupport
import Testing

/// What was said again, answered or derived goes with what is forgotten.
@Suite struct ForgettingTurnsTests {
  private let ana = StoreFixture.ana

  private func tell(_ memory: MemoryStore, _ text: String, _ facts: [NewFact], reply: String = "") throws -> Receipt {
    try memory.store(
      Batch(
        owner: ana, turn: NewTurn(conversation: "c", text: text),
        changes: facts.map { .add($0, replacing: .nothing) },
        reply: reply.isEmpty ? nil : NewTurn(conversation: "c", role: .assistant, text: reply)))
  }

  @Test("Told twice, repeated by the assistant, asked about and answered: no byte of it is left")
  func everyTurn() async throws {
    try await StoreFixture.with { fixture, memory in
      let fact = NewFact("hermana del usuario", "vivir en", "Qzxoymyakon")
      let told = try tell(
        memory, "Mi hermana vive en Qzxoymyakon", [fact], reply: "De acuerdo: tu hermana vive en Qzxoymyakon.")
      _ = try tell(
        memory, "Que sepas que mi hermana vive en Qzxoymyakon", [fact], reply: "Ya. ¿Y qué tal por Qzxoymyakon?")
      _ = try tell(memory, "¿Dónde vive mi hermana?", [], reply: "Tu hermana vive en Qzxoymyakon.")
      _ = try tell(memory, "Does my sister live in Qzxoymyakon?", [], reply: "Yes.")
      _ = try tell(
        memory, "Mi hermano también vive en Madrid", [NewFact("hermano del usuario", "vivir en", "Madrid")],
        reply: "Qué bien.")
      try memory.backup()
      let id = try #require(try memory.recall(FactQuery(owner: ana, subjects: ["hermana del usuario"])).first?.id)
      #expect(told.reply != nil)
      let receipt = try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(receipt.facts == [id])
      let left = try memory.turns(of: ana).map(\.text)
      #expect(left == ["¿Dónde vive mi hermana?", "Mi hermano también vive en Madrid", "Qué bien."])
      for trace in ["Qzxoymyakon", "qzxoymyakon"] { #expect(try fixture.files(holding: trace) == []) }
    }
  }

  @Test("What somebody else's fact or another matter says with the same word stays")
  func whatStays() async throws {
    try await StoreFixture.with { _, memory in
      _ = try tell(memory, "Vivo en Madrid", [NewFact("usuario", "vivir en", "Madrid")])
      _ = try tell(memory, "Mi hermana vive en Madrid", [NewFact("hermana del usuario", "vivir en", "Madrid")])
      _ = try tell(memory, "¿Qué museos hay en Madrid?", [], reply: "En Madrid está el Prado.")
      _ = try tell(memory, "¿Hace frío?", [], reply: "Vives en Madrid: en enero, sí.")
      let id = try #require(try memory.recall(FactQuery(owner: ana, subjects: ["usuario"])).first?.id)
      try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(
        try memory.turns(of: ana).map(\.text) == [
          "Mi hermana vive en Madrid", "¿Qué museos hay en Madrid?", "En Madrid está el Prado.", "¿Hace frío?",
        ])
    }
  }

  @Test("What was said in the same clause goes too, with thousands of newer facts after it")
  func dependents() async throws {
    try await StoreFixture.with { fixture, memory in
      let told = try tell(
        memory, "Vivo en Qzxoldtown desde 2011",
        [
          NewFact("usuario", "vivir en", "Qzxoldtown"),
          NewFact("usuario", "vivir en Qzxoldtown cuando", "desde 2011"),
        ])
      let things = (0..<1400).map {
        FactChange.add(NewFact("usuario", "comprar", Term("cosa \($0)")), replacing: .nothing)
      }
      _ = try memory.store(Batch(owner: ana, changes: things))
      guard case .added(let id, _) = told.outcomes[0] else {
        Issue.record("\(told)")
        return
      }
      #expect(try memory.forget(ForgetRequest(owner: ana, facts: [id])).facts.count == 2)
      for trace in ["Qzxoldtown", "qzxoldtown"] { #expect(try fixture.files(holding: trace) == []) }
    }
  }

  @Test("A turn that taught nothing is found by its words and gone with its reply")
  func byWords() async throws {
    try await StoreFixture.with { fixture, memory in
      _ = try tell(memory, "MI CLAVE ES QZXCAPS", [], reply: "¿Qzxcaps? Apuntado.")
      _ = try tell(memory, "Hola", [], reply: "Hola.")
      let found = try memory.turns(saying: "clave es qzxcaps", owner: ana)
      #expect(found.map(\.text) == ["MI CLAVE ES QZXCAPS"])
      for text in ["¿?", "es", "mi", "the", ""] { #expect(try memory.turns(saying: text, owner: ana).isEmpty) }
      let other = try Owner("eva")
      #expect(try memory.turns(saying: "qzxcaps", owner: other).isEmpty)
      #expect(try memory.forget(ForgetRequest(owner: ana, turns: found.map(\.id))).turns.count == 2)
      for trace in ["QZXCAPS", "qzxcaps", "Qzxcaps"] { #expect(try fixture.files(holding: trace) == []) }
      #expect(try memory.turns(of: ana).count == 2)
    }
  }
}
