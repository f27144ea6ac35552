import SaraiCore
import Synchronization

/// What the API counts of its own work. Labels are route templates, methods and statuses: never what a client wrote.
final class HTTPMetrics: Sendable {
  private struct RequestKey: Hashable {
    let route: String
    let method: String
    let status: Int
  }

  private struct State {
    var requests: [RequestKey: Int] = [:]
    var durations: [String: Histogram] = [:]
    var firstToken = Histogram(bounds: HTTPMetrics.latencyBounds)
    var inFlight = 0
    var promptTokens = 0
    var cachedTokens = 0
    var completionTokens = 0
    var faults: [String: Int] = [:]
    var turns: [Answerer: Int] = [:]
  }

  /// What answered a turn of a conversation.
  enum Answerer: String, CaseIterable {
    case memory, skill, model
  }

  /// Seconds.
  static let latencyBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

  private let state = Mutex(State())

  var inFlight: Int { state.withLock { $0.inFlight } }

  func begin() {
    state.withLock { $0.inFlight += 1 }
  }

  func end(route: String, method: String, status: Int, seconds: Double) {
    state.withLock { state in
      state.inFlight -= 1
      state.requests[RequestKey(route: route, method: method, status: status), default: 0] += 1
      state.durations[route, default: Histogram(bounds: Self.latencyBounds)].observe(seconds)
    }
  }

  func firstToken(afterSeconds seconds: Double) {
    state.withLock { $0.firstToken.observe(seconds) }
  }

  func add(_ usage: Usage) {
    state.withLock { state in
      state.promptTokens += usage.promptTokens
      state.cachedTokens += usage.cachedTokens
      state.completionTokens += usage.completionTokens
    }
  }

  func answered(by answerer: Answerer) {
    state.withLock { $0.turns[answerer, default: 0] += 1 }
  }

  func fault(_ code: SaraiError.Code) {
    state.withLock { $0.faults[code.rawValue, default: 0] += 1 }
  }
}

extension HTTPMetrics: MetricsSource {
  func samples() async -> [MetricSample] {
    let state = state.withLock { $0 }
    var samples: [MetricSample] = []
    for (key, count) in state.requests.sorted(by: { ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status) }) {
      samples.append(
        MetricSample(
          "sarai_http_requests_total", .counter, help: "Requests answered, by route and status.",
          labels: [("route", key.route), ("method", key.method), ("status", "\(key.status)")], value: Double(count)))
    }
    samples.append(
      MetricSample(
        "sarai_http_requests_in_flight", .gauge, help: "Requests being answered.", value: Double(state.inFlight)))
    for (route, histogram) in state.durations.sorted(by: { $0.key < $1.key }) {
      samples += histogram.samples(
        "sarai_http_request_duration_seconds", help: "From the header of a request to the end of its answer.",
        labels: [("route", route)])
    }
    samples += state.firstToken.samples(
      "sarai_time_to_first_token_seconds", help: "From the header of a request to the first text of its answer.",
      labels: [])
    for (kind, count) in [
      ("prompt", state.promptTokens), ("cached", state.cachedTokens), ("completion", state.completionTokens),
    ] {
      samples.append(
        MetricSample(
          "sarai_tokens_total", .counter, help: "Tokens of prompts, those of them found in the cache, and of answers.",
          labels: [("kind", kind)], value: Double(count)))
    }
    // All three from the start, for shares of a sum.
    for answerer in Answerer.allCases {
      samples.append(
        MetricSample(
          "sarai_turns_total", .counter, help: "Turns of conversations, by what answered them.",
          labels: [("answered_by", answerer.rawValue)], value: Double(state.turns[answerer] ?? 0)))
    }
    for (code, count) in state.faults.sorted(by: { $0.key < $1.key }) {
      samples.append(
        MetricSample(
          "sarai_errors_total", .counter, help: "Requests that ended in an error, by its code.",
          labels: [("code", code)], value: Double(count)))
    }
    return samples
  }
}

/// A cumulative histogram as Prometheus reads it.
struct Histogram: Sendable {
  private let bounds: [Double]
  private var counts: [Int]
  private var sum = 0.0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  mutating func observe(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }

  func samples(_ name: String, help: String, labels: [(name: String, value: String)]) -> [MetricSample] {
    var total = 0
    var samples: [MetricSample] = []
    for (index, count) in counts.enumerated() {
      total += count
      let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
      samples.append(
        MetricSample(
          name + "_bucket", .histogram, help: help, labels: labels + [("le", bound)], value: Double(total)))
    }
    samples.append(MetricSample(name + "_sum", .histogram, help: help, labels: labels, value: sum))
    samples.append(MetricSample(name + "_count", .histogram, help: help, labels: labels, value: Double(total)))
    return samples
  }
}
