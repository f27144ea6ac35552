import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// Forgets for good: gone from every table, every index, the write-ahead log, free pages, the store's own backups and
  /// damaged files put aside. Nothing brings it back, undo neither. Copies that the person made elsewhere stay.
  ///
  /// Facts go with the facts that they had replaced, with those that were said of them in the same clause, and with the
  /// turns that told any of these or say the same; turns that are named go with the facts that they told; and both with
  /// the assistant's replies to such turns. Takes as long as a compact copy of the database; others read meanwhile.
  ///
  /// - Throws: `notFound` where a fact or a turn is not the owner's; then nothing is forgotten. `insufficientResources`
  ///   where the disk is too full to make the new file: then it is gone from the memory, but copies still hold it, which
  ///   upkeep and the next opening delete.
  @discardableResult
  package func forget(_ request: ForgetRequest) throws -> ForgetReceipt {
    let (found, isGone) = try store.write { database -> (ForgetReceipt, Bool) in
      guard let owner = try find(request.owner, database) else {
        if let fact = request.facts.first { throw Self.unknown(fact) }
        if let turn = request.turns.first { throw Self.unknown(turn) }
        return (ForgetReceipt(facts: [], turns: [], backupsPurged: 0), false)
      }
      var forgetting = try ForgettingWork(database: database, owner: owner, request)
      var receipt = ForgetReceipt(
        facts: forgetting.facts.sorted().map(FactID.init(rawValue:)),
        turns: forgetting.turns.sorted().map(TurnID.init(rawValue:)), backupsPurged: 0)
      if !request.everything { (receipt.said, receipt.saidTurns) = try forgetting.said() }
      let isAnything = request.everything || !receipt.facts.isEmpty || !receipt.turns.isEmpty
      guard isAnything else { return (receipt, false) }
      try forgetting.run()
      try owePurge(database)
      return (receipt, true)
    }
    guard isGone else { return found }
    var receipt = found
    do { receipt.backupsPurged = try finishForgetting() } catch let fault as SaraiError {
      let isFull = fault.code == .insufficientResources
      throw SaraiError(
        fault.code,
        Localized(
          es: "Ya no está en la memoria, pero aún queda en copias que no se han podido borrar; se volverá a intentar. "
            + (isFull ? "Libera espacio en el disco." : fault.message.es),
          en: "It is gone from the memory, but still in copies that could not be deleted; this will be tried again. "
            + (isFull ? "Free some space on the disk." : fault.message.en)),
        subject: fault.subject, cause: fault.cause)
    }
    return receipt
  }

  /// Within the transaction in which the rows go: no backup is being made then, so that all that hold them are known.
  private func owePurge(_ database: Database) throws {
    let owed = try database.number("SELECT copies_before FROM duty WHERE name = ?", [Duty.purge])
    // Later than what another forgetting owes, which must not take this one for its own.
    let time = max(store.copiesTaken(), (owed ?? 0) + 1)
    try database.run("INSERT OR REPLACE INTO duty (name, copies_before) VALUES (?, ?)", [Duty.purge, time])
  }

  /// What comes after the rows are gone; a crash in between leaves it to the next opening.
  ///
  /// - Returns: How many old copies are gone.
  func finishForgetting() throws -> Int {
    let before = try store.read { try $0.number("SELECT copies_before FROM duty WHERE name = ?", [Duty.purge]) }
    // Deleted cells are overwritten where they lie, but copies of cells that SQLite moved between pages earlier may be
    // left in the gaps of pages: only a new file has none.
    try store.compact()
    // The fresh backup holds this duty too; whoever goes back to it must not lose the copies that came after.
    let purged = try store.purgeCopies(takenBefore: before)
    try store.write { try $0.run("DELETE FROM duty WHERE name = ? AND copies_before IS ?", [Duty.purge, before]) }
    return purged
  }
}
