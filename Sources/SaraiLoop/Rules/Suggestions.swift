import GRDB
import SaraiAgent
import SaraiCore

/// Something useful to say unasked, if there is any: rules over what events and jobs brought, without a model.
enum Suggestions {
  struct Candidate {
    var topic: String
    var text: Localized
    var why: Localized
    /// The command by which it is done.
    var offer: String?
    /// Which one is said where there are several.
    var use: Int
  }

  /// What may be said now: the most useful thing that was neither said lately nor waved away nor muted, within the
  /// day's budget and outside of quiet hours.
  static func choice(
    for owner: String, _ loop: LoopTransaction, _ settings: LoopSettings, now: Int64
  ) throws -> InboxItem? {
    let clock = settings.zone.civil(now / 1000)
    guard !settings.quietHours.contains(hour: clock.secondOfDay / 3600),
      try !loop.isMuted("suggestion", owner: owner)
    else { return nil }
    let midnight = settings.zone.instants(of: clock.date, secondOfDay: 0).first * 1000
    let today = try loop.number(
      "SELECT count(*) FROM inbox WHERE owner = ? AND kind = 'suggestion' AND created_at >= ?", [owner, midnight])
    let last = try loop.number("SELECT max(created_at) FROM inbox WHERE owner = ? AND kind = 'suggestion'", [owner])
    guard today ?? 0 < settings.suggestionsPerDay, now - (last ?? .min / 2) >= shortestPause else { return nil }
    let candidates = try candidates(for: owner, loop, settings, now: now)
    for candidate in candidates.sorted(by: { ($1.use, $0.topic) < ($0.use, $1.topic) }) {
      guard try !loop.isMuted(candidate.topic, owner: owner),
        try loop.number(
          """
          SELECT 1 FROM inbox WHERE owner = ? AND topic = ? AND (kind = 'suggestion' AND created_at > ?
            OR dismissed_at > ?) LIMIT 1
          """, [owner, candidate.topic, now - topicRests, now - dismissedRests]) == nil
      else { continue }
      return InboxItem(
        owner: owner, kind: .suggestion, text: candidate.text, why: candidate.why, topic: candidate.topic,
        offer: candidate.offer, createdAt: now)
    }
    return nil
  }

  private static func candidates(
    for owner: String, _ loop: LoopTransaction, _ settings: LoopSettings, now: Int64
  ) throws -> [Candidate] {
    var found = try dates(owner, loop, settings.zone, now: now)
    found += try habits(owner, loop, settings.zone, now: now)
    found += try memory(owner, loop, settings.zone, now: now)
    // What is said of the machine is said to who looks after it.
    if owner == LoopOwner.local { found += try disk(loop, now: now) + crashes(loop, now: now) }
    return found
  }

  /// A date that was told too late for its reminder.
  private static func dates(
    _ owner: String, _ loop: LoopTransaction, _ zone: ZoneRules, now: Int64
  ) throws -> [Candidate] {
    let clock = zone.civil(now / 1000)
    return try FactDates.on(clock.date, owner: owner, loop).compactMap { date in
      guard date.second ?? .max > clock.secondOfDay,
        // Told today, it is known.
        zone.civil(date.toldAt / 1000).date != clock.date,
        try loop.number(
          "SELECT 1 FROM inbox WHERE owner = ? AND topic = ? AND created_at > ? LIMIT 1",
          [owner, "fact:" + date.fact, now - 2 * 86_400_000]) == nil
      else { return nil }
      let arguments = date.arguments(on: clock.date)
      return Candidate(
        topic: "fact:" + date.fact, text: LoopWords.dated(arguments, zone: zone, now: now),
        why: LoopWords.told(arguments, zone: zone, now: now), use: 9)
    }
  }

  private static func disk(_ loop: LoopTransaction, now: Int64) throws -> [Candidate] {
    guard let values = try measured("disk", loop), let at = values["at"].flatMap({ Int64($0) }), now - at < day else {
      return []
    }
    return [
      Candidate(
        topic: "disk", text: LoopWords.disk(values), why: LoopWords.diskWhy(values), offer: "sarai list", use: 8)
    ]
  }

  private static func crashes(_ loop: LoopTransaction, now: Int64) throws -> [Candidate] {
    try loop.rows(
      """
      SELECT subject, count(*) AS n FROM event WHERE kind = 'skill_crashed' AND at > ? AND subject <> ''
        GROUP BY subject HAVING n >= ? ORDER BY n DESC, subject LIMIT 50
      """, [now - day, fewestCrashes]
    ).map { row in
      let (skill, count): (String, Int) = (row["subject"], row["n"])
      return Candidate(
        topic: "skill:" + skill,
        text: Localized(
          es:
            "La habilidad «\(skill)» ha fallado \(count) veces en un día. Mira por qué con: sarai skill logs \(skill)",
          en: "The skill \"\(skill)\" has crashed \(count) times in a day. See why with: sarai skill logs \(skill)"),
        why: Localized(
          es: "Conté \(count) fallos de «\(skill)» en las últimas 24 horas.",
          en: "I counted \(count) crashes of \"\(skill)\" in the last 24 hours."),
        offer: "sarai skill logs \(skill)", use: 7)
    }
  }

  private static func memory(
    _ owner: String, _ loop: LoopTransaction, _ zone: ZoneRules, now: Int64
  ) throws -> [Candidate] {
    guard let values = try measured("memory:" + owner, loop), let at = values["at"].flatMap({ Int64($0) }) else {
      return []
    }
    func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }
    var found: [Candidate] = []
    if let facts = number("facts_not_backed_up"), facts > 0 {
      let backup = number("backed_up_at")
      if now - (backup ?? at) > 7 * day || backup == nil {
        found.append(
          Candidate(
            topic: "backup", text: LoopWords.backup(facts, last: backup, zone: zone, now: now),
            why: LoopWords.backupWhy(facts, last: backup, zone: zone, now: now), offer: "sarai memory backup", use: 6))
      }
    }
    if let questions = number("questions"), questions > 0 {
      found.append(
        Candidate(
          topic: "questions", text: LoopWords.questions(questions),
          why: Localized(
            es: "La memoria tiene \(questions) cosas que no sabe resolver sin ti.",
            en: "The memory holds \(questions) things that it cannot settle without you."),
          offer: "sarai memory list --proposed", use: 5))
    }
    return found
  }

  /// What somebody asks for at the same hour on most days could be done without being asked.
  private static func habits(
    _ owner: String, _ loop: LoopTransaction, _ zone: ZoneRules, now: Int64
  ) throws -> [Candidate] {
    let known = Set(
      try loop.jobs("WHERE owner = ? AND action = 'run_skill'", [owner]).compactMap { $0.arguments["skill"] })
    return try Habits.daily(owner: owner, now: now, zone: zone, loop).filter { !known.contains($0.skill) }.map {
      usual in
      Candidate(
        topic: "habit:" + usual.skill, text: LoopWords.habit(usual.skill, hour: usual.hour),
        why: Localized(
          es: "En \(usual.days) de los últimos 7 días usaste «\(usual.skill)» hacia las \(usual.hour).",
          en: "On \(usual.days) of the last 7 days you used \"\(usual.skill)\" at about \(usual.hour):00."),
        offer: "sarai job add \"0 \(usual.hour) * * *\" run_skill \(usual.skill)", use: 4)
    }
  }

  private static func measured(_ name: String, _ loop: LoopTransaction) throws -> [String: String]? {
    guard let object = try loop.state(name).flatMap({ try? JSONValue(parsing: $0) })?.objectValue else { return nil }
    return Dictionary(object.members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }) { $1 }
  }

  private static let day: Int64 = 86_400_000
  private static let shortestPause: Int64 = 3_600_000
  private static let topicRests = 7 * day
  private static let dismissedRests = 30 * day
  private static let fewestCrashes = 3
}

extension LoopTransaction {
  /// What rules want to know of an event later.
  func learn(_ event: LoopEvent, _ settings: LoopSettings, now: Int64) throws {
    switch event.kind {
    case .factDated: try FactDates.learn(event, self, settings, now: now)
    case .factGone:
      if let fact = event.values["fact"] { try FactDates.forget(fact, owner: event.owner, self, now: now) }
    case .memoryMeasured: try keep("memory:" + event.owner.prefix(256), event)
    case .diskLow: try keep("disk", event)
    default: break
    }
  }

  private func keep(_ name: String, _ event: LoopEvent) throws {
    var values = event.values.filter { $0.key.utf8.count <= 64 }.mapValues { String($0.prefix(1000)) }
    values["at"] = "\(event.at)"
    guard values.count <= LoopLimits.mostArguments else { return }
    try setState(name, Arguments.text(values))
  }
}
