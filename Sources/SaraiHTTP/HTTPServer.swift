import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import SaraiAgent
package import SaraiCore
import ServiceLifecycle
import Synchronization

/// The API over HTTP/1: OpenAI's routes, health, metrics.
package struct HTTPServer: Service {
  private let edge: Edge
  private let gate: Gate
  private let registry = ConnectionRegistry()
  private let settings: ServerSettings
  private let language: Language
  private let logger: Logger
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - turn: Answers chats.
  ///   - models: Answers all else.
  ///   - memory: What was told, for `/api/memory`; nil where nothing is remembered.
  ///   - loop: What is done unasked, for `/api/loop`, `/api/jobs` and `/api/inbox`; nil where nothing is.
  ///   - metrics: What `/metrics` shows besides the API's own figures.
  ///   - language: For clients that ask for none of ours.
  ///   - onListening: Called with the bound port once clients can connect.
  /// - Throws: `SaraiError` for settings that cannot work, and an open address without a token.
  package init(
    settings: ServerSettings, turn: Turn, models: any ModelGateway, memory: (any MemoryGateway)? = nil,
    loop: (any LoopGateway)? = nil, metrics: any MetricsSource, language: Language, logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) throws(SaraiError) {
    try settings.validate()
    self.settings = settings
    self.language = language
    self.logger = logger
    self.onListening = onListening
    gate = Gate(settings)
    let api = API(
      turn: turn, models: models, memory: memory, loop: loop, metrics: metrics, httpMetrics: HTTPMetrics(),
      admission: Admission(limit: settings.maxQueuedRequests), connections: registry, settings: settings)
    edge = Edge(api: api, gate: gate, routes: Route.all, language: language, logger: logger)
  }

  /// Serves until a graceful shutdown: then no connection is taken any more, answers under way may end within the
  /// drain time, and what is left is cut.
  ///
  /// - Throws: `SaraiError` when the address cannot be bound.
  package func run() async throws {
    let application = Application(
      responder: edge, server: HTTPServerBuilder { try channel(for: $0) },
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: "sarai",
        availableConnectionsDelegate: .maximum(settings.maxConnections, logger: logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? settings.port
        gate.open(port: port)
        await onListening(port)
      }, logger: logger)
    let drain = Mutex<Task<Void, any Error>?>(nil)
    defer { drain.withLock { $0?.cancel() } }
    do {
      try await withGracefulShutdownHandler {
        try await application.run()
      } onGracefulShutdown: {
        let task = Task {
          try await Task.sleep(for: .seconds(settings.drainTimeoutSeconds))
          registry.cancelAll()
        }
        drain.withLock { $0 = task }
      }
    } catch let error as IOError {
      throw bindFailure(error, code: error.errnoCode)
    } catch let error as SocketAddressError {
      throw bindFailure(error, code: EADDRNOTAVAIL)
    }
  }

  private func channel(for responder: @escaping HTTPChannelHandler.Responder) throws -> any ServerChildChannel {
    let configuration = HTTP1Channel.Configuration(
      idleTimeout: .nanoseconds(Int64(settings.idleTimeoutSeconds * 1e9)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: settings.maxHeaderBytes, maxHeaderListSize: settings.maxHeaderBytes,
        maxHeaderFieldCount: settings.maxHeaderCount))
    return GuardedChannel(
      base: HTTP1Channel(responder: responder, configuration: configuration), settings: settings, language: language,
      registry: registry)
  }

  private func bindFailure(_ error: any Error, code: CInt) -> SaraiError {
    let address = "\(settings.host):\(settings.port)"
    return switch code {
    case EADDRINUSE:
      SaraiError(
        .busy, es: "\(address) está ocupado: para el otro programa o elige otro puerto (SARAI_PORT).",
        en: "\(address) is taken: stop the other program, or choose another port (SARAI_PORT).", subject: "port",
        cause: error)
    case EACCES:
      SaraiError(
        .forbidden, es: "No hay permiso para escuchar en \(address): usa un puerto desde 1024.",
        en: "Listening on \(address) is not permitted: use a port from 1024 up.", subject: "port", cause: error)
    default:
      SaraiError(
        .network, es: "No se puede escuchar en \(address): comprueba la dirección.",
        en: "Cannot listen on \(address): check the address.", subject: "host", cause: error)
    }
  }
}

/// Those who run it log what they run, and it holds the clients' token.
extension HTTPServer: CustomStringConvertible {
  package var description: String { "HTTPServer" }
}
