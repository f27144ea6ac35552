import SaraiCore

/// Reads a stream of server-sent events (WHATWG HTML, 9.2.6) with OpenAI's completion chunks in them.
struct RemoteStream {
  private enum State {
    /// Nothing has been told yet.
    case waiting
    case generating
    /// The reason is known; usage may still come.
    case ending(GenerationSummary.FinishReason)
    case done
  }

  private let start: ContinuousClock.Instant
  private let seed: UInt64
  private let fault: RemoteFault
  private var state = State.waiting
  private var data: [UInt8] = []
  private var hasData = false
  private var firstText: ContinuousClock.Instant?
  private var pieces = 0
  private var usage: Usage?

  init(start: ContinuousClock.Instant, seed: UInt64, fault: RemoteFault) {
    self.start = start
    self.seed = seed
    self.fault = fault
  }

  var isDone: Bool {
    if case .done = state { true } else { false }
  }

  /// One line of the stream, without its end.
  mutating func events(after line: [UInt8]) throws -> [GenerationEvent] {
    if line.isEmpty {
      guard hasData else { return [] }
      defer {
        data = []
        hasData = false
      }
      return try dispatch(data)
    }
    // A line without a colon is a field without a value; one that begins with it is a comment.
    guard line.starts(with: Array("data".utf8)) else { return [] }
    var value = line.dropFirst(4)
    guard value.isEmpty || value.first == UInt8(ascii: ":") else { return [] }
    value = value.dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    if hasData { data.append(UInt8(ascii: "\n")) }
    hasData = true
    data.append(contentsOf: value)
    return []
  }

  /// The connection has ended; a server may leave `[DONE]` out, but not the reason.
  mutating func end() throws -> [GenerationEvent] {
    guard case .ending(let reason) = state else { throw fault.brokenAnswer("the stream ends without finish_reason") }
    return finish(reason)
  }

  private mutating func dispatch(_ data: [UInt8]) throws -> [GenerationEvent] {
    if data.elementsEqual(Array("[DONE]".utf8)) {
      guard case .ending(let reason) = state else { throw fault.brokenAnswer("[DONE] without finish_reason") }
      return finish(reason)
    }
    guard let chunk = try? JSONValue(parsing: data) else { throw fault.brokenAnswer("a chunk is not JSON") }
    if let error = chunk["error"], !error.isNull { throw fault.inBand(error) }
    if let counts = chunk["usage"], !counts.isNull { usage = Self.usage(counts) }

    var events: [GenerationEvent] = []
    if case .waiting = state {
      state = .generating
      events.append(.started(promptTokens: 0, cachedTokens: 0))
    }
    guard let choice = chunk["choices"]?.arrayValue?.first else { return events }
    if let text = choice["delta"]?["content"]?.stringValue ?? choice["text"]?.stringValue, !text.isEmpty {
      guard case .generating = state else { throw fault.brokenAnswer("text after finish_reason") }
      if firstText == nil { firstText = .now }
      pieces += 1
      events.append(.text(text))
    }
    if let reason = choice["finish_reason"]?.stringValue {
      state = .ending(reason == "length" ? .length : .stop)
    }
    return events
  }

  private mutating func finish(_ reason: GenerationSummary.FinishReason) -> [GenerationEvent] {
    state = .done
    let end = ContinuousClock.now
    let turn = firstText ?? end
    let timings = Timings(
      queueSeconds: 0, promptSeconds: start.duration(to: turn) / .seconds(1),
      decodeSeconds: turn.duration(to: end) / .seconds(1))
    // A server that does not count sends about a piece for each token.
    let usage = usage ?? Usage(promptTokens: 0, cachedTokens: 0, completionTokens: pieces)
    return [.finished(GenerationSummary(finishReason: reason, usage: usage, timings: timings, seed: seed))]
  }

  private static func usage(_ counts: JSONValue) -> Usage {
    func count(_ value: JSONValue?) -> Int { Int(clamping: max(0, value?.integerValue ?? 0)) }
    return Usage(
      promptTokens: count(counts["prompt_tokens"]),
      cachedTokens: count(counts["prompt_tokens_details"]?["cached_tokens"]),
      completionTokens: count(counts["completion_tokens"]))
  }
}
