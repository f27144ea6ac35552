package import SaraiCore

/// What is loaded, and the facts that callers plan with.
package struct EngineDescription: Sendable {
  package var modelName: String
  package var architecture: String
  package var contextTokens: Int
  package var trainedContextTokens: Int
  package var vocabularySize: Int
  package var embeddingDimensions: Int
  /// True where the model generates text, false where it only embeds.
  package var generates: Bool
  /// Where the chat template came from; nil where there is none.
  package var usesFallbackTemplate: Bool?
  package var decodeThreads: Int
  package var weightBytes: UInt64
  package var contextBytes: UInt64
  package var warnings: [String]
}

/// One loaded model and what can be asked of it. Each call throws `SaraiError` (`notAvailable` for what this kind of
/// model can't do) or `CancellationError`.
package protocol InferenceEngine: Sendable {
  var description: EngineDescription { get }
  var statistics: EngineStatistics { get }
  /// Requests that wait for their turn.
  var waiting: Int { get }
  /// How guessing ahead went; nil for what writes no text.
  var speculation: SpeculationTotals? { get }

  func tokenize(_ text: String, addSpecial: Bool, parseSpecial: Bool) async throws -> [Int32]
  func detokenize(_ tokens: [Int32]) async throws -> String
  func applyTemplate(
    _ messages: [Message], addGenerationPrompt: Bool
  ) async throws -> (text: String, tokens: [Int32])

  /// - Parameter emit: Receives `started` once and `text` any number of times, on the compute thread.
  func generate(
    _ request: GenerationRequest, emit: @escaping @Sendable (GenerationEvent) -> Void
  ) async throws -> GenerationSummary

  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult

  /// Computes a prompt and keeps its state under a name.
  func saveState(name: String, prompt: Prompt) async throws -> (tokens: Int, bytes: Int)
  /// - Returns: The tokens that are remembered now.
  func restoreState(name: String) async throws -> Int

  /// Waits until what is being saved is on the disk.
  func flush() async
}

extension InferenceEngine {
  package var speculation: SpeculationTotals? { nil }

  /// - Throws: `SaraiError.notAvailable`, always.
  func refuse() throws -> Never {
    let generates = description.generates
    throw SaraiError(
      .notAvailable,
      es: generates
        ? "El modelo «\(description.modelName)» genera texto y no calcula embeddings. Pide un modelo de embeddings."
        : "El modelo «\(description.modelName)» solo calcula embeddings. Pide un modelo de chat.",
      en: generates
        ? "The model \"\(description.modelName)\" writes text and computes no embeddings. Ask for an embedding model."
        : "The model \"\(description.modelName)\" only computes embeddings. Ask for a chat model.", subject: "model")
  }
}

/// What an engine is started with.
package struct EngineOptions: Sendable {
  package var modelPath: String
  package var modelName: String
  /// What the caller knows about the file's content; nil where nobody hashed it.
  package var modelSHA256: String?
  /// The file was checked against a hash that the caller trusts.
  package var isTrusted: Bool
  package var contextTokens: Int
  /// Where states outlive the process; nil keeps none.
  package var cacheFolder: String?
  /// A fixed number of threads; nil follows the machine's load.
  package var threads: Int?
  package var maximumQueue: Int
  package var tuning = EngineTuning()
  /// How tokens are guessed ahead where a request does not say.
  package var speculation = SpeculationMode.cost
  /// The way to a smaller model that guesses ahead; nil for none.
  package var draftTransport: (any DraftTransport)?
  /// Called once where that model turns out not to fit.
  package var onDraftRefusal: @Sendable (SaraiError) -> Void = { _ in }
  /// Keeps the whole process from growing without end while a template runs; for a process of the engine's own.
  package var limitsTemplateMemory = false
  package var log: LlamaLibrary.LogSink
  /// Called when a chat template runs without end: nothing but the process's end stops it.
  package var onHang: @Sendable (SaraiError) -> Void

  package init(
    modelPath: String, modelName: String, modelSHA256: String?, isTrusted: Bool, contextTokens: Int,
    cacheFolder: String?, threads: Int?, maximumQueue: Int, log: @escaping LlamaLibrary.LogSink,
    onHang: @escaping @Sendable (SaraiError) -> Void
  ) {
    self.modelPath = modelPath
    self.modelName = modelName
    self.modelSHA256 = modelSHA256
    self.isTrusted = isTrusted
    self.contextTokens = contextTokens
    self.cacheFolder = cacheFolder
    self.threads = threads
    self.maximumQueue = maximumQueue
    self.log = log
    self.onHang = onHang
  }
}
