import Foundation
import GRDB
import SaraiAgent
import SaraiCore
import SaraiLoop
import TestSupport
import Testing

@Suite struct RestartTests {
  /// Hands that begin and never end, as those of a loop that is killed.
  private final class Stuck: Sendable {
    let began = OneShot<Void>()
    let never = OneShot<Void>()

    func perform(_ order: LoopOrder) async throws -> ActionOutcome {
      began.set(())
      await never.wait()
      return ActionOutcome()
    }
  }

  private func interrupt(_ action: LoopActionKind, _ body: (Fixture, LoopJob) async throws -> Void) async throws {
    let stuck = Stuck()
    try await Fixture.with(hands: NotingHands { try await stuck.perform($0) }) { loop in
      let job = try await loop.add("0 11 * * *", action, ["skill": "correo"], name: "resumen")
      loop.clock.pass(3_600_000)
      await loop.engine.advance()
      await stuck.began.wait()
      try await body(loop, job)
      stuck.never.set(())
    }
  }

  @Test("What can be repeated and was under way when the loop ended is ordered again under its key")
  func repeatable() async throws {
    try await interrupt(.backupMemory) { loop, _ in
      let hands = NotingHands()
      try await loop.restart(hands: hands)
      await loop.engine.settle()
      #expect(hands.orders.map(\.key) == loop.hands.orders.map(\.key))
      #expect(hands.orders.map(\.attempt) == [2] && hands.orders.allSatisfy { !$0.isUncertain })
      #expect(try await loop.engine.history().map(\.state) == [.done])
    }
  }

  @Test("A skill that was under way is asked after, and where the hands know its result, that is it")
  func known() async throws {
    try await interrupt(.runSkill) { loop, _ in
      let hands = NotingHands { order in
        #expect(order.isUncertain)
        return ActionOutcome(text: Localized(es: "Tres correos.", en: "Three messages."))
      }
      try await loop.restart(hands: hands)
      await loop.engine.settle()
      #expect(try await loop.engine.history().map(\.state) == [.done])
      #expect(try await loop.inbox().map(\.text.es) == ["Tres correos."])
    }
  }

  @Test("What is asked after and cannot be answered yet is asked after again, and never run meanwhile")
  func askedTwice() async throws {
    try await interrupt(.runSkill) { loop, _ in
      let hands = NotingHands { _ in throw CancellationError() }
      try await loop.restart(hands: hands)
      await loop.pass(minutes: 1)
      #expect(hands.orders.count > 2 && hands.orders.allSatisfy(\.isUncertain))
      hands.change { _ in ActionOutcome() }
      await loop.pass(minutes: 1)
      #expect(try await loop.engine.history().map(\.state) == [.done])
    }
  }

  @Test("Where nobody knows what became of it, it is not run again, and the person is told how to")
  func unknown() async throws {
    try await interrupt(.runSkill) { loop, job in
      let hands = NotingHands { order in
        throw SaraiError(.notFound, es: "No consta \(order.key).", en: "\(order.key) is not known.")
      }
      try await loop.restart(hands: hands)
      await loop.engine.settle()
      let history = try await loop.engine.history()
      #expect(history.first { $0.action.action == .runSkill }?.state == .interrupted)
      let alert = try #require(try await loop.inbox(.alert).first)
      #expect(alert.text.es.contains("«resumen»") && alert.text.es.contains("sarai loop run-now \(job.id)"))
      // And the next time it is due, it is run as always.
      hands.change { _ in ActionOutcome() }
      await loop.pass(hours: 24)
      #expect(hands.orders.map(\.isUncertain) == [true, false])
    }
  }

  @Test("A message that was written and one that was not are each there once after a restart")
  func messages() async throws {
    try await Fixture.with { loop in
      try await loop.add("every 5m", .remind, ["text": "beber agua"], catchUp: .all)
      for _ in 0..<12 {
        await loop.pass(minutes: 2)
        try await loop.restart(after: 30_000)
      }
      await loop.engine.settle()
      #expect(try await loop.inbox().count == 6)
      #expect(try await loop.engine.history().count == 6)
    }
  }

  @Test("While nothing can be written down, nothing else is begun, and what was done is noted once afterwards")
  func refusingStore() async throws {
    try await Fixture.with { loop in
      try await loop.add("0 11 * * *")
      try await loop.add("5 11 * * *", .backupMemory)
      let path = loop.folder.appending(path: "loop.db").path
      let other = try DatabaseQueue(path: "file:\(path)?vfs=sarai-checksums")
      try await other.write {
        try $0.execute(
          sql: """
            CREATE TRIGGER refuse BEFORE UPDATE ON action WHEN NEW.ended_at IS NOT NULL
              BEGIN SELECT RAISE(FAIL, 'full'); END
            """)
      }
      await loop.pass(hours: 1, minutes: 30)
      #expect(loop.hands.actions == [.pruneCaches])
      #expect(try await loop.engine.status().state == .error)
      #expect(loop.hands.settledKeys.isEmpty)
      try await other.write { try $0.execute(sql: "DROP TRIGGER refuse") }
      try other.close()
      await loop.pass(minutes: 1)
      #expect(loop.hands.actions == [.pruneCaches, .backupMemory])
      #expect(try await loop.engine.history().map(\.state) == [.done, .done])
      #expect(try await loop.engine.status().state == .running)
    }
  }

  @Test("Whoever waits for an action that is taken away is told so")
  func takenAway() async throws {
    try await Fixture.with { loop in
      let job = try await loop.add("0 4 * * *", .backupMemory)
      let gate = OneShot<Void>()
      let asked = OneShot<Void>()
      loop.hands.change { _ in
        asked.set(())
        await gate.wait()
        return ActionOutcome()
      }
      let other = try await loop.add("0 5 * * *", .vacuumMemory)
      let third = try await loop.add("0 6 * * *", .rotateLogs)
      let engine = loop.engine
      for job in [job, other] { _ = try await engine.runNow(job: job.id, owner: LoopOwner.local) }
      let key = try await engine.runNow(job: third.id, owner: LoopOwner.local)
      await engine.advance()
      await asked.wait()
      let outcome = Task { try await engine.outcome(of: key) }
      await Task.yield()
      try await engine.removeJob(third.id, owner: LoopOwner.local)
      #expect(try await outcome.value.state == .cancelled)
      gate.set(())
      await engine.settle()
    }
  }
}
