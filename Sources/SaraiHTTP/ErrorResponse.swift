import HTTPTypes
import NIOCore
import SaraiCore

/// What the client of the API is told about a fault: the one place where an error code becomes an HTTP status.
struct ErrorResponse {
  var status: HTTPResponse.Status
  var type: String
  var code: String
  var message: String
  var param: String?

  init(_ error: SaraiError, language: Language) {
    let outcome = Self.outcome(of: error.code)
    status = outcome.status
    type = outcome.type
    code = outcome.code ?? error.code.rawValue
    message = error.message[language]
    param = Self.parameter(of: error)
  }

  /// The field that the fault is about, and never a value or a path of this machine.
  private static func parameter(of error: SaraiError) -> String? {
    switch error.code {
    case .modelNotFound: "model"
    case .invalidRequest, .contextOverflow, .notAvailable, .tooLarge, .forbidden: error.subject
    default: nil
    }
  }

  /// OpenAI's names where it has one for the same fault, so that clients written for it understand.
  private static func outcome(
    of code: SaraiError.Code
  ) -> (status: HTTPResponse.Status, type: String, code: String?) {
    switch code {
    case .invalidRequest, .contextOverflow, .notAvailable: (.badRequest, "invalid_request_error", nil)
    case .modelNotFound, .notFound: (.notFound, "invalid_request_error", nil)
    case .unauthorized: (.unauthorized, "invalid_request_error", "invalid_api_key")
    case .forbidden: (.forbidden, "invalid_request_error", nil)
    case .tooLarge: (.contentTooLarge, "invalid_request_error", nil)
    case .busy: (.tooManyRequests, "rate_limit_error", "rate_limit_exceeded")
    case .timeout: (.gatewayTimeout, "server_error", nil)
    case .network: (.badGateway, "server_error", nil)
    // Nobody is there to read it: the client hung up, or the server is stopping.
    case .cancelled, .insufficientResources, .engineFailed, .sandboxFailed, .skillFailed:
      (.serviceUnavailable, "server_error", nil)
    case .corruptFile, .internalFault: (.internalServerError, "server_error", nil)
    }
  }

  /// OpenAI's shape: `{"error":{"message","type","param","code"}}`.
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("error")
    writer.beginObject()
    writer.member("message", message)
    writer.member("type", type)
    writer.member("param", param.map(JSONValue.string) ?? .null)
    writer.member("code", code)
    writer.endObject()
    writer.endObject()
  }

  var body: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.bytes
  }

  var headers: HTTPFields {
    var headers: HTTPFields = [.contentType: "application/json"]
    if status == .tooManyRequests || status == .serviceUnavailable { headers[.retryAfter] = "1" }
    if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
    return headers
  }
}

extension SaraiError {
  /// Any error as one of ours; what lies beneath an unforeseen one stays in the log.
  init(anything error: any Error) {
    switch error {
    case let error as SaraiError: self = error
    // A client that is gone is noticed in one of these ways.
    case is CancellationError, is IOError, is ChannelError:
      self.init(.cancelled, es: "La petición se canceló.", en: "The request was cancelled.")
    default:
      self.init(
        .internalFault, es: "Fallo interno de SARAi: mira el registro del servidor.",
        en: "SARAi failed inside: see the server's log.", cause: error)
    }
  }
}
