import Foundation
import MemoryProtocol
import SaraiCore
import SaraiMemoryService
import Synchronization
import Testing

/// Turns and facts of any length that is taken in come out again.
@Suite struct LongTurnTests {
  @Test("Turns of megabytes and facts of kilobytes are listed, recalled, explained and exported")
  func long() async throws {
    let exported = Mutex<[String]>([])
    try await MemoryFixture.with { fixture in
      let long = String(repeating: "la casa de la playa ", count: 150_000)
      try await fixture.tell("Gazpacho. " + long)
      try await fixture.tell("Salmorejo. " + long, reply: String(repeating: "ñ\u{1}", count: 1 << 20))
      let facts = (0..<100).map {
        MemoryFact(
          subject: "libro", verb: "decir", object: "párrafo \($0) " + String(repeating: "x", count: 60_000))
      }
      let added = try await fixture.memory.add(facts, owner: "ana", replaces: false)
      #expect(added.facts.count == 100)
      #expect(try await fixture.facts { $0.limit = 100 }.count == 100)
      let question = MemoryQuestion(
        owner: "ana", text: "¿qué dije del gazpacho y del salmorejo?", language: .spanish, now: MemoryFixture.now)
      let recall = try await fixture.memory.recall(question, limits: RecallLimits(facts: 100, turns: 10))
      #expect(recall.turns.count == 2)
      #expect(recall.turns.allSatisfy { $0.text.utf8.count <= 65_540 && $0.text.hasSuffix("…") })
      _ = try await fixture.memory.why(added.facts[0].id, owner: "ana")
      try await fixture.memory.export(owner: "ana", includesPrivate: true) { lines in exported.withLock { $0 += lines }
      }
    }
    let lines = exported.withLock { $0 }
    #expect(lines.count >= 103)
    try await MemoryFixture.with { fixture in
      let rest = Mutex(lines)
      let report = try await fixture.memory.importLines(owner: "eva") {
        rest.withLock { rest in rest.isEmpty ? [] : [rest.removeFirst()] }
      }
      #expect(report.turnsAdded == 3 && report.factsAdded == lines.count - 3)
    }
  }
}
