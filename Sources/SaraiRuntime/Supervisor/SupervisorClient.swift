import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import SaraiCore
import SkillProtocol
import Synchronization

/// A connection to the supervisor of a state folder.
final class SupervisorClient: Sendable {
  typealias Service = Sarai_Supervisor_V1_Supervisor.Client<HTTP2ClientTransport.Posix>

  private let connection: GRPCClient<HTTP2ClientTransport.Posix>
  private let connecting: Task<Void, Never>
  private let broken = Atomic(false)

  /// True once a call has found nobody at the other end.
  var isBroken: Bool { broken.load(ordering: .relaxed) }

  private init(socket: String) throws {
    var configuration = HTTP2ClientTransport.Posix.Config.defaults
    configuration.backoff = .init(initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    let connection = GRPCClient(
      transport: try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: socket), transportSecurity: .plaintext, config: configuration),
      interceptors: [RequestTrail()])
    self.connection = connection
    // Its errors are those of the calls, which report them better.
    connecting = Task { try? await connection.runConnections() }
  }

  deinit { close() }

  func close() {
    connection.beginGracefulShutdown()
    connecting.cancel()
  }

  /// - Returns: Nil where no supervisor runs.
  static func running(_ folders: Folders) throws -> SupervisorClient? {
    guard SocketProbe.answers(folders.supervisorSocket) else { return nil }
    return try SupervisorClient(socket: folders.supervisorSocket)
  }

  /// The folder's supervisor, started where there is none, and replaced where it is of another build or, as long as
  /// nobody uses it, starts skills in another way than this client wants.
  static func started(_ setup: Setup) async throws -> SupervisorClient {
    if let client = try running(setup.folders) {
      let description = try? await client.call { try await $0.describe(Sarai_Supervisor_V1_DescribeRequest()) }
      if let description, description.build == Build.current,
        description.clients > 0 || description.skillRuntime == setup.skillRuntime
      {
        return client
      }
      var request = Sarai_Supervisor_V1_StopRequest()
      request.isReplaced = true
      _ = try? await client.call { [request] in try await $0.stop(request) }
      client.close()
      try await awaitEnd(setup.folders)
    }
    try await SupervisorStart.start(setup)
    return try SupervisorClient(socket: setup.folders.supervisorSocket)
  }

  /// Waits until the folder's supervisor, which was told to stop, has.
  static func awaitEnd(_ folders: Folders) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while SupervisorLock.isHeld(folders) {
      guard ContinuousClock.now < deadline else {
        throw SaraiError(
          .timeout, es: "El supervisor de SARAi no termina: mátalo y prueba otra vez (log: \(folders.supervisorLog)).",
          en: "SARAi's supervisor does not end: kill it and try again (log: \(folders.supervisorLog)).",
          subject: folders.supervisorSocket)
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// - Throws: `SaraiError`; `Gone` where nobody is at the other end.
  func call<Reply: Sendable>(_ body: @Sendable (Service) async throws -> Reply) async throws -> Reply {
    do {
      return try await body(Service(wrapping: connection))
    } catch let error as RPCError {
      if let detail = Sarai_Skills_V1_ErrorDetail(error) { throw SaraiError(detail) }
      if Task.isCancelled || error.code == .cancelled { throw CancellationError() }
      if error.code == .unavailable || error.code == .unknown {
        broken.store(true, ordering: .relaxed)
        throw Gone(cause: error)
      }
      throw SaraiError(
        .internalFault, es: "El supervisor de SARAi falló: \(error.message)",
        en: "SARAi's supervisor failed: \(error.message)", cause: error)
    }
  }

  /// The supervisor has ended, or was never there.
  struct Gone: Error {
    var cause: any Error
  }
}

extension CallOptions {
  /// A call that fails at once where nobody is at the other end.
  static var atOnce: CallOptions {
    var options = CallOptions.defaults
    options.waitForReady = false
    return options
  }
}

/// The supervisor as a long-lived client sees it: one that ends is started again.
package actor Supervision {
  let setup: Setup
  private var current: SupervisorClient?
  private var starting: Task<SupervisorClient, any Error>?
  private let outgoing = Outgoing()
  private let starts: Bool

  /// - Parameter starts: False for who runs under a supervisor and ends with it.
  package init(setup: Setup, starts: Bool = true) {
    self.setup = setup
    self.starts = starts
  }

  /// Sees that there is a supervisor.
  ///
  /// - Throws: why there can be none.
  package func begin() async throws { _ = try await client() }

  func client() async throws -> SupervisorClient {
    if let current, !current.isBroken { return current }
    if let starting { return try await starting.value }
    let task = Task { [setup, starts] in
      if starts { return try await SupervisorClient.started(setup) }
      guard let running = try SupervisorClient.running(setup.folders) else { throw Self.unreachable("it is away") }
      return running
    }
    starting = task
    defer { starting = nil }
    current?.close()
    current = nil
    let client = try await task.value
    current = client
    return client
  }

  /// Makes a call, and once more with a new supervisor where the one there was is gone.
  func call<Reply: Sendable>(_ body: @Sendable (SupervisorClient.Service) async throws -> Reply) async throws -> Reply {
    do {
      return try await client().call(body)
    } catch is SupervisorClient.Gone {
      do {
        return try await client().call(body)
      } catch let gone as SupervisorClient.Gone {
        throw Self.unreachable(gone.cause)
      }
    }
  }

  /// Tells the supervisor that this client is there, until the task is cancelled; a supervisor that ends meanwhile is
  /// started again.
  ///
  /// - Parameters:
  ///   - serving: Whether this is the server, whose settings go before those of other clients; each element has the
  ///     configuration's files read again. Nil for other clients.
  ///   - tell: Called with what people should be told.
  package func attend(
    serving: AsyncStream<Void>? = nil, tell: @escaping @Sendable (Localized) -> Void
  ) async {
    var first = Sarai_Supervisor_V1_AttendRequest()
    first.settings = setup.supervisorSettings
    first.settings.isServer = serving != nil
    let message = first
    let following = Task { [outgoing] in
      for await _ in serving ?? AsyncStream(unfolding: { nil }) { outgoing.yield(message) }
    }
    defer { following.cancel() }
    var pauseSeconds = 0.05
    while !Task.isCancelled {
      let began = ContinuousClock.now
      do {
        let requests = outgoing.begin(with: message)
        try await client().call { supervisor in
          try await supervisor.attend(options: .atOnce) { writer in
            for await request in requests { try await writer.write(request) }
          } onResponse: { response in
            for try await notice in response.messages {
              tell(Localized(es: notice.noticeEs, en: notice.noticeEn))
            }
          }
        }
      } catch {
        // Whoever asks for something hears what is wrong; here only the pace of trying matters.
        if let error = error as? SaraiError { tell(error.message) }
      }
      if ContinuousClock.now - began > .seconds(5) { pauseSeconds = 0.05 }
      try? await Task.sleep(for: .seconds(pauseSeconds))
      pauseSeconds = min(pauseSeconds * 2, 10)
    }
  }

  /// Tells the supervisor of a turn that begins, where this client attends it.
  ///
  /// - Returns: What is to be called with the name of who answered, when it is over.
  nonisolated func noteTurn() -> @Sendable (String) -> Void {
    outgoing.yield(Self.turn(isOver: false, answeredBy: ""))
    return { [outgoing] in outgoing.yield(Self.turn(isOver: true, answeredBy: $0)) }
  }

  private static func turn(isOver: Bool, answeredBy: String) -> Sarai_Supervisor_V1_AttendRequest {
    var request = Sarai_Supervisor_V1_AttendRequest()
    request.turn.isOver = isOver
    request.turn.answeredBy = answeredBy
    return request
  }

  package func close() {
    current?.close()
    current = nil
  }

  /// Ends the supervisor of a folder and all that it runs; returns when it is gone.
  ///
  /// - Returns: False where there was none.
  package static func stop(_ folders: Folders) async throws -> Bool {
    guard let client = try SupervisorClient.running(folders) else { return false }
    _ = try? await client.call { try await $0.stop(Sarai_Supervisor_V1_StopRequest(), options: .atOnce) }
    client.close()
    try await SupervisorClient.awaitEnd(folders)
    return true
  }

  private static func unreachable(_ cause: Any) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "El supervisor de SARAi, que lleva los modelos, se detuvo. Vuelve a intentarlo; si se repite, «sarai "
          + "doctor».",
        en: "SARAi's supervisor, which runs the models, stopped. Try again; if it goes on, \"sarai doctor\"."),
      cause: "\(cause)")
  }
}

/// What a client that attends still has to say.
private final class Outgoing: Sendable {
  typealias Request = Sarai_Supervisor_V1_AttendRequest

  private let sink = Mutex<AsyncStream<Request>.Continuation?>(nil)

  /// A new connection takes the place of the last; it begins with `first`.
  func begin(with first: Request) -> AsyncStream<Request> {
    let (requests, continuation) = AsyncStream.makeStream(of: Request.self, bufferingPolicy: .bufferingNewest(256))
    continuation.yield(first)
    sink.withLock { sink in
      sink?.finish()
      sink = continuation
    }
    return requests
  }

  func yield(_ request: Request) { sink.withLock { _ = $0?.yield(request) } }
}
