import GRDB
import SaraiAgent
import SaraiCore
import Synchronization

/// A row that says something other than what it should.
struct UnreadableRow: Error {
  var origin: String
  var id: String
  var content: String
  var fault: String
}

/// Columns of a row, of which each may hold anything.
struct RowReader {
  struct Fault: Error {
    var column: String
  }

  let row: Row

  private func value<Value: DatabaseValueConvertible>(_ column: String, _ type: Value.Type) throws -> Value? {
    let stored: DatabaseValue = row[column] ?? .null
    if stored.isNull { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw Fault(column: column) }
    return value
  }

  func number(_ column: String) throws -> Int64 {
    guard let number = try optionalNumber(column) else { throw Fault(column: column) }
    return number
  }

  func optionalNumber(_ column: String) throws -> Int64? { try value(column, Int64.self) }

  func number(_ column: String, in range: ClosedRange<Int64>) throws -> Int64 {
    let number = try number(column)
    guard range.contains(number) else { throw Fault(column: column) }
    return number
  }

  func flag(_ column: String) throws -> Bool { try number(column, in: 0...1) == 1 }

  func text(_ column: String) throws -> String {
    guard let text = try optionalText(column) else { throw Fault(column: column) }
    return text
  }

  func optionalText(_ column: String) throws -> String? { try value(column, String.self) }

  func word<Word: RawRepresentable>(_ column: String, _ type: Word.Type) throws -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try text(column)) else { throw Fault(column: column) }
    return word
  }

  func arguments(_ column: String) throws -> [String: String] {
    guard let members = try? JSONValue(parsing: text(column), limits: JSONLimits(depth: 2, bytes: 1 << 20)).objectValue
    else { throw Fault(column: column) }
    var arguments: [String: String] = [:]
    for member in members.members {
      guard let value = member.value.stringValue else { throw Fault(column: column) }
      arguments[member.key] = value
    }
    return arguments
  }

  func texts(_ name: String) throws -> Localized? {
    guard let es = try optionalText(name + "_es"), let en = try optionalText(name + "_en") else { return nil }
    return Localized(es: es, en: en)
  }

  /// Reads one value of a row.
  static func read<Value>(
    _ row: Row, _ origin: String, id: String, _ body: (RowReader) throws -> Value
  ) throws(UnreadableRow) -> Value {
    do {
      return try body(RowReader(row: row))
    } catch {
      let fault = (error as? Fault).map { "column \($0.column)" } ?? "\(error)"
      let columns = row.map { "\($0): \($1.description.prefix(2000))" }
      let name: DatabaseValue = row[id] ?? .null
      throw UnreadableRow(
        origin: origin, id: name.storage.value.map { "\($0)" } ?? "", content: columns.joined(separator: "\n"),
        fault: fault)
    }
  }
}

enum Arguments {
  /// One text for one set of arguments.
  static func text(_ arguments: [String: String]) -> String {
    var object = JSONObject()
    for (key, value) in arguments.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
    return JSONValue.object(object).description
  }
}

extension LoopJob {
  init(_ row: Row) throws(UnreadableRow) {
    self = try RowReader.read(row, "job", id: "id") { row in
      var job = LoopJob(
        id: try row.number("id"), name: try row.text("name"), owner: try row.text("owner"),
        schedule: try Schedule(text: row.text("schedule")), zone: try row.optionalText("zone"),
        catchUp: try row.word("catch_up", CatchUp.self), action: try row.word("action", LoopActionKind.self),
        arguments: try row.arguments("arguments"), priority: Int(try row.number("priority", in: 1...10)),
        limitSeconds: try row.number("limit_seconds", in: 1...LoopLimits.longestSeconds),
        isEnabled: try row.flag("is_enabled"), source: try row.word("source", Source.self),
        anchor: try row.number("anchor"))
      if let zone = job.zone { _ = try Zones.named(zone) }
      job.nextAt = try row.optionalNumber("next_at")
      job.lastAt = try row.optionalNumber("last_at")
      job.failures = Int(try row.number("failures", in: 0...Int64(Int32.max)))
      job.isSuspended = try row.flag("is_suspended")
      return job
    }
  }

  /// The kind of event that calls for it.
  var event: String? {
    if case .event(let kind) = schedule.kind { kind } else { nil }
  }
}

extension LoopRecord {
  init(_ row: Row) throws(UnreadableRow) {
    self = try RowReader.read(row, "action", id: "key") { row in
      let action = ProactiveAction(
        key: try row.text("key"), job: try row.optionalNumber("job_id"), owner: try row.text("owner"),
        trigger: try row.text("trigger"), priority: Int(try row.number("priority", in: 1...10)),
        action: try row.word("action", LoopActionKind.self), arguments: try row.arguments("arguments"),
        dueAt: try row.number("due_at"),
        limitSeconds: try row.number("limit_seconds", in: 1...LoopLimits.longestSeconds))
      var record = LoopRecord(
        action: action, state: try row.word("state", State.self),
        attempts: Int(try row.number("attempts", in: 0...Int64(Int32.max))))
      record.startedAt = try row.optionalNumber("started_at")
      record.endedAt = try row.optionalNumber("ended_at")
      if try row.optionalText("unit") != nil {
        record.effect = ActionEffect(
          try row.word("unit", ActionEffect.Unit.self), before: try row.number("before"), after: try row.number("after")
        )
      }
      record.text = try row.texts("text")
      record.isUseful = record.state == .done && record.effect?.isUseful == true
      return record
    }
  }
}

extension InboxItem {
  init(_ row: Row) throws(UnreadableRow) {
    self = try RowReader.read(row, "inbox", id: "id") { row in
      var item = InboxItem(
        id: try row.number("id"), owner: try row.text("owner"), kind: try row.word("kind", Kind.self),
        text: try row.texts("text") ?? Localized(es: "", en: ""),
        why: try row.texts("why") ?? Localized(es: "", en: ""),
        topic: try row.text("topic"), offer: try row.optionalText("offer"), createdAt: try row.number("created_at"))
      item.shownAt = try row.optionalNumber("shown_at")
      item.readAt = try row.optionalNumber("read_at")
      item.actedAt = try row.optionalNumber("acted_at")
      item.dismissedAt = try row.optionalNumber("dismissed_at")
      return item
    }
  }
}

/// What nobody may ask more of.
enum LoopLimits {
  static let longestSeconds: Int64 = 86_400
  static let longestName = 200
  static let mostArguments = 32
  static let argumentBytes = 16_384
  /// Of one owner.
  static let mostJobs = 20_000
  /// Of missed occurrences, so many of the latest are run.
  static let mostCaughtUp = 100
  static let historyDays: Int64 = 90
  static let eventDays: Int64 = 30
  static let mostEvents: Int64 = 20_000
  static let mostMessages: Int64 = 20_000
}

/// Zones by name, each read once.
enum Zones {
  private static let known = Mutex<[String: ZoneRules]>([:])
  private static let mostKept = 64

  static func named(_ identifier: String) throws -> ZoneRules {
    if let zone = known.withLock({ $0[identifier] }) { return zone }
    let zone = try ZoneRules(identifier: identifier)
    known.withLock { known in
      if known.count >= mostKept { known = [:] }
      known[identifier] = zone
    }
    return zone
  }
}
