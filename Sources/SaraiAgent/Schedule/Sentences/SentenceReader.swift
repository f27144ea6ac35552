import SaraiCore

/// Reads what a sentence asks of the loop, in one language.
///
/// A request is a phrase that asks for it («recuérdame», "set an alarm"), a time before it, behind it, in the middle of
/// what is to be remembered or at its end, and what is to be remembered. What is none of these is left alone.
struct SentenceReader {
  /// From `start` to its end, without signs and courtesies.
  let tokens: SentenceTokens
  private let start: Int
  let phrases: RequestPhrases
  let times: TimeReader
  let now: Int64
  let zone: ZoneRules

  /// Nil for a sentence of nothing but courtesies.
  init?(_ whole: SentenceTokens, now: Int64, zone: ZoneRules, language: Language) {
    phrases = .of(language)
    let sentence = whole.without(phrases.courtesies)
    let bounds = Self.bounds(sentence, phrases)
    guard bounds.start < bounds.end else { return nil }
    start = bounds.start
    tokens = sentence.prefix(bounds.end)
    times = TimeReader(tokens: tokens, language: language)
    self.now = now
    self.zone = zone
  }

  private var end: Int { tokens.count }

  func read() -> LoopSentence? {
    if phrases.list.end(in: tokens, at: start).map(isTimeOrEnd) == true { return .listReminders }
    if phrases.inbox.end(in: tokens, at: start) == end { return .showInbox }
    if phrases.cancelAll.end(in: tokens, at: start) == end { return .cancelReminder(text: nil) }
    if let next = phrases.cancelEach.end(in: tokens, at: start), let topic = phrases.topic.end(in: tokens, at: next),
      topic < end
    {
      return .cancelReminders(text: named(topic..<end))
    }
    if let next = phrases.cancel.end(in: tokens, at: start) { return cancel(next) }
    return cancelTimed() ?? request()
  }

  /// Without signs and courtesies at both ends.
  private static func bounds(_ tokens: SentenceTokens, _ phrases: RequestPhrases) -> (start: Int, end: Int) {
    var (start, end) = (0, tokens.count)
    while start < end {
      if let next = phrases.greetings.end(in: tokens, at: start), next <= end {
        start = next
      } else if edges.contains(tokens[start]) {
        start += 1
      } else {
        break
      }
    }
    while start < end {
      if edges.contains(tokens[end - 1]) {
        // The point of «a.m.» belongs to it.
        if tokens[end - 1] == ".", tokens[end - 3] == ".", ["a", "p"].contains(tokens[end - 4]) { break }
        end -= 1
      } else if let from = (max(start, end - 4)..<end).first(where: { phrases.thanks.end(in: tokens, at: $0) == end }) {
        end = from
      } else {
        break
      }
    }
    return (start, end)
  }

  /// What may stand behind a question for all reminders: a time, which is not asked for apart.
  private func isTimeOrEnd(_ position: Int) -> Bool {
    guard position < end else { return true }
    let start = ["para", "for", "on"].contains(tokens[position]) ? position + 1 : position
    return (times.read(at: start) ?? times.read(at: position))?.end == end
  }

  /// "Cancel my 7 am alarm".
  private func cancelTimed() -> LoopSentence? {
    guard let next = phrases.cancelTimed.end(in: tokens, at: start),
      let (_, behind) = times.read(at: next) ?? times.hour(at: next), behind == end - 1,
      phrases.timed.contains(tokens[behind])
    else { return nil }
    return .cancelReminder(text: named(next..<behind))
  }

  private func cancel(_ start: Int) -> LoopSentence? {
    var range = (phrases.topic.end(in: tokens, at: start) ?? start)..<end
    while let last = range.last, Self.nevermore.contains(tokens[last]) { range = range.dropLast() }
    return .cancelReminder(text: named(range))
  }

  /// What names a reminder: a time as it was typed, for "7 am" is no verb, or what it is about.
  private func named(_ range: Range<Int>) -> String {
    guard !range.isEmpty,
      (times.read(at: range.lowerBound) ?? times.hour(at: range.lowerBound))?.end == range.upperBound
    else { return told(range) }
    let (first, last) = (tokens.tokens[range.lowerBound], tokens.tokens[range.upperBound - 1])
    return String(tokens.source[first.range.lowerBound..<last.range.upperBound])
  }

  // MARK: - Requests

  private func request() -> LoopSentence? {
    var parts = TimeParts()
    var position = start
    var trigger = phrases.trigger(in: tokens, at: start)
    if trigger == nil, let (read, next) = times.read(at: start) {
      parts = read
      position = next
      while position < end, [",", "¿", "¡"].contains(tokens[position]) { position += 1 }
      trigger = phrases.trigger(in: tokens, at: position)
    }
    if trigger == nil, let (kind, next) = phrases.bare(in: tokens, at: start),
      tokens[next] == ":" || time(at: next, kind) != nil || kind == .timer && span(at: next) != nil
    {
      trigger = (kind, next)
    }
    if trigger == nil, let (span, next) = spannedTimer(), parts.merge(TimeParts(span: span)) {
      trigger = (.timer, next)
    }
    // Another question is another matter.
    guard !(position..<end).contains(where: { tokens[$0] == "?" || tokens[$0] == "¿" }) else { return nil }
    guard let (kind, behind) = trigger else { return afterwards() }
    if let cycle = (position..<behind).lazy.compactMap({ phrases.cycles[tokens[$0]] }).first {
      guard parts.merge(TimeParts(cycle: cycle)) else { return nil }
    }
    position = phrases.adverb.end(in: tokens, at: behind) ?? behind
    guard !isQuestion(at: position) else { return nil }
    var joint = Joint.none
    position = lead(from: position, kind, &parts, &joint)
    guard position == behind || !isQuestion(at: position) else { return nil }
    // «La película que vimos el martes» is asked from memory.
    if parts.isEmpty, kind == .remind, joint == .none, !phrases.beginsAction(tokens, at: position, joined: false),
      (position..<end).contains(where: { phrases.relatives.contains(tokens[$0]) })
    {
      return nil
    }
    var pieces = [position..<end].filter { !$0.isEmpty }
    if !pieces.isEmpty, let (read, taken) = buried(in: position..<end, parts), parts.merge(read) {
      pieces = [position..<taken.lowerBound, taken.upperBound..<end].filter { !$0.isEmpty }
    }
    return outcome(kind, parts, joint, pieces)
  }

  /// "Set a 7 minute timer".
  private func spannedTimer() -> (TimeSpan, Int)? {
    guard let setting = phrases.setting.end(in: tokens, at: start), let (span, next) = span(at: setting),
      phrases.timers.contains(tokens[next])
    else { return nil }
    return (span, next + 1)
  }

  /// «Ver la final, recuérdamelo mañana a las 8».
  private func afterwards() -> LoopSentence? {
    guard
      let (place, behind) = (start..<end).lazy.compactMap({ place in
        phrases.backwards.end(in: tokens, at: place).map { (place, $0) }
      }).first, place > start, !isQuestion(at: start)
    else { return nil }
    guard behind < end else {
      let (parts, next) = times.read(at: start) ?? (TimeParts(), start)
      let text = skipSigns(next)..<place
      return text.isEmpty ? nil : outcome(.noun, parts, .clause, [text])
    }
    guard let (parts, next) = time(at: skipSigns(behind), .remind), next == end else { return nil }
    return outcome(.noun, parts, .infinitive, [start..<place])
  }

  /// How what is to be remembered is joined to the phrase before it.
  enum Joint { case none, clause, infinitive }

  /// Reads joints and a time that stand behind the phrase that asks.
  private func lead(from start: Int, _ kind: RequestPhrases.Kind, _ parts: inout TimeParts, _ joint: inout Joint) -> Int
  {
    var position = skipSigns(start)
    for _ in 0..<3 {
      if kind == .timer, parts.isEmpty, let (span, end) = span(at: position) {
        parts.span = span
        position = skipSigns(end)
        continue
      }
      if let (read, end) = time(at: position, kind), parts.merge(read) {
        position = another(at: skipSigns(end), kind, &parts)
        continue
      }
      if parts.isEmpty, let end = moment(at: position) {
        parts.doubt = .vague
        position = skipSigns(end)
        continue
      }
      guard joint == .none, let found = phrases.joint(in: tokens, at: position) else { break }
      joint = found.joint
      // Between «que» and a time: «que mañana a las 8 tengo que …».
      position = skipSigns(found.end)
    }
    return position
  }

  /// «Mañana a las 8 y pasado mañana a las 9», «hasta el viernes», «de 8 a 10»: more than one schedule holds, of which
  /// nothing is left to what is to be remembered.
  private func another(at start: Int, _ kind: RequestPhrases.Kind, _ parts: inout TimeParts) -> Int {
    guard let next = phrases.further.end(in: tokens, at: start) else { return start }
    if let (_, end) = time(at: next, kind) {
      parts.doubt = .tooComplex
      return another(at: skipSigns(end), kind, &parts)
    }
    guard let (_, first) = limit(at: next), phrases.through.contains(tokens[first]),
      let (_, last) = limit(at: first + 1)
    else { return start }
    parts.doubt = .tooComplex
    return skipSigns(last)
  }

  /// An hour with or without its article.
  private func limit(at start: Int) -> (Int, Int)? {
    times.number(at: ["las", "la"].contains(tokens[start]) ? start + 1 : start)
  }

  /// «Después de comer», "before 8": when that is, nobody knows.
  private func moment(at start: Int) -> Int? {
    if let end = phrases.moments.end(in: tokens, at: start) { return end }
    // «Un día antes del examen»: where that ends, nobody knows either.
    if let (_, next) = times.span(at: start), phrases.around.end(in: tokens, at: next) != nil { return start }
    // «Entre las 8 y las 9».
    var range = TimeParts()
    let end = another(at: start, .remind, &range)
    if end > start { return end }
    guard let after = phrases.around.end(in: tokens, at: start) else { return nil }
    // «Antes de las 8».
    return (times.read(at: after) ?? times.hour(at: after))?.end
  }

  private func span(at start: Int) -> (TimeSpan, Int)? {
    let position = ["de", "for", "of", "in", "en"].contains(tokens[start]) ? start + 1 : start
    return times.span(at: position)
  }

  private func skipSigns(_ position: Int) -> Int {
    var position = position
    while position < end, [",", ":", "-", "–", "—", ";"].contains(tokens[position]) { position += 1 }
    return position
  }

  /// A time with «para» or "for" before it, too, where one follows the phrase that asks.
  private func time(at position: Int, _ kind: RequestPhrases.Kind) -> (TimeParts, Int)? {
    if let found = times.read(at: position) { return found }
    guard phrases.towards.contains(tokens[position]) else { return nil }
    if let found = times.read(at: position + 1) { return found }
    guard kind != .remind, tokens[position] == "for", let hour = times.hour(at: position + 1),
      hour.end == end || phrases.joint(in: tokens, at: hour.end) != nil || [",", ":"].contains(tokens[hour.end])
    else { return nil }
    return hour
  }

  /// A time at the end or in the middle of what is to be remembered, where it can be of nothing else.
  private func buried(in range: Range<Int>, _ known: TimeParts) -> (TimeParts, Range<Int>)? {
    var inside: (TimeParts, Range<Int>)?
    for start in range where !phrases.binding.contains(tokens[start - 1]) || start == range.lowerBound {
      guard let (read, end) = times.read(at: start) else { continue }
      // What is said already is part of what is to be remembered.
      var both = known
      guard both.merge(read), known.isEmpty || complements(read, known) else { continue }
      if end == range.upperBound { return (read, start..<end) }
      inside = inside ?? (read, start..<end)
    }
    return inside
  }

  /// «Mañana … a las 8»: a day and its hour, apart.
  private func complements(_ read: TimeParts, _ known: TimeParts) -> Bool {
    known.hasOnlyClock && !read.hasOnlyClock || !known.hasClock && read.hasOnlyClock
      || known.day == nil && [.week, .month, .year].contains(known.cycle) && read.day != nil
  }

  private func isQuestion(at position: Int) -> Bool {
    if tokens[position] == "que" { return tokens.hasAccent(position) }
    if phrases.moments.end(in: tokens, at: position) != nil { return false }
    // «Cuando sean las 6» is a time.
    return phrases.questions.end(in: tokens, at: position) != nil && times.read(at: position) == nil
  }

  private func outcome(
    _ kind: RequestPhrases.Kind, _ parts: TimeParts, _ joint: Joint, _ pieces: [Range<Int>]
  ) -> LoopSentence? {
    if let first = pieces.first, phrases.isMemory(tokens, at: first.lowerBound) { return nil }
    let text = pieces.enumerated().map { told($0.element, isClause: joint == .clause && $0.offset == 0) }
      .joined(separator: " ")
    if parts.isEmpty { return pending(kind, joint, pieces, text) }
    do throws(TimeDoubt) {
      let schedule = try TimeResolver(now: now, zone: zone, isAlarm: kind == .alarm).schedule(parts)
      return .remind(Reminder(schedule: schedule, text: text))
    } catch {
      return .remindWithoutTime(text: text)
    }
  }

  /// Without a time, only what cannot be a question about the past is taken.
  private func pending(
    _ kind: RequestPhrases.Kind, _ joint: Joint, _ pieces: [Range<Int>], _ text: String
  ) -> LoopSentence? {
    guard let first = pieces.first?.lowerBound else {
      return kind == .noun || kind == .alarm || kind == .timer ? .remindWithoutTime(text: "") : nil
    }
    let isAction: Bool
    switch joint {
    case .clause: isAction = phrases.beginsClause(tokens, at: first)
    case .infinitive, .none: isAction = phrases.beginsAction(tokens, at: first, joined: joint == .infinitive)
    }
    guard isAction || kind == .noun && (joint != .none || tokens[first - 1] == ":") else { return nil }
    return .remindWithoutTime(text: text)
  }

  private func told(_ range: Range<Int>, isClause: Bool = false) -> String {
    SecondPerson(tokens: tokens, language: times.language).text(range, isClause: isClause)
  }

  /// Behind what is not to be told any more.
  private static let nevermore: Set<String> = ["anymore", "ya", "mas", "nunca"]
  private static let edges: Set<String> = [".", "!", "?", "¿", "¡", ",", ";", ":", "…", "\"", "«", "»", "“", "”"]
}

extension TimeReader {
  /// An hour that nothing but its place shows to be one: "an alarm for 7", «antes de las 8».
  func hour(at start: Int) -> (parts: TimeParts, end: Int)? {
    if ["las", "la"].contains(tokens[start]), let (clock, end) = spanishClock(at: start, hasArticle: true) {
      return (TimeParts(clocks: [clock]), end)
    }
    guard language == .english, let (hour, end) = number(at: start), hour <= 24, tokens[start] != "a",
      tokens[start] != "an", Self.englishUnits[tokens[end]] == nil
    else { return nil }
    let clock = SpokenClock(hour: hour, minute: 0, half: .unknown)
    return (TimeParts(clocks: [finished(clock)]), end)
  }
}
