import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// What an owner chose, or the standard.
  package func setting<Value>(_ chosen: OwnerSetting<Value>, owner: Owner) throws -> Value {
    try store.read { database in
      guard let number = try find(owner, database) else { return chosen.standard }
      return try setting(chosen, database, owner: number)
    }
  }

  func setting<Value>(_ setting: OwnerSetting<Value>, _ database: Database, owner: Int64) throws -> Value {
    let text = try String.fetchOne(
      database.cachedStatement(sql: "SELECT value FROM setting WHERE owner_id = ? AND name = ?"),
      arguments: [owner, setting.name])
    return text.flatMap(setting.read) ?? setting.standard
  }

  /// Keeps what an owner chose. It is forgotten with the owner.
  ///
  /// - Throws: `tooLarge` for values beyond 64 KiB.
  package func setSetting<Value>(_ setting: OwnerSetting<Value>, _ value: Value, owner: Owner) throws {
    try Limits.check(text: setting.text(value), bytes: Limits.termBytes, setting.name)
    try store.write { database in
      // Whoever chooses the standard need not be known.
      guard try value != setting.standard || find(owner, database) != nil else { return }
      try setSetting(setting, value, database, owner: create(owner, database))
    }
  }

  func setSetting<Value>(
    _ setting: OwnerSetting<Value>, _ value: Value, _ database: Database, owner: Int64
  ) throws {
    if value == setting.standard {
      try database.run("DELETE FROM setting WHERE owner_id = ? AND name = ?", [owner, setting.name])
    } else {
      try database.run(
        "INSERT OR REPLACE INTO setting (owner_id, name, value) VALUES (?, ?, ?)",
        [owner, setting.name, setting.text(value)])
    }
  }
}
