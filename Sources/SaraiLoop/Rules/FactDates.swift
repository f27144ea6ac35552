import GRDB
import SaraiAgent
import SaraiCore

/// Dates that people told: a reminder the evening before, or an hour before where an hour was said.
enum FactDates {
  private static let eveningHour = 19
  private static let mostOfOwner: Int64 = 2_000

  static func learn(_ event: LoopEvent, _ loop: LoopTransaction, _ settings: LoopSettings, now: Int64) throws {
    guard let fact = event.values["fact"], fact.utf8.count <= 64, let object = event.values["object"],
      let date = FactDate(
        subject: event.values["subject"] ?? "", verb: event.values["verb"] ?? "", object: object,
        toldAt: (event.number("told_at") ?? event.at) / 1000, zone: settings.zone),
      try loop.number("SELECT count(*) FROM dated WHERE owner = ?", [event.owner]) ?? 0 < mostOfOwner
    else { return }
    func text(_ name: String) -> String { String((event.values[name] ?? "").prefix(1000)) }
    try loop.run(
      """
      INSERT OR REPLACE INTO dated (owner, fact, subject, verb, object, said, told_at, month, day, year, second)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        event.owner, fact, text("subject"), text("verb"), text("object"), text("said"),
        event.number("told_at") ?? event.at, date.month, date.day, date.year, date.secondOfDay,
      ])
    try schedule(fact, owner: event.owner, loop, settings, now: now)
  }

  static func forget(_ fact: String, owner: String, _ loop: LoopTransaction, now: Int64) throws {
    try loop.run("DELETE FROM dated WHERE owner = ? AND fact = ?", [owner, fact])
    for job in try jobs(fact, owner: owner, loop) {
      try loop.cancelOpen(job: job.id, now: now)
      try loop.removeJob(job.id)
    }
  }

  private static func jobs(_ fact: String, owner: String, _ loop: LoopTransaction) throws -> [LoopJob] {
    try loop.jobs("WHERE owner = ? AND name = ? AND source = 'fact'", [owner, "fact:" + fact])
  }

  /// Makes the job for the next time that a date comes, in the place of the one before.
  static func schedule(
    _ fact: String, owner: String, _ loop: LoopTransaction, _ settings: LoopSettings, now: Int64
  ) throws {
    for job in try jobs(fact, owner: owner, loop) { try loop.removeJob(job.id) }
    guard let date = try dates("owner = ? AND fact = ?", [owner, fact], loop).first else { return }
    let today = settings.zone.civil(now / 1000).date
    for year in today.year...today.year + 9 where date.year ?? year == year {
      // Who was born on 29 February has a birthday every year.
      let isLeapDay = date.year == nil && date.month == 2 && date.day == 29
      guard
        let day = CivilDate(year: year, month: date.month, day: date.day)
          ?? (isLeapDay ? CivilDate(year: year, month: 2, day: 28) : nil)
      else { continue }
      let moment = reminder(of: day, date.second, settings)
      guard moment > now else { continue }
      var job = LoopJob(
        name: "fact:" + fact, owner: owner, schedule: Schedule(.once(at: moment / 1000)), action: .remind,
        arguments: date.arguments(on: day), priority: 8, source: .fact, anchor: now)
      job.nextAt = moment
      try loop.insert(job)
      return
    }
  }

  /// When to say it: nobody gave that hour, so it is none of the quiet ones.
  private static func reminder(of day: CivilDate, _ second: Int?, _ settings: LoopSettings) -> Int64 {
    func moment(_ date: CivilDate, _ second: Int) -> Int64 {
      settings.zone.instants(of: date, secondOfDay: second).first * 1000
    }
    let quiet = settings.quietHours
    let evening = quiet.contains(hour: eveningHour) ? (quiet.from + 23) % 24 : eveningHour
    guard let second else { return moment(day.adding(days: -1), evening * 3600) }
    let start = moment(day, second) - 3_600_000
    let civil = settings.zone.civil(start / 1000)
    return quiet.contains(hour: civil.secondOfDay / 3600) ? moment(day.adding(days: -1), evening * 3600) : start
  }

  struct Dated {
    var fact: String
    var subject: String
    var verb: String
    var object: String
    var said: String
    var toldAt: Int64
    var month: Int
    var day: Int
    var year: Int?
    var second: Int?

    func arguments(on date: CivilDate) -> [String: String] {
      var arguments = [
        "fact": fact, "subject": subject, "verb": verb, "object": object, "said": said, "asked_at": "\(toldAt)",
        "date": "\(date.dayNumber)",
      ]
      if let second { arguments["second"] = "\(second)" }
      return arguments
    }
  }

  /// Those of a day, in the order in which they were told.
  static func on(_ date: CivilDate, owner: String, _ loop: LoopTransaction) throws -> [Dated] {
    try dates(
      "owner = ? AND month = ? AND day = ? AND (year IS NULL OR year = ?) ORDER BY told_at",
      [owner, date.month, date.day, date.year], loop)
  }

  private static func dates(
    _ condition: String, _ arguments: StatementArguments, _ loop: LoopTransaction
  ) throws -> [Dated] {
    try loop.rows("SELECT * FROM dated WHERE \(condition)", arguments).map { row in
      Dated(
        fact: row["fact"], subject: row["subject"], verb: row["verb"], object: row["object"], said: row["said"],
        toldAt: row["told_at"], month: row["month"], day: row["day"], year: row["year"], second: row["second"])
    }
  }
}
