import SaraiCore
import SaraiInference
import SkillProtocol

// The messages of proto/engine.proto as SARAi's values, and back.

extension [Message] {
  /// - Throws: `SaraiError.invalidRequest` for a role that there is not.
  init(_ messages: [Sarai_Engine_V1_Message]) throws {
    self = try messages.map { message in
      guard let role = Message.Role(rawValue: message.role) else {
        throw SaraiError(
          .invalidRequest, es: "No existe el papel «\(message.role)»: usa system, user, assistant o tool.",
          en: "There is no role \"\(message.role)\": use system, user, assistant or tool.", subject: "messages")
      }
      return Message(role, message.content)
    }
  }
}

extension SaraiError {
  fileprivate static var missingPrompt: SaraiError {
    SaraiError(
      .invalidRequest, es: "La petición no trae ni conversación, ni texto, ni tokens.",
      en: "The request has no conversation, text or tokens.", subject: "prompt")
  }
}

extension Prompt {
  init(_ request: Sarai_Engine_V1_GenerateRequest) throws {
    switch request.prompt {
    case .chat(let chat): self = .chat(try [Message](chat.messages))
    case .text(let text): self = .text(text)
    case .tokens(let tokens): self = .tokens(tokens.ids)
    case nil: throw SaraiError.missingPrompt
    }
  }

  init(_ request: Sarai_Engine_V1_SaveStateRequest) throws {
    switch request.prompt {
    case .chat(let chat): self = .chat(try [Message](chat.messages))
    case .text(let text): self = .text(text)
    case .tokens(let tokens): self = .tokens(tokens.ids)
    case nil: throw SaraiError.missingPrompt
    }
  }
}

extension SamplingParameters {
  /// Zero, where it makes no sense, is what proto3 sends for a field that was not set: the neutral value.
  init(_ sampling: Sarai_Engine_V1_Sampling) {
    self.init()
    temperature = sampling.temperature
    topK = Int(sampling.topK)
    topP = sampling.topP == 0 ? 1 : sampling.topP
    minP = sampling.minP
    repetitionPenalty = sampling.repetitionPenalty == 0 ? 1 : sampling.repetitionPenalty
    presencePenalty = sampling.presencePenalty
    frequencyPenalty = sampling.frequencyPenalty
    logitBias = sampling.logitBias
    stop = sampling.stop
    maxTokens = sampling.hasMaxTokens ? Int(sampling.maxTokens) : nil
    seed = sampling.hasSeed ? sampling.seed : nil
  }
}

extension GenerationRequest {
  init(_ request: Sarai_Engine_V1_GenerateRequest) throws {
    self.init(
      model: "", prompt: try Prompt(request),
      sampling: request.hasSampling ? SamplingParameters(request.sampling) : SamplingParameters(),
      staticMessageCount: Int(request.staticMessageCount), client: request.client, requestID: request.requestID,
      grammar: request.hasGrammar ? GenerationGrammar(request.grammar) : nil,
      speculation: try SpeculationMode(field: request.speculation))
  }
}

extension GenerationGrammar {
  init(_ grammar: Sarai_Engine_V1_Grammar) {
    self.init(gbnf: grammar.gbnf, root: grammar.root.isEmpty ? "root" : grammar.root)
  }
}

extension SpeculationMode {
  /// Nil for an empty field.
  /// - Throws: `SaraiError.invalidRequest` for a mode that there is not.
  fileprivate init?(field: String) throws {
    if field.isEmpty { return nil }
    self = try Self.named(field)
  }

  /// - Throws: `SaraiError.invalidRequest` for a mode that there is not.
  static func named(_ name: String) throws(SaraiError) -> SpeculationMode {
    if let mode = SpeculationMode(rawValue: name) { return mode }
    let names = allCases.map(\.rawValue).joined(separator: ", ")
    throw SaraiError(
      .invalidRequest, es: "No existe el modo de especulación «\(name)»: usa uno de \(names).",
      en: "There is no speculation mode \"\(name)\": use one of \(names).", subject: "speculation")
  }
}

extension EmbeddingRequest {
  init(_ request: Sarai_Engine_V1_EmbedRequest) {
    self.init(
      model: "", texts: request.texts, purpose: request.purpose == .query ? .query : .passage, client: request.client,
      requestID: request.requestID)
  }
}

extension Sarai_Engine_V1_GenerateReply {
  init(_ event: GenerationEvent) {
    self.init()
    switch event {
    case .started(let promptTokens, let cachedTokens):
      started.promptTokens = UInt32(clamping: promptTokens)
      started.cachedTokens = UInt32(clamping: cachedTokens)
    case .text(let text): self.text = text
    case .finished(let summary): finished = Sarai_Engine_V1_Finished(summary)
    }
  }
}

extension Sarai_Engine_V1_Finished {
  init(_ summary: GenerationSummary) {
    self.init()
    reason =
      switch summary.finishReason {
      case .stop: .stop
      case .length: .length
      case .repetition: .repetition
      }
    promptTokens = UInt32(clamping: summary.usage.promptTokens)
    cachedTokens = UInt32(clamping: summary.usage.cachedTokens)
    completionTokens = UInt32(clamping: summary.usage.completionTokens)
    queueSeconds = summary.timings.queueSeconds
    promptSeconds = summary.timings.promptSeconds
    decodeSeconds = summary.timings.decodeSeconds
    seed = summary.seed
    if let report = summary.speculation { speculation = Sarai_Engine_V1_SpeculationReport(report) }
  }
}

extension Sarai_Engine_V1_SpeculationReport {
  init(_ report: SpeculationReport) {
    self.init()
    drafters = report.drafters.map { drafter in
      var message = Drafter()
      message.name = drafter.name
      message.proposed = drafter.proposed
      message.accepted = drafter.accepted
      message.verifyCalls = drafter.verifyCalls
      message.draftSeconds = drafter.draftSeconds
      return message
    }
    verifyCalls = report.verifyCalls
    fallbacks = report.fallbacks
    tokens = report.tokens
    decodeSeconds = report.decodeSeconds
    plainSeconds = report.plainSeconds
    if let measured = report.ceiling { ceiling = measured }
  }
}

extension Sarai_Engine_V1_SpeculationTotals {
  init(_ totals: SpeculationTotals) {
    self.init()
    requests = Sarai_Engine_V1_SpeculationReport(totals.requests)
    draftLatency = Sarai_Engine_V1_LatencyHistogram(totals.draftLatency)
    verifyLatency = Sarai_Engine_V1_LatencyHistogram(totals.verifyLatency)
  }
}

extension Sarai_Engine_V1_LatencyHistogram {
  fileprivate init(_ histogram: LatencyHistogram) {
    self.init()
    bounds = LatencyHistogram.bounds
    counts = histogram.counts
    sumSeconds = histogram.sumSeconds
  }
}

extension Sarai_Engine_V1_DescribeReply {
  init(_ description: EngineDescription) {
    self.init()
    modelName = description.modelName
    architecture = description.architecture
    contextTokens = UInt32(clamping: description.contextTokens)
    trainedContextTokens = UInt32(clamping: description.trainedContextTokens)
    vocabularySize = UInt32(clamping: description.vocabularySize)
    embeddingDimensions = UInt32(clamping: description.embeddingDimensions)
    generates = description.generates
    templateSource = description.usesFallbackTemplate.map { $0 ? .fallback : .model } ?? .unspecified
    decodeThreads = UInt32(clamping: description.decodeThreads)
    weightBytes = description.weightBytes
    contextBytes = description.contextBytes
    warnings = description.warnings
  }
}

extension Sarai_Engine_V1_EngineCounters {
  init(_ counters: EngineCounters) {
    self.init()
    requests = counters.requests
    promptTokens = counters.promptTokens
    cachedPromptTokens = counters.cachedPromptTokens
    completionTokens = counters.completionTokens
    cancelledRequests = counters.cancelledRequests
    promptSeconds = counters.promptSeconds
    decodeSeconds = counters.decodeSeconds
    prefixCacheHits = counters.prefixCacheHits
    prefixCacheMisses = counters.prefixCacheMisses
    prefixCacheRejectedFiles = counters.prefixCacheRejectedFiles
  }
}
