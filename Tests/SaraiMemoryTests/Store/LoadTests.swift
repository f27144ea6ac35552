import Foundation
import GRDB
import SaraiCore
import SaraiMemory
import SaraiStore
import Synchronization
import TestSupport
import Testing

@Suite struct LoadTests {
  private static let writers = 32

  /// Runs `body` on so many threads of their own and waits for all; what one throws is thrown.
  private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<count {
        group.addTask {
          let done = OneShot<String?>()
          DetachedThread.start(stackBytes: 1 << 20) {
            do {
              try body(index)
              done.set(nil)
            } catch { done.set("\(error)") }
          }
          if let fault = await done.wait() {
            throw SaraiError(.internalFault, Localized(es: fault, en: fault))
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("Thirty-two writers and as many readers: every acknowledged fact is there, once, and nobody sees another's")
  func writersAndReaders() async throws {
    try await StoreFixture.with { _, memory in
      let owners = try (0..<8).map { try Owner("dueño \($0)") }
      let counter = Counter()
      try await onThreads(Self.writers * 2) { index in
        let owner = owners[index % owners.count]
        if index < Self.writers {
          for round in 0..<20 {
            let receipt = try memory.store(
              Batch(
                owner: owner, key: "\(index)-\(round)",
                turn: NewTurn(conversation: "\(index)", text: "escritor \(index), vuelta \(round)"),
                changes: [
                  .add(
                    NewFact(Term("escritor \(index)"), "decir", Term("\(owner.name), vuelta \(round)")),
                    replacing: .nothing),
                  .add(NewFact("estado", "ser", Term("\(index)-\(round)")), replacing: .sameSubjectAndVerb),
                ]))
            #expect(receipt.outcomes.count == 2)
            counter.add(1)
          }
        } else {
          while counter.value < Self.writers * 20 {
            let facts = try memory.recall(FactQuery(owner: owner, verbs: ["decir"], limit: 500))
            #expect(facts.allSatisfy { $0.object.text.hasPrefix(owner.name + ",") })
            // One state at any time: replacing is whole or not there.
            #expect(try memory.recall(FactQuery(owner: owner, subjects: ["estado"])).count <= 1)
            if !facts.isEmpty { #expect(try memory.why(facts[0].id, owner: owner).turn != nil) }
          }
        }
      }
      for (index, owner) in owners.enumerated() {
        let facts = try memory.recall(FactQuery(owner: owner, verbs: ["decir"], limit: 10_000))
        #expect(facts.count == Self.writers / owners.count * 20, "\(index)")
        #expect(Set(facts.map { "\($0.subject) \($0.object)" }).count == facts.count)
        #expect(try memory.recall(FactQuery(owner: owner, subjects: ["estado"])).count == 1)
      }
      #expect(try memory.store.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    }
  }

  @Test("Recall goes on, with the right answers, while vacuum, rotation, forgetting and restoring run")
  func upkeepUnderLoad() async throws {
    try await StoreFixture.with { _, memory in
      let ana = StoreFixture.ana
      for round in 0..<400 {
        try memory.add(
          Term("cosa \(round % 100)"), "estar en", Term("sitio \(round)"), replacing: .sameSubjectAndVerb,
          said: "La cosa \(round % 100) está en el sitio \(round)")
      }
      let remaining = Counter()
      try await onThreads(5) { index in
        guard index > 0 else {
          defer { remaining.add(1) }
          for round in 0..<6 {
            try memory.rotate(days: 0)
            try memory.vacuum()
            let id = try memory.add("efímero", "ser", Term("cosa \(round)"), said: "Efímero \(round)")
            try memory.forget(ForgetRequest(owner: ana, facts: [id]))
            try memory.restore(memory.backup().path)
          }
          return
        }
        var round = 0
        while remaining.value == 0 {
          round += 1
          let number = (round * 7 + index) % 100
          let found = try memory.recall(FactQuery(owner: ana, subjects: [Term("cosa \(number)")]))
          #expect(found.map(\.object.text) == ["sitio \(300 + number)"])
        }
        #expect(round > 1)
      }
    }
  }
}

private final class Counter: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .acquiring) }

  func add(_ number: Int) { count.add(number, ordering: .acquiringAndReleasing) }
}
