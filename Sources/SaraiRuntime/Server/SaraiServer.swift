import CAllocator
import Glibc
import Logging
import SaraiAgent
package import SaraiCore
import SaraiHTTP
import SaraiModels
import ServiceLifecycle
import Synchronization
import UnixSignals

/// `sarai serve`: joins the configuration, the model pool, the turn and the API into one group of services.
package struct SaraiServer: Sendable {
  /// What the server tells whoever started it.
  package enum Event: Sendable {
    case listening(ServerRecord)
    case notice(Localized)
    case stopping
  }

  private let setup: Setup
  private let isSupervised: Bool
  private let announce: @Sendable (Event) -> Void

  /// - Parameter isSupervised: Whether `sarai up` started it: its socket is descriptor 3, and it ends with its standard
  ///   input.
  package init(setup: Setup, isSupervised: Bool = false, announce: @escaping @Sendable (Event) -> Void) {
    self.setup = setup
    self.isSupervised = isSupervised
    self.announce = announce
  }

  /// Serves until SIGTERM or SIGINT.
  ///
  /// - Throws: `SaraiError`: `busy` where another server has the state folder or the port, `forbidden` for an open
  ///   address without a token, …
  package func run() async throws {
    // Bodies of requests are up to megabytes.
    sarai_allocator_prepare()
    let configuration = setup.configuration
    // Under a supervisor there is one log, and it is the supervisor's.
    Log.bootstrap(role: "serve", file: isSupervised ? nil : "serve.log", standardError: true, setup)
    let log = Logger(label: "sarai")
    for name in configuration.unknownVariables { log.warning("the variable \(name) means nothing to SARAi") }
    try setup.folders.create()
    var settings = try ServerSettings(setup, token: AccessToken.read(setup))
    let socket =
      isSupervised
      ? try ListeningSocket(handed: ListeningSocket.handedDescriptor)
      : try ListeningSocket.activated(setup.environment)
    if let socket { (settings.host, settings.port) = (socket.host, socket.port) }
    try settings.validate()
    let lock = try StateLock(folders: setup.folders)
    defer { withExtendedLifetime(lock) { ServerRecord.remove(setup.folders) } }

    // Before anything listens: a supervisor that cannot be had is a reason not to start.
    let supervision = Supervision(setup: setup, starts: !isSupervised)
    try await supervision.begin()
    let assistant = Assistant(setup, supervision: supervision) { [announce] in announce(.notice($0)) }
    let models = assistant.models
    let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let isListening = Mutex(false)
    let server = try HTTPServer(
      settings: settings, turn: assistant.turn, models: models, memory: assistant.memory,
      loop: JSONLoop(client: assistant.loop.client),
      metrics: JoinedMetrics(sources: [
        models, MemoryMetrics(memory: assistant.memory), MachineMetrics(folder: setup.folders.state),
      ]), language: setup.language,
      logger: Logger(label: "sarai.http"), listener: socket,
      onListening: { [settings] port in
        isListening.withLock { $0 = true }
        await listening(host: settings.host, port: port, token: settings.token)
      })
    let reloader = reloader(log: log) { change.yield() }
    let parts: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(
        service: SupervisionService(
          supervision: supervision, assistant: assistant, changes: changes
        ) { announce(.notice($0)) }),
      .init(service: reloader),
      .init(service: server),
      .init(
        service: StopNotice {
          // A server that never listened has nothing to end.
          if isListening.withLock({ $0 }) { announce(.stopping) }
        }),
    ]
    var group = ServiceGroupConfiguration(
      services: parts, gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "sarai.services"))
    group.maximumGracefulShutdownDuration = .seconds(settings.drainTimeoutSeconds + 20)
    group.maximumCancellationDuration = .seconds(10)
    let services = ServiceGroup(configuration: group)
    if isSupervised {
      EndOfInput.then { Task { await services.triggerGracefulShutdown() } }
    }
    try await services.run()
  }

  private func listening(host: String, port: Int, token: String?) async {
    let record = ServerRecord(
      pid: getpid(), host: host, port: port, token: token,
      version: SaraiVersion.current)
    do {
      try record.write(setup.folders)
    } catch {
      announce(.notice(Localized(es: "aviso: \(error)", en: "warning: \(error)")))
    }
    StartPages.giveBack()
    announce(.listening(record))
    if let notice = BetterModel.notice(setup, available: MachineMemory.availableBytes()) { announce(.notice(notice)) }
  }

  private func reloader(log: Logger, changed: @escaping @Sendable () -> Void) -> ConfigurationReloader {
    ConfigurationReloader(running: setup.configuration, sources: setup.sources, log: log) { fresh, keys in
      if keys.contains(where: { $0.hasPrefix("log.") }) { Log.take(fresh) }
      // The supervisor reads the same file; it is told when.
      changed()
    }
  }
}

// MARK: - Services

/// Keeps the supervisor while the server runs; its engines stay for a while after that, for the next server.
private struct SupervisionService: Service {
  let supervision: Supervision
  let assistant: Assistant
  let changes: AsyncStream<Void>
  let tell: @Sendable (Localized) -> Void

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await supervision.attend(serving: changes, tell: tell) }
      group.addTask {
        await assistant.prepare()
        StartPages.giveBack()
        while !Task.isCancelled {
          sarai_allocator_trim()
          try? await Task.sleep(for: .seconds(5))
        }
      }
      try? await gracefulShutdown()
      group.cancelAll()
    }
    await assistant.close()
  }
}

/// Tells that the server is stopping, for draining may take a while.
private struct StopNotice: Service {
  let tell: @Sendable () -> Void

  func run() async throws {
    try? await gracefulShutdown()
    tell()
  }
}

/// Whoever started this process holds the other end of its standard input, and keeps it open as long as it lives.
private enum EndOfInput {
  static func then(_ body: @escaping @Sendable () -> Void) {
    DetachedThread.start(stackBytes: 128 << 10) {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || count < 0 && errno != EINTR { return body() }
      }
    }
  }
}
