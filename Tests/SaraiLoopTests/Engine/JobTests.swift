import Foundation
import GRDB
import SaraiAgent
import SaraiCore
import SaraiLoop
import SaraiStore
import TestSupport
import Testing

@Suite struct JobTests {
  @Test("What is out of bounds, never comes, or lacks what it needs is refused, in both languages")
  func refused() async throws {
    try await Fixture.with { loop in
      func refuse(_ change: (inout LoopJob) throws -> Void) async throws {
        var job = LoopJob(name: "job", schedule: try Schedule(text: "@hourly"), action: .pruneCaches)
        try change(&job)
        let (engine, refused) = (loop.engine, job)
        await #expect { try await engine.addJob(refused) } throws: { error in
          let fault = error as? SaraiError
          return fault?.message.es.isEmpty == false && fault?.message.en != fault?.message.es
        }
      }
      let before = try await loop.engine.jobs().count
      try await refuse { $0.name = "" }
      try await refuse { $0.name = String(repeating: "x", count: 201) }
      try await refuse { $0.name = "a\0b" }
      try await refuse { $0.arguments = ["x": "a\0b"] }
      try await refuse { $0.priority = 11 }
      try await refuse { $0.priority = 0 }
      try await refuse { $0.limitSeconds = 0 }
      try await refuse { $0.limitSeconds = 86_401 }
      try await refuse { $0.arguments = ["x": String(repeating: "x", count: 20_000)] }
      try await refuse { $0.zone = "Mars/Olympus" }
      try await refuse { $0.zone = "../../etc/passwd" }
      try await refuse { $0.schedule = try Schedule(text: "on moon_full") }
      try await refuse { $0.schedule = try Schedule(text: "at 2020-01-01T00:00:00Z") }
      try await refuse { $0.action = .runPrompt }
      try await refuse { $0.action = .runSkill }
      #expect(try await loop.engine.jobs().count == before)
    }
  }

  @Test("SARAi's own jobs are there from the start, can be changed and switched off, and not removed")
  func builtins() async throws {
    try await Fixture.with(quietBuiltins: false) { loop in
      let jobs = try await loop.engine.jobs()
      #expect(jobs.allSatisfy { BuiltinJobs.words($0.name) != nil })
      let backup = try #require(jobs.first { $0.name == "backup_memory" })
      let engine = loop.engine
      await #expect(throws: SaraiError.self) { try await engine.removeJob(backup.id, owner: LoopOwner.local) }
      await #expect(throws: SaraiError.self) {
        try await engine.editJob(backup.id, owner: "ana", LoopJobEdit(isEnabled: false))
      }
      try await loop.engine.editJob(
        backup.id, owner: LoopOwner.local, LoopJobEdit(name: "x", schedule: try Schedule(text: "0 5 * * *")))
      try await loop.restart()
      let after = try await loop.engine.jobs()
      #expect(after.count == jobs.count)
      #expect(after.first { $0.id == backup.id }?.schedule.text == "0 5 * * *")
      #expect(after.first { $0.id == backup.id }?.name == "backup_memory")
      await loop.pass(hours: 24)
      let history = try await loop.engine.history(limit: 1000)
      #expect(
        history.filter { $0.action.action == .backupMemory }.map { loop.local($0.startedAt ?? 0) } == [
          "2026-11-24T05:00"
        ])
    }
  }

  @Test("A job that is removed or switched off takes what waits of it along")
  func removed() async throws {
    try await Fixture.with { loop in
      let job = try await loop.add("@hourly")
      try await loop.post(.answering, ["request": "r"])
      loop.clock.pass(3_600_000)
      try await loop.post(.answering, ["request": "r2"])
      #expect(try await loop.engine.status().waiting == 1)
      try await loop.engine.removeJob(job.id, owner: LoopOwner.local)
      await loop.pass(hours: 2)
      #expect(loop.hands.orders.isEmpty)
      #expect(try await loop.engine.history().map(\.state) == [.cancelled])
    }
  }

  @Test("Rows that cannot be read are put aside and told of, and the rest goes on")
  func corruptRows() async throws {
    try await Fixture.with { loop in
      try await loop.add("@hourly", .backupMemory)
      let bad = try await loop.add("@hourly")
      let worse = try await loop.add("*/5 * * * *")
      let third = try await loop.add("0 12 * * *")
      try await loop.engine.close()
      let store = try Store(LoopEngine.options(folder: loop.folder.path))
      try store.write { database in
        try database.execute(sql: "UPDATE job SET schedule = 'wenn es passt' WHERE id = ?", arguments: [bad.id])
        try database.execute(
          sql: "UPDATE job SET arguments = '{\"x\": 1', priority = 99 WHERE id = ?", arguments: [worse.id])
        try database.execute(sql: "UPDATE job SET action = '' WHERE id = ?", arguments: [third.id])
        try database.execute(
          sql: """
            INSERT INTO action (key, owner, trigger, priority, action, arguments, due_at, limit_seconds, state)
              VALUES ('bad', 'local', 'x', 5, 'fly', '{}', 0, 5, 'waiting')
            """)
        try database.execute(
          sql: """
            INSERT INTO inbox (owner, kind, text_es, text_en, why_es, why_en, topic, created_at)
              VALUES ('local', 'song', '', '', '', '', '', 0)
            """)
      }
      try store.close()
      try await loop.restart()
      await loop.pass(hours: 2)
      #expect(loop.hands.actions == [.backupMemory, .backupMemory])
      let alerts = try await loop.inbox(.alert)
      #expect(alerts.count == 5 && Set(alerts.map(\.topic)).count == 5)
      #expect(alerts.allSatisfy { $0.topic.hasPrefix("damage:") && $0.text.es != $0.text.en })
      #expect(try await loop.engine.history().count { $0.action.action == .alert } >= 4)
      #expect(try await loop.engine.status().rowsSetAside == 5)
      // Said once.
      try await loop.restart()
      await loop.engine.settle()
      #expect(try await loop.inbox(.alert).count == 5)
    }
  }

  @Test("A damaged file comes back from its backup, and it is said")
  func damagedFile() async throws {
    try await Fixture.with { loop in
      try await loop.add("@hourly", name: "mine")
      let backup = try await loop.add("0 11 * * *", .backupMemory)
      await loop.pass(hours: 2)
      #expect(loop.hands.actions.contains(.backupMemory) && backup.id > 0)
      try await loop.engine.close()
      let file = try FileHandle(forUpdating: loop.folder.appending(path: "loop.db"))
      try file.seek(toOffset: 9_000)
      try file.write(contentsOf: Data(repeating: 0xAA, count: 5_000))
      try file.close()
      try await loop.restart()
      #expect(try await loop.engine.jobs().contains { $0.name == "mine" })
      #expect(try await loop.inbox(.alert).map(\.topic) == ["damage:file"])
      await loop.pass(hours: 1)
      #expect(try await loop.engine.status().state == .running)
    }
  }

  @Test("A dry run says what the next day would do, and changes nothing")
  func dryRun() async throws {
    try await Fixture.with("2026-11-23T10:00", quietBuiltins: false) { loop in
      try await loop.add("0 9 * * 2", .runPrompt, ["prompt": "resume la agenda"])
      try await loop.add("every 6h", .remind, ["text": "andar"])
      try await loop.add("0 9 1 1 *", .backupMemory)
      await loop.engine.settle()
      let before = try dump(loop.folder)
      let plan = try await loop.engine.dryRun(hours: 24)
      #expect(try dump(loop.folder) == before)
      #expect(loop.hands.orders.isEmpty)
      let timed = plan.filter { $0.at != nil }
      #expect(timed.map { $0.at ?? 0 } == timed.map { $0.at ?? 0 }.sorted())
      #expect(timed.count { $0.action == .pruneCaches } == 24)
      #expect(timed.filter { $0.action == .runPrompt }.map { loop.local($0.at ?? 0) } == ["2026-11-24T09:00"])
      let reminders = timed.filter { $0.action == .remind }.map { loop.local($0.at ?? 0) }
      #expect(reminders == ["2026-11-23T16:00", "2026-11-23T22:00", "2026-11-24T04:00", "2026-11-24T10:00"])
      #expect(timed.filter { $0.action == .backupMemory }.map { loop.local($0.at ?? 0) } == ["2026-11-24T04:00"])
      #expect(plan.contains { $0.at == nil && $0.job.schedule.text == "on memory_high" })
      // And that is what happens.
      await loop.pass(hours: 24)
      let done = try await loop.engine.history(limit: 1000).map(\.action.action)
      for action in LoopActionKind.allCases where action != .alert {
        #expect(done.count { $0 == action } == timed.count { $0.action == action }, "\(action)")
      }
    }
  }

  /// Every row of every table, from outside.
  private func dump(_ folder: URL) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: folder.appending(path: "loop.db").path, configuration: configuration)
    return try queue.read { database in
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")
      return try tables.flatMap { table in
        try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
      }
    }
  }
}
