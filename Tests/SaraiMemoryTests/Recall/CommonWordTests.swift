import SaraiCore
import SaraiMemory
import TestSupport
import Testing

@Suite struct CommonWordTests {
  @Test("A word that more facts have than wanted gives none of them, one that fewer have gives all")
  func common() async throws {
    try await StoreFixture.with { _, memory in
      let ana = StoreFixture.ana
      var array = FactArray()
      for round in 0..<5 {
        let facts = [
          NewFact(Term("vecina \(round)"), "vivir en", "Lugo"), NewFact(Term("vecina \(round)"), "tener", "un gato"),
        ]
        for fact in facts {
          _ = try memory.store(Batch(owner: ana, changes: [.add(fact, replacing: .nothing)]))
          array.apply(Batch(owner: ana, changes: [.add(fact, replacing: .nothing)]))
        }
      }
      for lookup in [memory, array] as [any FactLookup] {
        func found(_ text: String, most: Int?, limit: Int = 100) throws -> Int {
          var query = FactQuery(owner: ana, text: text, limit: limit)
          query.mostWithText = most
          return try lookup.facts(query).count
        }
        #expect(try found("lugo", most: 4) == 0)
        #expect(try found("lugo", most: 5) == 5)
        #expect(try found("lugo", most: 5, limit: 3) == 3)
        #expect(try found("vecina", most: 9) == 0)
        #expect(try found("vecina", most: 10) == 10)
        #expect(try found("vecina", most: 1) == 0)
        #expect(try found("vecina", most: nil) == 10)
        #expect(try found("vecina lugo", most: 5) == 5)
        #expect(try found("vecina lugo", most: 4) == 0)
        #expect(try found("nada", most: 4) == 0)
      }
    }
  }
}
