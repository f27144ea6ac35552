import GRDB
import Synchronization

/// The words of terms that were read lately, by number: most of the time of a lookup that finds many facts went into
/// reading their objects one by one.
///
/// What a number stands for changes where a term is forgotten, given its capitals, or another file put in place. Who
/// reads takes a `Stamp` before the state of the database that is read is fixed; a stamp is worth nothing from the
/// moment a change of terms is committed, so that what one state says never answers for another.
final class TermCache: Sendable {
  /// When reading began.
  struct Stamp {
    fileprivate let generation: UInt64
  }

  private struct State {
    var generation: UInt64 = 0
    /// Between the commit of a change and the moment it is known to be done.
    var isChanging = false
    /// Terms move from the old half to the new one when they are read; a full new half becomes the old one.
    var new: [Int64: Term] = [:]
    var old: [Int64: Term] = [:]
  }

  /// Of each half; together some twelve megabytes where terms are a few words.
  private static let keptTerms = 65_536
  /// Longer ones are rare, and could be 64 KiB.
  private static let longestBytes = 256

  private let state = Mutex(State())

  func stamp() -> Stamp { state.withLock { Stamp(generation: $0.generation) } }

  func term(_ number: Int64, at stamp: Stamp) -> Term? {
    state.withLock { state in
      guard state.generation == stamp.generation, !state.isChanging else { return nil }
      if let term = state.new[number] { return term }
      guard let term = state.old[number] else { return nil }
      Self.put(term, number, into: &state)
      return term
    }
  }

  func keep(_ term: Term, _ number: Int64, at stamp: Stamp) {
    guard term.text.utf8.count <= Self.longestBytes else { return }
    state.withLock { state in
      guard state.generation == stamp.generation, !state.isChanging else { return }
      Self.put(term, number, into: &state)
    }
  }

  private static func put(_ term: Term, _ number: Int64, into state: inout State) {
    if state.new.count >= keptTerms {
      state.old = state.new
      state.new = [:]
    }
    state.new[number] = term
  }

  // MARK: - Changes

  /// Follows the connection that writes to a file that was just opened.
  func follow(_ writer: Database) {
    forgetAll()
    writer.add(transactionObserver: Follower(cache: self), extent: .databaseLifetime)
  }

  private func beginChange() { state.withLock { $0.isChanging = true } }

  private func endChange() { state.withLock { $0.isChanging = false } }

  private func forgetAll() {
    state.withLock { state in
      state = State(generation: state.generation + 1)
    }
  }

  /// Told by SQLite what a transaction does to terms.
  private final class Follower: TransactionObserver {
    private let cache: TermCache
    private var hasChanged = false

    init(cache: TermCache) { self.cache = cache }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool {
      switch kind {
      case .insert: false
      case .update(let table, _), .delete(let table): table == "term"
      }
    }

    func databaseDidChange(with event: DatabaseEvent) { hasChanged = true }

    func databaseWillCommit() throws {
      if hasChanged { cache.beginChange() }
    }

    func databaseDidCommit(_ database: Database) {
      if hasChanged { cache.forgetAll() }
      hasChanged = false
    }

    func databaseDidRollback(_ database: Database) {
      if hasChanged { cache.endChange() }
      hasChanged = false
    }
  }
}
