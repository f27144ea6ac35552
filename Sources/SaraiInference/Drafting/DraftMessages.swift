package import SaraiCore

/// What a model that writes asks of the one that guesses its next tokens.
package struct DraftRequest: Sendable, Hashable {
  /// Tells texts apart.
  package var textID: UInt64
  /// How many tokens of that text were sent before.
  package var keep: Int
  /// Those after them.
  package var tokens: [Int32]
  /// Guesses that are wanted at most.
  package var count: Int
  /// The request's, with its seed; penalties, biases and stops are left out: a guess need not be right.
  package var sampling: SamplingParameters

  package init(textID: UInt64, keep: Int, tokens: [Int32], count: Int, sampling: SamplingParameters) {
    self.textID = textID
    self.keep = keep
    self.tokens = tokens
    self.count = count
    self.sampling = sampling
  }
}

package enum DraftReply: Sendable, Hashable {
  case guesses([Int32])
  /// The text is not known up to `keep`.
  case unknownText
}

/// What makes two models speak of the same tokens.
package struct VocabularyIdentity: Sendable, Hashable {
  package var modelName: String
  package var size: Int
  /// 32 bytes, over the spelling and the kind of every token.
  package var sha256: [UInt8]

  package init(modelName: String, size: Int, sha256: [UInt8]) {
    self.modelName = modelName
    self.size = size
    self.sha256 = sha256
  }
}

/// The way to a model that guesses: calls that may fail, never come back, or be cancelled.
package protocol DraftTransport: Sendable {
  /// - Returns: Tokens that a text may have to be guessed at.
  /// - Throws: `SaraiError.notAvailable` where that model has another vocabulary: then there is no use in asking again.
  func check(_ vocabulary: VocabularyIdentity) async throws -> Int
  func propose(_ request: DraftRequest) async throws -> DraftReply
}
