import SaraiCore

/// The phrases of one language by which something is asked of the loop.
struct RequestPhrases: Sendable {
  enum Kind: Sendable {
    /// «Recuérdame».
    case remind
    /// «Avísame»: without a time, or without an action, it waits for something else.
    case notify
    /// «Ponme un recordatorio».
    case noun
    /// An hour is one of the morning.
    case alarm
    case timer
  }

  /// Words before a request that mean nothing to it, and behind.
  let greetings: Phrases
  /// The same anywhere.
  let courtesies: Phrases
  let thanks: Phrases
  let triggers: [(kind: Kind, phrases: Phrases)]
  /// «Alarma», which asks for one with a time behind it.
  let bareNouns: [(kind: Kind, phrases: Phrases)]
  /// «Después de comer»: moments of which only the person knows when they are.
  let moments: Phrases
  /// «Antes de», "before": a time behind it is none.
  let around: Phrases
  /// «Y», «hasta», "or": another time follows.
  let further: Phrases
  /// «De 8 a 10».
  let through: Set<String>
  /// «Recuérdamelo»: behind what is to be remembered.
  let backwards: Phrases
  /// «También», "again": between request and time.
  let adverb: Phrases
  let list: Phrases
  let inbox: Phrases
  let cancelAll: Phrases
  /// «Quita todos los recordatorios», with what they are about behind it.
  let cancelEach: Phrases
  let cancel: Phrases
  /// "Cancel my", before a time and what it is the time of: "7 am alarm". None where times come last.
  let cancelTimed: Phrases
  let timed: Set<String>
  /// Between a cancelled reminder and what it is about.
  let topic: Phrases
  /// Words that make a question of it.
  let questions: Phrases
  /// Words of a clause that tells what was: «la película que vimos el martes».
  let relatives: Set<String>
  /// "Set a … timer", around a length of time.
  let setting: Phrases
  let timers: Set<String>
  /// «Para», "for": may stand before a time that follows the request at once.
  let towards: Set<String>
  /// Words that bind a time to what stands before them.
  let binding: Set<String>
  /// Words of the request itself that say how often: "a daily reminder".
  let cycles: [String: Cycle]
  let clauses: Phrases
  let infinitives: Phrases
  /// Beginnings of what is asked from memory: «lo que dije».
  let memories: Phrases
  let language: Language

  static func of(_ language: Language) -> RequestPhrases { language == .spanish ? spanish : english }

  func trigger(in tokens: SentenceTokens, at start: Int) -> (kind: Kind, end: Int)? {
    Self.longest(triggers, tokens, start)
  }

  func bare(in tokens: SentenceTokens, at start: Int) -> (kind: Kind, end: Int)? {
    Self.longest(bareNouns, tokens, start)
  }

  private static func longest(
    _ triggers: [(kind: Kind, phrases: Phrases)], _ tokens: SentenceTokens, _ start: Int
  ) -> (kind: Kind, end: Int)? {
    triggers.compactMap { trigger in trigger.phrases.end(in: tokens, at: start).map { (trigger.kind, $0) } }
      .max { $0.1 < $1.1 }
  }

  func joint(in tokens: SentenceTokens, at start: Int) -> (joint: SentenceReader.Joint, end: Int)? {
    if let end = clauses.end(in: tokens, at: start) { return (.clause, end) }
    if let end = infinitives.end(in: tokens, at: start) { return (.infinitive, end) }
    return nil
  }

  func isMemory(_ tokens: SentenceTokens, at start: Int) -> Bool { memories.end(in: tokens, at: start) != nil }

  /// What follows «que»: something to do, not something that is known.
  func beginsClause(_ tokens: SentenceTokens, at start: Int) -> Bool {
    guard language == .spanish else { return ["i", "we", "i've", "i'm", "i'll"].contains(tokens[start]) }
    return !Self.spanishSubjects.contains(tokens[start])
      || tokens[start] == "me" && SecondPerson(tokens: tokens, language: .spanish).isWish(start..<tokens.count)
  }

  /// An infinitive.
  func beginsAction(_ tokens: SentenceTokens, at start: Int, joined: Bool) -> Bool {
    // "About" and "of" may ask what is known.
    guard language == .spanish else { return joined && tokens[start - 1] == "to" && tokens.kind(start) == .word }
    let verb = tokens[start] == "no" ? tokens[start + 1] : tokens[start]
    return SecondPerson.isInfinitive(verb)
  }

  private static let spanishSubjects: Set<String> = [
    "mi", "mis", "el", "la", "los", "las", "tu", "tus", "su", "sus", "un", "una", "me", "es", "esta", "este", "yo",
    "ella", "ellos", "ellas", "nosotros", "nuestro", "nuestra", "ayer", "soy", "estoy", "vivo", "naci",
  ]
}
