import Foundation
import SaraiBench
import SaraiCore
import TestSupport
import Testing

@Suite("Recall of what was told")
struct EntityRecallTests {
  private func cases() throws -> [RecallCase] {
    let file = TestParts.root.appending(path: "Benchmarks/memory/entity-recall.jsonl")
    return try RecallCase.cases(in: String(contentsOf: file, encoding: .utf8))
  }

  @Test("The cases are as many and as varied as the README says")
  func census() throws {
    let cases = try cases()
    #expect(cases.filter { $0.language == .spanish }.count >= 200)
    #expect(cases.filter { $0.language == .english }.count >= 100)
    #expect(Set(cases.map(\.id)).count == cases.count)
    #expect(abs(cases.filter(\.isTest).count - cases.count / 2) < 10)
  }

  @Test("Rules alone recall at least 95 in 100 of the development part, with at most 2 wrong")
  func development() async throws {
    let recall = try await EntityRecall.measured(try cases()) { _ in RuleRecaller() }
    #expect(recall.share(.right, isTest: false) >= 0.95, "\(recall.table(isTest: false))")
    #expect(recall.share(.wrong, isTest: false) <= 0.02, "\(recall.table(isTest: false))")
    print(recall.table(isTest: false))
    for verdict in EntityRecall.Verdict.allCases {
      print("test part, \(verdict.rawValue): \(recall.share(verdict, isTest: true))")
    }
  }

  @Test("An answer is judged by whole words, and a refusal is unknown")
  func verdicts() throws {
    let line = """
      {"id":"x","language":"es","kind":"x","split":"test","turns":[],"question":"?","expect":"answer",\
      "contains":[["Lugo","Vigo"],["dos"]],"lacks":["Leon"]}
      """
    let item = try #require(try RecallCase.cases(in: line).first)
    #expect(EntityRecall.verdict(item, answer: "Viven DOS en vigo.") == .right)
    #expect(EntityRecall.verdict(item, answer: "Dos en Lugo, no en León.") == .wrong)
    #expect(EntityRecall.verdict(item, answer: "Dosis en Lugo") == .wrong)
    #expect(EntityRecall.verdict(item, answer: "No me lo has dicho.") == .unknown)
    #expect(EntityRecall.verdict(item, answer: nil) == .unknown)
    #expect(throws: SaraiError.self) { try RecallCase.cases(in: "{}") }
  }
}
