import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// Corrects what a fact says; it keeps its number. Undo brings back what it said.
  ///
  /// - Throws: `notFound`; `invalidRequest` where another current fact says the same already; as `store(_:)`.
  @discardableResult
  package func edit(_ id: FactID, _ edit: FactEdit, owner: Owner) throws -> Fact {
    try check(edit)
    return try store.write { database in
      guard let number = try find(owner, database), let known = try FactRecord.load(database, id.rawValue),
        known.owner == number
      else { throw Self.unknown(id) }
      let terms = Terms(database: database, owner: number)
      var record = known
      if let subject = edit.subject { record.subject = try terms.corrected(subject) }
      if let verb = edit.verb { record.verb = try terms.corrected(verb) }
      if let object = edit.object { record.object = try terms.value(object) }
      if let isNegated = edit.isNegated { record.isNegated = isNegated }
      // What a person puts right by hand is not doubtful any more.
      let confidence = edit.confidence ?? (record.says(as: known) ? nil : 1)
      if let confidence { record.confidence = FactRecord.confidence(confidence) }
      if let isPrivate = edit.isPrivate { record.isPrivate = isPrivate }
      if let from = edit.validFrom { record.validFrom = from?.milliseconds }
      if let to = edit.validTo {
        record.validTo = to?.milliseconds
        if record.standing != .proposed {
          let isOver = record.validTo.map { $0 <= Timestamp.now().milliseconds } ?? false
          record.standing = isOver ? .past : .current
          if !isOver { record.supersededBy = nil }
        }
      }
      if edit.validFrom != nil || edit.validTo != nil {
        try Limits.check(
          from: record.validFrom.map(Timestamp.init(milliseconds:)),
          to: record.validTo.map(Timestamp.init(milliseconds:)))
      }
      try record.refuseTwin(database)
      var log = OperationLog(database: database, owner: number, kind: .edit, at: .now())
      try log.note(known, keepsTerms: false)
      try record.update(database)
      // A vector is of the old words.
      try database.run("DELETE FROM fact_vector WHERE id = ?", [record.id])
      guard let fact = try FactRows.load(database, id, owner: number) else { throw Self.unknown(id) }
      return fact
    }
  }

  /// Gives a proposed fact the person's yes.
  ///
  /// - Throws: `notFound`; `invalidRequest` where it is not proposed.
  @discardableResult
  package func confirm(_ id: FactID, owner: Owner, replacing: Replacement = .nothing) throws -> Receipt {
    try store.write { database in
      guard let number = try find(owner, database), var record = try FactRecord.load(database, id.rawValue),
        record.owner == number
      else { throw Self.unknown(id) }
      guard record.standing == .proposed else {
        throw SaraiError(
          .invalidRequest, es: "Ese hecho ya está confirmado.", en: "That fact is confirmed already.",
          subject: "\(id.rawValue)")
      }
      var learning = Learning(
        database: database, owner: number, turn: record.turn, saidAt: .now(), kind: .confirm)
      try learning.log.note(record)
      let isOver = record.validTo.map { $0 <= Timestamp.now().milliseconds } ?? false
      record.standing = isOver ? .past : .current
      if !isOver { try record.refuseTwin(database) }
      try record.update(database)
      let replaced = isOver ? [] : try learning.replace(by: record, replacing)
      return Receipt(
        operation: learning.log.operation, turn: record.turn.map(TurnID.init(rawValue:)),
        outcomes: [.confirmed(id, replaced: replaced)], isReplay: false)
    }
  }

  private func check(_ edit: FactEdit) throws(SaraiError) {
    if let subject = edit.subject { try Limits.check(subject, "subject", mayBeEmpty: false) }
    if let verb = edit.verb { try Limits.check(verb, "verb", mayBeEmpty: false) }
    if let object = edit.object { try Limits.check(object, "object", mayBeEmpty: true) }
    if let confidence = edit.confidence { try Limits.check(confidence: confidence) }
    try Limits.check(from: edit.validFrom ?? nil, to: edit.validTo ?? nil)
  }
}

extension FactRecord {
  fileprivate func says(as other: FactRecord) -> Bool {
    subject == other.subject && verb == other.verb && object == other.object && isNegated == other.isNegated
  }

  /// - Throws: `invalidRequest` where another current fact says the same as this one would.
  func refuseTwin(_ database: Database) throws {
    guard standing == .current else { return }
    let twin = try kin(database, .current, sameObject: true).first { $0.id != id && $0.isNegated == isNegated }
    guard let twin else { return }
    throw SaraiError(
      .invalidRequest, es: "El hecho \(twin.id) ya dice eso: olvida uno de los dos.",
      en: "Fact \(twin.id) says that already: forget one of the two.", subject: "\(twin.id)")
  }
}
