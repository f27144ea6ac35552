import SaraiCore
import SkillProtocol
import Testing

@testable import SaraiModels

@Suite struct SpeculationSamplesTests {
  private func totals(_ change: (inout Sarai_Engine_V1_SpeculationTotals) -> Void) -> [String: Double] {
    var message = Sarai_Engine_V1_SpeculationTotals()
    change(&message)
    let samples = SpeculationTotals(message).samples(labels: [("model", "m")])
    #expect(samples.allSatisfy { $0.labels.first?.name == "model" })
    return Dictionary(
      samples.map { sample in
        let labels = sample.labels.dropFirst().map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        return (labels.isEmpty ? sample.name : "\(sample.name) \(labels)", sample.value)
      }, uniquingKeysWith: { first, _ in first })
  }

  @Test func `every figure is its formula`() {
    let samples = totals { totals in
      var grammar = Sarai_Engine_V1_SpeculationReport.Drafter()
      grammar.name = "grammar"
      grammar.proposed = 50
      grammar.accepted = 40
      grammar.verifyCalls = 12
      totals.requests.drafters = [grammar]
      totals.requests.verifyCalls = 12
      totals.requests.fallbacks = 3
      totals.requests.tokens = 100
      totals.requests.plainSeconds = 3
      totals.requests.decodeSeconds = 2
      totals.requests.ceiling = 2.5
      totals.verifyLatency.bounds = [0.1, 1]
      totals.verifyLatency.counts = [7, 4, 1]
      totals.verifyLatency.sumSeconds = 5
    }
    #expect(samples["sarai_speculative_proposed_total drafter=grammar"] == 50)
    #expect(samples["sarai_speculative_accepted_total drafter=grammar"] == 40)
    #expect(samples["sarai_speculative_verify_calls_total drafter=grammar"] == 12)
    #expect(samples["sarai_speculative_acceptance_rate drafter=grammar"] == 0.8)
    #expect(samples["sarai_speculative_accepted_per_token"] == 0.4)
    #expect(samples["sarai_speculative_speedup"] == 1.5)
    #expect(samples["sarai_speculative_ceiling"] == 2.5)
    #expect(samples["sarai_speculative_fallback_total"] == 3)
    #expect(samples["sarai_speculative_verify_seconds_bucket le=0.1"] == 7)
    #expect(samples["sarai_speculative_verify_seconds_bucket le=1.0"] == 11)
    #expect(samples["sarai_speculative_verify_seconds_bucket le=+Inf"] == 12)
    #expect(samples["sarai_speculative_verify_seconds_count"] == 12)
    #expect(samples["sarai_speculative_verify_seconds_sum"] == 5)
    #expect(!samples.keys.contains { $0.hasPrefix("sarai_speculative_draft_seconds") })
  }

  @Test func `what was not measured is not told, and a wild engine's histogram neither`() {
    let nothing = totals { _ in }
    #expect(nothing == ["sarai_speculative_fallback_total": 0])
    let wild = totals { totals in
      totals.verifyLatency.bounds = [Double](repeating: 1, count: 1_000)
      totals.verifyLatency.counts = [1, 2]
      var drafter = Sarai_Engine_V1_SpeculationReport.Drafter()
      drafter.name = String(repeating: "x", count: 1_000)
      totals.requests.drafters = [Sarai_Engine_V1_SpeculationReport.Drafter](repeating: drafter, count: 1_000)
    }
    #expect(wild.count < 10 && wild.keys.allSatisfy { $0.utf8.count < 200 })
  }
}
