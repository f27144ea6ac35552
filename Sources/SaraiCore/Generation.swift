/// How the next token is chosen. Defaults are the neutral values: they leave the model's distribution alone.
package struct SamplingParameters: Sendable, Hashable {
  /// 0 means greedy; up to 2.
  package var temperature: Float = 1
  /// Keep only the k most likely tokens; 0 keeps all.
  package var topK: Int = 0
  /// Nucleus: the smallest set whose probability reaches p, in (0, 1].
  package var topP: Float = 1
  /// Keep tokens at least this share as likely as the likeliest, in [0, 1).
  package var minP: Float = 0
  /// Divides (or multiplies, when negative) the logits of recent tokens; 1 is off.
  package var repetitionPenalty: Float = 1
  /// Taken from the logits of tokens already present, once; in [-2, 2].
  package var presencePenalty: Float = 0
  /// Taken from the logits of tokens already present, per occurrence; in [-2, 2].
  package var frequencyPenalty: Float = 0
  /// Added to the logits of single tokens; in [-100, 100].
  package var logitBias: [Int32: Float] = [:]
  /// The text ends before the first of these appears; at most 16.
  package var stop: [String] = []
  /// Tokens to generate at most; nil means what the context has room for.
  package var maxTokens: Int?
  /// The same seed gives the same text. Nil draws one.
  package var seed: UInt64?

  package init() {}
}

/// What a model's text has to obey, in llama.cpp's GBNF.
package struct GenerationGrammar: Sendable, Hashable {
  package var gbnf: String
  /// The rule to start from.
  package var root: String

  package init(gbnf: String, root: String = "root") {
    self.gbnf = gbnf
    self.root = root
  }
}

/// One request to a model.
package struct GenerationRequest: Sendable {
  /// A catalogue id or a role.
  package var model: String
  package var prompt: Prompt
  package var sampling: SamplingParameters
  /// How many leading messages never change between turns (system prompt, tools): their state is kept on disk.
  package var staticMessageCount: Int
  /// Whose request it is: the queue takes turns between clients.
  package var client: String
  package var requestID: String
  /// What the text has to obey: it ends where the grammar does. Cut by `length` or `repetition` it is completed first.
  package var grammar: GenerationGrammar?
  /// How tokens are guessed ahead; nil leaves it to the engine.
  package var speculation: SpeculationMode?

  package init(
    model: String, prompt: Prompt, sampling: SamplingParameters, staticMessageCount: Int = 0, client: String,
    requestID: String, grammar: GenerationGrammar? = nil, speculation: SpeculationMode? = nil
  ) {
    self.model = model
    self.prompt = prompt
    self.sampling = sampling
    self.staticMessageCount = staticMessageCount
    self.client = client
    self.requestID = requestID
    self.grammar = grammar
    self.speculation = speculation
  }
}

/// What a generation tells while it runs: `started` once, `text` any number of times, `finished` once.
package enum GenerationEvent: Sendable, Hashable {
  /// The prompt is in the context; `cachedTokens` of its `promptTokens` were not computed again.
  case started(promptTokens: Int, cachedTokens: Int)
  /// More text: whole Unicode scalars, never part of a stop string.
  case text(String)
  case finished(GenerationSummary)
}

package struct GenerationSummary: Sendable, Hashable {
  package enum FinishReason: String, Sendable {
    /// The model ended, or a stop string came.
    case stop
    /// `maxTokens` or the context's end was reached.
    case length
    /// Endless repetition was cut.
    case repetition
  }

  package var finishReason: FinishReason
  package var usage: Usage
  package var timings: Timings
  package var seed: UInt64
  /// Nil where nothing was guessed ahead.
  package var speculation: SpeculationReport?

  package init(
    finishReason: FinishReason, usage: Usage, timings: Timings, seed: UInt64, speculation: SpeculationReport? = nil
  ) {
    self.finishReason = finishReason
    self.usage = usage
    self.timings = timings
    self.seed = seed
    self.speculation = speculation
  }
}

/// Token counts of one generation.
package struct Usage: Sendable, Hashable {
  package var promptTokens: Int
  /// Of the prompt, those that came from the prefix cache.
  package var cachedTokens: Int
  package var completionTokens: Int

  package init(promptTokens: Int, cachedTokens: Int, completionTokens: Int) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.completionTokens = completionTokens
  }
}

/// Where the time of one generation went, in seconds.
package struct Timings: Sendable, Hashable {
  package var queueSeconds: Double
  package var promptSeconds: Double
  package var decodeSeconds: Double

  package init(queueSeconds: Double, promptSeconds: Double, decodeSeconds: Double) {
    self.queueSeconds = queueSeconds
    self.promptSeconds = promptSeconds
    self.decodeSeconds = decodeSeconds
  }
}

package struct EmbeddingRequest: Sendable {
  /// What a text is for: retrieval models embed questions and documents differently.
  package enum Purpose: String, Sendable {
    case query, passage
  }

  package var model: String
  package var texts: [String]
  package var purpose: Purpose
  package var client: String
  package var requestID: String

  package init(model: String, texts: [String], purpose: Purpose, client: String, requestID: String) {
    self.model = model
    self.texts = texts
    self.purpose = purpose
    self.client = client
    self.requestID = requestID
  }
}

package struct EmbeddingResult: Sendable {
  /// One L2-normalised vector per text, in order; all of one length.
  package var vectors: [[Float]]
  package var promptTokens: Int

  package init(vectors: [[Float]], promptTokens: Int) {
    self.vectors = vectors
    self.promptTokens = promptTokens
  }
}
