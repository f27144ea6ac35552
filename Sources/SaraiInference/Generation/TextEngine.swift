import CLlama
import Glibc
package import SaraiCore
import Synchronization

/// An engine on a GGUF model.
///
/// Two threads of its own: one computes, one request at a time; the other lays out and tokenizes prompts, so that a
/// prompt is measured (and refused, if it is too long) while another request computes.
package final class TextEngine: InferenceEngine {
  package let statistics = EngineStatistics()
  private let options: EngineOptions
  let model: LlamaModel
  private let template: ChatTemplate.Choice?
  private let governor: ThreadGovernor
  private let store: StateStore?
  private let turns: FairTurns
  let memory: ThreadConfined<PromptMemory>
  private let layoutThread: DedicatedThread
  private let grammars: GrammarFactory
  let economics: DraftEconomics
  let exactness: Exactness
  let draftLink: DraftLink?
  let staticHeads = Mutex(StaticHeads())
  private let contextTokens: Int
  private let contextBytes: UInt64
  private let warnings: [String]

  /// A template that takes longer never ends.
  private static let templateSeconds = 10
  /// More than any conversation takes while it is laid out.
  private static let templateMemoryBytes: UInt64 = 1 << 30
  /// Deep enough for the regular expressions that some tokenizers run over long words.
  private static let layoutStackBytes = 512 << 20

  /// Checks the file, loads it and makes a context.
  ///
  /// - Throws: `SaraiError`: `corruptFile`, `insufficientResources`, `notAvailable`.
  package static func load(_ options: EngineOptions) async throws -> TextEngine {
    LlamaLibrary.start(log: options.log)
    let layoutThread = DedicatedThread(name: "sarai-layout", stackBytes: layoutStackBytes)
    let model = try await layoutThread.perform {
      _ = try GGUFInspector.inspect(path: options.modelPath)
      if !options.isTrusted { try GGUFInspector.scanForNonFinite(path: options.modelPath) }
      return try LlamaModel(path: options.modelPath, extraBuffers: options.tuning.extraBuffers)
    }
    let template =
      model.facts.embeds
      ? nil : try await runTemplate(options, on: layoutThread) { try ChatTemplate.choose(for: model) }
    var warnings = template?.warnings ?? []
    var contextTokens = options.contextTokens
    if model.facts.trainedContextTokens > 0, contextTokens > model.facts.trainedContextTokens {
      contextTokens = model.facts.trainedContextTokens
      warnings.append("the model was trained for \(contextTokens) tokens of context; using those")
    }
    let governor = ThreadGovernor(
      maximum: options.tuning.maximumThreads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), fixed: options.threads)
    let memory = try await ThreadConfined(threadName: "sarai-compute") { [contextTokens] in
      let maximumOutputs =
        options.speculation == .off
        ? 1
        : min(
          SpeculationLimits.maximumTokens(vocabularySize: model.facts.vocabularySize),
          options.tuning.exactBatchTokens ?? .max)
      return PromptMemory(
        context: try LlamaContext(
          model: model, contextTokens: contextTokens, threads: governor.current(), maximumOutputs: maximumOutputs,
          batchTokens: options.tuning.batchTokens))
    }
    // Loading leaves as much behind as some contexts take.
    sarai_memory_trim()
    let (tokens, bytes, outputs) = try await memory.withValue {
      ($0.context.contextTokens, $0.context.memoryBytes, $0.context.maximumOutputs)
    }
    let engine = try TextEngine(
      options: options, model: model, template: template, governor: governor, memory: memory,
      layoutThread: layoutThread, contextTokens: tokens, contextBytes: bytes, maximumOutputs: outputs,
      warnings: warnings)
    engine.prepareFirstAnswer()
    return engine
  }

  private init(
    options: EngineOptions, model: LlamaModel, template: ChatTemplate.Choice?, governor: ThreadGovernor,
    memory: ThreadConfined<PromptMemory>, layoutThread: DedicatedThread, contextTokens: Int, contextBytes: UInt64,
    maximumOutputs: Int, warnings: [String]
  ) throws {
    self.options = options
    self.model = model
    self.template = template
    self.governor = governor
    self.memory = memory
    self.layoutThread = layoutThread
    grammars = GrammarFactory(model: model)
    self.contextTokens = contextTokens
    self.contextBytes = contextBytes
    self.warnings = warnings
    turns = FairTurns(capacity: options.maximumQueue)
    draftLink = options.draftTransport.map { [refused = options.onDraftRefusal] transport in
      DraftLink(transport: transport, vocabulary: { model.vocabularyIdentity }, onRefusal: refused)
    }
    economics = DraftEconomics(maximumTokens: maximumOutputs)
    let content = try options.modelSHA256.map { "sha256 \($0)" } ?? fileIdentity(options.modelPath)
    exactness = Exactness(
      model: model, content: "\(content) extra buffers \(options.tuning.extraBuffers)", threads: governor.counts,
      folder: options.cacheFolder, maximumTokens: maximumOutputs,
      isWanted: options.speculation != .off && !model.facts.embeds && maximumOutputs > 1)
    store = try options.cacheFolder.map { [statistics] folder in
      let identity = StateStore.identity(of: [
        content, template?.template.source ?? "", LlamaLibrary.build, "kv f16 f16", "context \(contextTokens)",
        // Other kernels round otherwise: what one computed is not quite what another one would have.
        "extra buffers \(options.tuning.extraBuffers)",
      ])
      return try StateStore(
        folder: folder, identity: identity, contextTokens: contextTokens, statistics: statistics, log: options.log)
    }
  }

  /// Sets up what the first question of a process would wait for, and brings the static prefix that was used last back
  /// into the context. Before any request, and nobody waits for it.
  private func prepareFirstAnswer() {
    guard !model.facts.embeds else { return }
    memory.schedule { [self] memory in
      memory.warmUp()
      guard let store, let saved = store.loadLastPrefix() else { return }
      guard memory.restore(saved) else { return store.rejectPrefix(saved.tokens) }
      staticHeads.withLock { $0.add(saved.tokens, messageCount: saved.staticMessageCount) }
    }
    proveExactness()
  }

  package var waiting: Int { turns.waiting }

  package var description: EngineDescription {
    EngineDescription(
      modelName: options.modelName.isEmpty ? model.facts.name : options.modelName,
      architecture: model.facts.architecture, contextTokens: contextTokens,
      trainedContextTokens: model.facts.trainedContextTokens, vocabularySize: model.facts.vocabularySize,
      embeddingDimensions: model.facts.embeddingDimensions, generates: !model.facts.embeds,
      usesFallbackTemplate: template?.isFallback, decodeThreads: governor.current(),
      weightBytes: model.facts.weightBytes, contextBytes: contextBytes, warnings: warnings + exactness.warnings)
  }

  package func flush() async {
    exactness.end()
    // A computation that was cancelled a moment ago may still be on its way out.
    try? await memory.withValue { _ in }
    await store?.flush()
  }
}

// MARK: - Prompts

extension TextEngine {
  package func tokenize(_ text: String, addSpecial: Bool, parseSpecial: Bool) async throws -> [Int32] {
    try await layoutThread.perform { [model] in
      try model.tokenize(text, addSpecial: addSpecial, parseSpecial: parseSpecial)
    }
  }

  package func detokenize(_ tokens: [Int32]) async throws -> String {
    try checkTokens(tokens)
    return try await layoutThread.perform { [model] in model.detokenize(tokens) }
  }

  package func applyTemplate(
    _ messages: [Message], addGenerationPrompt: Bool
  ) async throws -> (text: String, tokens: [Int32]) {
    let parts = try await render(messages, addGenerationPrompt: addGenerationPrompt)
    let tokens = try await layoutThread.perform { [model] in try model.tokenize(parts) }
    return (parts.map(\.text).joined(), tokens)
  }

  /// The tokens of a prompt, and how many of them are the static messages'.
  ///
  /// - Throws: `contextOverflow` with both numbers, before anything is computed.
  func tokens(of prompt: Prompt, staticMessageCount: Int = 0) async throws -> (all: [Int32], staticCount: Int) {
    let tokens: [Int32]
    var staticCount = 0
    switch prompt {
    case .chat(let messages):
      guard !messages.isEmpty else { throw Self.emptyPrompt }
      try await refuseHuge(messages.map(\.content))
      tokens = try await applyTemplate(messages, addGenerationPrompt: true).tokens
      if (1...messages.count).contains(staticMessageCount) {
        staticCount = await staticTokens(of: Array(messages.prefix(staticMessageCount)), within: tokens)
      }
    case .text(let text):
      try await refuseHuge([text])
      tokens = try await layoutThread.perform { [model] in try model.tokenize(continuing: text) }
    case .tokens(let ids):
      try checkTokens(ids)
      tokens = ids
    }
    guard !tokens.isEmpty else { throw Self.emptyPrompt }
    // One place is the answer's.
    guard tokens.count < contextTokens else { throw overflow(es: "\(tokens.count)", en: "\(tokens.count)") }
    return (tokens, staticCount)
  }

  /// Refuses texts that can't fit without tokenizing all of them, which takes seconds a megabyte.
  private func refuseHuge(_ texts: [String]) async throws {
    let bytes = texts.reduce(0) { $0 + $1.utf8.count }
    guard bytes / model.facts.longestTokenBytes >= contextTokens else { return }
    let longest = texts.max { $0.utf8.count < $1.utf8.count } ?? ""
    let sample = String(decoding: longest.utf8.prefix(32 << 10), as: UTF8.self)
    let sampleTokens = try await tokenize(sample, addSpecial: false, parseSpecial: false).count
    let estimate = max(contextTokens, Int(Double(sampleTokens) / Double(sample.utf8.count) * Double(bytes)))
    throw overflow(es: "unos \(estimate)", en: "about \(estimate)")
  }

  private func overflow(es: String, en: String) -> SaraiError {
    SaraiError(
      .contextOverflow,
      es: "La petición ocupa \(es) tokens y caben \(contextTokens - 1). Acorta la conversación o usa un modelo con más "
        + "contexto.",
      en: "The prompt takes \(en) tokens and \(contextTokens - 1) fit. Shorten the conversation or use a model with a "
        + "longer context.",
      subject: "messages")
  }

  private func render(_ messages: [Message], addGenerationPrompt: Bool) async throws -> [TemplatePart] {
    guard let template = template?.template else { try refuse() }
    return try await Self.runTemplate(options, on: layoutThread) {
      try template.render(messages, addGenerationPrompt: addGenerationPrompt)
    }
  }

  func checkTokens(_ tokens: [Int32]) throws {
    guard model.contains(tokens) else {
      throw SaraiError(
        .invalidRequest,
        es: "Hay tokens fuera del vocabulario del modelo, que va de 0 a \(model.facts.vocabularySize - 1).",
        en: "Some tokens are outside the model's vocabulary, which goes from 0 to \(model.facts.vocabularySize - 1).",
        subject: "prompt")
    }
  }

  private static var emptyPrompt: SaraiError {
    SaraiError(
      .invalidRequest, es: "La petición está vacía. Escribe algo que el modelo pueda continuar.",
      en: "The prompt is empty. Write something for the model to continue.", subject: "prompt")
  }

  /// Runs what a template may never finish. Its thread can't be stopped, so `onHang` has to end the process; memory
  /// that it takes without end is refused to it, where `limitsTemplateMemory` says so.
  private static func runTemplate<Result: Sendable>(
    _ options: EngineOptions, on thread: DedicatedThread, _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await thread.perform {
      // From here on, not from the asking: the thread may have had long texts to tokenize before.
      let watch = Task {
        try await Task.sleep(for: .seconds(templateSeconds))
        options.onHang(
          SaraiError(
            .corruptFile,
            es: "La plantilla de conversación del modelo \(options.modelPath) no termina nunca. Usa otro archivo del "
              + "modelo.",
            en: "The chat template of the model \(options.modelPath) never ends. Use another file of the model.",
            subject: options.modelPath))
      }
      defer { watch.cancel() }
      guard options.limitsTemplateMemory else { return try body() }
      let before = sarai_memory_limit(templateMemoryBytes)
      defer { sarai_memory_unlimit(before) }
      return try body()
    }
  }
}

// MARK: - Computing

extension TextEngine {
  package func generate(
    _ request: GenerationRequest, emit: @escaping @Sendable (GenerationEvent) -> Void
  ) async throws -> GenerationSummary {
    guard !model.facts.embeds else { try refuse() }
    statistics.update { $0.requests += 1 }
    return try await countingCancellation {
      try request.sampling.check(vocabularySize: model.facts.vocabularySize)
      // A grammar that can't be used is refused before anything is computed.
      let grammar = try await compile(request.grammar)
      let prompt = try await tokens(of: request.prompt, staticMessageCount: request.staticMessageCount)
      if let grammar {
        let room = contextTokens - prompt.all.count
        try GrammarFactory.check(grammar, maxTokens: min(request.sampling.maxTokens ?? .max, room))
      }
      let plainJob = GenerationJob(
        prompt: prompt.all, staticTokens: prompt.staticCount, staticMessageCount: request.staticMessageCount,
        sampling: request.sampling, constraint: grammar,
        speculation: request.speculation ?? options.speculation)
      let job = withDraftModel(plainJob)
      let queued = ContinuousClock.now
      return try await turns.withTurn(client: request.client) {
        let queueSeconds = (ContinuousClock.now - queued).seconds
        var summary = try await compute { try $0.run(job, emit: emit) }
        summary.timings.queueSeconds = queueSeconds
        if turns.waiting == 0 { proveExactness() }
        return summary
      }
    }
  }

  private func compile(_ grammar: GenerationGrammar?) async throws -> TokenGrammar? {
    guard let grammar else { return nil }
    return try await layoutThread.perform { [grammars] in try grammars.make(grammar) }
  }

  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    guard model.facts.embeds else { try refuse() }
    statistics.update { $0.requests += 1 }
    return try await countingCancellation {
      var vectors: [[Float]] = []
      var promptTokens = 0
      for text in request.texts {
        let tokens = try await tokenize(text, addSpecial: true, parseSpecial: false)
        guard (1...contextTokens).contains(tokens.count) else {
          throw SaraiError(
            .contextOverflow,
            es: "El texto tiene \(tokens.count) tokens y el modelo admite de 1 a \(contextTokens). Divídelo.",
            en: "The text has \(tokens.count) tokens and the model takes 1 to \(contextTokens). Split it.",
            subject: "input")
        }
        vectors.append(
          try await turns.withTurn(client: request.client) {
            try await compute { try $0.memory.context.embed(tokens, cancellation: $0.cancellation).normalized() }
          })
        promptTokens += tokens.count
      }
      statistics.update { [promptTokens] in $0.promptTokens += UInt64(promptTokens) }
      return EmbeddingResult(vectors: vectors, promptTokens: promptTokens)
    }
  }

  package func saveState(name: String, prompt: Prompt) async throws -> (tokens: Int, bytes: Int) {
    let store = try stateStore()
    try store.checkName(name)
    let tokens = try await tokens(of: prompt).all
    return try await turns.withTurn(client: "state") {
      let bytes = try await compute { generation in
        _ = try generation.evaluate(tokens, staticTokens: 0)
        guard let state = generation.memory.context.savedMemory(maximumBytes: StateStore.maximumNamedBytes) else {
          throw store.tooLarge(name)
        }
        return try store.saveNamed(name, tokens: tokens, state: state)
      }
      return (tokens.count, bytes)
    }
  }

  package func restoreState(name: String) async throws -> Int {
    let store = try stateStore()
    return try await turns.withTurn(client: "state") {
      try await compute { generation in
        let saved = try store.loadNamed(name)
        let count = saved.tokens.count
        guard generation.memory.restore(saved) else { throw store.unusable(name, cause: "libllama refused it") }
        return count
      }
    }
  }

  private func stateStore() throws -> StateStore {
    guard !model.facts.embeds else { try refuse() }
    guard let store else {
      throw SaraiError(
        .notAvailable, es: "El motor se inició sin carpeta de caché y no puede guardar estados.",
        en: "The engine was started without a cache folder and can't save states.")
    }
    return store
  }

  /// Runs on the compute thread; cancelling the task stops the computation.
  func compute<Result: Sendable>(
    _ body: @escaping @Sendable (Generation) throws -> Result
  ) async throws -> Result {
    let cancellation = Cancellation()
    exactness.giveWay()
    return try await withTaskCancellationHandler {
      try await memory.withValue { [store, governor, statistics, economics, exactness] memory in
        if cancellation.isCancelled { throw CancellationError() }
        return try body(
          Generation(
            memory: memory, store: store, governor: governor, statistics: statistics, cancellation: cancellation,
            economics: economics, exactTokens: exactness.tokens ?? 0))
      }
    } onCancel: {
      cancellation.cancel()
    }
  }

  private func countingCancellation<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as CancellationError {
      statistics.update { $0.cancelledRequests += 1 }
      throw error
    }
  }
}
