import Hummingbird
import SaraiCore

extension Route {
  static let memory: [Route] = [
    Route(
      method: .post, template: "/api/memory/learn",
      doc: Localized(es: "Aprende de lo que dijo una persona.", en: "Learns from what a person said."),
      fields: MemoryFields.learn, handle: { api, call in try await api.learn(call) }),
    Route(
      method: .post, template: "/api/memory/ask",
      doc: Localized(es: "Responde con lo que se recuerda, sin modelo.", en: "Answers from memory, without a model."),
      fields: MemoryFields.ask, handle: { api, call in try await api.ask(call) }),
    Route(
      method: .post, template: "/api/memory/recall",
      doc: Localized(
        es: "Los hechos y frases que vienen al caso.", en: "The facts and turns that bear on something."),
      fields: MemoryFields.recall, handle: { api, call in try await api.recall(call) }),
    Route(
      method: .get, template: "/api/memory/facts",
      doc: Localized(es: "Los hechos que se recuerdan.", en: "The facts that are remembered."),
      query: MemoryFields.facts, handle: { api, call in try await api.facts(call) }),
    Route(
      method: .post, template: "/api/memory/facts",
      doc: Localized(
        es: "Guarda hechos enteros, con su sujeto y su verbo en las palabras de la memoria.",
        en: "Stores whole facts, their subjects and verbs in the memory's own words."),
      fields: MemoryFields.add, handle: { api, call in try await api.addFacts(call) }),
    Route(
      method: .get, template: "/api/memory/facts/{id}",
      doc: Localized(es: "Un hecho y de dónde sale.", en: "A fact and where it comes from."),
      query: MemoryFields.why, handle: { api, call in try await api.why(call) }),
    Route(
      method: .patch, template: "/api/memory/facts/{id}",
      doc: Localized(es: "Corrige o confirma un hecho.", en: "Corrects or confirms a fact."),
      fields: MemoryFields.edit, handle: { api, call in try await api.editFact(call) }),
    Route(
      method: .delete, template: "/api/memory/facts/{id}",
      doc: Localized(es: "Olvida un hecho para siempre.", en: "Forgets a fact for good."),
      query: MemoryFields.forget, handle: { api, call in try await api.forgetFact(call) }),
    Route(
      method: .delete, template: "/api/memory/turns/{id}",
      doc: Localized(
        es: "Olvida para siempre una frase, y los hechos que contó.",
        en: "Forgets a turn for good, and the facts that it told."),
      query: MemoryFields.forgetTurn, handle: { api, call in try await api.forgetTurn(call) }),
    Route(
      method: .post, template: "/api/memory/forget",
      doc: Localized(
        es: "Olvida para siempre hechos y frases, por número o con palabras.",
        en: "Forgets facts and turns for good, by number or in words."),
      fields: MemoryFields.forgetAny, handle: { api, call in try await api.forget(call) }),
    Route(
      method: .post, template: "/api/memory/undo",
      doc: Localized(es: "Deshace lo último que cambió la memoria.", en: "Takes back the last change of the memory."),
      fields: MemoryFields.undo, handle: { api, call in try await api.undo(call) }),
  ]
}

extension API {
  /// Whose memory it is where a request names nobody: that of who holds the token.
  static let localOwner = "local"
  /// The subject of the error that there is no memory.
  static let memoryPart = "memory"

  // MARK: - Learning and asking

  func learn(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    func text(_ name: String) -> String { given[name]?.stringValue ?? "" }
    let lesson = MemoryLesson(
      owner: owner(given), conversation: given["conversation"]?.stringValue ?? "api", text: text("text"),
      reply: text("reply"), language: Self.language(given, call), now: .current(),
      source: given["source"]?.stringValue ?? MemoryFact.userInput, sourceName: text("source_name"), key: text("key"))
    return try await remember(call) { try await $0.learn(lesson).json }
  }

  func ask(_ call: Call) async throws -> Response {
    let question = question(try await body(of: call), call)
    return try await remember(call) {
      try await $0.respond(to: question)?.json ?? MemoryReply.absent(question.language)
    }
  }

  func recall(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let limit = given["limit"]?.integerValue.map { Int($0) } ?? 20
    guard given["question"] != nil else {
      let query = try query(given, limit: limit)
      guard given.keys.contains(where: { !["limit", "user", "language", "order"].contains($0) }) else {
        throw SaraiError(
          .invalidRequest, es: "Di qué se busca: «question», o partes de un hecho como «subject».",
          en: "Say what to look for: \"question\", or parts of a fact such as \"subject\".", subject: "question")
      }
      return try await remember(call) { MemoryRecall(facts: try await $0.facts(query)).json }
    }
    if let part = given.keys.first(where: { !["question", "limit", "user", "language"].contains($0) }) {
      throw SaraiError(
        .invalidRequest, es: "«question» no va con «\(part)»: deja uno de los dos.",
        en: "\"question\" does not go with \"\(part)\": keep one of them.", subject: part)
    }
    let question = question(given, call)
    return try await remember(call) {
      try await $0.recall(question, limits: RecallLimits(facts: limit, turns: limit)).json
    }
  }

  // MARK: - Facts

  func facts(_ call: Call) async throws -> Response {
    let given = try MemoryFields.facts.check(query: call.request.uri.query)
    var query = try query(given, limit: given["limit"]?.integerValue.map { Int($0) } ?? 100)
    query.offset = given["offset"]?.integerValue.map { Int($0) } ?? 0
    return try await remember(call) { [query] in ["facts": .array(try await $0.facts(query).map(\.json))] }
  }

  func addFacts(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let now = CivilDateTime.current().milliseconds
    let elements = given["facts"]?.arrayValue ?? []
    let facts = try elements.enumerated().map { index, element in
      let members = element.objectValue ?? [:]
      let path = "facts[\(index)]."
      return MemoryFact(
        subject: members["subject"]?.stringValue ?? "", verb: members["verb"]?.stringValue ?? "",
        object: members["object"]?.stringValue ?? "", isNegated: members["negated"]?.boolValue ?? false,
        confidence: members["confidence"]?.doubleValue ?? 1,
        source: members["source"]?.stringValue ?? MemoryFact.userInput,
        isPrivate: members["private"]?.boolValue ?? false, saidAt: now,
        validFrom: try Self.time(members, "valid_from", path: path),
        validTo: try Self.time(members, "valid_to", path: path))
    }
    let replaces = given["replaces"]?.boolValue ?? false
    return try await remember(call) { try await $0.add(facts, owner: owner(given), replaces: replaces).json }
  }

  func why(_ call: Call) async throws -> Response {
    let given = try MemoryFields.why.check(query: call.request.uri.query)
    let id = try Self.fact(call)
    return try await remember(call) { try await $0.why(id, owner: owner(given)).json }
  }

  func editFact(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let id = try Self.fact(call)
    var edit = MemoryEdit()
    edit.subject = given["subject"]?.stringValue
    edit.verb = given["verb"]?.stringValue
    edit.object = given["object"]?.stringValue
    edit.isNegated = given["negated"]?.boolValue
    edit.confidence = given["confidence"]?.doubleValue
    edit.isPrivate = given["private"]?.boolValue
    if given["valid_from"] != nil { edit.validFrom = .some(try Self.time(given, "valid_from")) }
    if given["valid_to"] != nil { edit.validTo = .some(try Self.time(given, "valid_to")) }
    let confirms = given["standing"] != nil
    guard confirms || edit != MemoryEdit() else {
      throw SaraiError(
        .invalidRequest, es: "Di qué se corrige: «object», «confidence»…",
        en: "Say what to correct: \"object\", \"confidence\"…", subject: "object")
    }
    return try await remember(call) { [edit] memory in
      let owner = owner(given)
      let confirmed = confirms ? try await memory.confirm(id, owner: owner) : nil
      if let confirmed, edit == MemoryEdit() { return confirmed.json }
      return try await memory.edit(confirmed?.id ?? id, edit, owner: owner).json
    }
  }

  func forgetFact(_ call: Call) async throws -> Response {
    let given = try MemoryFields.forget.check(query: call.request.uri.query)
    var request = MemoryForgetting(owner: owner(given))
    request.facts = [try Self.fact(call)]
    request.language = call.language
    request.includesMentions = given["mentions"]?.boolValue ?? false
    return try await remember(call) { [request] in try await $0.forget(request).json }
  }

  func forgetTurn(_ call: Call) async throws -> Response {
    let given = try MemoryFields.forgetTurn.check(query: call.request.uri.query)
    guard let id = Int64(call.parameter), id > 0 else {
      throw SaraiError(
        .notFound, es: "No hay ninguna frase «\(call.parameter.prefix(40))»: las frases tienen números.",
        en: "There is no turn \"\(call.parameter.prefix(40))\": turns have numbers.", subject: "id")
    }
    var request = MemoryForgetting(owner: owner(given))
    request.turns = [id]
    return try await remember(call) { [request] in try await $0.forget(request).json }
  }

  func forget(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    var request = MemoryForgetting(owner: owner(given))
    request.text = given["text"]?.stringValue ?? ""
    request.facts = given["facts"]?.arrayValue?.compactMap(\.integerValue) ?? []
    request.turns = given["turns"]?.arrayValue?.compactMap(\.integerValue) ?? []
    request.language = Self.language(given, call)
    request.includesMentions = given["mentions"]?.boolValue ?? false
    request.isRehearsal = given["dry_run"]?.boolValue ?? false
    request.everything = given["everything"]?.boolValue ?? false
    let isNamed = !request.text.isEmpty || !request.facts.isEmpty || !request.turns.isEmpty
    guard isNamed || request.everything else {
      throw SaraiError(
        .invalidRequest, es: "Di qué se olvida: «text», «facts» o «turns»; todo, con «everything».",
        en: "Say what to forget: \"text\", \"facts\" or \"turns\"; all of it by \"everything\".", subject: "text")
    }
    guard !request.everything || (!isNamed && !request.isRehearsal) else {
      throw SaraiError(
        .invalidRequest, es: "«everything» va solo: quita lo demás.",
        en: "\"everything\" goes alone: leave out the rest.", subject: "everything")
    }
    return try await remember(call) { [request] memory in
      let forgotten = try await memory.forget(request)
      var object = forgotten.json.objectValue ?? JSONObject()
      if request.isRehearsal {
        object["said"] = .array(forgotten.said.map(\.json))
        object["said_turns"] = .array(forgotten.saidTurns.map(\.json))
      }
      return .object(object)
    }
  }

  func undo(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let operation = given["operation"]?.integerValue
    return try await remember(call) { try await $0.undo(operation, owner: owner(given)).json }
  }

  // MARK: - Both

  /// Asks the memory, within the queue and the time that every other request has.
  private func remember(
    _ call: Call, _ ask: @escaping @Sendable (any MemoryGateway) async throws -> JSONValue
  ) async throws -> Response {
    guard let memory else {
      throw SaraiError(
        .notAvailable, es: "Este servidor no recuerda nada: arráncalo con «sarai serve».",
        en: "This server remembers nothing: start it with \"sarai serve\".", subject: Self.memoryPart)
    }
    let ticket = try admission.enter()
    let answer = try await call.deadlines.total.limit {
      _ = ticket
      return try await ask(memory)
    }
    return .json(answer.serialized(), language: call.language)
  }

  func owner(_ given: JSONObject) -> String {
    given["user"]?.stringValue ?? settings.memoryOwner ?? Self.localOwner
  }

  static func language(_ given: JSONObject, _ call: Call) -> Language {
    given["language"]?.stringValue.flatMap(Language.init(rawValue:)) ?? call.language
  }

  private func question(_ given: JSONObject, _ call: Call) -> MemoryQuestion {
    MemoryQuestion(
      owner: owner(given), text: given["question"]?.stringValue ?? "", language: Self.language(given, call),
      now: .current())
  }

  private func query(_ given: JSONObject, limit: Int) throws(SaraiError) -> MemoryQuery {
    func strings(_ name: String) -> [String] {
      given[name]?.stringValue.map { [$0] } ?? given[name]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
    var query = MemoryQuery(owner: owner(given))
    query.subjects = strings("subject")
    query.verbs = strings("verb")
    query.objects = strings("object")
    query.text = given["text"]?.stringValue ?? ""
    query.saidFrom = try Self.time(given, "since")
    query.saidBefore = try Self.time(given, "until")
    query.limit = limit
    query.order = given["order"]?.stringValue.flatMap(MemoryQuery.Order.init(rawValue:)) ?? .stable
    switch given["validity"]?.stringValue {
    case "ever": query.validity = .ever
    case "proposed": query.validity = .proposed
    default: break
    }
    if let at = try Self.time(given, "at") {
      guard given["validity"] == nil else {
        throw SaraiError(
          .invalidRequest, es: "«at» no va con «validity»: deja uno de los dos.",
          en: "\"at\" does not go with \"validity\": keep one of them.", subject: "at")
      }
      query.validity = .at(at)
    }
    return query
  }

  /// Milliseconds since 1970; nil for an absent field and for null.
  private static func time(_ given: JSONObject, _ name: String, path: String = "") throws(SaraiError) -> Int64? {
    guard let text = given[name]?.stringValue else { return nil }
    guard let time = ISOTime.milliseconds(text) else {
      throw SaraiError(
        .invalidRequest,
        es: "«\(path)\(name)» debe ser una fecha como 2026-11-23 o 2026-11-23T07:33:00Z; llegó «\(text)».",
        en: "\"\(path)\(name)\" must be a time like 2026-11-23 or 2026-11-23T07:33:00Z; got \"\(text)\".",
        subject: path + name)
    }
    return time
  }

  private static func fact(_ call: Call) throws(SaraiError) -> Int64 {
    guard let id = Int64(call.parameter), id > 0 else {
      throw SaraiError(
        .notFound, es: "No hay ningún hecho «\(call.parameter.prefix(40))»: los hechos tienen números.",
        en: "There is no fact \"\(call.parameter.prefix(40))\": facts have numbers.", subject: "id")
    }
    return id
  }
}
