/// The models, wherever they run: what the turn and the API need of them and nothing more.
package protocol ModelGateway: Sendable {
  /// Every model that can be asked for now, installed or remote.
  func models() async -> [ModelSummary]

  /// Streams a generation. Ending the iteration cancels it: no further token is computed.
  ///
  /// - Throws: `SaraiError` (`modelNotFound`, `contextOverflow`, `busy`, `insufficientResources`, `engineFailed`, …),
  ///   from the call or from the stream.
  func generate(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error>

  /// - Throws: `SaraiError`, as `generate`.
  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult

  /// How many tokens the prompt takes once laid out, and how many the model's context holds.
  func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure
}

package struct PromptMeasure: Sendable, Hashable {
  package var promptTokens: Int
  package var contextTokens: Int

  package init(promptTokens: Int, contextTokens: Int) {
    self.promptTokens = promptTokens
    self.contextTokens = contextTokens
  }
}

/// A model as its users see it.
package struct ModelSummary: Sendable, Hashable {
  package enum Kind: String, Sendable {
    case chat, embeddings
  }

  package var id: String
  package var kind: Kind
  /// The roles it fills: `expert_short`, `embeddings`, …
  package var roles: [String]
  package var contextTokens: Int
  /// Languages (ISO 639-1) in which it can hold an open conversation.
  package var languages: [String]
  package var licence: String
  /// True where it runs on another machine.
  package var isRemote: Bool
  /// True while an engine has it in memory.
  package var isLoaded: Bool
  /// Seconds since 1970 at which the file was installed; 0 where unknown.
  package var created: Int

  package init(
    id: String, kind: Kind, roles: [String], contextTokens: Int, languages: [String], licence: String, isRemote: Bool,
    isLoaded: Bool, created: Int
  ) {
    self.id = id
    self.kind = kind
    self.roles = roles
    self.contextTokens = contextTokens
    self.languages = languages
    self.licence = licence
    self.isRemote = isRemote
    self.isLoaded = isLoaded
    self.created = created
  }
}

/// What a component lets a Prometheus server read.
package protocol MetricsSource: Sendable {
  func samples() async -> [MetricSample]
}

/// One Prometheus sample. Labels come from closed sets: never a user's text.
package struct MetricSample: Sendable, Hashable {
  package enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  package var name: String
  package var kind: Kind
  package var help: String
  package var labels: [(name: String, value: String)]
  package var value: Double

  package init(
    _ name: String, _ kind: Kind, help: String, labels: [(name: String, value: String)] = [], value: Double
  ) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
    self.value = value
  }

  /// Of `sarai_process_memory_bytes`, of which each process tells its own part.
  package static let processMemoryHelp =
    "Memory of SARAi's processes by role (proportional set size: shared pages divided by those who share them)."

  package static func == (a: Self, b: Self) -> Bool {
    a.name == b.name && a.kind == b.kind && a.value == b.value && a.labels.elementsEqual(b.labels, by: ==)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(value)
  }
}
