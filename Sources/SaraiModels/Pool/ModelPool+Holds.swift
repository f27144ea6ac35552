package import SaraiCore

/// Engines for those who talk to them from another process.
extension ModelPool {
  /// An engine that stays for as long as it is held.
  package final class HeldEngine: Sendable {
    package var model: String { lease.key.model }
    /// Where it listens.
    package var socket: String { lease.engine.process.socket }
    package var contextTokens: Int { lease.engine.description.contextTokens }

    private let lease: Lease
    private let pool: ModelPool
    private let isReleased = OneShot<Void>()

    init(_ lease: Lease, of pool: ModelPool) {
      self.lease = lease
      self.pool = pool
    }

    deinit {
      guard isReleased.value == nil else { return }
      let (lease, pool) = (lease, pool)
      Task { await pool.release(lease) }
    }

    /// For those who talk to it from this process.
    package var client: EngineClient { lease.engine.client }

    /// Waits for the engine's end; gives what a caller is told whose request it cut short.
    package func failure() async throws -> SaraiError? { try await lease.engine.process.waitForFailure() }

    /// Gives it back after a generation.
    package func release(summary: GenerationSummary?, error: SaraiError?) async {
      guard isReleased.set(()) else { return }
      await pool.ended(lease, summary: summary, error: error)
    }

    /// Gives it back after anything else.
    package func release() async {
      guard isReleased.set(()) else { return }
      await pool.release(lease)
    }
  }

  /// Who answers: an engine that is held now, or a server that the caller has to ask.
  package enum Held: Sendable {
    case engine(HeldEngine)
    /// The id of its catalogue entry.
    case remote(String)
  }

  /// The engine for a role or model, started where it has to be.
  ///
  /// - Parameters:
  ///   - kind: what it has to be able to do; nil where any will do.
  ///   - failures: remote candidates that the caller has asked in vain.
  /// - Throws: as `generate`.
  package func hold(
    _ name: String, kind: ModelSummary.Kind?, after failures: [CandidateFailure] = []
  ) async throws -> Held {
    switch try await answer(name, kind: kind, after: failures, remote: { $0.id }) {
    case .engine(let lease): return .engine(HeldEngine(lease, of: self))
    case .remote(let id): return .remote(id)
    }
  }
}
