import Crypto
import FoundationEssentials
import Glibc
import SaraiCore
import Synchronization

/// What an engine knows of its model's `BatchInvariance`: from a file of an earlier process, from an earlier engine of
/// this one, or by trying.
///
/// Trying takes as long as an answer, so it gives way to requests; what it has found by then is not tried again.
final class Exactness: Sendable {
  private struct State {
    /// Tokens that the context may hold; nil while it is not known.
    var tokens: Int?
    var attempt: Cancellation?
    var progress = BatchInvariance.Progress()
    /// Attempts that a request ended. Where requests leave no pause that is long enough, one of them waits for a step.
    var brokenOff = 0
    /// Requests so far: an attempt that was planned before one does not begin.
    var requests = 0
  }

  private let model: LlamaModel
  private let key: String
  private let path: String?
  private let threads: [Int]
  private let sizes: [Int]
  private let isWanted: Bool
  private let state: Mutex<State>
  private let ending = Cancellation()

  private static let patience = 3

  /// Of this process, by key.
  private static let known = Mutex<[String: Int]>([:])

  /// - Parameters:
  ///   - content: Says which file it is.
  ///   - threads: Counts that may take turns; those beyond four are taken to be like the fourth.
  ///   - folder: Where the result outlives the process.
  ///   - maximumTokens: No batch will be larger.
  init(
    model: LlamaModel, content: String, threads: [Int], folder: String?, maximumTokens: Int, isWanted: Bool
  ) {
    sizes = BatchInvariance.probedSizes.filter { $0 <= maximumTokens }
    self.model = model
    self.threads = Array(threads.prefix(1) + threads.dropFirst().suffix(3))
    let parts = [
      "batch invariance 2", content, LlamaLibrary.build, "kv f16 f16", "threads \(self.threads)",
      "sizes \(sizes)", Self.processor,
    ]
    let key = StateStore.identity(of: parts).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    self.key = key
    path = folder.map { "\($0)/batches-\(key).txt" }
    let reversible = SpeculationLimits.reversibleTokens(model.facts)
    self.isWanted = isWanted && reversible > 0
    let before = Self.known.withLock { $0[key] } ?? path.flatMap(Self.read)
    state = Mutex(State(tokens: isWanted ? before : 0))
  }

  /// Tokens that the context may hold for guesses to be verified and taken back without changing the text: 0 for never,
  /// nil while it is not known.
  var tokens: Int? {
    guard isWanted else { return 0 }
    return state.withLock { $0.tokens }.map { min($0, SpeculationLimits.reversibleTokens(model.facts)) }
  }

  var isOpen: Bool { tokens == nil }

  /// What the engine's description says of it.
  var warnings: [String] {
    if model.facts.embeds { return [] }
    if model.facts.isRecurrent { return ["the model's memory can't be cut back; speculation is off"] }
    guard isWanted, let tokens = state.withLock({ $0.tokens }), tokens < .max else { return [] }
    return [
      tokens == 0
        ? "batches of this model do not give the same bits as single tokens; speculation is off"
        : "batches of this model give the same bits as single tokens up to \(tokens) tokens of context; speculation is "
          + "off beyond"
    ]
  }

  /// For `prove`: the moment from which on a request ends the attempt.
  var moment: Int { state.withLock { $0.requests } }

  /// Tries on the calling thread, unless it is known or a request has come since `moment`.
  func prove(since moment: Int) {
    let cancellation = Cancellation()
    let begun: (progress: BatchInvariance.Progress, firstStep: Cancellation?)? = state.withLock { state in
      guard isWanted, state.tokens == nil, state.requests == moment, !ending.isCancelled else { return nil }
      state.attempt = cancellation
      return (state.progress, state.brokenOff >= Self.patience ? ending : nil)
    }
    guard let begun else { return }
    var progress = begun.progress
    let result = try? BatchInvariance.provenTokens(
      model: model, sizes: sizes, threads: threads, progress: &progress, firstStep: begun.firstStep,
      cancellation: cancellation)
    state.withLock {
      $0.attempt = nil
      $0.tokens = result
      $0.progress = progress
      if result == nil { $0.brokenOff += 1 }
    }
    guard let result else { return }
    Self.known.withLock { $0[key] = result }
    if let path { Self.write(result, to: path) }
  }

  /// Ends an attempt that is planned or under way.
  func giveWay() {
    state.withLock {
      $0.requests += 1
      $0.attempt?.cancel()
    }
  }

  /// Ends an attempt that is under way at once, for the process is about to end; none begins any more.
  func end() {
    ending.cancel()
    giveWay()
  }

  // MARK: The file

  private static func read(_ path: String) -> Int? {
    guard let text = readSystemFile(path), text.utf8.count < 32 else { return nil }
    switch text {
    case "all\n": return .max
    case let text where text.hasSuffix("\n"): return Int(text.dropLast()).flatMap { $0 >= 0 ? $0 : nil }
    default: return nil
    }
  }

  /// A result that can't be kept is found again by the next process.
  private static func write(_ tokens: Int, to path: String) {
    try? Data((tokens == .max ? "all\n" : "\(tokens)\n").utf8).write(to: URL(filePath: path), options: .atomic)
  }

  /// A state folder may move to another machine, whose kernels are others.
  private static let processor: String = {
    let lines = (readSystemFile("/proc/cpuinfo") ?? "").split(separator: "\n")
    return lines.first { $0.hasPrefix("model name") || $0.hasPrefix("CPU part") }.map(String.init) ?? ""
  }()
}
