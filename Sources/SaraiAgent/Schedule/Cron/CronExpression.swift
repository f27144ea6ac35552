import SaraiCore

/// When a job is due, as cron writes it: minute, hour, day of month, month, day of week.
///
/// Lists, ranges, steps and English names, 7 for Sunday too, and `@hourly` and its like. Beyond cron: `L` is the last
/// day of the month, `1#2` its second Monday and `5L` its last Friday. As with cron, a day is due by either of the two
/// fields of days where neither begins with `*`, and by both otherwise.
package struct CronExpression: Sendable, Hashable {
  /// Bits 0...59.
  let minutes: UInt64
  /// Bits 0...23.
  let hours: UInt32
  /// Bits 1...31.
  let days: UInt32
  let hasLastDay: Bool
  /// Bits 1...12.
  let months: UInt16
  /// Bits 0...6, 0 for Sunday.
  let weekdays: UInt8
  /// Bits of weekdays by their number in the month, 0 for the first one; the sixth stands for the last one.
  let ordinals: [UInt8]
  /// Whether the fields begin with `*`: such hours follow the clock when it is changed, others are fixed times.
  let hasAnyHour: Bool
  let hasAnyDay: Bool
  let hasAnyWeekday: Bool
  /// The canonical form.
  package let text: String

  /// - Throws: `SaraiError` (`invalidRequest`) that names the field and what it may hold.
  package init(_ text: String) throws {
    guard text.utf8.count <= 256 else { throw Self.fault(String(text.prefix(64)) + "…") }
    let lower = text.lowercased()
    var fields = lower.split { $0.isWhitespace }
    if fields.count == 1, fields[0].hasPrefix("@") {
      guard let known = Self.names[String(fields[0])] else { throw Self.unknownName(fields[0]) }
      fields = known.split(separator: " ")
    }
    guard fields.count == 5 else { throw Self.fault(text) }
    var parts: [CronField] = []
    for (kind, field) in zip(CronField.Kind.allCases, fields) {
      guard let part = CronField(String(field), kind) else { throw Self.fault(field, kind) }
      parts.append(part)
    }
    minutes = parts[0].bits
    (hours, hasAnyHour) = (UInt32(parts[1].bits), parts[1].isAny)
    (days, hasAnyDay, hasLastDay) = (UInt32(parts[2].bits), parts[2].isAny, parts[2].hasLast)
    months = UInt16(parts[3].bits)
    (weekdays, hasAnyWeekday, ordinals) = (UInt8(parts[4].bits), parts[4].isAny, parts[4].ordinals)
    self.text = parts.map(\.text).joined(separator: " ")
    guard isPossible else { throw Self.impossible(text) }
  }

  /// 30 February is a date that never comes.
  private var isPossible: Bool {
    // 29 February comes often enough on every weekday.
    hasLastDay || !hasAnyWeekday
      || (1...12).contains { month in
        months >> month & 1 == 1 && UInt64(days) & ((1 << (CivilDate.daysIn(month: month, year: 2000) + 1)) - 1) != 0
      }
  }

  private static let names: [String: String] = [
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
  ]

  private static func unknownName(_ name: Substring) -> SaraiError {
    let known = "@hourly, @daily, @weekly, @monthly, @yearly"
    return SaraiError(
      .invalidRequest, es: "No conozco «\(name)»: hay \(known).", en: "I do not know \"\(name)\": there are \(known).",
      subject: "schedule")
  }

  private static func fault(_ text: String) -> SaraiError {
    SaraiError(
      .invalidRequest,
      es: "«\(text)» no es una expresión de cron: tiene cinco campos (minuto, hora, día del mes, mes y día de la "
        + "semana), como en «0 9 * * 2», los martes a las 9.",
      en: "\"\(text)\" is no cron expression: it has five fields (minute, hour, day of month, month, day of week), as "
        + "in \"0 9 * * 2\", Tuesdays at 9.", subject: "schedule")
  }

  private static func fault(_ field: Substring, _ kind: CronField.Kind) -> SaraiError {
    let name = kind.name
    let range = "\(kind.range.lowerBound)-\(kind.range.upperBound)"
    let more = kind.allowed.isEmpty ? "" : ", \(kind.allowed)"
    return SaraiError(
      .invalidRequest,
      es: "«\(field)» no vale como \(name.es) en una expresión de cron: pon *, números de \(range)\(more), listas "
        + "(1,3), intervalos (1-5) o pasos (*/2).",
      en: "\"\(field)\" is no \(name.en) of a cron expression: write *, numbers of \(range)\(more), lists (1,3), "
        + "ranges (1-5) or steps (*/2).", subject: "schedule")
  }

  private static func impossible(_ text: String) -> SaraiError {
    SaraiError(
      .invalidRequest,
      es: "«\(text)» no llega nunca: ninguno de esos meses tiene ese día. Pon otro día, o L para el último del mes.",
      en: "\"\(text)\" never comes: none of these months has that day. Write another day, or L for the last of the "
        + "month.", subject: "schedule")
  }
}
