import Dispatch
import GRDB
package import SaraiCore
package import SaraiStore

/// Everything that was told, by everybody, in one database.
///
/// What a call acknowledges survives a crash and a power cut. Calls wait for the disk and keep their thread meanwhile;
/// any number of threads may call. Nothing of one owner ever reaches a call for another.
package final class MemoryStore: Sendable {
  /// For what is beyond the typed calls, within this target: recall reads through it.
  package let store: Store
  /// Words of terms, for all who read.
  let terms = TermCache()
  /// What a repair is told of what there was.
  let marks: Marks

  /// What opening found: damage, and what was lost by it.
  package let opening: MemoryOpening

  /// Opens `memory.db` in a folder, or creates it; backups lie in `backups` beside it.
  ///
  /// - Parameter repaired: Called where damage was found and repaired later on, with what was lost by it.
  /// - Throws: As `Store.init`.
  package static func open(
    folder: String, repaired: (@Sendable (MemoryOpening) -> Void)? = nil
  ) throws -> MemoryStore {
    var options = options(folder: folder)
    let marks = Marks()
    options.onRepair = { store, report in
      let opening = MemoryOpening(report, store, known: marks.numbers)
      marks.set(try? store.read { try Marks.Numbers($0) })
      repaired?(opening)
    }
    return try MemoryStore(options: options, marks: marks)
  }

  package static func options(folder: String) -> StoreOptions {
    StoreOptions(
      path: folder + "/memory.db", backupFolder: folder + "/backups", migrations: Schema.migrations)
  }

  package convenience init(options: StoreOptions) throws { try self.init(options: options, marks: Marks()) }

  private init(options: StoreOptions, marks: Marks) throws {
    var options = options
    self.marks = marks
    options.onConnect = { [terms] in terms.follow($0) }
    store = try Store(options)
    opening = MemoryOpening(store.opening, store)
    marks.set(try store.read { try Marks.Numbers($0) })
    do {
      if try store.read({ try Duty.isOwed(Duty.purge, $0) }) { _ = try finishForgetting() }
    } catch let fault as SaraiError where fault.code == .insufficientResources {
      // A full disk keeps nobody from their memory: upkeep tries again.
    }
  }

  package func close() throws { try store.close() }

  // MARK: - Owners

  /// The number of an owner; nil for one of whom nothing is known.
  func find(_ owner: Owner, _ database: Database) throws -> Int64? {
    try database.number("SELECT id FROM owner WHERE name = ?", [owner.name])
  }

  /// Reads facts of one state of the database, of an owner of whom something is known; nil of anybody else.
  func readFacts<Result>(
    of owner: Owner, _ body: (_ database: Database, _ owner: Int64, FactRows) throws -> Result
  ) throws -> Result? {
    let stamp = terms.stamp()
    var wantsTable = false
    defer { if wantsTable { fillTerms() } }
    return try store.read { database in
      guard let number = try find(owner, database) else { return nil }
      let rows = FactRows(database, terms, at: stamp)
      defer { wantsTable = rows.wantsTable }
      return try body(database, number, rows)
    }
  }

  /// Reads the words of all terms while others go on.
  private func fillTerms() {
    DispatchQueue.global(qos: .utility).async { [weak self] in self?.readTerms() }
  }

  private func readTerms() {
    let stamp = terms.stamp()
    let table = try? store.read { database in
      var table = TermTable()
      try database.scan("SELECT id, text, folded FROM term") { row in
        table.add(row.number(0), text: row.text(1) ?? "", folded: row.text(2))
      }
      return table
    }
    terms.fill(table, at: stamp)
  }

  func create(_ owner: Owner, _ database: Database) throws -> Int64 {
    if let known = try find(owner, database) { return known }
    try database.run("INSERT INTO owner (name) VALUES (?)", [owner.name])
    return database.lastInsertedRowID
  }

  /// Everybody of whom something is known, in alphabetical order.
  package func knownOwners() throws -> [Owner] {
    try store.read { database in
      var found: [Owner] = []
      try database.rows("SELECT name FROM owner ORDER BY name") { row in found.append(try Owner(row[0] as String)) }
      return found
    }
  }

  // MARK: - Faults

  static func unknown(_ id: FactID) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ningún hecho \(id.rawValue) en esta memoria; «sarai memory list» los enumera.",
      en: "There is no fact \(id.rawValue) in this memory; `sarai memory list` has them all.",
      subject: "\(id.rawValue)")
  }

  static func unknown(_ id: TurnID) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ningún turno \(id.rawValue) en esta memoria.",
      en: "There is no turn \(id.rawValue) in this memory.", subject: "\(id.rawValue)")
  }
}

/// What a crash may leave half done; kept in the table `duty`.
enum Duty {
  static let purge = "purge"

  static func isOwed(_ name: String, _ database: Database) throws -> Bool {
    try database.number("SELECT 1 FROM duty WHERE name = ?", [name]) != nil
  }
}

/// What was found when a memory was opened.
package struct MemoryOpening: Sendable, Hashable {
  package var store: StoreOpening
  /// What the damaged file still showed of what the backup in its place does not have; nil where nothing was lost, or
  /// where the file shows nothing.
  package var lost: LostContent?

  package struct LostContent: Sendable, Hashable {
    package var facts: Int
    package var turns: Int
  }

  /// A sentence for the person, where something was lost.
  package var message: Localized? {
    switch store.recovery {
    case nil: return nil
    case .startedEmpty(let file):
      return Localized(
        es: "La memoria estaba dañada y no había copia: empieza vacía. El archivo dañado queda en \(file).",
        en: "The memory was damaged and there was no backup: it starts empty. The damaged file is at \(file).")
    case .lostAll(let file, let backups):
      let es = backups == 1 ? "la única copia que había también" : "las \(backups) copias que había también"
      let en = backups == 1 ? "its only backup is" : "all of its \(backups) backups are"
      let whereIs = (
        es: file.map { "el archivo dañado queda en \($0) y " } ?? "",
        en: file.map { "the damaged file is at \($0) and " } ?? ""
      )
      return Localized(
        es:
          "La memoria \(file == nil ? "faltaba" : "estaba dañada") y \(es) lo está\(backups == 1 ? "" : "n"): empieza vacía. "
          + "Nada se ha borrado: \(whereIs.es)las copias siguen en su carpeta.",
        en: "The memory was \(file == nil ? "gone" : "damaged"), and \(en) damaged too: it starts empty. "
          + "Nothing was deleted: \(whereIs.en)the backups are in their folder.")
    case .refilled(let backup):
      return Localized(
        es: "El archivo de la memoria faltaba o estaba vacío y se ha recuperado la copia del \(when(backup)). "
          + "\(whatIsLost.es) Para empezar de nuevo: sarai memory forget --all",
        en: "The memory's file was gone or empty, and the backup of \(when(backup)) is in its place. "
          + "\(whatIsLost.en) To start anew: sarai memory forget --all")
    case .rewritten(let other):
      let aside = (
        es: other.map {
          " El que estaba en su lugar queda en \($0); para usar ese: sarai memory restore \($0)."
        } ?? "",
        en: other.map { " What was in its place is at \($0); to use that: sarai memory restore \($0)." } ?? ""
      )
      return Localized(
        es: "El archivo de la memoria se borró o se cambió mientras estaba en uso: está escrito de nuevo y no se ha "
          + "perdido nada.\(aside.es) Para empezar de cero: sarai memory forget --all",
        en: "The memory's file was deleted or replaced while it was in use: it is written again, and nothing is lost."
          + "\(aside.en) To start anew: sarai memory forget --all")
    case .restored(let backup, let file):
      return Localized(
        es: "La memoria estaba dañada y se ha recuperado la copia del \(when(backup)). "
          + "\(whatIsLost.es) El archivo dañado queda en \(file).",
        en: "The memory was damaged, and the backup of \(when(backup)) is in its place. "
          + "\(whatIsLost.en) The damaged file is at \(file).")
    }
  }

  /// What came after the backup, in numbers where they are known.
  private var whatIsLost: (es: String, en: String) {
    guard let lost else { return ("Se ha perdido lo posterior.", "What came later is lost.") }
    guard lost.facts + lost.turns > 0 else {
      return (
        "No falta ningún hecho ni turno; si después se corrigió o se olvidó algo, revísalo.",
        "No fact or turn is missing; if something was corrected or forgotten later, look it over."
      )
    }
    return (
      "Se ha perdido lo posterior: \(count(lost.facts, "hecho")) y \(count(lost.turns, "turno")).",
      "What came later is lost: \(count(lost.facts, "fact")) and \(count(lost.turns, "turn"))."
    )
  }

  private func when(_ backup: StoreBackup) -> String {
    let time = CivilDateTime(secondsSince1970: Int(backup.takenAtMilliseconds / 1000))
    return "\(time.date.year)-\(pad(time.date.month))-\(pad(time.date.day)) "
      + "\(pad(time.secondOfDay / 3600)):\(pad(time.secondOfDay / 60 % 60)) UTC"
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
