import Glibc
import SaraiCore

/// What users are told when the Docker engine does not do its part.
enum DockerErrors {
  static func unreachable(_ socket: String, error: Int32) -> SaraiError {
    let message =
      switch error {
      case EACCES, EPERM:
        Localized(
          es:
            "No tienes permiso para usar Docker en «\(socket)»: entra en su grupo con «sudo usermod -aG docker $USER» "
            + "y abre la sesión de nuevo.",
          en: "You may not use Docker at \"\(socket)\": join its group with \"sudo usermod -aG docker $USER\" and log "
            + "in again.")
      case ENOENT:
        Localized(
          es: "No hay un Docker en «\(socket)»: instálalo (apt-get install docker.io) y arráncalo (systemctl start "
            + "docker), o indica su socket en DOCKER_HOST.",
          en: "There is no Docker at \"\(socket)\": install it (apt-get install docker.io) and start it (systemctl "
            + "start docker), or name its socket in DOCKER_HOST.")
      default:
        Localized(
          es: "Docker no responde en «\(socket)»: arráncalo con «systemctl start docker».",
          en: "Docker does not answer at \"\(socket)\": start it with \"systemctl start docker\".")
      }
    return SaraiError(.notAvailable, message, subject: socket, cause: systemMessage(error))
  }

  static func remote(_ host: String) -> SaraiError {
    SaraiError(
      .invalidRequest,
      es: "DOCKER_HOST es «\(host)» y aquí tiene que ser un socket de esta máquina, como unix:///var/run/docker.sock: "
        + "lo que se concede a una habilidad está en esta máquina.",
      en: "DOCKER_HOST is \"\(host)\", and here it has to be a socket of this machine, like "
        + "unix:///var/run/docker.sock: what skills are granted lies on this machine.",
      subject: "DOCKER_HOST")
  }

  static func broken(_ socket: String, cause: String) -> SaraiError {
    SaraiError(
      .sandboxFailed,
      Localized(
        es: "Docker dejó una petición a medias en «\(socket)»: mira su registro (journalctl -u docker).",
        en: "Docker left a request half answered at \"\(socket)\": look at its log (journalctl -u docker)."),
      subject: socket, cause: cause)
  }

  static func slow(_ socket: String, seconds: Double) -> SaraiError {
    SaraiError(
      .timeout,
      es: "Docker no respondió en \(seconds) s en «\(socket)»: la máquina está muy ocupada; vuelve a intentarlo.",
      en: "Docker did not answer within \(seconds) s at \"\(socket)\": the machine is very busy; try again.",
      subject: socket)
  }

  static func tooOld(_ version: String) -> SaraiError {
    SaraiError(
      .notAvailable, es: "Docker \(version) es demasiado antiguo: hace falta 20.10 o posterior.",
      en: "Docker \(version) is too old: 20.10 or later is needed.", subject: "docker")
  }

  /// The engine refused a step of a start.
  static func refused(_ name: String, step: String, reply: EngineReply) -> SaraiError {
    SaraiError(
      .sandboxFailed,
      Localized(
        es: "Docker no pudo arrancar «\(name)»: comprueba que su programa es de este sistema y se puede ejecutar; "
          + "«sarai doctor» dice qué capas se pueden usar aquí.",
        en: "Docker could not start \"\(name)\": check that its program is for this system and may be executed; "
          + "\"sarai doctor\" says which layers work here."),
      subject: name, cause: "\(step): \(reply.status) \(reply.message)")
  }

  static func noImage(_ image: String, name: String) -> SaraiError {
    SaraiError(
      .notAvailable,
      es: "Falta la imagen «\(image)» o no corresponde al programa instalado: hazla con «make skill-image "
        + "SKILL=\(name)».",
      en: "The image \"\(image)\" is missing, or does not match the installed program: make it with \"make "
        + "skill-image SKILL=\(name)\".",
      subject: name)
  }

  static func noBaseImage(_ image: String, reply: EngineReply) -> SaraiError {
    SaraiError(
      .sandboxFailed,
      Localized(
        es: "Docker no pudo crear la imagen vacía «\(image)»: comprueba el espacio libre (docker system df).",
        en: "Docker could not make the empty image \"\(image)\": check the free space (docker system df)."),
      subject: image, cause: "\(reply.status) \(reply.message)")
  }

  static func grantsEngine(_ path: String, name: String) -> SaraiError {
    SaraiError(
      .forbidden,
      es: "«\(name)» pide «\(path)», donde está el socket de Docker: quien lo usa manda en toda la máquina. Quita ese "
        + "permiso.",
      en: "\"\(name)\" asks for \"\(path)\", which has Docker's socket: whoever uses it rules the whole machine. Take "
        + "that grant away.",
      subject: path)
  }

  /// The engine's processes are not those of this machine.
  static func elsewhere(_ pid: Int32) -> SaraiError {
    SaraiError(
      .notAvailable,
      Localized(
        es: "Este Docker ejecuta los contenedores en otra máquina (quizá una virtual), donde no están los archivos de "
          + "esta: usa un Docker de Linux en esta misma máquina.",
        en: "This Docker runs containers on another machine (a virtual one, perhaps), which lacks the files of this "
          + "one: use a Docker for Linux on this very machine."),
      subject: "docker", cause: "process \(pid) is not here")
  }
}
