import GRPCCore
import SaraiCore
import SaraiSandbox
import SkillProtocol

/// What people are told when a skill does not do its part.
enum SkillFaults {
  // MARK: - Start

  static func didNotStart(_ skill: String, _ exit: SandboxExit, log: String?) -> SaraiError {
    SaraiError(
      .skillFailed,
      Localized(
        es: "La habilidad «\(skill)» no llegó a arrancar: \(exit.words.es). «sarai skill logs \(skill)» muestra lo que "
          + "dijo.",
        en: "The skill \"\(skill)\" did not start: \(exit.words.en). \"sarai skill logs \(skill)\" shows what it said."
      ), subject: skill, cause: log)
  }

  static func notReady(_ skill: String, seconds: Double, log: String?) -> SaraiError {
    SaraiError(
      .timeout,
      Localized(
        es: "La habilidad «\(skill)» no estuvo lista en \(number(seconds)) s y se detuvo. Mira «sarai skill logs "
          + "\(skill)», o sube limits.startSeconds en su skill.yaml.",
        en: "The skill \"\(skill)\" was not ready within \(number(seconds)) s and was stopped. See \"sarai skill logs "
          + "\(skill)\", or raise limits.startSeconds in its skill.yaml."), subject: skill, cause: log)
  }

  /// Something else than the line that a skill says at its start.
  static func notASkill(_ skill: String, _ said: String) -> SaraiError {
    SaraiError(
      .skillFailed,
      Localized(
        es: "El programa de «\(skill)» dijo algo que no se entiende: no habla el contrato de las habilidades. Revisa "
          + "«entry» en su skill.yaml; docs/Skills.md dice qué debe hacer.",
        en: "The program of \"\(skill)\" said something that makes no sense: it does not speak the contract of skills. "
          + "Check \"entry\" in its skill.yaml; docs/Skills.md says what it has to do."), subject: skill, cause: said)
  }

  static func otherContract(_ skill: String, _ version: Int) -> SaraiError {
    SaraiError(
      .skillFailed,
      Localized(
        es: "La habilidad «\(skill)» habla la versión \(version) del contrato y esta SARAi la 1: actualiza la que sea "
          + "más antigua.",
        en: "The skill \"\(skill)\" speaks version \(version) of the contract and this SARAi speaks 1: update the "
          + "older one."), subject: skill)
  }

  /// Somebody else than the skill's process listens on its socket.
  static func wrongPeer(_ skill: String, _ cause: String) -> SaraiError {
    SaraiError(
      .skillFailed,
      Localized(
        es: "En el socket de «\(skill)» contesta otro proceso que el suyo, así que se detuvo. Revisa esa habilidad "
          + "antes de volver a usarla.",
        en: "Another process than its own answers on the socket of \"\(skill)\", so it was stopped. Check that skill "
          + "before you use it again."), subject: skill, cause: cause)
  }

  static func unreachable(_ skill: String, _ cause: String) -> SaraiError {
    SaraiError(
      .skillFailed,
      Localized(
        es: "La habilidad «\(skill)» está en marcha pero no contesta en su socket. Vuelve a intentarlo; «sarai skill "
          + "logs \(skill)» muestra lo que dijo.",
        en: "The skill \"\(skill)\" runs but does not answer on its socket. Try again; \"sarai skill logs \(skill)\" "
          + "shows what it said."), subject: skill, cause: cause)
  }

  static func promptOnly(_ skill: String) -> SaraiError {
    SaraiError(
      .notAvailable,
      es: "«\(skill)» es solo texto para el modelo (SKILL.md, sin skill.yaml): no hay programa que ejecutar.",
      en: "\"\(skill)\" is only text for the model (SKILL.md without skill.yaml): there is no program to run.",
      subject: skill)
  }

  static func circle(_ path: [String]) -> SaraiError {
    let way = path.joined(separator: " → ")
    return SaraiError(
      .invalidRequest,
      es: "Las habilidades se llaman en círculo (\(way)): quita uno de esos permisos «skills» en su skill.yaml.",
      en: "The skills call one another in a circle (\(way)): take one of these \"skills\" grants out of its "
        + "skill.yaml.", subject: path.first)
  }

  // MARK: - Calls

  static func died(_ skill: String, _ exit: SandboxExit?, log: String?) -> SaraiError {
    let why = exit?.words ?? Localized(es: "cortó la conexión", en: "it broke the connection")
    return SaraiError(
      .skillFailed,
      Localized(
        es: "La habilidad «\(skill)» se cayó mientras respondía: \(why.es). \(advice(exit).es)",
        en: "The skill \"\(skill)\" died while it answered: \(why.en). \(advice(exit).en)"),
      subject: skill, cause: log)
  }

  private static func advice(_ exit: SandboxExit?) -> Localized {
    switch exit?.reason {
    case .memoryLimit:
      Localized(
        es: "Pídele menos, o sube limits.memoryMiB en su skill.yaml.",
        en: "Ask it for less, or raise limits.memoryMiB in its skill.yaml.")
    case .cpuLimit:
      Localized(
        es: "Pídele menos, o sube limits.cpuSeconds en su skill.yaml.",
        en: "Ask it for less, or raise limits.cpuSeconds in its skill.yaml.")
    default:
      Localized(
        es: "La siguiente petición encuentra otra nueva: vuelve a intentarlo.",
        en: "The next request finds a new one: try again.")
    }
  }

  static func late(_ skill: String, seconds: Double) -> SaraiError {
    SaraiError(
      .timeout,
      es:
        "La habilidad «\(skill)» no contestó en \(number(seconds)) s. Pídele menos, o sube limits.timeoutSeconds en su "
        + "skill.yaml.",
      en: "The skill \"\(skill)\" did not answer within \(number(seconds)) s. Ask it for less, or raise "
        + "limits.timeoutSeconds in its skill.yaml.", subject: skill)
  }

  static func usedUpProcessor(_ skill: String, seconds: Double) -> SaraiError {
    SaraiError(
      .skillFailed,
      es:
        "La habilidad «\(skill)» gastó más de los \(number(seconds)) s de procesador que tiene para una petición y se "
        + "detuvo. Pídele menos, o sube limits.cpuSeconds en su skill.yaml.",
      en: "The skill \"\(skill)\" used more than the \(number(seconds)) s of processor time that it has for a request "
        + "and was stopped. Ask it for less, or raise limits.cpuSeconds in its skill.yaml.", subject: skill)
  }

  static func nonsense(_ skill: String, _ cause: String) -> SaraiError {
    SaraiError(
      .skillFailed,
      Localized(
        es: "La habilidad «\(skill)» dio una respuesta que no se puede usar. Avisa a su autor.",
        en: "The skill \"\(skill)\" gave an answer that cannot be used. Tell its author."), subject: skill,
      cause: cause)
  }

  static func tooMuch(_ skill: String, limitKiB: Int) -> SaraiError {
    SaraiError(
      .tooLarge,
      es: "La respuesta de «\(skill)» pasa de \(limitKiB) KiB. Pide menos de una vez, o sube limits.outputKiB en su "
        + "skill.yaml.",
      en:
        "The answer of \"\(skill)\" exceeds \(limitKiB) KiB. Ask for less at a time, or raise limits.outputKiB in its "
        + "skill.yaml.", subject: skill)
  }

  static func resting(_ skill: String, failures: Int, seconds: Double, last: SaraiError) -> SaraiError {
    let wait = number(max(1, seconds.rounded(.up)))
    return SaraiError(
      .busy,
      Localized(
        es: "La habilidad «\(skill)» falló \(failures) veces seguidas y descansa \(wait) s más. La última vez: "
          + "\(last.message.es)",
        en: "The skill \"\(skill)\" failed \(failures) times in a row and rests for \(wait) s more. The last time: "
          + "\(last.message.en)"), subject: skill, cause: last.cause)
  }

  static func stopped(_ skill: String) -> SaraiError {
    SaraiError(
      .busy, es: "La habilidad «\(skill)» se detuvo a petición de alguien. Vuelve a enviar la petición.",
      en: "The skill \"\(skill)\" was stopped on request. Send the request again.", subject: skill)
  }

  static func closing() -> SaraiError {
    SaraiError(
      .busy, es: "SARAi se está cerrando y ya no atiende peticiones. Vuelve a enviarla cuando arranque.",
      en: "SARAi is shutting down and takes no more requests. Send it again once it is back.")
  }

  static func tooManyCalls(_ limit: Int) -> SaraiError {
    SaraiError(
      .busy, es: "Ya hay \(limit) peticiones en curso en esta conexión. Espera a que terminen.",
      en: "There are \(limit) requests under way on this connection. Wait until they end.")
  }

  static func fault(_ skill: String, _ error: any Error) -> SaraiError {
    if let error = error as? SaraiError { return error }
    return SaraiError(
      .internalFault, es: "SARAi falló al atender a «\(skill)». El registro dice por qué.",
      en: "SARAi failed to serve \"\(skill)\". The log says why.", subject: skill, cause: error)
  }

  /// Without a fraction where there is none.
  private static func number(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
  }
}

extension SaraiError {
  /// What a skill says went wrong. It comes from its process: another code than those that there are is "failed", and
  /// no field is longer than the contract lets it.
  init(_ detail: Sarai_Skills_V1_ErrorDetail, skill: String) {
    func bounded(_ text: String) -> String { String(decoding: text.utf8.prefix(1_024), as: UTF8.self) }
    func optional(_ text: String) -> String? { text.isEmpty ? nil : bounded(text) }
    let (es, en) = (bounded(detail.messageEs), bounded(detail.messageEn))
    self.init(
      Code(rawValue: detail.code) ?? .skillFailed,
      es.isEmpty && en.isEmpty
        ? SkillFaults.nonsense(skill, "").message : Localized(es: es.isEmpty ? en : es, en: en.isEmpty ? es : en),
      subject: optional(detail.subject), cause: optional(detail.cause))
  }
}
