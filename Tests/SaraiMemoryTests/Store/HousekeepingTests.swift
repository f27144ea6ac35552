import Foundation
import GRDB
import SaraiCore
import SaraiMemory
import SaraiStore
import TestSupport
import Testing

@Suite struct HousekeepingTests {
  private let ana = StoreFixture.ana
  private let day = Timestamp(secondsSince1970: 1_800_000_000)

  @Test("What is due follows from what was last done, whatever the clock says")
  func due() {
    let plan = HousekeepingPlan()
    func due(_ done: [HousekeepingTask: Timestamp], isChanged: Bool = true, at time: Timestamp) -> [HousekeepingTask] {
      plan.due(HousekeepingState(done: done, isChanged: isChanged, owesForgetting: false), now: time)
    }
    #expect(due([:], at: day) == [.check, .backup, .rotate, .compact])
    let all = Dictionary(uniqueKeysWithValues: HousekeepingTask.allCases.map { ($0, day) })
    #expect(due(all, at: day) == [])
    #expect(due(all, at: Timestamp(milliseconds: day.adding(days: 1).milliseconds - 1)) == [])
    #expect(due(all, at: day.adding(days: 1)) == [.backup])
    #expect(due(all, isChanged: false, at: day.adding(days: 6)) == [])
    #expect(due(all, isChanged: false, at: day.adding(days: 7)) == [.check, .rotate, .compact])
    // A clock that was years ahead when it was last done.
    #expect(due(all, at: day.adding(days: -900)) == [.check, .backup, .rotate, .compact])
    var forever = plan
    forever.keptDays = nil
    #expect(
      forever.due(HousekeepingState(done: [:], isChanged: true, owesForgetting: true), now: day)
        == [.finishForgetting, .check, .backup, .compact])
  }

  @Test("A backup is made once a day, and only of what changed; the next process knows when the last one was made")
  func backups() async throws {
    try await StoreFixture.with { fixture, memory in
      let plan = HousekeepingPlan()
      #expect(try memory.dueTasks(plan, now: day) == [.check, .rotate, .compact])
      let cat = try memory.add("usuario", "tener", "un gato")
      #expect(try memory.housekeep(plan, now: day).count == 4)
      #expect(memory.backups().map(\.reason) == ["scheduled"])
      #expect(try memory.dueTasks(plan, now: day.adding(days: 3)) == [])
      // Each kind of change asks for a backup: learning, an edit, undo, a turn, a setting.
      let changes: [() throws -> Void] = [
        { try memory.add("usuario", "tener", "un perro") },
        { try memory.edit(cat, FactEdit(object: "una gata"), owner: ana) },
        { try memory.undo(ana) },
        { _ = try memory.store(NewTurn(conversation: "c", text: "hola"), owner: ana) },
        { try memory.setSetting(.learningPaused, true, owner: ana) },
      ]
      var now = day
      for (index, change) in changes.enumerated() {
        try change()
        #expect(try memory.dueTasks(plan, now: now) == [], "change \(index)")
        now = now.adding(days: 1)
        #expect(try memory.dueTasks(plan, now: now) == [.backup], "change \(index)")
        try memory.housekeep(plan, now: now)
      }
      try memory.close()
      let again = try fixture.open()
      #expect(try again.dueTasks(plan, now: now.adding(days: 1)) == [])
      for backup in again.backups() { try FileManager.default.removeItem(atPath: backup.path) }
      #expect(try again.dueTasks(plan, now: now) == [.backup])
      try again.close()
    }
  }

  @Test("Each week what is long over goes, wasted room is given back, and the file is checked")
  func sweeps() async throws {
    try await StoreFixture.with { fixture, memory in
      let old = Timestamp.now().adding(days: -500)
      for round in 0..<40 {
        let replacing: Replacement = .sameSubjectAndVerb
        _ = try memory.store(
          Batch(
            owner: ana,
            turn: NewTurn(
              conversation: "c", saidAt: old.adding(days: round),
              text: "Vivo en el sitio \(round) " + String(repeating: "y más cosas ", count: 4000)),
            changes: [.add(NewFact("usuario", "vivir en", Term("sitio \(round)")), replacing: replacing)]))
      }
      try memory.store.truncateLog()
      var plan = HousekeepingPlan()
      plan.keptDays = 100
      let results = try memory.housekeep(plan)
      guard case .checked = results[0], case .backedUp = results[1], case .rotated(let rotated) = results[2],
        case .compacted(let compacted?) = results[3]
      else {
        Issue.record("\(results)")
        return
      }
      #expect(rotated == RotationReport(factsRemoved: 39, turnsRemoved: 39))
      #expect(compacted.bytesAfter < compacted.bytesBefore)
      #expect(try memory.say(FactQuery(owner: ana, validity: .ever)) == ["usuario vivir en sitio 39"])
      // Nothing is wasted now: the file stays.
      #expect(try memory.perform(.compact, plan) == .compacted(nil))
      #expect(try memory.housekeep(plan) == [])
    }
  }

  @Test("A page that went bad while the memory was open does not pass the check, and the check stays due")
  func check() async throws {
    try await StoreFixture.with { fixture, memory in
      for round in 0..<100 {
        try memory.add("lista", "tener", Term("cosa \(round)"), said: String(repeating: "cosa \(round) ", count: 300))
      }
      #expect(try memory.perform(.check, now: day.adding(days: -30)) == .checked)
      try memory.close()
      let again = try fixture.open()
      #expect(try again.dueTasks(now: day).first == .check)
      let file = try FileHandle(forUpdating: URL(filePath: fixture.path))
      try file.seek(toOffset: file.seekToEnd() - 2000)
      try file.write(contentsOf: Data([1, 2, 3]))
      try file.close()
      #expect(fault { try again.perform(.check, now: day) } == .corruptFile)
      #expect(try again.dueTasks(now: day).first == .check)
      try again.close()
    }
  }

  @Test("What an owner chose is kept, is nobody else's, and is forgotten with the owner")
  func settings() async throws {
    try await StoreFixture.with { fixture, memory in
      let eva = try Owner("eva")
      #expect(try !memory.setting(.learningPaused, owner: ana))
      #expect(try memory.setting(.trustedSources, owner: ana) == [])
      try memory.setSetting(.learningPaused, true, owner: ana)
      try memory.setSetting(.trustedSources, ["notas de \"casa\"", "correo", "ñ"], owner: ana)
      #expect(try !memory.setting(.learningPaused, owner: eva))
      #expect(try memory.setting(.trustedSources, owner: eva) == [])
      try memory.close()
      let again = try fixture.open()
      #expect(try again.setting(.learningPaused, owner: ana))
      #expect(try again.setting(.trustedSources, owner: ana) == ["notas de \"casa\"", "correo", "ñ"])
      try again.setSetting(.learningPaused, false, owner: ana)
      #expect(try !again.setting(.learningPaused, owner: ana))
      try again.forget(ForgetRequest(owner: ana, everything: true))
      #expect(try again.setting(.trustedSources, owner: ana) == [])
      #expect(try fixture.files(holding: "notas de") == [])
      #expect(
        fault { try again.setSetting(.trustedSources, [String(repeating: "x", count: 70_000)], owner: ana) }
          == .tooLarge)
      try again.close()
    }
  }

  @Test("What was learnt last: the facts of the last batch that still counts, without what they replaced")
  func lastLearnt() async throws {
    try await StoreFixture.with { _, memory in
      #expect(try memory.lastLearnt(owner: ana) == nil)
      let lugo = try memory.add("usuario", "vivir en", "Lugo")
      try memory.add("usuario", "trabajar en", "Renfe")
      let receipt = try memory.store(
        Batch(
          owner: ana,
          changes: [
            .add(NewFact("usuario", "vivir en", "Soria"), replacing: .sameSubjectAndVerb),
            .end(subject: "usuario", verb: "trabajar en", object: "Renfe", isNegated: nil, at: nil),
          ]))
      try memory.add("usuario", "tener", "un loro", owner: try Owner("eva"))
      let learnt = try #require(try memory.lastLearnt(owner: ana))
      #expect(learnt.operation.id == receipt.operation)
      #expect(learnt.facts.map(\.object.text) == ["Soria", "Renfe"])
      #expect(learnt.facts.map(\.standing) == [.current, .past])
      // An edit teaches nothing new; it shows in what was learnt.
      try memory.edit(learnt.facts[0].id, FactEdit(object: "Soria capital"), owner: ana)
      #expect(try memory.lastLearnt(owner: ana)?.facts.first?.object.text == "Soria capital")
      try memory.undo(ana)
      try memory.undo(ana)
      #expect(try memory.lastLearnt(owner: ana)?.facts.map(\.object.text) == ["Renfe"])
      try memory.undo(ana)
      #expect(try memory.lastLearnt(owner: ana)?.facts.map(\.id) == [lugo])
      let proposed = try memory.add("usuario", "ser", "socio") { $0.isProposed = true }
      try memory.confirm(proposed, owner: ana)
      #expect(try memory.lastLearnt(owner: ana)?.operation.kind == .confirm)
      try memory.forget(ForgetRequest(owner: ana, facts: [proposed]))
      #expect(try memory.lastLearnt(owner: ana)?.facts.map(\.id) == [lugo])
      try memory.undo(ana, operation: try #require(try memory.lastLearnt(owner: ana)).operation.id)
      #expect(try memory.lastLearnt(owner: ana) == nil)
    }
  }

  @Test("A memory of the version before is backed up and then migrated, and keeps what it held")
  func migration() async throws {
    try await withTemporaryFolder { folder in
      let fixture = StoreFixture(folder: folder)
      var options = MemoryStore.options(folder: folder.path)
      let migrations = options.migrations
      options.migrations = [migrations[0]]
      let old = try Store(options)
      try old.write { database in
        try database.execute(
          sql: """
            INSERT INTO owner (name) VALUES ('local');
            INSERT INTO conversation (owner_id, name) VALUES (1, 'c');
            INSERT INTO turn (owner_id, conversation_id, role, speaker, said_at, text)
              VALUES (1, 1, 0, '', 5000, 'Hola, vengo de la versión anterior');
            INSERT INTO turn_text (rowid, text) SELECT id, text FROM turn;
            """)
      }
      try old.close()
      let memory = try fixture.open()
      #expect(memory.opening.store.migrated == migrations.dropFirst().map(\.name))
      #expect(memory.backups().map(\.reason) == migrations.dropFirst().reversed().map { "before-\($0.name)" })
      #expect(try memory.searchTurns("anterior", owner: ana).count == 1)
      try memory.setSetting(.learningPaused, true, owner: ana)
      // The backup is of the old version, and comes back as what it was, migrated again.
      let backup = try #require(memory.backups().last)
      try memory.restore(backup.path)
      #expect(try !memory.setting(.learningPaused, owner: ana))
      #expect(try memory.turns(of: ana).count == 1)
      try memory.close()
      #expect(try fixture.open().opening.store.migrated == [])
      var older = MemoryStore.options(folder: folder.path)
      older.migrations = [migrations[0]]
      #expect(fault { _ = try Store(older) } == .notAvailable)
    }
  }
}
