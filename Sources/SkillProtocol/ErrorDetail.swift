public import GRPCCore
package import SaraiCore
internal import SwiftProtobuf

/// How an error crosses a gRPC call: the status carries what any client understands, the trailing metadata
/// carries the whole of it as a serialized `ErrorDetail`.
extension Sarai_Skills_V1_ErrorDetail {
  /// The trailing metadata's key. gRPC sends keys that end in `-bin` as base64.
  public static let metadataKey = "sarai-error-bin"

  /// Longest message, subject or cause sent, in UTF-8 bytes: the peer may refuse larger headers.
  static let maximumFieldBytes = 1_024

  /// An error as plain fields; `code` is one of SARAi's error codes (`context_length_exceeded`, …).
  public init(code: String, messageEs: String, messageEn: String, subject: String?, cause: String?) {
    self.init()
    self.code = code
    self.messageEs = messageEs.prefix(utf8Bytes: Self.maximumFieldBytes)
    self.messageEn = messageEn.prefix(utf8Bytes: Self.maximumFieldBytes)
    self.subject = (subject ?? "").prefix(utf8Bytes: Self.maximumFieldBytes)
    self.cause = (cause ?? "").prefix(utf8Bytes: Self.maximumFieldBytes)
  }

  /// The error that a service method throws.
  public var rpcError: RPCError {
    var metadata = Metadata()
    if let bytes: [UInt8] = try? serializedBytes() {
      metadata.addBinary(bytes, forKey: Self.metadataKey)
    }
    return RPCError(code: Self.status(of: code), message: messageEn, metadata: metadata)
  }

  /// The detail that a peer sent along, or nil where it sent none that can be read.
  public init?(_ error: RPCError) {
    guard let bytes = error.metadata[binaryValues: Self.metadataKey].first(where: { _ in true }),
      let detail = try? Self(serializedBytes: bytes)
    else { return nil }
    self = detail
  }

  private static func status(of code: String) -> RPCError.Code {
    switch code {
    case "invalid_request": .invalidArgument
    case "context_length_exceeded": .outOfRange
    case "model_not_found", "not_found": .notFound
    case "not_available": .unimplemented
    case "unauthorized": .unauthenticated
    case "forbidden": .permissionDenied
    case "too_large", "busy", "insufficient_resources": .resourceExhausted
    case "timeout": .deadlineExceeded
    case "cancelled": .cancelled
    case "corrupt_file": .dataLoss
    case "engine_failed", "network": .unavailable
    default: .internalError
    }
  }
}

extension Sarai_Skills_V1_ErrorDetail {
  package init(_ error: SaraiError) {
    self.init(
      code: error.code.rawValue, messageEs: error.message.es, messageEn: error.message.en, subject: error.subject,
      cause: error.cause)
  }

  /// What a service method throws for any error.
  package static func rpcError(_ error: any Error) -> any Error {
    switch error {
    case let error as SaraiError: Self(error).rpcError
    case is RPCError, is CancellationError: error
    default: Self(SaraiError(.internalFault, es: "fallo interno: \(error)", en: "internal fault: \(error)")).rpcError
    }
  }
}

extension SaraiError {
  /// - Parameter fallback: The code of an error whose own is one of a later version.
  package init(_ detail: Sarai_Skills_V1_ErrorDetail, fallback: Code = .internalFault) {
    self.init(
      Code(rawValue: detail.code) ?? fallback, Localized(es: detail.messageEs, en: detail.messageEn),
      subject: detail.subject.isEmpty ? nil : detail.subject, cause: detail.cause.isEmpty ? nil : detail.cause)
  }
}

extension String {
  /// The longest prefix of whole characters that takes at most `utf8Bytes` bytes.
  fileprivate func prefix(utf8Bytes: Int) -> String {
    guard utf8.count > utf8Bytes else { return self }
    var size = 0
    return String(
      prefix { character in
        size += character.utf8.count
        return size <= utf8Bytes
      })
  }
}
