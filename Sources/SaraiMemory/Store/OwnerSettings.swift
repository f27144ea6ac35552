import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// What an owner chose, or the standard.
  package func setting<Value>(_ setting: OwnerSetting<Value>, owner: Owner) throws -> Value {
    try store.read { database in
      guard let number = try find(owner, database) else { return setting.standard }
      let text = try String.fetchOne(
        database.cachedStatement(sql: "SELECT value FROM setting WHERE owner_id = ? AND name = ?"),
        arguments: [number, setting.name])
      return text.flatMap(setting.read) ?? setting.standard
    }
  }

  /// Keeps what an owner chose. It is forgotten with the owner.
  ///
  /// - Throws: `tooLarge` for values beyond 64 KiB.
  package func setSetting<Value>(_ setting: OwnerSetting<Value>, _ value: Value, owner: Owner) throws {
    let text = setting.text(value)
    try Limits.check(text: text, bytes: Limits.termBytes, setting.name)
    try store.write { database in
      if value == setting.standard {
        guard let number = try find(owner, database) else { return }
        try database.run("DELETE FROM setting WHERE owner_id = ? AND name = ?", [number, setting.name])
      } else {
        try database.run(
          "INSERT OR REPLACE INTO setting (owner_id, name, value) VALUES (?, ?, ?)",
          [try create(owner, database), setting.name, text])
      }
    }
  }
}
