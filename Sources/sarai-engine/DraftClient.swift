import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SaraiCore
import SaraiInference
import SkillProtocol

/// The way to a draft model's engine, over a socket that this one was granted.
final class DraftClient: DraftTransport {
  private typealias Transport = HTTP2ClientTransport.Posix

  private let connection: GRPCClient<Transport>
  private let connecting: Task<Void, Never>
  /// Calls that take longer than this come to nothing; those that wait for a guess give up much sooner.
  private static let timeoutSeconds = 20.0

  init(socket: String) throws {
    var configuration = Transport.Config.defaults
    configuration.backoff = .init(initial: .milliseconds(10), max: .seconds(1), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    let connection = GRPCClient(
      transport: try Transport(
        target: .unixDomainSocket(path: socket), transportSecurity: .plaintext, config: configuration),
      interceptors: [RequestTrail()])
    self.connection = connection
    connecting = Task {
      // Its errors are those of the calls.
      try? await connection.runConnections()
    }
  }

  deinit {
    connection.beginGracefulShutdown()
    connecting.cancel()
  }

  func check(_ vocabulary: VocabularyIdentity) async throws -> Int {
    var request = Sarai_Draft_V1_CheckRequest()
    request.modelName = vocabulary.modelName
    request.vocabularySize = UInt32(clamping: vocabulary.size)
    request.vocabularySha256.append(contentsOf: vocabulary.sha256)
    return try await call { [request] in Int(try await $0.check(request, options: Self.options).contextTokens) }
  }

  func propose(_ request: DraftRequest) async throws -> DraftReply {
    var message = Sarai_Draft_V1_ProposeRequest()
    message.textID = request.textID
    message.keep = UInt32(clamping: request.keep)
    message.tokens = request.tokens
    message.count = UInt32(clamping: request.count)
    message.temperature = request.sampling.temperature
    message.topK = UInt32(clamping: request.sampling.topK)
    message.topP = request.sampling.topP
    message.minP = request.sampling.minP
    message.seed = request.sampling.seed ?? 0
    let reply = try await call { [message] in try await $0.propose(message, options: Self.options) }
    return reply.isUnknown ? .unknownText : .guesses(Array(reply.tokens.prefix(request.count)))
  }

  private static var options: CallOptions {
    var options = CallOptions.defaults
    options.timeout = .seconds(timeoutSeconds)
    // A draft engine that is not there now is asked again later, not waited for.
    options.waitForReady = false
    return options
  }

  private func call<Reply: Sendable>(
    _ body: (Sarai_Draft_V1_Draft.Client<Transport>) async throws -> Reply
  ) async throws -> Reply {
    do {
      return try await body(Sarai_Draft_V1_Draft.Client(wrapping: connection))
    } catch let error as RPCError {
      if let detail = Sarai_Skills_V1_ErrorDetail(error) { throw SaraiError(detail, fallback: .engineFailed) }
      throw error
    }
  }
}
