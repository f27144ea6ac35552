import CSeccomp
import Glibc
import SaraiCore

/// What users are told when bubblewrap or what it starts does not do its part.
enum BubblewrapErrors {
  static func cannotStart(_ bubblewrap: String, error: Int32) -> SaraiError {
    if [EMFILE, ENFILE, ENOMEM, EAGAIN].contains(error) {
      return SaraiError(
        .insufficientResources,
        Localized(
          es: "El sistema no da más descriptores, memoria o procesos: cierra programas o sube los límites (ulimit -a).",
          en: "The system gives no more descriptors, memory or processes: close programs or raise the limits "
            + "(ulimit -a)."), cause: systemMessage(error))
    }
    return SaraiError(
      error == ENOENT || error == EACCES ? .notAvailable : .sandboxFailed,
      Localized(
        es: "No se pudo ejecutar «\(bubblewrap)». Instálalo con: apt-get install bubblewrap",
        en: "\"\(bubblewrap)\" could not be run. Install it with: apt-get install bubblewrap"),
      subject: bubblewrap, cause: systemMessage(error))
  }

  static func startTimeout(_ name: String, seconds: Double) -> SaraiError {
    SaraiError(
      .timeout,
      Localized(
        es: "«\(name)» no arrancó en \(seconds) s: la máquina está muy ocupada; vuelve a intentarlo o sube "
          + "startSeconds.",
        en: "\"\(name)\" did not start within \(seconds) s: the machine is very busy; try again or raise "
          + "startSeconds."),
      subject: name)
  }

  /// sarai-confine gave up.
  static func stage(_ stage: Int32, error: Int32, name: String) -> SaraiError {
    let cause = "\(stageName(stage)): \(systemMessage(error))"
    if stage == Int32(SARAI_CONFINE_STAGE_EXECUTE) {
      return SaraiError(
        .sandboxFailed,
        Localized(
          es: "El programa de «\(name)» no se pudo ejecutar dentro del aislamiento: comprueba que está compilado para "
            + "este sistema y que tiene permiso de ejecución.",
          en: "The program of \"\(name)\" could not be executed inside the sandbox: check that it is compiled for this "
            + "system and has permission to execute."),
        subject: name, cause: cause)
    }
    return SaraiError(
      .sandboxFailed,
      Localized(
        es: "No se pudo terminar de aislar «\(name)», y por eso no se ejecuta: «sarai doctor» dice qué falta.",
        en: "\"\(name)\" could not be confined all the way, so it is not run: \"sarai doctor\" says what is missing."),
      subject: name, cause: cause)
  }

  private static func stageName(_ stage: Int32) -> String {
    let names: [Int: String] = [
      SARAI_CONFINE_STAGE_REQUEST: "request", SARAI_CONFINE_STAGE_NOEXEC: "noexec",
      SARAI_CONFINE_STAGE_CAPABILITIES: "capabilities", SARAI_CONFINE_STAGE_FORK: "fork",
      SARAI_CONFINE_STAGE_LIMITS: "limits", SARAI_CONFINE_STAGE_LANDLOCK: "landlock",
      SARAI_CONFINE_STAGE_FOLDER: "folder", SARAI_CONFINE_STAGE_DESCRIPTORS: "descriptors",
      SARAI_CONFINE_STAGE_FILTER: "seccomp", SARAI_CONFINE_STAGE_EXECUTE: "execve",
    ]
    return names[Int(stage)] ?? "stage \(stage)"
  }

  /// Everything ended before the program ran; what bubblewrap said tells why.
  static func ended(_ name: String, lastWords: [UInt8], terminated: Bool) -> SaraiError {
    if terminated {
      return SaraiError(
        .cancelled, es: "«\(name)» se detuvo antes de arrancar.", en: "\"\(name)\" was stopped before it had started.",
        subject: name)
    }
    let words = String(decoding: lastWords, as: UTF8.self)
    return SaraiError(
      .sandboxFailed,
      Localized(
        es: "No se pudo preparar el aislamiento de «\(name)»: «sarai doctor» dice qué capas se pueden usar aquí.",
        en: "The sandbox of \"\(name)\" could not be set up: \"sarai doctor\" says which layers work here."),
      subject: name, cause: words.isEmpty ? nil : words)
  }

  /// - Parameter why: What kept the trial from starting at all; nil where it ran.
  static func missing(_ layers: [String], name: String, why: SaraiError?) -> SaraiError {
    if let why {
      return SaraiError(
        .notAvailable,
        Localized(
          es: "«\(name)» no se ejecuta, porque no se puede aislar: \(why.message.es)",
          en: "\"\(name)\" is not run, because it cannot be confined: \(why.message.en)"), subject: name,
        cause: why.cause)
    }
    let list = layers.joined(separator: ", ")
    return SaraiError(
      .notAvailable,
      es: "«\(name)» no se ejecuta: aquí faltan capas de aislamiento con las que cuenta (\(list)). «sarai doctor» dice "
        + "cómo activarlas.",
      en: "\"\(name)\" is not run: layers of the sandbox that it counts on are missing here (\(list)). \"sarai "
        + "doctor\" "
        + "says how to switch them on.",
      subject: name)
  }

  static func closed() -> SaraiError {
    SaraiError(
      .cancelled, es: "SARAi se está cerrando: no se arranca nada más.",
      en: "SARAi is closing: nothing more is started.")
  }
}
