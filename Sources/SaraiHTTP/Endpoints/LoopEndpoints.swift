import Hummingbird
import SaraiAgent
import SaraiCore

extension Route {
  static let loop: [Route] = [
    Route(
      method: .get, template: "/api/loop",
      doc: Localized(es: "Cómo va lo que se hace sin pedirlo.", en: "How it goes with what is done unasked."),
      query: LoopFields.nothing, handle: { api, call in try await api.loopStatus(call) }),
    Route(
      method: .post, template: "/api/loop/pause",
      doc: Localized(es: "No hace nada sin pedirlo, ni avisa.", en: "Does nothing unasked, reminders included."),
      fields: LoopFields.pause, handle: { api, call in try await api.pauseLoop(call) }),
    Route(
      method: .post, template: "/api/loop/resume",
      doc: Localized(es: "Vuelve a hacerlo.", en: "Goes on with it."),
      handle: { api, call in try await api.resumeLoop(call) }),
    Route(
      method: .get, template: "/api/loop/history",
      doc: Localized(es: "Qué se hizo, y su efecto medido.", en: "What was done, and its measured effect."),
      query: LoopFields.history, handle: { api, call in try await api.loopHistory(call) }),
    Route(
      method: .get, template: "/api/loop/plan",
      doc: Localized(
        es: "Qué harían las próximas horas, sin hacer nada.", en: "What the next hours would do, with nothing done."),
      query: LoopFields.plan, handle: { api, call in try await api.loopPlan(call) }),
    Route(
      method: .post, template: "/api/loop/run-now",
      doc: Localized(
        es: "Hace ya una tarea, y espera a que acabe.", en: "Does a job now, and waits until it has ended."),
      fields: LoopFields.runNow, handle: { api, call in try await api.runJob(call) }),
    Route(
      method: .get, template: "/api/jobs", doc: Localized(es: "Las tareas que hay.", en: "The jobs there are."),
      query: LoopFields.owned, handle: { api, call in try await api.jobs(call) }),
    Route(
      method: .post, template: "/api/jobs", doc: Localized(es: "Añade una tarea.", en: "Adds a job."),
      fields: LoopFields.add, handle: { api, call in try await api.addJob(call) }),
    Route(
      method: .get, template: "/api/jobs/{id}", doc: Localized(es: "Una tarea.", en: "A job."),
      query: LoopFields.owned, handle: { api, call in try await api.job(call) }),
    Route(
      method: .patch, template: "/api/jobs/{id}",
      doc: Localized(es: "Cambia una tarea, la enciende o la apaga.", en: "Changes a job, turns it on or off."),
      fields: LoopFields.edit, handle: { api, call in try await api.editJob(call) }),
    Route(
      method: .delete, template: "/api/jobs/{id}", doc: Localized(es: "Quita una tarea.", en: "Removes a job."),
      query: LoopFields.owned, handle: { api, call in try await api.removeJob(call) }),
    Route(
      method: .get, template: "/api/inbox",
      doc: Localized(es: "Recordatorios, sugerencias y avisos.", en: "Reminders, suggestions and alerts."),
      query: LoopFields.inbox, handle: { api, call in try await api.inbox(call) }),
    Route(
      method: .get, template: "/api/inbox/{id}",
      doc: Localized(es: "Un aviso, y por qué está.", en: "One of them, and why it is there."),
      query: LoopFields.owned, handle: { api, call in try await api.inboxItem(call) }),
    Route(
      method: .patch, template: "/api/inbox/{id}",
      doc: Localized(es: "Dice qué se hace con un aviso.", en: "Says what is made of one of them."),
      fields: LoopFields.mark, handle: { api, call in try await api.markInboxItem(call) }),
  ]
}

extension API {
  /// The subject of the error that nothing is done unasked.
  static let loopPart = "loop"

  // MARK: - The loop

  func loopStatus(_ call: Call) async throws -> Response {
    _ = try LoopFields.nothing.check(query: call.request.uri.query)
    return try await act(call) { try await $0.status() }
  }

  func pauseLoop(_ call: Call) async throws -> Response {
    let seconds = try await body(of: call)["seconds"]?.doubleValue
    return try await act(call) { try await $0.pause(seconds: seconds) }
  }

  func resumeLoop(_ call: Call) async throws -> Response {
    try await act(call) { try await $0.resume() }
  }

  func loopHistory(_ call: Call) async throws -> Response {
    let given = try LoopFields.history.check(query: call.request.uri.query)
    return try await act(call) {
      ["actions": .array(try await $0.history(owner: owner(given), limit: Self.limit(given)))]
    }
  }

  func loopPlan(_ call: Call) async throws -> Response {
    let given = try LoopFields.plan.check(query: call.request.uri.query)
    let hours = given["hours"]?.integerValue.map { Int($0) } ?? 24
    return try await act(call) { ["actions": .array(try await $0.plan(owner: owner(given), hours: hours))] }
  }

  func runJob(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let id = given["job"]?.integerValue ?? 0
    return try await act(call) { try await $0.run(id, owner: owner(given)) }
  }

  // MARK: - Jobs

  func jobs(_ call: Call) async throws -> Response {
    let given = try LoopFields.owned.check(query: call.request.uri.query)
    return try await act(call) { ["jobs": .array(try await $0.jobs(owner: owner(given)))] }
  }

  func job(_ call: Call) async throws -> Response {
    let given = try LoopFields.owned.check(query: call.request.uri.query)
    let id = try Self.number(call)
    return try await act(call) { try await $0.job(id, owner: owner(given)) }
  }

  func addJob(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let zone = given["zone"]?.stringValue
    let action = given["action"]?.stringValue ?? ""
    var arguments = Self.texts(given["arguments"]) ?? [:]
    if ["run_prompt", "run_skill"].contains(action), arguments["language"] == nil {
      arguments["language"] = Self.language(given, call).rawValue
    }
    let said = ["text", "prompt", "skill"].lazy.compactMap { arguments[$0] }.first { !$0.isEmpty }
    let job = LoopJobRequest(
      name: given["name"]?.stringValue ?? Self.name(said ?? action),
      schedule: try Self.schedule(given["schedule"]?.stringValue ?? "", zone: zone, Self.language(given, call)),
      action: action, arguments: arguments, zone: zone, catchUp: given["catch_up"]?.stringValue,
      priority: given["priority"]?.integerValue.map { Int($0) }, limitSeconds: given["limit_seconds"]?.doubleValue)
    return try await act(call) { try await $0.add(job, owner: owner(given)) }
  }

  func editJob(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let id = try Self.number(call)
    var edit = LoopJobChange()
    edit.name = given["name"]?.stringValue
    edit.arguments = Self.texts(given["arguments"])
    edit.zone = given["zone"]?.stringValue
    edit.catchUp = given["catch_up"]?.stringValue
    edit.priority = given["priority"]?.integerValue.map { Int($0) }
    edit.limitSeconds = given["limit_seconds"]?.doubleValue
    edit.isEnabled = given["enabled"]?.boolValue
    let schedule = given["schedule"]?.stringValue
    guard edit != LoopJobChange() || schedule != nil else {
      throw SaraiError(
        .invalidRequest, es: "Di qué se cambia: «schedule», «enabled», «arguments»…",
        en: "Say what to change: \"schedule\", \"enabled\", \"arguments\", …", subject: "schedule")
    }
    if let zone = edit.zone { _ = try Self.zone(zone) }
    return try await act(call) { [edit] loop in
      var edit = edit
      if let schedule {
        // Said of a job that has a zone, «a las 9» is nine there.
        let job = try await loop.job(id, owner: owner(given))
        let known = job["zone"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        edit.schedule = try Self.schedule(schedule, zone: edit.zone ?? known, Self.language(given, call))
      }
      return try await loop.edit(id, edit, owner: owner(given))
    }
  }

  func removeJob(_ call: Call) async throws -> Response {
    let given = try LoopFields.owned.check(query: call.request.uri.query)
    let id = try Self.number(call)
    return try await act(call) { try await $0.remove(id, owner: owner(given)) }
  }

  // MARK: - The inbox

  func inbox(_ call: Call) async throws -> Response {
    let given = try LoopFields.inbox.check(query: call.request.uri.query)
    let unreadOnly = given["all"]?.boolValue != true
    return try await act(call) {
      let items = try await $0.inbox(owner: owner(given), unreadOnly: unreadOnly, limit: Self.limit(given))
      return ["items": .array(items)]
    }
  }

  func inboxItem(_ call: Call) async throws -> Response {
    let given = try LoopFields.owned.check(query: call.request.uri.query)
    let id = try Self.number(call)
    return try await act(call) { try await $0.item(id, owner: owner(given)) }
  }

  func markInboxItem(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let id = try Self.number(call)
    let mark = given["mark"]?.stringValue.flatMap(InboxMark.init(rawValue:)) ?? .read
    return try await act(call) { try await $0.mark(id, mark, owner: owner(given)) }
  }

  // MARK: - All of them

  /// Asks the loop, within the queue and the time that every other request has.
  private func act(
    _ call: Call, _ ask: @escaping @Sendable (any LoopGateway) async throws -> JSONValue
  ) async throws -> Response {
    guard let loop else {
      throw SaraiError(
        .notAvailable, es: "Este servidor no hace nada sin pedirlo: arráncalo con «sarai serve».",
        en: "This server does nothing unasked: start it with \"sarai serve\".", subject: Self.loopPart)
    }
    let ticket = try admission.enter()
    let answer = try await call.deadlines.total.limit {
      _ = ticket
      do {
        return try await ask(loop)
      } catch let error as SaraiError where error.code == .notAvailable {
        throw Self.switchedOff
      }
    }
    return .json(answer.serialized(), language: call.language)
  }

  /// Says nothing of where the configuration is.
  private static let switchedOff = SaraiError(
    .notAvailable,
    es: "Las tareas, los recordatorios y el buzón están apagados: pon «phoenix.proactive_loop_enabled: true» en la "
      + "configuración.",
    en: "Jobs, reminders and the inbox are off: put \"phoenix.proactive_loop_enabled: true\" into the configuration.",
    subject: loopPart)

  private static func schedule(_ text: String, zone: String?, _ language: Language) throws -> String {
    let now = CivilDateTime.current().milliseconds / 1000
    return try Schedule(reading: text, now: now, zone: zone.map { try Self.zone($0) } ?? .local(), language: language)
      .text
  }

  private static func zone(_ name: String) throws -> ZoneRules {
    do {
      return try ZoneRules(identifier: name)
    } catch let error as SaraiError {
      throw SaraiError(.invalidRequest, error.message, subject: "zone")
    }
  }

  private static func texts(_ value: JSONValue?) -> [String: String]? {
    value?.objectValue.map { object in
      Dictionary(object.members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }) { $1 }
    }
  }

  /// The beginning of a text, for lists.
  private static func name(_ text: String) -> String {
    var size = 0
    return String(
      text.prefix(60).prefix { character in
        size += character.utf8.count
        return size <= 200
      })
  }

  private static func limit(_ given: JSONObject) -> Int { given["limit"]?.integerValue.map { Int($0) } ?? 100 }

  private static func number(_ call: Call) throws(SaraiError) -> Int64 {
    guard let id = Int64(call.parameter), id > 0 else {
      throw SaraiError(
        .notFound, es: "No hay nada que se llame «\(call.parameter.prefix(40))»: tareas y avisos tienen números.",
        en: "There is nothing called \"\(call.parameter.prefix(40))\": jobs and messages have numbers.", subject: "id")
    }
    return id
  }
}
