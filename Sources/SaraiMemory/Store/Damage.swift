import GRDB
import SaraiStore

extension MemoryOpening {
  /// Compares a damaged file, as far as it can be read, with the backup that took its place.
  init(_ opening: StoreOpening, _ store: Store) {
    self.store = opening
    lost = nil
    guard case .restored(_, let damaged) = opening.recovery else { return }
    let kept = try? store.read { database in
      (try Self.last(database, "fact"), try Self.last(database, "turn"))
    }
    let had = try? Store.inspect(damaged, options: store.options) { database in
      (try Self.last(database, "fact"), try Self.last(database, "turn"))
    }
    guard let kept, let had else { return }
    lost = LostContent(facts: max(0, had.0 - kept.0), turns: max(0, had.1 - kept.1))
  }

  /// The highest number ever given: numbers are never used again, so a difference counts what came since.
  private static func last(_ database: Database, _ table: String) throws -> Int {
    Int(try database.number("SELECT seq FROM sqlite_sequence WHERE name = ?", [table]) ?? 0)
  }
}
