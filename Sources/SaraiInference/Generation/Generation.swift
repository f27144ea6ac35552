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
  package var grammar: TokenGrammar?

  package init(
    prompt: [Int32], staticTokens: Int, staticMessageCount: Int = 0, sampling: SamplingParameters,
    grammar: TokenGrammar? = nil
  ) {
    self.prompt = prompt
    self.staticTokens = staticTokens
    self.staticMessageCount = staticMessageCount
    self.sampling = sampling
    self.grammar = grammar
  }
}

/// Computes one request on the compute thread: the prompt's new tokens, then token after token.
///
/// A token's noise is keyed by the seed and the token's position in the context, so the same seed and prompt give the
/// same text whatever ran before and whatever runs beside.
struct Generation {
  let memory: PromptMemory
  let store: StateStore?
  let governor: ThreadGovernor
  let statistics: EngineStatistics
  let cancellation: Cancellation

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

    var completionTokens = 0
    defer {
      let decodeSeconds = (clock.now - promptEnd).seconds
      statistics.update {
        $0.completionTokens += UInt64(completionTokens)
        $0.decodeSeconds += decodeSeconds
      }
    }
    var emitter = TextEmitter(stops: job.sampling.stop) { emit(.text($0)) }
    let reason = try continueText(job, sampler: &sampler, emitter: &emitter, completionTokens: &completionTokens)
    emitter.finish(now: clock.now)
    return GenerationSummary(
      finishReason: reason,
      usage: Usage(promptTokens: job.prompt.count, cachedTokens: cached, completionTokens: completionTokens),
      timings: Timings(
        queueSeconds: 0, promptSeconds: (promptEnd - start).seconds, decodeSeconds: (clock.now - promptEnd).seconds),
      seed: sampler.seed)
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
      try compute(prompt[known..<staticTokens], wantsLogits: false)
      // A prefix that can't be saved costs time at the next start and nothing now.
      if let state = memory.context.savedMemory(maximumBytes: StateStore.maximumPrefixBytes) {
        store.savePrefix(Array(prompt[..<staticTokens]), staticMessageCount: staticMessageCount, state: state)
      }
    }
    try compute(prompt[memory.tokens.count...], wantsLogits: true)
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

  private func compute(_ tokens: ArraySlice<Int32>, wantsLogits: Bool) throws {
    try memory.append(tokens, wantsLogits: wantsLogits, cancellation: cancellation) {
      if cancellation.isCancelled { throw CancellationError() }
      memory.context.setThreads(governor.current())
    }
  }

  private func continueText(
    _ job: GenerationJob, sampler: inout Sampler, emitter: inout TextEmitter, completionTokens: inout Int
  ) throws -> GenerationSummary.FinishReason {
    let limit = job.sampling.maxTokens ?? .max
    var repetition = RepetitionDetector()
    if let grammar = job.grammar, grammar.isComplete { return .stop }
    while completionTokens < limit {
      if cancellation.isCancelled { throw CancellationError() }
      let position = memory.tokens.count
      let token = try sample(&sampler, position: position, grammar: job.grammar)
      if model.endsGeneration(token) { return .stop }
      sampler.accept(token)
      try job.grammar?.accept(token)
      completionTokens += 1
      if emitter.push(model.bytes(of: token), now: .now) { return .stop }
      if let grammar = job.grammar, grammar.isComplete { return .stop }
      if repetition.push(token) { return .repetition }
      guard completionTokens < limit, position < memory.context.contextTokens else { return .length }
      try compute([token], wantsLogits: true)
    }
    return .length
  }

  private func sample(_ sampler: inout Sampler, position: Int, grammar: TokenGrammar?) throws -> Int32 {
    do {
      return try sampler.sample(logits: memory.context.logits(), position: position, constraint: grammar)
    } catch let error as SaraiError where error.code == .corruptFile {
      memory.clear(wipes: true)
      // The sampler sees numbers only; the file has a name.
      throw SaraiError(error.code, error.message, subject: model.path, cause: "\(model.path): NaN or infinite logits")
    }
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
