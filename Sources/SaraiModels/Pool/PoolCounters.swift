import SaraiCore

/// Totals of the pool since its start, by engine.
struct PoolCounters {
  enum Outcome: String, CaseIterable {
    case ok, cancelled, error
  }

  struct Totals {
    var requests: [Outcome: Int] = [:]
    var promptTokens = 0
    var cachedTokens = 0
    var completionTokens = 0
    var queueSeconds = 0.0
    var promptSeconds = 0.0
    var decodeSeconds = 0.0
    var starts = 0
    var deaths = 0
  }

  private(set) var totals: [EngineKey: Totals] = [:]

  mutating func started(_ key: EngineKey) { totals[key, default: Totals()].starts += 1 }
  mutating func died(_ key: EngineKey) { totals[key, default: Totals()].deaths += 1 }

  mutating func generated(_ key: EngineKey, summary: GenerationSummary?, error: (any Error)?) {
    let outcome: Outcome =
      switch error {
      case nil: .ok
      case is CancellationError: .cancelled
      case let error as SaraiError where error.code == .cancelled: .cancelled
      default: .error
      }
    totals[key, default: Totals()].requests[outcome, default: 0] += 1
    guard let summary else { return }
    totals[key]?.promptTokens += summary.usage.promptTokens
    totals[key]?.cachedTokens += summary.usage.cachedTokens
    totals[key]?.completionTokens += summary.usage.completionTokens
    totals[key]?.queueSeconds += summary.timings.queueSeconds
    totals[key]?.promptSeconds += summary.timings.promptSeconds
    totals[key]?.decodeSeconds += summary.timings.decodeSeconds
  }

  mutating func embedded(_ key: EngineKey, _ result: EmbeddingResult) {
    totals[key, default: Totals()].requests[.ok, default: 0] += 1
    totals[key]?.promptTokens += result.promptTokens
  }
}
