import Foundation
import SaraiCore
import SaraiMemory
import TestSupport
import Testing

@testable import SaraiBench

@Suite struct MemorySpeedTests {
  @Test("What was not measured does not hold, says why, and is not left out")
  func notMeasured() throws {
    var figures = MemoryFigures()
    figures.notMeasured[.sandboxed] = Localized(es: "no hay proceso", en: "there is no process")
    let report = figures.report(machine: .current(), settings: [:])
    #expect(report.rows.isEmpty)
    #expect(report.checks.count == 13)
    #expect(report.checks.allSatisfy { !$0.holds && $0.whyNotMeasured != nil })
    #expect(Set(report.checks.map(\.name)).count == report.checks.count)
    #expect(report.text(in: .english).contains("(there is no process)"))
  }

  @Test("Lookups are told in microseconds, and a slow insert over a slow sync of the same run")
  func arithmetic() throws {
    var figures = MemoryFigures()
    for number in 0...100 {
      figures.add(.fact, milliseconds: Double(number) / 1000, reference: 0.01)
      figures.add(.insert, milliseconds: Double(number), reference: Double(number) / 4)
    }
    #expect(figures.insertRatio == 4)
    let report = figures.report(machine: .current(), settings: [:])
    let row = try #require(report.rows.first { $0.name == "lookup_subject_verb_object" })
    #expect(row.unit == "µs" && row.ours.median == 50 && row.reference?.median == 10)
    let slow = try #require(report.rows.first { $0.name == "lookup_subject_verb_object_p99" })
    #expect(abs(slow.ours.median - 99) < 0.001 && abs((slow.ratio?.median ?? 0) - 9.9) < 0.001)
    let holds = Dictionary(uniqueKeysWithValues: report.checks.map { ($0.name, $0.holds) })
    #expect(holds["lookup_subject_verb_object_p99"] == true)
    #expect(holds["insert_p99_over_fsync_p99"] == false)
  }

  @Test("The same seed tells the same, a part of it is over, and a question has words of its turn")
  func world() throws {
    let end = Timestamp(secondsSince1970: 1_800_000_000)
    let world = MemoryWorld(facts: 2_000, turns: 300, end: end)
    let told = world.told(by: 0)
    #expect(told.count == 1_200)
    let lines = Array(world.lines(of: 0, told: told))
    #expect(lines.count == 1_500)
    let again = MemoryWorld(facts: 2_000, turns: 300, end: end)
    #expect(Array(again.lines(of: 0, told: again.told(by: 0))) == lines)
    #expect(Array(again.lines(of: 1, told: again.told(by: 1))) != lines)
    #expect((0.15...0.35).contains(Double(told.count { $0.supersededBy != nil }) / Double(told.count)))
    for (index, fact) in told.enumerated() {
      guard let next = fact.supersededBy else { continue }
      #expect(next > index && told[next].subject == fact.subject && told[next].verb == fact.verb)
    }
    for turn in [0, 85, 299] {
      let words = Set(world.words(ofTurn: turn, owner: 0))
      let asked = world.question(about: turn).split { !$0.isLetter }.map(String.init)
      #expect(asked.count { $0.hasSuffix("lo") || $0.hasSuffix("ck") } >= 3)
      #expect(asked.count { words.contains($0) } >= 3)
    }
    #expect(Set((0..<40_000).map { MemoryWorld.content($0, isEnglish: false) }).count > 39_000)
  }

  @Test("Common ranks come often, and every number stays within its bounds")
  func ranks() {
    var random = SeededGenerator(seed: 7)
    var first = 0
    for _ in 0..<10_000 {
      let rank = random.zipf(1_000)
      #expect((0..<1_000).contains(rank))
      if rank == 0 { first += 1 }
      #expect((0..<1).contains(random.unit()) && (0..<3).contains(random.below(3)))
    }
    // One in ten: ln 2 / ln 1001.
    #expect((850...1_150).contains(first))
  }

  @Test("A small run measures everything, a process in a sandbox too, and leaves nothing behind")
  func run() async throws {
    let programs = TestParts.executable("sarai-memory").deletingLastPathComponent().path
    var scratch = ""
    let report = try await MemoryScenario.withScratch(in: "/tmp") { folder in
      scratch = folder
      var options = MemoryScenario.Options(folder: folder, facts: 2_000, turns: 200, rounds: 40)
      options.cases = TestParts.root.appending(path: "Benchmarks/memory/entity-recall.jsonl").path
      options.sandbox = MemorySandbox(programs: programs, runtimeFolder: folder + "/run").run
      return try await MemoryScenario(options).run(progress: .silent)
    }
    #expect(!FileManager.default.fileExists(atPath: scratch))
    #expect(report.checks.allSatisfy { $0.whyNotMeasured == nil && $0.value.isFinite }, "\(report.text(in: .english))")
    for measure in MemoryFigures.Measure.allCases {
      #expect(report.rows.contains { $0.name == measure.rawValue + "_p99" }, "\(measure)")
    }
    let facts = try #require(report.rows.first { $0.name == "facts" })
    #expect(facts.ours.median > 1_800)
    let freed = try #require(report.checks.first { $0.name == "vacuum_freed_after_90_days" })
    #expect(freed.holds)
  }
}
