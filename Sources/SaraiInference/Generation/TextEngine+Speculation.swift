import SaraiCore

// Guessing ahead: whether it is exact here, and how it went.

extension TextEngine {
  /// Finds out, while nobody waits, whether guesses can be verified without changing a text. A request ends the attempt
  /// at once; when it has its answer, the next attempt begins.
  func proveExactness() {
    guard exactness.isOpen else { return }
    memory.schedule { [exactness, moment = exactness.moment] _ in exactness.prove(since: moment) }
  }

  /// Waits until it is known whether guesses can be verified in this engine.
  ///
  /// - Returns: Tokens that the context may hold for that; 0 for never, nil where the attempt was broken off.
  package func exactTokens() async throws -> Int? {
    try await memory.withValue { [exactness, moment = exactness.moment] _ in
      exactness.prove(since: moment)
      return exactness.tokens
    }
  }

  package var speculation: SpeculationTotals? { model.facts.embeds ? nil : economics.totals }

  /// What another model's tokens are compared with.
  var vocabularyIdentity: VocabularyIdentity { model.vocabularyIdentity }

  /// The job with a seed of its own, where it had none, and the draft model's guesses after this engine's.
  func withDraftModel(_ job: GenerationJob) -> GenerationJob {
    guard let draftLink, job.speculation != .off else { return job }
    var job = job
    let seed = job.sampling.seed ?? UInt64.random(in: .min ... .max)
    job.sampling.seed = seed
    job.moreDrafters = { [sampling = job.sampling, size = model.facts.vocabularySize] in
      [RemoteDrafter(link: draftLink, sampling: sampling, seed: seed, vocabularySize: size)]
    }
    return job
  }
}
