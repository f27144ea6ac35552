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
  private let listener: ListeningSocket?
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - turn: Answers chats.
  ///   - models: Answers all else.
  ///   - memory: What was told, for `/api/memory`; nil where nothing is remembered.
  ///   - loop: What is done unasked, for `/api/loop`, `/api/jobs` and `/api/inbox`; nil where nothing is.
  ///   - metrics: What `/metrics` shows besides the API's own figures.
  ///   - language: For clients that ask for none of ours.
  ///   - listener: A socket that listens already, in the place of the settings' address.
  ///   - onListening: Called with the bound port once clients can connect.
  /// - Throws: `SaraiError` for settings that cannot work, and an open address without a token.
  package init(
    settings: ServerSettings, turn: Turn, models: any ModelGateway, memory: (any MemoryGateway)? = nil,
    loop: (any LoopGateway)? = nil, metrics: any MetricsSource, language: Language, logger: Logger,
    listener: ListeningSocket? = nil,
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) throws(SaraiError) {
    try settings.validate()
    self.settings = settings
    self.language = language
    self.logger = logger
    self.listener = listener
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
    let socket = try listener ?? ListeningSocket(host: settings.host, port: settings.port)
    let server = SocketServer(
      socket, connections: connections, maxConnections: settings.maxConnections, logger: logger)
    let drain = Mutex<Task<Void, any Error>?>(nil)
    defer { drain.withLock { $0?.cancel() } }
    try await withGracefulShutdownHandler {
      try await server.run {
        gate.open(port: socket.port)
        await onListening(socket.port)
      }
    } onGracefulShutdown: {
      let task = Task {
        try await Task.sleep(for: .seconds(settings.drainTimeoutSeconds))
        registry.cancelAll()
      }
      drain.withLock { $0 = task }
    }
  }

  private var connections: GuardedChannel {
    let configuration = HTTP1Channel.Configuration(
      idleTimeout: .nanoseconds(Int64(settings.idleTimeoutSeconds * 1e9)),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: settings.maxHeaderBytes, maxHeaderListSize: settings.maxHeaderBytes,
        maxHeaderFieldCount: settings.maxHeaderCount))
    let date = DateHeader()
    let channel = HTTP1Channel(
      responder: { [edge] request, writer, channel in
        var response = await edge.respond(to: request, peer: channel.remoteAddress?.ipAddress ?? "local")
        response.headers[.date] = date.now
        response.headers[.server] = "sarai"
        try await writer.write(response: response.head, body: response.body)
      }, configuration: configuration)
    return GuardedChannel(base: channel, settings: settings, language: language, registry: registry)
  }
}

/// Those who run it log what they run, and it holds the clients' token.
extension HTTPServer: CustomStringConvertible {
  package var description: String { "HTTPServer" }
}
