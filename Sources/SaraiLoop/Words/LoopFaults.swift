import SaraiAgent
import SaraiCore
import SaraiStore

/// Something that SARAi's keeper has to know.
struct LoopAlert {
  var topic: String
  var trigger: String
  var text: Localized
  var why: Localized
}

extension LoopWords {
  // MARK: - Alerts

  static func clockJumped(_ milliseconds: Int64) -> LoopAlert {
    let minutes = abs(milliseconds) / 60_000
    let (size, sizeEnglish) =
      minutes < 180 ? ("\(minutes) minutos", "\(minutes) minutes") : ("\(minutes / 60) horas", "\(minutes / 60) hours")
    let isAhead = milliseconds > 0
    return LoopAlert(
      topic: "clock", trigger: "clock",
      text: Localized(
        es: "El reloj del sistema se ha \(isAhead ? "adelantado" : "atrasado") \(size). "
          + (isAhead
            ? "Lo que tocaba en ese tiempo se recupera como dice cada trabajo." : "Nada de lo ya hecho se repite."),
        en: "The system clock went \(isAhead ? "forward" : "back") by \(sizeEnglish). "
          + (isAhead
            ? "What was due in that time is caught up as each job says." : "Nothing that was done is repeated.")
      ),
      why: Localized(
        es: "La hora cambió y el tiempo transcurrido no.",
        en: "The time of day changed and the time that passed did not."))
  }

  static func zoneChanged(from old: String, to new: String) -> LoopAlert {
    LoopAlert(
      topic: "zone", trigger: "zone",
      text: Localized(
        es:
          "La zona horaria es ahora \(new) y no \(old): los trabajos con hora siguen la nueva. Los avisos de un momento "
          + "fijo no se mueven.",
        en: "The time zone is now \(new) and not \(old): jobs with a time of day follow the new one. Reminders of one "
          + "fixed moment do not move."),
      why: Localized(es: "La zona del sistema cambió.", en: "The system's zone changed."))
  }

  static func unreadable(_ row: UnreadableRow) -> LoopAlert {
    let what =
      switch row.origin {
      case "job": Localized(es: "El trabajo \(row.id)", en: "Job \(row.id)")
      case "action": Localized(es: "La acción \(row.id)", en: "Action \(row.id)")
      default: Localized(es: "El mensaje \(row.id)", en: "Message \(row.id)")
      }
    return LoopAlert(
      topic: "damage:\(row.origin):\(row.id.prefix(64))", trigger: "damage",
      text: Localized(
        es: "\(what.es) no se puede leer y se ha apartado; lo demás sigue. Si lo echas en falta, créalo de nuevo con "
          + "«sarai job add».",
        en: "\(what.en) cannot be read and was put aside; the rest goes on. If you miss it, make it again with "
          + "`sarai job add`."),
      why: Localized(es: "Su fila está dañada: \(row.fault).", en: "Its row is damaged: \(row.fault)."))
  }

  static func recovered(_ recovery: StoreOpening.Recovery) -> LoopAlert {
    let text: Localized
    switch recovery {
    case .restored, .refilled:
      text = Localized(
        es: "El archivo de trabajos y avisos estaba dañado y se ha puesto su última copia: mira «sarai job list».",
        en: "The file of jobs and messages was damaged, and its last backup is in place: look at `sarai job list`.")
    case .startedEmpty, .lostAll:
      text = Localized(
        es:
          "El archivo de trabajos y avisos estaba dañado y no había copia: tus trabajos y recordatorios se han perdido.",
        en: "The file of jobs and messages was damaged and there was no backup: your jobs and reminders are lost.")
    case .rewritten:
      text = Localized(
        es: "El archivo de trabajos y avisos se borró mientras estaba en uso y se ha escrito de nuevo.",
        en: "The file of jobs and messages was deleted while in use, and is written again.")
    }
    return LoopAlert(
      topic: "damage:file", trigger: "damage", text: text,
      why: Localized(es: "loop.db no superó su comprobación.", en: "loop.db did not pass its check."))
  }

  static func suspended(_ job: LoopJob, _ failure: SaraiError) -> LoopAlert {
    LoopAlert(
      topic: "suspended:\(job.id)", trigger: "failures",
      text: Localized(
        es: "El trabajo «\(job.name)» ha fallado \(Backoff.mostFailures) veces seguidas y queda suspendido. La última: "
          + "\(failure.message.es) Cuando esté arreglado: sarai job edit \(job.id) --enable",
        en: "The job \"\(job.name)\" failed \(Backoff.mostFailures) times in a row and is suspended. The last time: "
          + "\(failure.message.en) Once it is mended: sarai job edit \(job.id) --enable"),
      why: Localized(
        es: "\(Backoff.mostFailures) intentos seguidos acabaron mal.",
        en: "\(Backoff.mostFailures) attempts in a row ended badly."))
  }

  static func failedOnce(_ job: LoopJob, _ failure: SaraiError) -> LoopAlert {
    LoopAlert(
      topic: "failed:\(job.id)", trigger: "failures",
      text: Localized(
        es: "El trabajo «\(job.name)» ha fallado: \(failure.message.es) Para intentarlo otra vez: sarai loop run-now "
          + "\(job.id)",
        en: "The job \"\(job.name)\" failed: \(failure.message.en) To try again: sarai loop run-now \(job.id)"),
      why: Localized(es: "No vuelve a tocar por sí solo.", en: "It is not due again by itself."))
  }

  static func interrupted(_ action: ProactiveAction) -> Localized {
    Localized(
      es: "SARAi se detuvo mientras lo hacía y no se sabe hasta dónde llegó.",
      en: "SARAi ended while it was done, and nobody knows how far it came.")
  }

  static func interruptedAlert(_ action: ProactiveAction, name: String?) -> LoopAlert {
    let what = name ?? action.action.rawValue
    return LoopAlert(
      topic: "interrupted:\(action.job ?? 0)", trigger: "interrupted",
      text: Localized(
        es: "«\(what)» se cortó a medias porque SARAi se detuvo, y no se repite por si acaso. Para hacerlo otra vez: "
          + "sarai loop run-now \(action.job.map { "\($0)" } ?? what)",
        en: "\"\(what)\" was cut short because SARAi ended, and is not repeated, to be safe. To do it again: "
          + "sarai loop run-now \(action.job.map { "\($0)" } ?? what)"),
      why: interrupted(action))
  }

  // MARK: - Errors

  static func tookTooLong(_ action: ProactiveAction) -> SaraiError {
    SaraiError(
      .timeout,
      es: "Tardó más de \(action.limitSeconds) segundos y se ha cortado; el límite se cambia con «sarai job edit».",
      en: "It took longer than \(action.limitSeconds) seconds and was cut; `sarai job edit` changes the limit.",
      subject: action.key)
  }

  static func failed(_ action: ProactiveAction, _ error: any Error) -> SaraiError {
    SaraiError(
      .internalFault, es: "Falló de forma inesperada: \(action.action.words.es).",
      en: "It failed in an unexpected way: \(action.action.words.en).", subject: action.key, cause: error)
  }

  static func noJob(_ id: Int64) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ningún trabajo \(id); «sarai job list» los enumera.",
      en: "There is no job \(id); `sarai job list` has them all.", subject: "\(id)")
  }

  static func noAction(_ key: String) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ninguna acción \(key); «sarai loop history» las enumera.",
      en: "There is no action \(key); `sarai loop history` has them.", subject: key)
  }

  static func noItem(_ id: Int64) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ningún mensaje \(id) en tu buzón; «sarai inbox» los enumera.",
      en: "There is no message \(id) in your inbox; `sarai inbox` has them all.", subject: "\(id)")
  }

  static func noTopic(_ topic: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "El tema debe tener de 1 a 200 bytes; «sarai inbox» dice el de cada mensaje.",
      en: "A topic must have 1 to 200 bytes; `sarai inbox` says that of each message.", subject: "topic")
  }

  static func builtinStays(_ name: String) -> SaraiError {
    SaraiError(
      .forbidden, es: "«\(name)» es un trabajo propio de SARAi y no se borra: apágalo con «sarai job edit --disable».",
      en: "\"\(name)\" is a job of SARAi's own and cannot be removed: switch it off with `sarai job edit --disable`.",
      subject: name)
  }

  static func askedTwice(_ name: String) -> SaraiError {
    SaraiError(
      .busy, es: "«\(name)» acaba de pedirse: espera a que termine.",
      en: "\"\(name)\" was asked for just now: wait for it.",
      subject: name)
  }

  static func noEvent(_ name: String) -> SaraiError {
    let known = LoopEventKind.allCases.map(\.rawValue).joined(separator: ", ")
    return SaraiError(
      .invalidRequest, es: "No hay ningún suceso «\(name.prefix(64))». Los hay: \(known).",
      en: "There is no event \"\(name.prefix(64))\". There are: \(known).", subject: "schedule")
  }

  static func missing(_ argument: String, _ action: LoopActionKind) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "A «\(action.rawValue)» le falta «\(argument)»: añádelo a sus argumentos.",
      en: "\"\(action.rawValue)\" lacks \"\(argument)\": add it to its arguments.", subject: argument)
  }

  static func never(_ schedule: Schedule) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "«\(schedule.text)» no llega nunca: da un momento que esté por venir.",
      en: "\"\(schedule.text)\" never comes: give a time that is still to come.", subject: "schedule")
  }

  static let outOfBounds = SaraiError(
    .invalidRequest,
    es:
      "El trabajo se sale de los límites: nombre de 1 a 200 bytes, prioridad de 1 a 10, de 1 segundo a un día, y hasta "
      + "32 argumentos con 16 KB en total, sin caracteres nulos.",
    en: "The job is out of bounds: a name of 1 to 200 bytes, priority 1 to 10, from 1 second to a day, and up to 32 "
      + "arguments of 16 KB in all, without null characters.", subject: "job")

  static let tooManyJobs = SaraiError(
    .tooLarge, es: "Ya tienes \(LoopLimits.mostJobs) trabajos: borra alguno con «sarai job remove».",
    en: "You have \(LoopLimits.mostJobs) jobs already: remove some with `sarai job remove`.", subject: "job")
}
