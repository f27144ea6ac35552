import SaraiCore
import SaraiSchema

/// One request for text, chat or plain: what to run and how to word the answer.
struct CompletionJob: Sendable {
  enum Dialect: Sendable {
    case chat, plain
  }

  /// One of the answers asked for. They run one after the other: the model works on one at a time anyway.
  struct Choice: Sendable {
    /// What goes before the text: the prompt, where the client asked for its echo.
    var echo = ""
    let start: @Sendable () async throws -> AsyncThrowingStream<GenerationEvent, any Error>
  }

  let dialect: Dialect
  let id: String
  /// As the client named it.
  let model: String
  /// Seconds since 1970.
  let created: Int
  let fingerprint: String
  let choices: [Choice]
  let choicesPerPrompt: Int
  /// Whether texts may be calls of functions.
  let callsTools: Bool
  /// Whether texts are JSON: what a limit cuts is closed in time, so that it is whole all the same.
  let isJSON: Bool
  let isStreamed: Bool
  let includesUsage: Bool
  /// Keeps the place in the queue for as long as the job is there.
  let ticket: Admission.Ticket
}

/// Token counts and times of a job's choices together.
struct JobTotals: Sendable {
  private(set) var usage = Usage(promptTokens: 0, cachedTokens: 0, completionTokens: 0)
  private(set) var timings = Timings(queueSeconds: 0, promptSeconds: 0, decodeSeconds: 0)
  private(set) var speculation: SpeculationReport?

  /// - Parameter countsPrompt: False for the second and further answers to one prompt, as OpenAI counts it once.
  mutating func add(_ summary: GenerationSummary, countsPrompt: Bool) {
    if countsPrompt {
      usage.promptTokens += summary.usage.promptTokens
      usage.cachedTokens += summary.usage.cachedTokens
    }
    usage.completionTokens += summary.usage.completionTokens
    timings.queueSeconds += summary.timings.queueSeconds
    timings.promptSeconds += summary.timings.promptSeconds
    timings.decodeSeconds += summary.timings.decodeSeconds
    guard let report = summary.speculation else { return }
    speculation = speculation ?? SpeculationReport()
    speculation?.add(report)
  }
}

extension JSONWriter {
  mutating func member(_ key: String, _ usage: Usage) {
    self.key(key)
    beginObject()
    member("prompt_tokens", usage.promptTokens)
    member("completion_tokens", usage.completionTokens)
    member("total_tokens", usage.promptTokens + usage.completionTokens)
    self.key("prompt_tokens_details")
    beginObject()
    member("cached_tokens", usage.cachedTokens)
    endObject()
    endObject()
  }

  /// Seconds; an extension of SARAi's.
  mutating func member(_ key: String, _ timings: Timings) {
    self.key(key)
    beginObject()
    member("queue_seconds", timings.queueSeconds)
    member("prompt_seconds", timings.promptSeconds)
    member("decode_seconds", timings.decodeSeconds)
    endObject()
  }

  /// How guessing ahead went, an extension of SARAi's; nothing where there was none.
  mutating func member(_ key: String, _ report: SpeculationReport?) {
    guard let report else { return }
    self.key(key)
    beginObject()
    member("proposed_tokens", Int(clamping: report.proposed))
    member("accepted_tokens", Int(clamping: report.accepted))
    member("verify_calls", Int(clamping: report.verifyCalls))
    member("fallbacks", Int(clamping: report.fallbacks))
    if let rate = report.acceptanceRate { member("acceptance_rate", rate) }
    if let share = report.acceptedPerToken { member("accepted_per_token", share) }
    if let speedup = report.speedup { member("speedup", speedup) }
    self.key("drafters")
    beginArray()
    for drafter in report.drafters {
      beginObject()
      member("name", drafter.name)
      member("proposed_tokens", Int(clamping: drafter.proposed))
      member("accepted_tokens", Int(clamping: drafter.accepted))
      member("verify_calls", Int(clamping: drafter.verifyCalls))
      member("draft_seconds", drafter.draftSeconds)
      endObject()
    }
    endArray()
    endObject()
  }

  /// A call of a function; in a stream with its place among the calls.
  mutating func value(_ call: ToolCall, index: Int? = nil) {
    beginObject()
    if let index { member("index", index) }
    member("id", "call_" + Edge.randomHexadecimal())
    member("type", "function")
    key("function")
    beginObject()
    member("name", call.name)
    member("arguments", call.arguments)
    endObject()
    endObject()
  }

  /// `finish_reason` in OpenAI's words; an extension tells that repetition was cut, and what a limit has cut that ends as
  /// if it had not: OpenAI's own clients take `length` for JSON that can't be read, and throw it away.
  ///
  /// - Parameter isWhole: Whether the text is complete wherever it ends.
  mutating func finishReason(_ reason: GenerationSummary.FinishReason, calls: Bool = false, isWhole: Bool = false) {
    member("finish_reason", reason != .stop && !isWhole ? "length" : calls ? "tool_calls" : "stop")
    guard reason == .repetition || (reason == .length && isWhole) else { return }
    key("sarai")
    beginObject()
    member("cut", reason.rawValue)
    endObject()
  }
}
