import SaraiCore

/// How a model's engine is loaded and computes, as `sarai tune` found it best on this machine.
package struct ModelTuning: Codable, Sendable, Hashable {
  /// The build of libllama for which it holds; an engine of another one ignores it.
  package var libraryBuild: String
  /// Whether weights are repacked for the processor, which may be faster and takes their room twice.
  package var extraBuffers: Bool
  /// Tokens of a prompt that are computed in one go.
  package var batchTokens: Int
  /// More threads than this are no faster, even on a quiet machine.
  package var maximumThreads: Int
  /// The largest batch for which a token's logits are, bit for bit, those of the token computed alone. 1 where not even
  /// two tokens may go together: then speculation is off.
  package var exactBatchTokens: Int

  package init(
    libraryBuild: String, extraBuffers: Bool, batchTokens: Int, maximumThreads: Int, exactBatchTokens: Int
  ) {
    self.libraryBuild = libraryBuild
    self.extraBuffers = extraBuffers
    self.batchTokens = batchTokens
    self.maximumThreads = maximumThreads
    self.exactBatchTokens = exactBatchTokens
  }

  /// Whether an engine may be started with it: it comes from a file, or from a process that reads untrusted ones.
  package var isSound: Bool {
    Self.batches.contains(batchTokens) && Self.threads.contains(maximumThreads)
      && Self.exactBatches.contains(exactBatchTokens) && (1...128).contains(libraryBuild.utf8.count)
      && libraryBuild.utf8.allSatisfy { (0x21...0x7e).contains($0) } && !libraryBuild.hasPrefix("-")
  }

  package static let batches = 32...4_096
  package static let threads = 1...1_024
  package static let exactBatches = 1...64

  /// The arguments of `sarai-engine` that say it.
  var arguments: [String] {
    [
      "--tuned-for", libraryBuild, "--batch", "\(batchTokens)", "--max-threads", "\(maximumThreads)", "--exact-batch",
      "\(exactBatchTokens)",
    ] + (extraBuffers ? [] : ["--no-extra-buffers"])
  }
}
