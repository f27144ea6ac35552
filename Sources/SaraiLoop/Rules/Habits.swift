import GRDB
import SaraiAgent
import SaraiCore

/// What is used at its usual hour: counts by hour of the week, which fade. No texts, and no times but weeks.
enum Habits {
  struct Usual: Hashable {
    /// "model:…" or "skill:…".
    var name: String
    /// Of the last days of its kind (weekdays or days of the weekend), on how many it was used in this hour.
    var days: Int
  }

  /// What a count is worth a week later.
  private static let fading = 0.8
  /// Used in this very hour in both of the last weeks.
  private static let usualWeight = 1.4
  /// Or in this hour on so many of the last days of its kind.
  private static let usualDays = 3
  private static let lastDays = 4
  private static let mostNames: Int64 = 200

  private struct Slot {
    let day: Int
    let hourOfDay: Int

    init(_ moment: Int64, _ zone: ZoneRules) {
      let civil = zone.civil(moment / 1000)
      day = civil.date.dayNumber
      hourOfDay = civil.secondOfDay / 3600
    }

    init(day: Int, hourOfDay: Int) {
      self.day = day
      self.hourOfDay = hourOfDay
    }

    var weekday: Int { CivilDate(dayNumber: day).weekday }
    var week: Int { (day - weekday) / 7 }
    var hour: Int { weekday * 24 + hourOfDay }
    var isWeekend: Bool { weekday >= 5 }
  }

  /// Counts a use: once an hour, however often.
  static func note(_ name: String, owner: String, at moment: Int64, zone: ZoneRules, _ loop: LoopTransaction) throws {
    guard name.utf8.count <= LoopLimits.longestName else { return }
    let slot = Slot(moment, zone)
    let known = try loop.rows(
      "SELECT weight, week FROM habit WHERE owner = ? AND name = ? AND hour = ?", [owner, name, slot.hour]
    ).first
    var weight = 1.0
    if let known {
      let week: Int = known["week"]
      guard week < slot.week else { return }
      weight += faded(known["weight"], weeks: slot.week - week)
    } else if try loop.number("SELECT count(DISTINCT name) FROM habit") ?? 0 >= mostNames {
      // Names are models and skills: so many there are not.
      return
    }
    try loop.run(
      "INSERT OR REPLACE INTO habit (owner, name, hour, weight, week) VALUES (?, ?, ?, ?, ?)",
      [owner, name, slot.hour, weight, slot.week])
  }

  /// What is usual in the hour that begins at a moment.
  static func usual(at start: Int64, zone: ZoneRules, _ loop: LoopTransaction) throws -> [Usual] {
    let slot = Slot(start, zone)
    var recent: [String: Set<Int>] = [:]
    var usual: Set<String> = []
    let days = lastDaysOfKind(before: slot)
    for row in try loop.rows("SELECT * FROM habit WHERE hour % 24 = ?", [slot.hourOfDay]) {
      let (name, hour, week): (String, Int, Int) = (row["name"], row["hour"], row["week"])
      let weeks = slot.week - week
      if hour == slot.hour, weeks >= 1, faded(row["weight"], weeks: weeks) >= usualWeight { usual.insert(name) }
      let day = days.first { CivilDate(dayNumber: $0).weekday == hour / 24 && Slot(day: $0, hourOfDay: 0).week == week }
      if let day { recent["\(row["owner"] as String)\u{0}\(name)", default: []].insert(day) }
    }
    for (key, days) in recent where days.count >= usualDays {
      usual.insert(String(key.split(separator: "\u{0}", maxSplits: 1, omittingEmptySubsequences: false)[1]))
    }
    return usual.sorted().map { name in
      Usual(name: name, days: recent.filter { $0.key.hasSuffix("\u{0}" + name) }.map(\.value.count).max() ?? 0)
    }
  }

  private static func lastDaysOfKind(before slot: Slot) -> [Int] {
    var days: [Int] = []
    var day = slot.day - 1
    while days.count < lastDays {
      if Slot(day: day, hourOfDay: 0).isWeekend == slot.isWeekend { days.append(day) }
      day -= 1
    }
    return days
  }

  private static func faded(_ weight: Double, weeks: Int) -> Double {
    var weight = weight
    for _ in 0..<min(max(weeks, 0), 60) { weight *= fading }
    return weight
  }

  /// Makes ready what is usual in the next hour on the clock.
  static func actions(_ job: LoopJob, at moment: Int64, zone: ZoneRules, _ loop: LoopTransaction) throws
    -> [ProactiveAction]
  {
    let passed = Int64(zone.civil(moment / 1000).secondOfDay % 3600) * 1000
    let hour = moment / 1000 * 1000 - passed + 3_600_000
    return try usual(at: hour, zone: zone, loop).map { usual in
      let isModel = usual.name.hasPrefix("model:")
      return ProactiveAction(
        key: "warm:\(usual.name):\(hour)", job: job.id, owner: job.owner, trigger: "habit", priority: job.priority,
        action: isModel ? .warmModel : .warmSkill,
        arguments: [isModel ? "model" : "skill": String(usual.name.dropFirst("model:".count))], dueAt: moment,
        limitSeconds: job.limitSeconds)
    }
  }

  /// Skills that a person uses at the same hour on most days.
  ///
  /// - Returns: The skill, the hour, and on how many of the last seven days.
  static func daily(owner: String, now: Int64, zone: ZoneRules, _ loop: LoopTransaction) throws
    -> [(skill: String, hour: Int, days: Int)]
  {
    let today = Slot(now, zone)
    var days: [String: [Int: Set<Int>]] = [:]
    for row in try loop.rows("SELECT * FROM habit WHERE owner = ? AND name LIKE 'skill:%'", [owner]) {
      let (name, hour, week): (String, Int, Int) = (row["name"], row["hour"], row["week"])
      for day in (today.day - 7)..<today.day
      where CivilDate(dayNumber: day).weekday == hour / 24 && Slot(day: day, hourOfDay: 0).week == week {
        days[name, default: [:]][hour % 24, default: []].insert(day)
      }
    }
    return days.flatMap { name, hours in
      hours.filter { $0.value.count >= mostOfWeek }.map {
        (String(name.dropFirst("skill:".count)), $0.key, $0.value.count)
      }
    }.sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }
  }

  private static let mostOfWeek = 5
}

extension LoopJob {
  /// True where habits say what to warm.
  var followsHabits: Bool { action == .warmModel && arguments["model"] == nil && event == nil }
}
