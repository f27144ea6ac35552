import GRDB
import Synchronization

/// The words of terms by number, for all who read: most of the time of a lookup that finds many facts went into reading
/// their objects one by one.
///
/// All terms are in a table, which is made anew once enough was asked for that it has not; what was told since is kept
/// one by one. What a number stands for changes where a term is forgotten, given its capitals, or another file put in
/// place. Who reads takes a `Stamp` before the state of the database that is read is fixed; a stamp is worth nothing
/// from the moment a change of terms is committed, so that what one state says never answers for another.
final class TermCache: Sendable {
  /// When reading began.
  struct Stamp {
    fileprivate let generation: UInt64
  }

  private struct State {
    var generation: UInt64 = 0
    /// Between the commit of a change and the moment it is known to be done.
    var isChanging = false
    var table = TermTable()
    var isFilling = false
    /// Asked for, and not in the table.
    var later: [Int64: Term] = [:]

    func holds(_ stamp: Stamp) -> Bool { generation == stamp.generation && !isChanging }
  }

  /// So many, and a share of the table, are asked for in vain before it is made anew.
  private static let toleratedMisses = 256
  private static let toleratedShare = 8
  /// Longer ones are rare, and could be 64 KiB.
  private static let longestBytes = 256

  private let state = Mutex(State())

  func stamp() -> Stamp { state.withLock { Stamp(generation: $0.generation) } }

  /// All terms of the state that the stamp was taken before, if called while that state is read; empty where something
  /// has changed since.
  func table(at stamp: Stamp) -> TermTable {
    state.withLock { $0.holds(stamp) ? $0.table : TermTable() }
  }

  /// A term that the table does not have.
  func term(_ number: Int64, at stamp: Stamp) -> Term? {
    state.withLock { $0.holds(stamp) ? $0.later[number] : nil }
  }

  /// - Returns: Whether the table should be made anew; said once.
  func keep(_ term: Term, _ number: Int64, at stamp: Stamp) -> Bool {
    guard term.text.utf8.count <= Self.longestBytes else { return false }
    return state.withLock { state in
      guard state.holds(stamp) else { return false }
      state.later[number] = term
      guard !state.isFilling, state.later.count > Self.toleratedMisses + state.table.count / Self.toleratedShare else {
        return false
      }
      if state.table.isFull {
        state.later = [:]
        return false
      }
      state.isFilling = true
      return true
    }
  }

  /// Takes a table that was read after the stamp; nil where it could not be read.
  func fill(_ table: TermTable?, at stamp: Stamp) {
    state.withLock { state in
      guard state.generation == stamp.generation else { return }
      state.isFilling = false
      state.later = [:]
      if let table, !state.isChanging { state.table = table }
    }
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
