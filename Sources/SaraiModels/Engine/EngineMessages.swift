package import SaraiCore
import SkillProtocol

// SARAi's values as the messages of proto/engine.proto, and back.

extension Sarai_Engine_V1_Messages {
  init(_ messages: [Message]) {
    self.init()
    self.messages = messages.map { message in
      var result = Sarai_Engine_V1_Message()
      result.role = message.role.rawValue
      result.content = message.content
      return result
    }
  }
}

extension Sarai_Engine_V1_Tokens {
  init(_ ids: [Int32]) {
    self.init()
    self.ids = ids
  }
}

extension Sarai_Engine_V1_Sampling {
  init(_ sampling: SamplingParameters) {
    self.init()
    temperature = sampling.temperature
    topK = Int32(clamping: sampling.topK)
    topP = sampling.topP
    minP = sampling.minP
    repetitionPenalty = sampling.repetitionPenalty
    presencePenalty = sampling.presencePenalty
    frequencyPenalty = sampling.frequencyPenalty
    logitBias = sampling.logitBias
    stop = sampling.stop
    if let maxTokens = sampling.maxTokens { self.maxTokens = UInt32(clamping: maxTokens) }
    seed = sampling.seed ?? .random(in: .min ... .max)
  }
}

extension Sarai_Engine_V1_GenerateRequest {
  init(_ request: GenerationRequest) {
    self.init()
    requestID = request.requestID
    client = request.client
    switch request.prompt {
    case .chat(let messages): chat = Sarai_Engine_V1_Messages(messages)
    case .text(let text): self.text = text
    case .tokens(let ids): tokens = Sarai_Engine_V1_Tokens(ids)
    }
    staticMessageCount = UInt32(clamping: request.staticMessageCount)
    sampling = Sarai_Engine_V1_Sampling(request.sampling)
    if let grammar = request.grammar {
      self.grammar.gbnf = grammar.gbnf
      self.grammar.root = grammar.root
    }
    speculation = request.speculation?.rawValue ?? ""
  }
}

extension Sarai_Engine_V1_SaveStateRequest {
  init(_ prompt: Prompt, name: String) {
    self.init()
    self.name = name
    switch prompt {
    case .chat(let messages): chat = Sarai_Engine_V1_Messages(messages)
    case .text(let text): self.text = text
    case .tokens(let ids): tokens = Sarai_Engine_V1_Tokens(ids)
    }
  }
}

extension Sarai_Engine_V1_EmbedRequest {
  init(_ request: EmbeddingRequest) {
    self.init()
    requestID = request.requestID
    client = request.client
    texts = request.texts
    purpose =
      switch request.purpose {
      case .query: .query
      case .passage: .passage
      }
  }
}

extension GenerationEvent {
  /// Nil for an event of a later version of the contract.
  init?(_ reply: Sarai_Engine_V1_GenerateReply) {
    switch reply.event {
    case .started(let started):
      self = .started(promptTokens: Int(started.promptTokens), cachedTokens: Int(started.cachedTokens))
    case .text(let text): self = .text(text)
    case .finished(let finished): self = .finished(GenerationSummary(finished))
    case nil: return nil
    }
  }
}

extension GenerationSummary {
  init(_ finished: Sarai_Engine_V1_Finished) {
    let reason: FinishReason =
      switch finished.reason {
      case .length: .length
      case .repetition: .repetition
      case .stop, .unspecified, .UNRECOGNIZED: .stop
      }
    self.init(
      finishReason: reason,
      usage: Usage(
        promptTokens: Int(finished.promptTokens), cachedTokens: Int(finished.cachedTokens),
        completionTokens: Int(finished.completionTokens)),
      timings: Timings(
        queueSeconds: finished.queueSeconds, promptSeconds: finished.promptSeconds,
        decodeSeconds: finished.decodeSeconds),
      seed: finished.seed,
      speculation: finished.hasSpeculation ? SpeculationReport(finished.speculation) : nil)
  }
}

extension SpeculationReport {
  /// The engine's process says it: names and numbers of drafters are bounded.
  init(_ report: Sarai_Engine_V1_SpeculationReport) {
    self.init(
      drafters: report.drafters.prefix(16).map { drafter in
        Drafter(
          name: String(drafter.name.prefix(64)), proposed: drafter.proposed, accepted: drafter.accepted,
          verifyCalls: drafter.verifyCalls, draftSeconds: drafter.draftSeconds)
      },
      verifyCalls: report.verifyCalls, fallbacks: report.fallbacks, tokens: report.tokens,
      plainSeconds: report.plainSeconds, decodeSeconds: report.decodeSeconds)
    if report.hasCeiling { ceiling = report.ceiling }
  }
}

/// How guessing ahead went since an engine's start.
package struct SpeculationTotals: Sendable, Hashable {
  /// Counts by bounds in seconds, one more for what took longer.
  package struct Latency: Sendable, Hashable {
    package var bounds: [Double]
    package var counts: [UInt64]
    package var sumSeconds: Double

    init(_ histogram: Sarai_Engine_V1_LatencyHistogram) {
      bounds = Array(histogram.bounds.prefix(64))
      counts = Array(histogram.counts.prefix(bounds.count + 1))
      sumSeconds = histogram.sumSeconds
    }
  }

  package var requests: SpeculationReport
  package var draftLatency: Latency
  package var verifyLatency: Latency

  init(_ totals: Sarai_Engine_V1_SpeculationTotals) {
    requests = SpeculationReport(totals.requests)
    draftLatency = Latency(totals.draftLatency)
    verifyLatency = Latency(totals.verifyLatency)
  }
}

/// What an engine says of itself.
package struct EngineDescription: Sendable, Hashable {
  package var modelSHA256: String
  package var architecture: String
  package var contextTokens: Int
  package var trainedContextTokens: Int
  package var vocabularySize: Int
  package var embeddingDimensions: Int
  package var generates: Bool
  package var usesFallbackTemplate: Bool
  package var libraryBuild: String
  package var decodeThreads: Int
  package var weightBytes: Int
  package var contextBytes: Int
  package var warnings: [String]
  package var counters: EngineCounters

  init(_ reply: Sarai_Engine_V1_DescribeReply) {
    modelSHA256 = reply.modelSha256
    architecture = reply.architecture
    contextTokens = Int(reply.contextTokens)
    trainedContextTokens = Int(reply.trainedContextTokens)
    vocabularySize = Int(reply.vocabularySize)
    embeddingDimensions = Int(reply.embeddingDimensions)
    generates = reply.generates
    usesFallbackTemplate = reply.templateSource == .fallback
    libraryBuild = reply.libraryBuild
    decodeThreads = Int(reply.decodeThreads)
    weightBytes = Int(clamping: reply.weightBytes)
    contextBytes = Int(clamping: reply.contextBytes)
    warnings = reply.warnings
    counters = EngineCounters(reply.counters)
  }
}

/// Totals since an engine's start.
package struct EngineCounters: Sendable, Hashable {
  package var requests: UInt64
  package var promptTokens: UInt64
  package var cachedPromptTokens: UInt64
  package var completionTokens: UInt64
  package var cancelledRequests: UInt64
  /// Waiting now.
  package var queuedRequests: UInt64
  package var promptSeconds: Double
  package var decodeSeconds: Double
  package var prefixCacheHits: UInt64
  package var prefixCacheMisses: UInt64
  package var prefixCacheRejectedFiles: UInt64
  /// Nil where nothing was guessed ahead.
  package var speculation: SpeculationTotals?

  init(_ counters: Sarai_Engine_V1_EngineCounters) {
    requests = counters.requests
    promptTokens = counters.promptTokens
    cachedPromptTokens = counters.cachedPromptTokens
    completionTokens = counters.completionTokens
    cancelledRequests = counters.cancelledRequests
    queuedRequests = counters.queuedRequests
    promptSeconds = counters.promptSeconds
    decodeSeconds = counters.decodeSeconds
    prefixCacheHits = counters.prefixCacheHits
    prefixCacheMisses = counters.prefixCacheMisses
    prefixCacheRejectedFiles = counters.prefixCacheRejectedFiles
    speculation = counters.hasSpeculation ? SpeculationTotals(counters.speculation) : nil
  }
}
