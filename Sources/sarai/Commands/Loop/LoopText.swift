import ArgumentParser
import FoundationEssentials
import LoopProtocol
import SaraiAgent
import SaraiCore
import SaraiRuntime

/// What the loop's commands print for people.
enum LoopText {
  /// Seconds since 1970.
  static var now: Double { Date().timeIntervalSince1970 }

  static func status(_ status: Sarai_Loop_V1_Status) {
    let states = [
      "running": words(es: "en marcha", en: "running"), "paused": words(es: "en pausa", en: "paused"),
      "disabled": words(es: "apagado", en: "off"), "error": words(es: "con un fallo", en: "failing"),
    ]
    var state = states[status.state] ?? status.state
    if status.hasPausedUntil { state += words(es: " hasta ", en: " until ") + moment(status.pausedUntil) }
    var rows = [
      (words(es: "estado", en: "state"), state),
      (
        words(es: "tareas", en: "jobs"),
        "\(status.jobs)"
          + (status.suspendedJobs > 0
            ? words(es: ", \(status.suspendedJobs) suspendidas", en: ", \(status.suspendedJobs) suspended") : "")
      ),
      (
        words(es: "última hora", en: "last hour"),
        words(
          es: "\(status.endedActions) acciones, \(status.usefulActions) con efecto",
          en: "\(status.endedActions) actions, \(status.usefulActions) with an effect")
      ),
    ]
    if status.hasNextAt {
      rows.append((words(es: "siguiente", en: "next"), "\(moment(status.nextAt))  \(action(status.nextAction))"))
    }
    if !status.running.isEmpty {
      rows.append((words(es: "haciendo", en: "doing"), status.running.joined(separator: ", ")))
    }
    let unread = status.unread.values.reduce(0, +)
    rows.append(
      (
        words(es: "sin leer", en: "unread"),
        unread == 0 ? "0" : words(es: "\(unread) (sarai inbox)", en: "\(unread) (sarai inbox)")
      ))
    rows.append((words(es: "zona horaria", en: "time zone"), status.zone))
    let fault = words(es: status.faultEs, en: status.faultEn)
    if !fault.isEmpty { rows.append((words(es: "fallo", en: "fault"), fault)) }
    let width = rows.map { DisplayWidth.of($0.0) }.max() ?? 0
    for (name, value) in rows {
      Output.line(Output.dim(name) + String(repeating: " ", count: width - DisplayWidth.of(name) + 2) + value)
    }
  }

  static func history(_ actions: [Sarai_Loop_V1_Action]) {
    var table = Table(headers: [
      words(es: "CUÁNDO", en: "WHEN"), words(es: "QUÉ", en: "WHAT"), words(es: "POR QUÉ", en: "WHY"),
      words(es: "CÓMO ACABÓ", en: "OUTCOME"), words(es: "EFECTO", en: "EFFECT"),
    ])
    for one in actions {
      let states = [
        "done": words(es: "hecho", en: "done"), "failed": words(es: "falló", en: "failed"),
        "interrupted": words(es: "interrumpido", en: "interrupted"), "waiting": words(es: "espera", en: "waiting"),
        "running": words(es: "en ello", en: "running"), "cancelled": words(es: "cancelado", en: "cancelled"),
      ]
      let failure = one.state == "failed" ? words(es: one.textEs, en: one.textEn) : ""
      table.rows.append([
        moment(one.hasEndedAt ? one.endedAt : one.dueAt), action(one.action), one.trigger,
        states[one.state] ?? one.state,
        failure.isEmpty ? effect(one) : SearchText.singleLine(failure, maxLength: 100),
      ])
    }
    table.print()
  }

  static func plan(_ actions: [Sarai_Loop_V1_Action]) {
    var table = Table(headers: [
      words(es: "CUÁNDO", en: "WHEN"), words(es: "TAREA", en: "JOB"), words(es: "QUÉ", en: "WHAT"),
      words(es: "CON QUÉ", en: "WITH"),
    ])
    for one in actions {
      let arguments = one.arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      table.rows.append([
        one.hasDueAt ? moment(one.dueAt) : one.trigger, "\(one.job)", action(one.action),
        SearchText.singleLine(arguments, maxLength: 80),
      ])
    }
    table.print()
  }

  static func jobs(_ jobs: [Sarai_Loop_V1_Job]) {
    var table = Table(
      headers: [
        "ID", words(es: "CUÁNDO", en: "WHEN"), words(es: "QUÉ", en: "WHAT"), words(es: "SIGUIENTE", en: "NEXT"),
        words(es: "NOMBRE", en: "NAME"),
      ], alignments: [.right])
    for job in jobs {
      table.rows.append([
        "\(job.id)", schedule(job), action(job.action), next(job), SearchText.singleLine(job.name, maxLength: 60),
      ])
    }
    table.print()
  }

  static func next(_ job: Sarai_Loop_V1_Job) -> String {
    if job.isSuspended { return words(es: "suspendida", en: "suspended") }
    if !job.isEnabled { return words(es: "apagada", en: "off") }
    return job.hasNextAt ? moment(job.nextAt) : "–"
  }

  static func inbox(_ items: [Sarai_Loop_V1_InboxItem]) {
    for item in items {
      let kinds = [
        "reminder": words(es: "recordatorio", en: "reminder"), "suggestion": words(es: "sugerencia", en: "suggestion"),
        "alert": words(es: "aviso", en: "alert"), "report": words(es: "respuesta", en: "report"),
      ]
      let isNew = !item.hasReadAt && !item.hasDismissedAt
      let head = "\(item.id)  \(moment(item.createdAt))  \(kinds[item.kind] ?? item.kind)"
      Output.line((isNew ? Output.bold("● ") : "  ") + Output.dim(head))
      Output.line("  " + words(es: item.textEs, en: item.textEn).withoutControlCharacters)
    }
  }

  static func schedule(_ job: Sarai_Loop_V1_Job) -> String {
    guard let schedule = try? Schedule(text: job.schedule) else { return job.schedule }
    let zone = job.zone.isEmpty ? nil : try? ZoneRules(identifier: job.zone)
    return schedule.words(Words.language, zone: zone ?? .local(), now: Int64(now))
  }

  static func action(_ name: String) -> String {
    let names = [
      "prune_caches": words(es: "vaciar cachés", en: "prune caches"),
      "rotate_logs": words(es: "rotar registros", en: "rotate logs"),
      "vacuum_memory": words(es: "compactar la memoria", en: "vacuum the memory"),
      "rotate_memory": words(es: "rotar la memoria", en: "rotate the memory"),
      "compact_databases": words(es: "compactar bases de datos", en: "compact databases"),
      "backup_memory": words(es: "copiar la memoria", en: "back up the memory"),
      "warm_model": words(es: "preparar un modelo", en: "warm a model"),
      "warm_skill": words(es: "preparar una habilidad", en: "warm a skill"),
      "run_skill": words(es: "ejecutar una habilidad", en: "run a skill"),
      "run_prompt": words(es: "hacer una consulta", en: "run a prompt"), "remind": words(es: "recordar", en: "remind"),
      "suggest": words(es: "sugerir", en: "suggest"), "alert": words(es: "avisar", en: "alert"),
    ]
    return names[name] ?? name
  }

  private static func effect(_ action: Sarai_Loop_V1_Action) -> String {
    guard action.hasEffect else { return "" }
    let (before, after) = (action.effect.before, action.effect.after)
    guard before != after else { return words(es: "ninguno", en: "none") }
    switch action.effect.unit {
    case "bytes": return "\(readableBytes(Int64(before))) → \(readableBytes(Int64(after)))"
    case "milliseconds": return "\(decimal(before, digits: 0)) → \(decimal(after, digits: 0)) ms"
    case "messages": return words(es: "un mensaje", en: "a message")
    default: return words(es: "\(Int(before)) → \(Int(after)) filas", en: "\(Int(before)) → \(Int(after)) rows")
    }
  }

  static func moment(_ seconds: Double) -> String {
    LocalTime(secondsSince1970: Int(max(-6e10, min(6e10, seconds)))).readable
  }

  /// `90s`, `45m`, `2h`, `1d`, in seconds.
  static func seconds(_ text: String) throws -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number > 0, number < 1e5
    else {
      throw ValidationError(
        words(
          es: "«\(text)» no es un tiempo: escribe 45m, 2h o 1d.", en: "\"\(text)\" is no time: write 45m, 2h or 1d."))
    }
    return number * unit
  }
}
