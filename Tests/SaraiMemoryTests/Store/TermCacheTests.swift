import SaraiCore
import SaraiMemory
import SaraiStore
import TestSupport
import Testing

@Suite struct TermCacheTests {
  private let ana = StoreFixture.ana

  private func objects(of subject: String, in memory: MemoryStore) throws -> [String] {
    try memory.recall(FactQuery(owner: ana, subjects: [Term(subject)])).map(\.object.text)
  }

  @Test("A number that was another term's before it was forgotten is read as what it is now")
  func numbersAgain() async throws {
    try await StoreFixture.with { _, memory in
      for round in 0..<10 {
        let id = try memory.add("usuario", "vivir en", Term("ciudad \(round)"))
        #expect(try objects(of: "usuario", in: memory) == ["ciudad \(round)"])
        try memory.forget(ForgetRequest(owner: ana, facts: [id]))
        #expect(try objects(of: "usuario", in: memory).isEmpty)
      }
    }
  }

  @Test("What is read after a backup was put in place is what the backup holds")
  func restored() async throws {
    try await StoreFixture.with { _, memory in
      let old = try memory.add("usuario", "vivir en", "lugo")
      let backup = try memory.backup()
      try memory.forget(ForgetRequest(owner: ana, facts: [old]))
      try memory.store.export(to: backup.path + ".kept")
      try memory.add("usuario", "vivir en", "vigo")
      #expect(try objects(of: "usuario", in: memory) == ["vigo"])
      try memory.restore(backup.path + ".kept")
      #expect(try objects(of: "usuario", in: memory).isEmpty)
      try memory.add("usuario", "vivir en", "orense")
      #expect(try objects(of: "usuario", in: memory) == ["orense"])
    }
  }

  @Test("Who reads while others are told and forgotten never gets one term's words for another's")
  func readers() async throws {
    try await StoreFixture.with { _, memory in
      // Enough that all terms are read at once, again and again, while they change.
      for number in 1000..<1600 { try memory.add(Term("cosa \(number)"), "ser", Term("valor \(number)")) }
      let isDone = OneShot<Bool>()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<3 {
          group.addTask { [ana] in
            var reads = 0
            while isDone.value == nil {
              for fact in try memory.recall(FactQuery(owner: ana, verbs: ["ser"], limit: 700)) {
                let number = fact.subject.text.drop { !$0.isNumber }
                #expect(fact.object.text == "valor \(number)", "\(fact)")
                reads += 1
              }
              await Task.yield()
            }
            return reads
          }
        }
        for round in 0..<40 {
          let id = try memory.add(Term("cosa \(round)"), "ser", Term("valor \(round)"))
          #expect(try objects(of: "cosa \(round)", in: memory) == ["valor \(round)"])
          if round % 2 == 0 { try memory.forget(ForgetRequest(owner: ana, facts: [id])) }
        }
        isDone.set(true)
        for try await reads in group { #expect(reads > 0) }
      }
    }
  }
}
