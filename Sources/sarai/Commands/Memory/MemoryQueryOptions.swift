import ArgumentParser
import SaraiCore

/// A fact as the options of a command give it.
struct MemoryFactOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      words(es: "De quién o de qué.", en: "Of whom or what."), valueName: words(es: "sujeto", en: "subject")))
  var subject: String?

  @Option(
    help: ArgumentHelp(
      words(es: "El verbo, con su preposición.", en: "The verb, with its preposition."),
      valueName: words(es: "verbo", en: "verb")))
  var verb: String?

  @Option(
    help: ArgumentHelp(words(es: "El objeto.", en: "The object."), valueName: words(es: "objeto", en: "object")))
  var object: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(words(es: "El hecho es que no, o que sí.", en: "The fact is that it is not so, or is.")))
  var negated: Bool?

  @Option(
    help: ArgumentHelp(
      words(es: "Cuán seguro es, de 0 a 1.", en: "How sure it is, 0 to 1."),
      valueName: words(es: "número", en: "number")))
  var confidence: Double?

  @Flag(
    name: .customLong("private"), inversion: .prefixedNo,
    help: ArgumentHelp(words(es: "No sale de esta máquina, o sí.", en: "It does not leave this machine, or may.")))
  var isPrivate: Bool?

  @Option(
    help: ArgumentHelp(
      words(es: "Desde cuándo vale.", en: "Since when it holds."), valueName: words(es: "fecha", en: "date")))
  var from: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Hasta cuándo vale, sin ese día.", en: "Until when it holds, without that day."),
      valueName: words(es: "fecha", en: "date")))
  var to: String?

  var isEmpty: Bool {
    subject == nil && verb == nil && object == nil && negated == nil && confidence == nil && isPrivate == nil
      && from == nil && to == nil
  }

  mutating func validate() throws {
    if let confidence, !(0...1).contains(confidence) {
      throw ValidationError(words(es: "--confidence: de 0 a 1.", en: "--confidence: from 0 to 1."))
    }
    for (name, value) in [("--subject", subject), ("--verb", verb)] where value?.allSatisfy(\.isWhitespace) == true {
      throw ValidationError(words(es: "\(name) está vacío.", en: "\(name) is empty."))
    }
    _ = try MemoryInput.time(from, "--from")
    _ = try MemoryInput.time(to, "--to")
  }

  func fact() throws -> MemoryFact {
    MemoryFact(
      subject: subject ?? "", verb: verb ?? "", object: object ?? "", isNegated: negated ?? false,
      confidence: confidence ?? 1, isPrivate: isPrivate ?? false, saidAt: CivilDateTime.current().milliseconds,
      validFrom: try MemoryInput.time(from, "--from"), validTo: try MemoryInput.time(to, "--to"))
  }

  func edit() throws -> MemoryEdit {
    var edit = MemoryEdit()
    edit.subject = subject
    edit.verb = verb
    edit.object = object
    edit.isNegated = negated
    edit.confidence = confidence
    edit.isPrivate = isPrivate
    if let time = try MemoryInput.time(from, "--from") { edit.validFrom = .some(time) }
    if let time = try MemoryInput.time(to, "--to") { edit.validTo = .some(time) }
    return edit
  }
}

/// Which facts, by when they hold.
struct MemoryValidityOptions: ParsableArguments {
  @Flag(help: ArgumentHelp(words(es: "También lo que ya no vale.", en: "What no longer holds as well.")))
  var ever = false

  @Flag(help: ArgumentHelp(words(es: "Lo que espera tu sí.", en: "What waits for your yes.")))
  var proposed = false

  @Option(
    help: ArgumentHelp(
      words(es: "Lo que valía en una fecha.", en: "What held on a date."), valueName: words(es: "fecha", en: "date")))
  var at: String?

  var isEmpty: Bool { !ever && !proposed && at == nil }

  func check() throws {
    if [ever, proposed, at != nil].count(where: { $0 }) > 1 {
      throw ValidationError(
        words(es: "Solo uno de --ever, --proposed y --at.", en: "Only one of --ever, --proposed and --at."))
    }
    _ = try MemoryInput.time(at, "--at")
  }

  func validity() throws -> MemoryQuery.Validity {
    if let time = try MemoryInput.time(at, "--at") { return .at(time) }
    return ever ? .ever : proposed ? .proposed : .now
  }
}

/// Parts of facts to look for.
struct MemoryPartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      words(es: "De quién o de qué; se puede repetir.", en: "Of whom or what; may be repeated."),
      valueName: words(es: "sujeto", en: "subject")))
  var subject: [String] = []

  @Option(
    help: ArgumentHelp(
      words(es: "El verbo; se puede repetir.", en: "The verb; may be repeated."),
      valueName: words(es: "verbo", en: "verb")))
  var verb: [String] = []

  @Option(
    help: ArgumentHelp(
      words(es: "El objeto; se puede repetir.", en: "The object; may be repeated."),
      valueName: words(es: "objeto", en: "object")))
  var object: [String] = []

  @Option(
    help: ArgumentHelp(
      words(
        es: "Palabras con las que empiezan palabras del hecho, o una pregunta.",
        en: "Words with which words of the fact begin, or a question."),
      valueName: words(es: "texto", en: "text")))
  var text: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Dicho desde esta fecha.", en: "Told from this date on."), valueName: words(es: "fecha", en: "date")))
  var since: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Dicho antes de esta fecha.", en: "Told before this date."), valueName: words(es: "fecha", en: "date")))
  var until: String?

  @OptionGroup var validity: MemoryValidityOptions

  private var hasOnlyText: Bool {
    subject.isEmpty && verb.isEmpty && object.isEmpty && since == nil && until == nil && validity.isEmpty
  }

  var isEmpty: Bool { hasOnlyText && text == nil }
  /// The text where nothing else is asked for.
  var onlyText: String? { hasOnlyText ? text : nil }

  func check() throws {
    try validity.check()
    _ = try MemoryInput.time(since, "--since")
    _ = try MemoryInput.time(until, "--until")
  }

  func query(owner: String, limit: Int) throws -> MemoryQuery {
    var query = MemoryQuery(owner: owner)
    query.subjects = subject
    query.verbs = verb
    query.objects = object
    query.text = text ?? ""
    query.saidFrom = try MemoryInput.time(since, "--since")
    query.saidBefore = try MemoryInput.time(until, "--until")
    query.validity = try validity.validity()
    query.limit = limit
    return query
  }
}

struct MemoryLimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      words(es: "Cuántos como mucho.", en: "How many at most."), valueName: words(es: "número", en: "number")))
  var limit: Int?

  mutating func validate() throws {
    if let limit, !(1...10_000).contains(limit) {
      throw ValidationError(words(es: "--limit: de 1 a 10000.", en: "--limit: from 1 to 10000."))
    }
  }
}
