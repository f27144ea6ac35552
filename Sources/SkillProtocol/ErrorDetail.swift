public import GRPCCore
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
