import CAllocator
import Dispatch
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
  private let announce: @Sendable (Event) -> Void

  package init(setup: Setup, announce: @escaping @Sendable (Event) -> Void) {
    self.setup = setup
    self.announce = announce
  }

  /// Serves until SIGTERM, SIGINT or (where `endsWithInput`) the end of stdin.
  ///
  /// - Throws: `SaraiError`: `busy` where another server has the state folder or the port, `forbidden` for an open
  ///   address without a token, …
  package func run(endsWithInput: Bool) async throws {
    // Bodies of requests are up to megabytes.
    sarai_allocator_prepare()
    let configuration = setup.configuration
    Log.bootstrap(level: Logger.Level(rawValue: configuration.text("log.level")) ?? .notice)
    let log = Logger(label: "sarai")
    for name in configuration.unknownVariables { log.warning("the variable \(name) means nothing to SARAi") }
    try setup.folders.create()
    let settings = try ServerSettings(setup, token: AccessToken.read(setup))
    try settings.validate()
    let lock = try StateLock(folders: setup.folders)
    defer { withExtendedLifetime(lock) { ServerRecord.remove(setup.folders) } }

    let environment = setup.environment
    let pool = ModelPool(
      settings: PoolSettings(setup, configuration),
      parts: ModelPool.Parts(
        store: try setup.store(),
        remote: { RemoteGateway(model: try RemoteModel(entry: $0, environment: environment)) },
        environment: environment, logger: Logger(label: "sarai.models")))
    let isListening = Mutex(false)
    let server = try HTTPServer(
      settings: settings, turn: Turn(models: pool), models: pool, metrics: pool, language: setup.language,
      logger: Logger(label: "sarai.http"),
      onListening: { port in
        isListening.withLock { $0 = true }
        await listening(port: port, token: settings.token)
      })
    let reloader = reloader(pool: pool, log: log)
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(
        service: PoolService(pool: pool, warmsUp: !endsWithInput) { announce(.notice($0)) }),
      .init(service: reloader),
      .init(service: server),
      .init(
        service: StopNotice {
          // A server that never listened has nothing to end.
          if isListening.withLock({ $0 }) { announce(.stopping) }
        }),
    ]
    if endsWithInput {
      services.append(.init(service: InputEnd(), successTerminationBehavior: .gracefullyShutdownGroup))
    }
    var group = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "sarai.services"))
    group.maximumGracefulShutdownDuration = .seconds(settings.drainTimeoutSeconds + 20)
    group.maximumCancellationDuration = .seconds(10)
    do {
      try await ServiceGroup(configuration: group).run()
    } catch {
      await pool.shutDown()
      throw error
    }
  }

  private func listening(port: Int, token: String?) async {
    let record = ServerRecord(
      pid: getpid(), host: setup.configuration.text("server.host"), port: port, token: token,
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

  private func reloader(pool: ModelPool, log: Logger) -> ConfigurationReloader {
    ConfigurationReloader(running: setup.configuration, sources: setup.sources, log: log) { [setup] fresh, keys in
      if keys.contains("log.level"), let level = Logger.Level(rawValue: fresh.text("log.level")) { Log.level = level }
      guard keys.contains(where: { $0 != "log.level" }) else { return }
      _ = await pool.apply(PoolSettings(setup, fresh))
    }
  }
}

// MARK: - Services

/// Keeps the pool while the server runs, and ends its engines after the API has drained.
private struct PoolService: Service {
  let pool: ModelPool
  /// Whether the engine that answers most is started before anyone asks; a server for one question need not.
  let warmsUp: Bool
  let tell: @Sendable (Localized) -> Void

  func run() async throws {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        // A model that cannot be had is an error for who asks for it, not for the server.
        if warmsUp {
          try? await pool.prepare("expert_short")
          StartPages.giveBack()
        }
        await keepHouse()
      }
      try? await gracefulShutdown()
      group.cancelAll()
    }
    await pool.shutDown()
  }

  /// Tells of stand-ins as they come about, and gives memory back that a wave of large requests has left free.
  private func keepHouse() async {
    while !Task.isCancelled {
      for notice in await pool.notices() { tell(notice) }
      sarai_allocator_trim()
      try? await Task.sleep(for: .seconds(5))
    }
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

/// Ends when stdin does: whoever started this server is gone.
private struct InputEnd: Service {
  func run() async throws {
    let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
    let source = DispatchSource.makeReadSource(
      fileDescriptor: STDIN_FILENO, queue: DispatchQueue(label: "sarai.input"))
    source.setEventHandler {
      var buffer = [UInt8](repeating: 0, count: 512)
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) { continuation.finish() }
    }
    source.activate()
    for await _ in ends.cancelOnGracefulShutdown() {}
    source.cancel()
  }
}
