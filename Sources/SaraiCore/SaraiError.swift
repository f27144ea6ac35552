/// The one error shape: what kind of fault, a sentence that says what to do next, and what lay beneath.
///
/// Only the edges turn a code into an HTTP status, a gRPC status or an exit code.
package struct SaraiError: Error, Sendable, Hashable {
  package enum Code: String, Sendable, CaseIterable {
    /// The request itself is wrong; sending it again as it is cannot help.
    case invalidRequest = "invalid_request"
    /// The prompt and the room for the answer do not fit the context.
    case contextOverflow = "context_length_exceeded"
    case modelNotFound = "model_not_found"
    case notFound = "not_found"
    /// A feature that this version does not have.
    case notAvailable = "not_available"
    case unauthorized = "unauthorized"
    /// Refused by policy: wrong Host or Origin, an address without a token.
    case forbidden = "forbidden"
    /// Body, header, file or answer larger than allowed.
    case tooLarge = "too_large"
    /// Queue or connections full; worth trying again.
    case busy = "busy"
    case timeout = "timeout"
    case cancelled = "cancelled"
    /// A model that memory or disk cannot hold.
    case insufficientResources = "insufficient_resources"
    /// A file that is not what it says it is: model, cache, configuration.
    case corruptFile = "corrupt_file"
    /// The engine process died or could not be started.
    case engineFailed = "engine_failed"
    /// A program in a sandbox died or could not be started.
    case sandboxFailed = "sandbox_failed"
    /// A skill failed to answer, or its process died or could not be started.
    case skillFailed = "skill_failed"
    /// A download or a remote server that did not do its part.
    case network = "network"
    /// A fault in SARAi itself.
    case internalFault = "internal_error"
  }

  package let code: Code
  package let message: Localized
  /// The request field, configuration key or file that the fault is about.
  package let subject: String?
  /// What the layer below said, for logs.
  package let cause: String?

  package init(_ code: Code, es: String, en: String, subject: String? = nil, cause: (any Error)? = nil) {
    self.init(code, Localized(es: es, en: en), subject: subject, cause: cause.map { "\($0)" })
  }

  package init(_ code: Code, _ message: Localized, subject: String? = nil, cause: String? = nil) {
    self.code = code
    self.message = message
    self.subject = subject
    self.cause = cause
  }
}

extension SaraiError {
  /// An error as a log line tells it, which holds nothing that a person said.
  ///
  /// The sentence may quote what was asked, and so may the cause of a request that was wrong: both are left out. Of an
  /// error of another type, which may be one of ours that came from another process, only the type is told.
  package static func logged(_ error: any Error) -> String {
    guard let error = error as? SaraiError else { return "\(type(of: error))" }
    switch error.code {
    case .engineFailed, .sandboxFailed, .skillFailed, .insufficientResources, .corruptFile, .network, .internalFault:
      return error.code.rawValue + (error.cause.map { ": \($0)" } ?? "")
    default: return error.code.rawValue
    }
  }
}

extension SaraiError: CustomStringConvertible {
  package var description: String {
    "\(code.rawValue): \(message.en)" + (cause.map { " (\($0))" } ?? "")
  }
}
