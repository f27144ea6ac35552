package import SaraiCore
import Synchronization

/// An engine's way to its draft model: whether the two fit, and how long to leave alone one that fails.
package final class DraftLink: Sendable {
  private enum State {
    case unchecked
    case checking
    /// Usable for texts of fewer tokens.
    case usable(contextTokens: Int)
    /// Left alone until then.
    case resting(until: ContinuousClock.Instant, pauseSeconds: Double)
    case refused
  }

  let transport: any DraftTransport
  private let vocabulary: @Sendable () -> VocabularyIdentity
  private let onRefusal: @Sendable (SaraiError) -> Void
  private let state = Mutex(State.unchecked)

  private static let firstPauseSeconds = 0.25
  private static let longestPauseSeconds = 30.0

  /// - Parameters:
  ///   - vocabulary: This engine's; asked for once.
  ///   - onRefusal: Called once where the draft model can't be used with it.
  package init(
    transport: any DraftTransport, vocabulary: @escaping @Sendable () -> VocabularyIdentity,
    onRefusal: @escaping @Sendable (SaraiError) -> Void
  ) {
    self.transport = transport
    self.vocabulary = vocabulary
    self.onRefusal = onRefusal
  }

  /// Tokens that a text may have; nil where the draft model is not to be asked now. Where it has not been looked at yet,
  /// that begins, and nobody waits for it.
  func contextTokens() -> Int? {
    var begins = 0.0
    let tokens: Int? = state.withLock { state in
      switch state {
      case .usable(let tokens): return tokens
      case .checking, .refused: return nil
      case .resting(let until, let pause):
        guard until <= .now else { return nil }
        begins = min(Self.longestPauseSeconds, pause * 2)
      case .unchecked: begins = Self.firstPauseSeconds
      }
      state = .checking
      return nil
    }
    if begins > 0 { check(pauseSeconds: begins) }
    return tokens
  }

  /// It failed: nothing is asked of it for a while.
  func failed() {
    state.withLock { state in
      guard case .usable = state else { return }
      state = .resting(until: .now + .seconds(Self.firstPauseSeconds), pauseSeconds: Self.firstPauseSeconds)
    }
  }

  private func check(pauseSeconds: Double) {
    Task {
      do {
        let tokens = try await transport.check(vocabulary())
        state.withLock { $0 = .usable(contextTokens: tokens) }
      } catch let error as SaraiError where error.code == .notAvailable {
        state.withLock { $0 = .refused }
        onRefusal(error)
      } catch {
        state.withLock { $0 = .resting(until: .now + .seconds(pauseSeconds), pauseSeconds: pauseSeconds) }
      }
    }
  }
}
