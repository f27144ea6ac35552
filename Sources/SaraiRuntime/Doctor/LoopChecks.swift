import LoopProtocol
import SaraiAgent
import SaraiCore
import SkillProtocol

/// Whether what is done unasked answers, and what of it needs a hand.
///
/// Only a loop that runs is asked: one that is started for it would begin with what is due.
enum LoopChecks {
  private static let title = Localized(es: "por su cuenta", en: "unasked")

  static func all(_ setup: Setup) async -> [Finding] {
    guard setup.actsUnasked else {
      return [
        Finding(
          "loop", .ok, title,
          Localized(
            es: "apagado (phoenix.proactive_loop_enabled: false)", en: "off (phoenix.proactive_loop_enabled: false)"))
      ]
    }
    do {
      guard let supervisor = try SupervisorClient.running(setup.folders) else {
        return [
          Finding(
            "loop", .ok, title,
            Localized(
              es: "parado; «sarai up» o la primera orden lo pone en marcha",
              en: "stopped; \"sarai up\" or the first command starts it"))
        ]
      }
      defer { supervisor.close() }
      return findings(try await status(supervisor), now: Int64(WallClock.seconds), zone: .local())
    } catch {
      let message = (error as? SaraiError)?.message ?? Localized(es: "\(error)", en: "\(error)")
      return [
        Finding(
          "loop", .fault, title, message,
          advice: Localized(
            es: "mira por qué con «sarai logs --role loop»; «sarai stop» y otra orden lo arrancan de nuevo",
            en: "see why by \"sarai logs --role loop\"; \"sarai stop\" and another command start it again"))
      ]
    }
  }

  private static func status(_ supervisor: SupervisorClient) async throws -> Sarai_Loop_V1_Status {
    let socket = SupervisedSocket {
      do {
        return try await supervisor.call {
          try await $0.openLoop(Sarai_Supervisor_V1_OpenLoopRequest(), options: .atOnce)
        }.socket
      } catch let gone as SupervisorClient.Gone {
        throw gone.cause
      }
    }
    defer { socket.close() }
    return try await LoopClient(
      connection: { try await socket.connection() }, lost: { socket.lose($0) }
    ).status()
  }

  /// - Parameter now: Seconds since 1970.
  static func findings(_ status: Sarai_Loop_V1_Status, now: Int64, zone: ZoneRules) -> [Finding] {
    var findings = [state(status, now: now, zone: zone)]
    let suspended = status.suspendedJobs
    if suspended > 0 {
      findings.append(
        Finding(
          "loop:jobs", .warning, Localized(es: "tareas", en: "jobs"),
          Localized(
            es: "\(suspended) suspendidas por fallar demasiadas veces seguidas",
            en: "\(suspended) suspended, for they failed too often in a row"),
          advice: Localized(
            es: "«sarai job list» las muestra y «sarai loop history» dice por qué; arreglado, «sarai job edit N "
              + "--enable»",
            en: "\"sarai job list\" shows them and \"sarai loop history\" why; once mended, \"sarai job edit N "
              + "--enable\"")))
    }
    let rows = status.rowsSetAside
    if rows > 0 {
      findings.append(
        Finding(
          "loop:rows", .warning, Localized(es: "filas dañadas", en: "damaged rows"),
          Localized(
            es: "\(rows) no se podían leer y se apartaron; lo demás sigue",
            en: "\(rows) could not be read and were put aside; the rest goes on"),
          advice: Localized(
            es: "«sarai inbox --all» dice cuáles; lo que eches en falta, créalo de nuevo con «sarai job add»",
            en: "\"sarai inbox --all\" says which; what you miss, make again with \"sarai job add\"")))
    }
    return findings
  }

  private static func state(_ status: Sarai_Loop_V1_Status, now: Int64, zone: ZoneRules) -> Finding {
    func moment(_ seconds: Double, _ language: Language) -> String {
      Schedule(.once(at: Int64(max(-6e10, min(6e10, seconds))))).words(language, zone: zone, now: now)
    }
    let fault = Localized(es: status.faultEs, en: status.faultEn)
    if status.state == "error" || !fault.es.isEmpty {
      return Finding(
        "loop", .fault, title, fault.es.isEmpty ? Localized(es: "con un fallo", en: "failing") : fault,
        advice: Localized(
          es: "mira si el disco está lleno, y «sarai logs --role loop»",
          en: "see whether the disk is full, and \"sarai logs --role loop\""))
    }
    if status.state == "paused" {
      let until =
        status.hasPausedUntil
        ? Localized(
          es: " hasta \(moment(status.pausedUntil, .spanish))", en: " until \(moment(status.pausedUntil, .english))")
        : Localized(es: "", en: "")
      return Finding(
        "loop", .warning, title, Localized(es: "en pausa\(until.es)", en: "paused\(until.en)"),
        advice: Localized(es: "no avisará de nada: sarai loop resume", en: "nothing will be told: sarai loop resume"))
    }
    guard status.hasNextAt else {
      return Finding(
        "loop", .ok, title,
        Localized(es: "responde; \(status.jobs) tareas", en: "answers; \(status.jobs) jobs"))
    }
    return Finding(
      "loop", .ok, title,
      Localized(
        es: "responde; \(status.jobs) tareas; siguiente: \(status.nextAction), \(moment(status.nextAt, .spanish))",
        en: "answers; \(status.jobs) jobs; next: \(status.nextAction), \(moment(status.nextAt, .english))"))
  }
}
