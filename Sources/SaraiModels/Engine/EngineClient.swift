import GRPCCore
package import GRPCNIOTransportHTTP2Posix
package import SaraiCore
package import SkillProtocol

/// The calls of one engine, over its unix socket.
package final class EngineClient: Sendable {
  private typealias Transport = HTTP2ClientTransport.Posix

  private let name: String
  private let connection: GRPCClient<Transport>
  private let connecting: Task<Void, Never>
  /// Why the engine is gone; nil where it is not, as far as is known after a moment's wait.
  private let failure: @Sendable () async -> SaraiError?

  /// Connects to an engine that has said it is ready.
  ///
  /// - Parameter failure: asked when the connection breaks: a call that the engine's end cut short fails with it.
  package init(name: String, socket: String, failure: @escaping @Sendable () async -> SaraiError?) throws {
    self.name = name
    self.failure = failure
    var configuration = Transport.Config.defaults
    // The default back-off starts at one second: for a local socket that is an age.
    configuration.backoff = .init(
      initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    let connection = GRPCClient(
      transport: try Transport(
        target: .unixDomainSocket(path: socket), transportSecurity: .plaintext, config: configuration),
      interceptors: [RequestTrail()])
    self.connection = connection
    connecting = Task {
      // Its errors are those of the calls, which report them better.
      try? await connection.runConnections()
    }
  }

  deinit { close() }

  /// Refuses further calls; those under way may end. Without it the connection's task never ends.
  package func close() { connection.beginGracefulShutdown() }

  /// Closes the connection whatever is under way, for an engine that is gone.
  package func abandon() {
    close()
    connecting.cancel()
  }

  // MARK: - Calls

  package func describe(timeoutSeconds: Double = 10) async throws -> EngineDescription {
    EngineDescription(
      try await call { engine in
        try await engine.describe(Sarai_Engine_V1_DescribeRequest(), options: .timeout(seconds: timeoutSeconds))
      })
  }

  /// - Parameter parseSpecial: reads template tokens in the text as such. Never for text from users.
  package func tokenize(_ text: String, addSpecial: Bool = true, parseSpecial: Bool = false) async throws -> [Int32] {
    var request = Sarai_Engine_V1_TokenizeRequest()
    request.text = text
    request.addSpecial = addSpecial
    request.parseSpecial = parseSpecial
    return try await call { [request] in try await $0.tokenize(request) }.tokens
  }

  package func detokenize(_ tokens: [Int32]) async throws -> String {
    var request = Sarai_Engine_V1_DetokenizeRequest()
    request.tokens = tokens
    return try await call { [request] in try await $0.detokenize(request) }.text
  }

  /// A conversation as the model's template lays it out: its text and its tokens.
  package func applyTemplate(
    _ messages: [Message], addGenerationPrompt: Bool = true
  ) async throws -> (text: String, tokens: [Int32]) {
    var request = Sarai_Engine_V1_ApplyTemplateRequest()
    request.messages = Sarai_Engine_V1_Messages(messages).messages
    request.addGenerationPrompt = addGenerationPrompt
    let reply = try await call { [request] in try await $0.applyTemplate(request) }
    return (reply.text, reply.tokens)
  }

  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    let reply = try await call { try await $0.embed(Sarai_Engine_V1_EmbedRequest(request)) }
    guard reply.vectors.count == request.texts.count else {
      throw misbehaved("\(reply.vectors.count) vectors for \(request.texts.count) texts")
    }
    return EmbeddingResult(vectors: reply.vectors.map(\.values), promptTokens: Int(reply.promptTokens))
  }

  /// Writes a prompt's state to the engine's cache folder; gives its length in tokens and its size in bytes.
  package func saveState(_ prompt: Prompt, name: String) async throws -> (tokens: Int, bytes: Int) {
    let reply = try await call { try await $0.saveState(Sarai_Engine_V1_SaveStateRequest(prompt, name: name)) }
    return (Int(reply.tokens), Int(clamping: reply.bytes))
  }

  /// Reads a saved state back; gives its length in tokens.
  package func restoreState(name: String) async throws -> Int {
    var request = Sarai_Engine_V1_RestoreStateRequest()
    request.name = name
    return Int(try await call { [request] in try await $0.restoreState(request) }.tokens)
  }

  /// True where the engine says that it serves.
  package func isHealthy(timeoutSeconds: Double = 2) async -> Bool {
    let health = Grpc_Health_V1_Health.Client(wrapping: connection)
    let reply = try? await health.check(
      Grpc_Health_V1_HealthCheckRequest(), options: .timeout(seconds: timeoutSeconds))
    return reply?.status == .serving
  }

  /// Streams a generation to `observe`; returns at its end.
  ///
  /// Cancelling the task that calls it cancels the call: the engine computes no further token.
  package func generate(
    _ request: GenerationRequest, observe: @escaping @Sendable (GenerationEvent) -> Void
  ) async throws {
    let begun = OneShot<Void>()
    let isFinished = try await call(isRepeatable: { begun.value == nil }) { engine in
      try await engine.generate(Sarai_Engine_V1_GenerateRequest(request)) { response in
        var isFinished = false
        // A response's messages allow one iterator only: this loop is it.
        for try await reply in response.messages {
          guard let event = GenerationEvent(reply) else { continue }
          begun.set(())
          if case .finished = event { isFinished = true }
          observe(event)
        }
        return isFinished
      }
    }
    guard isFinished else { throw misbehaved("the stream ended without a summary") }
  }

  /// A call of the contract as it is, for those who pass messages on.
  ///
  /// - Throws: `SaraiError`, or `CancellationError`.
  package func forward<Reply: Sendable>(
    _ body: @Sendable (Sarai_Engine_V1_Engine.Client<HTTP2ClientTransport.Posix>) async throws -> Reply
  ) async throws -> Reply {
    try await call(body)
  }

  /// The same of the contract that engines in their draft role serve.
  package func forwardDraft<Reply: Sendable>(
    _ body: @Sendable (Sarai_Draft_V1_Draft.Client<HTTP2ClientTransport.Posix>) async throws -> Reply
  ) async throws -> Reply {
    try await call { [connection] _ in try await body(Sarai_Draft_V1_Draft.Client(wrapping: connection)) }
  }

  // MARK: - Errors

  /// - Parameter isRepeatable: Whether nothing came of a call that failed. It is made once more then: an engine closes
  ///   a connection on which many calls were cancelled, and with it those that had just begun.
  private func call<Reply: Sendable>(
    isRepeatable: () -> Bool = { true }, _ body: (Sarai_Engine_V1_Engine.Client<Transport>) async throws -> Reply
  ) async throws -> Reply {
    do {
      do {
        return try await body(Sarai_Engine_V1_Engine.Client(wrapping: connection))
      } catch let error as RPCError
        where error.code == .unavailable && Sarai_Skills_V1_ErrorDetail(error) == nil && isRepeatable()
        && !Task.isCancelled
      {
        return try await body(Sarai_Engine_V1_Engine.Client(wrapping: connection))
      }
    } catch let error as SaraiError {
      throw error
    } catch {
      if Task.isCancelled || error is CancellationError { throw CancellationError() }
      throw await meaning(of: error)
    }
  }

  private func meaning(of error: any Error) async -> SaraiError {
    if let error = error as? RPCError {
      if let detail = Sarai_Skills_V1_ErrorDetail(error) { return SaraiError(detail, fallback: .engineFailed) }
      switch error.code {
      case .deadlineExceeded: return late(error)
      case .resourceExhausted: return tooLarge(error)
      default: break
      }
    }
    return await failure() ?? misbehaved("\(error)")
  }

  private func late(_ error: RPCError) -> SaraiError {
    SaraiError(
      .timeout, es: "El motor de «\(name)» no contestó a tiempo. Vuelve a intentarlo en un momento.",
      en: "The engine of \"\(name)\" did not answer in time. Try again in a moment.", subject: name, cause: error)
  }

  private func tooLarge(_ error: RPCError) -> SaraiError {
    SaraiError(
      .tooLarge, es: "La petición es demasiado grande para el motor de «\(name)». Envía menos texto.",
      en: "The request is too large for the engine of \"\(name)\". Send less text.", subject: name, cause: error)
  }

  private func misbehaved(_ cause: String) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "El motor de «\(name)» falló al responder. Vuelve a enviar la petición; si se repite, «sarai doctor» "
          + "ayuda a encontrar la causa.",
        en: "The engine of \"\(name)\" failed to answer. Send the request again; if it goes on, \"sarai doctor\" "
          + "helps to find the cause."),
      subject: name, cause: cause)
  }
}

extension CallOptions {
  fileprivate static func timeout(seconds: Double) -> CallOptions {
    var options = CallOptions.defaults
    options.timeout = .seconds(seconds)
    return options
  }
}
