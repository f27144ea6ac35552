import SaraiCore

/// Writes one answer: draws a token, tells everyone of it, computes the next.
///
/// What is drawn depends on the tokens before it alone, never on how many were computed at once.
struct TextLoop {
  let memory: PromptMemory
  let job: GenerationJob
  var sampler: Sampler
  var emitter: TextEmitter
  var speculation: SpeculativeDecoder
  /// Tokens that the context may hold for guesses to be verified beside the drawn ones.
  let exactTokens: Int
  private(set) var completionTokens = 0
  private var repetition = RepetitionDetector()

  init(
    memory: PromptMemory, job: GenerationJob, sampler: Sampler, emitter: TextEmitter,
    speculation: SpeculativeDecoder, exactTokens: Int
  ) {
    self.memory = memory
    self.job = job
    self.sampler = sampler
    self.emitter = emitter
    self.speculation = speculation
    self.exactTokens = exactTokens
  }

  private var model: LlamaModel { memory.context.model }
  private var limit: Int { job.sampling.maxTokens ?? .max }
  /// Where the token that is drawn next will stand: the number of those before it.
  private var position: Int { job.prompt.count + completionTokens }

  /// - Parameter compute: Computes tokens after those remembered, with logits for the last so many of them.
  /// - Throws: `CancellationError`, `SaraiError`.
  mutating func run(
    cancellation: Cancellation, compute: (_ tokens: ArraySlice<Int32>, _ outputs: Int) throws -> Void
  ) throws -> GenerationSummary.FinishReason {
    do {
      return try write(cancellation: cancellation, compute: compute)
    } catch {
      forgetGuesses(from: position)
      throw error
    }
  }

  private mutating func write(
    cancellation: Cancellation, compute: (_ tokens: ArraySlice<Int32>, _ outputs: Int) throws -> Void
  ) throws -> GenerationSummary.FinishReason {
    if let constraint = job.constraint, constraint.isComplete { return .stop }
    while completionTokens < limit {
      if cancellation.isCancelled { throw CancellationError() }
      let position = self.position
      let token = try sample(position: position)
      speculation.drew()
      if model.endsGeneration(token) {
        forgetGuesses(from: position)
        return .stop
      }
      if let closing = try closing(insteadOf: token) {
        forgetGuesses(from: position)
        return try finish(with: closing)
      }
      sampler.accept(token)
      completionTokens += 1
      let isNextComputed = speculation.confirm(token)
      if let reason = end(after: token) ?? lengthReached(position) {
        forgetGuesses(from: position)
        return reason == .repetition ? try endRepetition() : reason
      }
      if isNextComputed { continue }
      forgetGuesses(from: position)
      try computeRound(token, at: position, compute: compute)
    }
    return .length
  }

  /// Tells the emitter and the detectors of a token; the reason where the text ends with it.
  private mutating func end(after token: Int32) -> GenerationSummary.FinishReason? {
    if emitter.push(model.bytes(of: token), now: .now) { return .stop }
    if let constraint = job.constraint, constraint.isComplete { return .stop }
    return repetition.push(token) ? .repetition : nil
  }

  private func lengthReached(_ position: Int) -> GenerationSummary.FinishReason? {
    completionTokens < limit && position < memory.context.contextTokens ? nil : .length
  }

  private mutating func computeRound(
    _ token: Int32, at position: Int, compute: (_ tokens: ArraySlice<Int32>, _ outputs: Int) throws -> Void
  ) throws {
    let room = SpeculativeDecoder.Room(
      tokensLeft: limit - completionTokens,
      contextLeft: min(exactTokens, memory.context.contextTokens) - position - 1)
    let guesses = try speculation.nextRound(room: room, constraint: job.constraint)
    let start = ContinuousClock.now
    try compute(([token] + guesses)[...], guesses.count + 1)
    speculation.didCompute(since: start)
  }

  /// Leaves in the memory what plain decoding would have: the tokens before the one that was drawn last.
  private func forgetGuesses(from position: Int) {
    guard memory.tokens.count > position else { return }
    _ = memory.keep(position)
  }

  private mutating func sample(position: Int) throws -> Int32 {
    do {
      return try sampler.sample(
        logits: memory.context.logits(row: speculation.row), position: position, constraint: job.constraint)
    } catch let error as SaraiError where error.code == .corruptFile {
      memory.clear(wipes: true)
      // The sampler sees numbers only; the file has a name.
      throw SaraiError(error.code, error.message, subject: model.path, cause: "\(model.path): NaN or infinite logits")
    }
  }

  // MARK: Closing in time

  /// Tokens that may be drawn, as the limit and the context leave room.
  private var tokensLeft: Int { min(limit - completionTokens, memory.context.contextTokens + 1 - position) }

  /// Takes the token to the constraint, where the text can still be completed after it. Otherwise gives the tokens that
  /// complete it from here.
  ///
  /// It depends on the text so far and the tokens left alone, so it is the same however tokens are computed.
  private func closing(insteadOf token: Int32) throws(SaraiError) -> [Int32]? {
    guard let constraint = job.constraint else { return nil }
    let left = tokensLeft
    try constraint.accept(token)
    if constraint.isComplete || constraint.canClose(within: left - 1) { return nil }
    try constraint.rollback(1)
    // None from here either: a text without an end, which is cut off.
    guard let closing = constraint.closing(limit: left) else {
      try constraint.accept(token)
      return nil
    }
    return closing
  }

  /// What is cut because it repeats itself is completed as well.
  private mutating func endRepetition() throws -> GenerationSummary.FinishReason {
    if let closing = job.constraint?.closing(limit: tokensLeft) { _ = try finish(with: closing) }
    return .repetition
  }

  private mutating func finish(with closing: [Int32]) throws -> GenerationSummary.FinishReason {
    for token in closing {
      try job.constraint?.accept(token)
      sampler.accept(token)
      completionTokens += 1
      if emitter.push(model.bytes(of: token), now: .now) { return .stop }
    }
    return .length
  }
}
