package import SaraiCore

/// One request, ready to be computed.
package struct GenerationJob: Sendable {
  package var prompt: [Int32]
  /// Leading tokens that never change between requests, worth keeping on disk; 0 for none.
  package var staticTokens: Int
  /// How many messages they are.
  package var staticMessageCount: Int
  package var sampling: SamplingParameters
  /// At its beginning; it is used up by the request.
  package var constraint: (any TokenConstraint)?
  package var speculation: SpeculationMode
  /// Makes drafters that come after the engine's own, in order of price, each at the beginning of a text.
  package var moreDrafters: @Sendable () -> [any Drafter] = { [] }

  package init(
    prompt: [Int32], staticTokens: Int, staticMessageCount: Int = 0, sampling: SamplingParameters,
    constraint: (any TokenConstraint)? = nil, speculation: SpeculationMode = .off
  ) {
    self.prompt = prompt
    self.staticTokens = staticTokens
    self.staticMessageCount = staticMessageCount
    self.sampling = sampling
    self.constraint = constraint
    self.speculation = speculation
  }
}

/// Computes one request on the compute thread: the prompt's new tokens, then token after token, with guesses beside them
/// where that is faster.
///
/// A token's noise is keyed by the seed and the token's position in the context, so the same seed and prompt give the
/// same text whatever ran before and whatever runs beside.
struct Generation {
  let memory: PromptMemory
  let store: StateStore?
  let governor: ThreadGovernor
  let statistics: EngineStatistics
  let cancellation: Cancellation
  let economics: DraftEconomics
  /// Tokens that the context may hold for guesses to be verified without changing the text; 0 for never.
  let exactTokens: Int

  /// Static prefixes shorter than this are computed again sooner than they are read.
  static let minimumStaticTokens = 16
  /// What takes less than this is not worth a file and the pause to write it: a larger model keeps shorter prefixes.
  static let minimumStaticSeconds = 0.25

  private var model: LlamaModel { memory.context.model }

  /// - Parameter emit: Receives `started` once and `text` any number of times, on this thread.
  /// - Returns: The end, with times; `queueSeconds` is left 0.
  /// - Throws: `CancellationError`, `SaraiError`.
  func run(_ job: GenerationJob, emit: @escaping (GenerationEvent) -> Void) throws -> GenerationSummary {
    let clock = ContinuousClock()
    let start = clock.now
    var sampler = try Sampler(parameters: job.sampling, vocabularySize: model.facts.vocabularySize)
    let cached = try evaluate(
      job.prompt, staticTokens: job.staticTokens, staticMessageCount: job.staticMessageCount)
    emit(.started(promptTokens: job.prompt.count, cachedTokens: cached))
    sampler.acceptPrompt(job.prompt)
    let promptEnd = clock.now

    let mode = exactTokens > 0 ? job.speculation : .off
    let composer = DraftComposer(
      drafters: drafters(job, mode: mode), economics: economics, bytes: { [model] in model.bytes(of: $0) },
      endsText: { [model] in model.endsGeneration($0) })
    var text = TextLoop(
      memory: memory, job: job, sampler: sampler, emitter: TextEmitter(stops: job.sampling.stop) { emit(.text($0)) },
      speculation: SpeculativeDecoder(economics: economics, composer: composer, mode: mode, prompt: job.prompt),
      exactTokens: exactTokens)
    defer {
      let decodeSeconds = (clock.now - promptEnd).seconds
      let completionTokens = text.completionTokens
      statistics.update {
        $0.completionTokens += UInt64(completionTokens)
        $0.decodeSeconds += decodeSeconds
      }
    }
    let reason = try text.run(cancellation: cancellation) { try compute($0, outputs: $1) }
    text.emitter.finish(now: clock.now)
    return GenerationSummary(
      finishReason: reason,
      usage: Usage(promptTokens: job.prompt.count, cachedTokens: cached, completionTokens: text.completionTokens),
      timings: Timings(
        queueSeconds: 0, promptSeconds: (promptEnd - start).seconds, decodeSeconds: (clock.now - promptEnd).seconds),
      seed: sampler.seed, speculation: text.speculation.finish())
  }

  /// In order of price.
  private func drafters(_ job: GenerationJob, mode: SpeculationMode) -> [any Drafter] {
    if mode == .off { return [] }
    let room = memory.context.contextTokens - job.prompt.count
    let expected = job.prompt.count + min(job.sampling.maxTokens ?? room, room)
    let copy = CopyDrafter(
      bytes: { [model] in model.bytes(of: $0) }, tokens: { [model] in model.tokens(startingIn: $0) })
    return [RecurrenceDrafter(expected: expected), copy] + job.moreDrafters()
  }

  /// Brings the prompt into the memory. Returns how many of its tokens were there, in memory or on disk.
  func evaluate(_ prompt: [Int32], staticTokens: Int, staticMessageCount: Int = 0) throws -> Int {
    let start = ContinuousClock.now
    // First what can be kept: some models can forget everything only, and are better off with the file then.
    var known = memory.keep(memory.commonPrefix(with: prompt))
    var savesPrefix = false
    if let store, known < staticTokens, staticTokens < prompt.count, isWorthKeeping(staticTokens) {
      let prefix = Array(prompt[..<staticTokens])
      if let saved = store.loadPrefix(prefix) {
        known = memory.restore(saved) ? staticTokens : 0
        if known == 0 { store.rejectPrefix(prefix) }
      }
      savesPrefix = known < staticTokens && !store.hasPrefix(prefix)
    }
    if savesPrefix, let store {
      // Up to the static part's end and no further: what is saved must hold nothing else.
      try compute(prompt[known..<staticTokens], outputs: 0)
      // A prefix that can't be saved costs time at the next start and nothing now.
      if let state = memory.context.savedMemory(maximumBytes: StateStore.maximumPrefixBytes) {
        store.savePrefix(Array(prompt[..<staticTokens]), staticMessageCount: staticMessageCount, state: state)
      }
    }
    try compute(prompt[memory.tokens.count...], outputs: 1)
    let seconds = (ContinuousClock.now - start).seconds
    statistics.update {
      $0.promptSeconds += seconds
      $0.promptTokens += UInt64(prompt.count)
      $0.cachedPromptTokens += UInt64(known)
      if known > 0 { $0.prefixCacheHits += 1 } else { $0.prefixCacheMisses += 1 }
    }
    return known
  }

  /// By what this engine's prompts have taken so far; before the first one, any prefix may be.
  private func isWorthKeeping(_ staticTokens: Int) -> Bool {
    guard staticTokens >= Self.minimumStaticTokens else { return false }
    let past = statistics.current
    guard past.promptTokens > past.cachedPromptTokens else { return true }
    let secondsPerToken = past.promptSeconds / Double(past.promptTokens - past.cachedPromptTokens)
    return Double(staticTokens) * secondsPerToken >= Self.minimumStaticSeconds
  }

  private func compute(_ tokens: ArraySlice<Int32>, outputs: Int) throws {
    try memory.append(tokens, outputs: outputs, cancellation: cancellation) {
      if cancellation.isCancelled { throw CancellationError() }
      memory.context.setThreads(governor.current())
    }
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
