package import SaraiCore

/// What went wrong, for the person who asked: one sentence in each language that says what to do next.
public struct SkillError: Error, Sendable, Hashable {
  /// The kind of fault.
  public enum Code: Sendable, Hashable {
    /// The request itself is wrong; sending it again as it is cannot help.
    case invalidRequest
    /// Something that the request names is not there.
    case notFound
    /// The skill can't do this.
    case notAvailable
    /// The request asks for what it may not have.
    case forbidden
    /// An input or output larger than allowed.
    case tooLarge
    /// Too much to do at the moment; worth trying again.
    case busy
    /// The deadline has passed.
    case timeout
    /// The caller gave the request up.
    case cancelled
    /// A file that is not what it says it is.
    case corruptFile
    /// The skill failed.
    case failed
  }

  package let error: SaraiError

  /// An error to throw from a skill.
  ///
  /// - Parameters:
  ///   - es: What to tell the person, in Spanish.
  ///   - en: The same in English.
  ///   - subject: The field, option, key or file that the fault is about.
  ///   - cause: What lay beneath. It goes to logs.
  public init(_ code: Code, es: String, en: String, subject: String? = nil, cause: (any Error)? = nil) {
    error = SaraiError(code.code, es: es, en: en, subject: subject, cause: cause)
  }

  package init(_ error: SaraiError) { self.error = error }

  /// Any error that a skill threw.
  package init(thrown error: any Error) {
    switch error {
    case let error as SkillError: self = error
    case let error as SaraiError: self.init(error)
    case is CancellationError: self = .cancelled
    default:
      self.init(
        .failed, es: "La habilidad falló al responder. Vuelve a intentarlo; su registro dice la causa.",
        en: "The skill failed to answer. Try again; its log says the cause.", cause: error)
    }
  }

  /// How the error crosses a gRPC call.
  package var detail: Sarai_Skills_V1_ErrorDetail {
    Sarai_Skills_V1_ErrorDetail(
      code: error.code.rawValue, messageEs: error.message.es, messageEn: error.message.en, subject: error.subject,
      cause: error.cause)
  }
}

extension SkillError: CustomStringConvertible {
  /// The code, the English message and the cause, for logs.
  public var description: String { error.description }
}

extension SkillError.Code {
  fileprivate var code: SaraiError.Code {
    switch self {
    case .invalidRequest: .invalidRequest
    case .notFound: .notFound
    case .notAvailable: .notAvailable
    case .forbidden: .forbidden
    case .tooLarge: .tooLarge
    case .busy: .busy
    case .timeout: .timeout
    case .cancelled: .cancelled
    case .corruptFile: .corruptFile
    case .failed: .skillFailed
    }
  }
}

// MARK: - The kit's own errors

extension SkillError {
  static var cancelled: SkillError {
    SkillError(.cancelled, es: "La petición se canceló.", en: "The request was cancelled.")
  }

  static var late: SkillError {
    SkillError(
      .timeout, es: "La habilidad no terminó a tiempo. Pide menos, o dale más tiempo.",
      en: "The skill did not finish in time. Ask for less, or give it more time.")
  }

  static var full: SkillError {
    SkillError(
      .busy, es: "La habilidad tiene demasiadas peticiones. Vuelve a intentarlo en un momento.",
      en: "The skill has too many requests. Try again in a moment.")
  }

  static var stopping: SkillError {
    SkillError(
      .busy, es: "La habilidad se está deteniendo. Vuelve a enviar la petición.",
      en: "The skill is stopping. Send the request again.")
  }

  static func tooLarge(input bytes: Int, limit: Int) -> SkillError {
    SkillError(
      .tooLarge, es: "La entrada ocupa \(bytes) bytes y el máximo son \(limit). Envía menos.",
      en: "The input has \(bytes) bytes and the limit is \(limit). Send less.", subject: "input")
  }

  static func tooLarge(outputLimit limit: Int) -> SkillError {
    SkillError(
      .tooLarge, es: "La respuesta pasa del máximo de \(limit) bytes. Pide menos de una vez.",
      en: "The answer exceeds the limit of \(limit) bytes. Ask for less at a time.", subject: "output")
  }

  static func nonsense(_ cause: String) -> SkillError {
    SkillError(
      SaraiError(
        .skillFailed,
        Localized(
          es: "La habilidad dio una respuesta que no se puede usar. Avisa a su autor.",
          en: "The skill gave an answer that can't be used. Tell its author."), subject: "output", cause: cause))
  }
}
