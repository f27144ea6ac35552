import GRDB
import Synchronization

/// The words of terms by number, for all who read: most of the time of a lookup that finds many facts went into reading
/// their objects one by one.
///
/// All terms are in a table, which is made anew once enough was asked for that it has not; what was told since is kept
/// one by one. What a number stands for changes where a term is forgotten, given its capitals, or another file put in
/// place. Who reads takes a `Stamp` before the state of the database that is read is fixed. A number that changes is out
/// of the table before its commit can be seen, so that what one state says never answers for another; the rest stays,
/// however much upkeep deletes.
final class TermCache: Sendable {
  /// When reading began.
  struct Stamp {
    fileprivate let generation: UInt64
  }

  private struct State {
    /// Goes up when a change begins to be committed, and when that is done.
    var generation: UInt64 = 0
    var isChanging = false
    var known = Known()
    /// Of the table: what was read before may not know some of its numbers.
    var tableGeneration: UInt64 = 0
    var isFilling = false
    /// Asked for, and not in the table.
    var later: [Int64: Term] = [:]

    func holds(_ stamp: Stamp) -> Bool { generation == stamp.generation && !isChanging }
  }

  /// The table, and what of it does not hold any more.
  struct Known {
    fileprivate(set) var table = TermTable()
    fileprivate(set) var changed: Set<Int64> = []

    func term(_ number: Int64) -> Term? { changed.contains(number) ? nil : table.term(number) }
  }

  /// So many, and a share of the table, are asked for in vain before it is made anew.
  private static let toleratedMisses = 256
  private static let toleratedShare = 8
  /// Longer ones are rare, and could be 64 KiB.
  private static let longestBytes = 256

  private let state = Mutex(State())

  func stamp() -> Stamp { state.withLock { Stamp(generation: $0.generation) } }

  /// Terms as they are in the state that the stamp was taken before, if called while that state is read.
  func known(at stamp: Stamp) -> Known {
    state.withLock { stamp.generation >= $0.tableGeneration ? $0.known : Known() }
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
      guard !state.isFilling, state.later.count > Self.toleratedMisses + state.known.table.count / Self.toleratedShare
      else {
        return false
      }
      if state.known.table.isFull {
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
      state.isFilling = false
      state.later = [:]
      guard let table, state.holds(stamp) else { return }
      state.known = Known(table: table)
      state.tableGeneration = stamp.generation
    }
  }

  // MARK: - Changes

  /// Follows the connection that writes to a file that was just opened.
  func follow(_ writer: Database) {
    forgetAll()
    writer.add(transactionObserver: Follower(cache: self), extent: .databaseLifetime)
  }

  /// From now on the numbers are read where they lie.
  private func beginChange(of numbers: Set<Int64>) {
    state.withLock { state in
      state.generation += 1
      state.isChanging = true
      for number in numbers { state.later[number] = nil }
      state.known.changed.formUnion(numbers)
      if state.known.changed.count > Self.toleratedMisses + state.known.table.count / 2 { state.known = Known() }
    }
  }

  private func endChange() {
    state.withLock { state in
      state.generation += 1
      state.isChanging = false
    }
  }

  private func forgetAll() {
    state.withLock { state in
      state = State(generation: state.generation + 1, tableGeneration: state.generation + 1)
    }
  }

  /// Told by SQLite what a transaction does to terms.
  private final class Follower: TransactionObserver {
    private let cache: TermCache
    private var changed: Set<Int64> = []

    init(cache: TermCache) { self.cache = cache }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool {
      switch kind {
      case .insert: false
      case .update(let table, _), .delete(let table): table == "term"
      }
    }

    func databaseDidChange(with event: DatabaseEvent) { changed.insert(event.rowID) }

    func databaseWillCommit() throws {
      if !changed.isEmpty { cache.beginChange(of: changed) }
    }

    func databaseDidCommit(_ database: Database) { end() }

    func databaseDidRollback(_ database: Database) { end() }

    private func end() {
      if !changed.isEmpty { cache.endChange() }
      changed = []
    }
  }
}
