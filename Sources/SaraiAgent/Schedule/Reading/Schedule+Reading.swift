package import SaraiCore

extension Schedule {
  /// Reads what a person types: the canonical forms, ISO times, «en 45 minutos», «cada martes a las 9», "at 8".
  ///
  /// Without an hour, a day means 9:00. An hour of twelve is by day, from 7 to 21.
  ///
  /// - Parameters:
  ///   - now: Seconds since 1970.
  ///   - language: The person's, which is tried first.
  /// - Throws: `SaraiError` (`invalidRequest`) that says what was not understood, with examples.
  package init(reading text: String, now: Int64, zone: ZoneRules, language: Language) throws {
    let asked = text.utf8.count > SentenceTokens.maxBytes ? "" : text.trimmingWhitespace()
    let canonical = try? Schedule(text: asked)
    if let canonical, canonical.event == nil {
      self = canonical
    } else if Self.looksLikeCron(asked) {
      self.init(.cron(try CronExpression(asked)))
    } else if let instant = Self.isoInstant(asked, zone: zone) {
      self.init(.once(at: instant))
    } else {
      do throws(TimeDoubt) {
        self = try Self.time(in: asked, language, TimeResolver(now: now, zone: zone))
      } catch {
        // "On friday" is a day before it is the name of an event.
        guard error == .notUnderstood, let canonical else { throw error.error(about: text) }
        self = canonical
      }
    }
    if case .once(let instant) = kind, instant <= now { throw TimeDoubt.past.error(about: text) }
  }

  private var event: String? { if case .event(let name) = kind { name } else { nil } }

  /// - Throws: What was said last against it, where it was read at all.
  private static func time(
    in text: String, _ language: Language, _ resolver: TimeResolver
  ) throws(TimeDoubt) -> Schedule {
    var doubt = TimeDoubt.notUnderstood
    for tried in [language] + Language.allCases.filter({ $0 != language }) {
      guard let parts = timeParts(text, tried) else { continue }
      do throws(TimeDoubt) {
        return try resolver.schedule(parts)
      } catch {
        doubt = error
      }
    }
    throw doubt
  }

  /// Nil where the text says anything besides a time.
  private static func timeParts(_ text: String, _ language: Language) -> TimeParts? {
    guard let tokens = SentenceTokens(text) else { return nil }
    var end = tokens.count
    while end > 0, [".", "!", "?"].contains(tokens[end - 1]) { end -= 1 }
    let reader = TimeReader(tokens: tokens, language: language)
    let start = ["para", "for"].contains(tokens[0]) && reader.read(at: 0) == nil ? 1 : 0
    guard let (parts, next) = reader.read(at: start), next == end || next == tokens.count else { return nil }
    return parts
  }

  /// Then what is wrong with it is worth telling.
  private static func looksLikeCron(_ text: String) -> Bool {
    let fields = text.split { $0.isWhitespace }
    return text.hasPrefix("@") || fields.count == 5 && fields.contains { $0.hasPrefix("*") || $0 == "?" }
  }

  /// `2026-11-24 08:00`, with `T`, seconds and a zone or without.
  private static func isoInstant(_ text: String, zone: ZoneRules) -> Int64? {
    guard (16...35).contains(text.utf8.count), let local = ISOTime.milliseconds(text) else { return nil }
    // Times that name a zone are the same whatever the offset of others.
    guard local != ISOTime.milliseconds(text, utcOffsetSeconds: 60) else { return local / 1000 }
    return zone.instants(ofLocal: local / 1000).first
  }
}

extension String {
  fileprivate func trimmingWhitespace() -> String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
