import SaraiCore
import Testing

@testable import SaraiBench

@Suite struct MixedBenchTests {
  @Test("The mix has each kind in its share, in both languages, and is the same each time")
  func shares() {
    var turns = MixedTurns(seed: 7)
    var again = MixedTurns(seed: 7)
    _ = (turns.preparation(), again.preparation())
    let mix = (0..<100).map { _ in turns.next() }
    #expect(mix == (0..<100).map { _ in again.next() })
    #expect(MixedTurns.Kind.allCases.map(\.share).reduce(0, +) == 100)
    for kind in MixedTurns.Kind.allCases { #expect(mix.count { $0.kind == kind } == kind.share, "\(kind)") }
    for language in Language.allCases { #expect(mix.count { $0.language == language } > 30) }
  }

  @Test("Questions ask what was told, sums and sales hold their result, and no chat comes twice")
  func answers() throws {
    var turns = MixedTurns(seed: 3)
    let told = turns.preparation()
    #expect(told.count == 18 && told.allSatisfy { $0.kind == .told && $0.accepted == nil })
    for language in Language.allCases {
      for _ in 0..<20 {
        let asked = turns.turn(.memory, language)
        let answer = try #require(asked.accepted)
        #expect(told.contains { $0.language == language && $0.text.contains(answer) }, "\(asked)")
      }
      #expect(try #require(turns.turn(.sum, language).accepted.flatMap { Int($0) }) > 21)
    }
    let rows = MixedTurns.salesTable.split(separator: "\n")
    #expect(rows.count == 201 && rows[0] == "venta,ciudad,importe")
    let count = rows.count { $0.contains(",Madrid,") }
    let questions = (0..<200).map { _ in turns.turn(.data, .spanish) }
    #expect(questions.contains { $0.text.contains("Cuántas ventas hay en Madrid") && $0.accepted == "\(count)" })
    let chats = (0..<50).map { _ in turns.turn(.chat, .english).text }
    #expect(Set(chats).count == chats.count)
  }

  @Test("Who has told everything tells it again")
  func everythingTold() {
    var turns = MixedTurns(seed: 5)
    let told = (0..<200).map { _ in turns.turn(.told, .spanish).text }
    #expect(!told.contains("") && Set(told).count == 39)
  }

  @Test("Processes are told apart by what they run, whatever stands around them")
  func roles() {
    #expect(ProcessRole(name: "sarai-engine", arguments: []) == .engine)
    #expect(ProcessRole(name: "sarai-skill", arguments: ["sarai-skill", "calc"]) == .skills)
    #expect(ProcessRole(name: "python3", arguments: ["python3", "/skill/nlp.py"]) == .nlp)
    #expect(ProcessRole(name: "python3.12", arguments: ["python3", "/skill/other.py"]) == .skills)
    #expect(ProcessRole(name: "bwrap", arguments: ["bwrap", "--", "python3", "nlp.py"]) == .sandboxes)
    #expect(ProcessRole.allCases.filter { !$0.isOwn } == [.engine, .nlp])
  }

  @Test("Processor time is read behind a name that holds brackets and spaces, and from nothing else")
  func processorTime() throws {
    let line = "42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 250 150 7 9 20 0 5 0 100 1000 200"
    let seconds = try #require(ProcessWatch.processorSeconds(line))
    #expect(abs(seconds - 4) < 0.001)
    #expect(ProcessWatch.processorSeconds("42 (a) S 1") == nil)
    #expect(ProcessWatch.processorSeconds("") == nil)
  }

  @Test("A metric is the sum of the samples that bear its name and label")
  func metric() {
    let text = """
      # HELP skill_requests_total Calls.
      skill_requests_total{skill="calc",outcome="answered"} 3
      skill_requests_total{skill="calc",outcome="failed"} 2
      skill_requests_total_more{skill="calc",outcome="answered"} 50
      sarai_uptime_seconds 4.5
      """
    #expect(MixedBed.metric("skill_requests_total", "", text) == 5)
    #expect(MixedBed.metric("skill_requests_total", "outcome=\"answered\"", text) == 3)
    #expect(MixedBed.metric("sarai_uptime_seconds", "", text) == 4.5)
    #expect(MixedBed.metric("skill_requests", "", text) == nil)
  }

  @Test("Nothing measured holds nothing, and says so; memory is summed over SARAi's own roles")
  func figures() throws {
    let empty = MixedFigures().report(machine: .current(), settings: JSONObject(), model: "m")
    #expect(empty.checks.allSatisfy { !$0.holds && $0.whyNotMeasured != nil }, "\(empty.checks)")

    var figures = MixedFigures()
    figures.add(memory: [
      [.serve: 30_000_000, .memory: 20_000_000, .engine: 200_000_000], [.serve: 40_000_000, .nlp: 160_000_000],
    ])
    #expect(figures.ownMemory == [50, 40] && figures.hasSeenNlp)
    figures.skillHits = Proportion(successes: 45, trials: 100)
    for ratio in [1.0, 1.01, 1.5] { figures.withLoop.add(ours: 10 * ratio, reference: 10) }
    let report = figures.report(machine: .current(), settings: JSONObject(), model: "m")
    func check(_ name: String) throws -> BenchReport.Check { try #require(report.checks.first { $0.name == name }) }
    #expect(try check("own_pss_p99").holds && check("nlp_pss_warm").holds)
    #expect(try check("skill_hit_rate_at_least").holds && check("skill_hit_rate_at_most").holds)
    let ratio = try check("latency_with_loop_ratio")
    #expect(ratio.holds && abs(ratio.value - 1.01) < 1e-9)
    #expect(try !check("nlp_pss_idle").holds)
  }
}
