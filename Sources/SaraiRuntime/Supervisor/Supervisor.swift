import CAllocator
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Logging
import SaraiCore
import SaraiModels
import SaraiSandbox
import SkillProtocol
import Synchronization

/// `sarai supervise`: the one process of a state folder that owns every sandbox, engines and skills alike.
///
/// It is started by the first command that needs it, serves all of them over its socket, and ends by itself some time
/// after the last one has gone.
package struct Supervisor: Sendable {
  private let setup: Setup

  package init(setup: Setup) { self.setup = setup }

  /// Serves until nobody needs it, SIGTERM, or a client's `Stop`. Nothing that it started is left then.
  ///
  /// - Parameter ready: Called once it answers.
  /// - Throws: `busy` where another one has the folder; what an unusable folder or sandbox throws.
  package func run(ready: @Sendable () -> Void) async throws {
    sarai_allocator_prepare()
    let lifetime = Lifetime()
    let configuration = setup.configuration
    Log.bootstrap(level: Logger.Level(rawValue: configuration.text("log.level")) ?? .notice)
    let log = Logger(label: "sarai.supervisor")
    try setup.folders.create()
    let lock = try SupervisorLock(setup.folders)
    defer { withExtendedLifetime(lock) {} }
    let parts = try SupervisorParts(setup)
    let (stops, stopper) = AsyncStream.makeStream(of: Void.self)
    let stop: @Sendable () -> Void = { stopper.finish() }
    let attendance = Attendance(lingerSeconds: parts.lingerSeconds(configuration), end: stop)
    do {
      try await serve(parts, attendance, lifetime, log, stops: stops, stop: stop, ready: ready)
    } catch {
      await parts.close()
      throw error
    }
    await parts.close()
  }

  private func serve(
    _ parts: SupervisorParts, _ attendance: Attendance, _ lifetime: Lifetime, _ log: Logger,
    stops: AsyncStream<Void>, stop: @escaping @Sendable () -> Void, ready: @Sendable () -> Void
  ) async throws {
    let listener = try UnixListener(path: setup.folders.supervisorSocket)
    defer { listener.removeFile() }
    let status = ServingStatus()
    let server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: 4 << 20, allowedUsers: [geteuid()], maximumConnections: 256, log: log),
      services: [
        SupervisorService(
          pool: parts.pool, attendance: attendance,
          configure: { try await parts.configure($0, attendance: attendance) }, stop: stop),
        HealthService(service: Sarai_Supervisor_V1_Supervisor.descriptor.fullyQualifiedService, status: status),
      ])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      _ = try await server.listeningAddress
      lifetime.watch(endsWithInput: false)
      lifetime.serve(stop: stop)
      attendance.begin()
      StartPages.giveBack()
      ready()
      log.info("supervising \(setup.folders.state)")
      group.addTask { await keepHouse(parts, attendance) }
      for await _ in stops {}
      log.info("stopping")
      status.stopServing()
      // Engines go first: those who hold one are told, and leave.
      await parts.pool.shutDown()
      server.beginGracefulShutdown()
      // Who attends would stay for ever.
      group.cancelAll()
      try? await group.waitForAll()
    }
  }

  /// Tells clients of stand-ins as they come about, and gives memory back that a wave of requests has left free.
  private func keepHouse(_ parts: SupervisorParts, _ attendance: Attendance) async {
    while !Task.isCancelled {
      for notice in await parts.pool.notices() { attendance.tell(notice) }
      sarai_allocator_trim()
      try? await Task.sleep(for: .seconds(2))
    }
  }
}

/// What a supervisor is made of: the sandboxes, and the pools that use them.
final class SupervisorParts: Sendable {
  let setup: Setup
  let backend: (any SandboxBackend)?
  let pool: ModelPool

  init(_ setup: Setup) throws {
    self.setup = setup
    try Folders.create(setup.folders.sandboxes)
    let environment = setup.environment
    // Who switches sandboxes off still wants to talk to a model.
    let isIsolated = setup.configuration.text("phoenix.skill_runtime") != "disabled"
    let backend = isIsolated ? try Self.bubblewrap(setup) : nil
    self.backend = backend
    pool = ModelPool(
      settings: PoolSettings(setup, setup.configuration),
      parts: ModelPool.Parts(
        store: try setup.store(), launcher: backend.map { SandboxLauncher($0) } ?? DirectLauncher(),
        remote: { RemoteGateway(model: try RemoteModel(entry: $0, environment: environment)) },
        environment: environment, logger: Logger(label: "sarai.models")))
  }

  static func bubblewrap(_ setup: Setup) throws -> BubblewrapBackend {
    try BubblewrapBackend(
      .init(confine: setup.installation.confine, runtimeFolder: setup.folders.sandboxes))
  }

  func lingerSeconds(_ configuration: Configuration) -> Double {
    configuration.number("runtime.linger_seconds") ?? 300
  }

  /// Takes the settings of a client: what its command line and environment say goes before the file.
  func configure(_ settings: Sarai_Supervisor_V1_Settings, attendance: Attendance) async throws {
    let flags = settings.assignments.compactMap { assignment -> Configuration.Flag? in
      guard let equals = assignment.firstIndex(of: "=") else { return nil }
      return Configuration.Flag(
        key: String(assignment[..<equals]), value: String(assignment[assignment.index(after: equals)...]),
        name: "supervisor")
    }
    // The variables of whoever started the supervisor are not those of this client.
    let ownSettings = Set(SettingsTable.all.map(\.environmentVariable)).union(["SARAI_CONFIG"])
    let environment = setup.environment.filter { !ownSettings.contains($0.key) }
    let fresh: Setup
    do {
      fresh = try Setup(
        environment: environment, configurationFile: settings.file.isEmpty ? nil : settings.file, flags: flags,
        executable: setup.installation.executable)
    } catch let error as ConfigurationError {
      throw error.faults.first ?? SaraiError(.invalidRequest, es: "\(error)", en: "\(error)")
    }
    if let level = Logger.Level(rawValue: fresh.configuration.text("log.level")) { Log.level = level }
    attendance.setLinger(seconds: lingerSeconds(fresh.configuration))
    _ = await pool.apply(PoolSettings(fresh, fresh.configuration))
  }

  func close() async {
    await pool.shutDown()
    await backend?.close()
  }
}

extension Setup {
  /// What this command's line and environment say about the configuration, for a supervisor that reads the same files.
  var supervisorSettings: Sarai_Supervisor_V1_Settings {
    var settings = Sarai_Supervisor_V1_Settings()
    settings.file = sources.asked ?? ""
    let fromEnvironment = SettingsTable.all.compactMap { setting -> String? in
      guard let text = sources.environment[setting.environmentVariable], !text.isEmpty else { return nil }
      return "\(setting.key)=\(text)"
    }
    settings.assignments = fromEnvironment + sources.flags.map { "\($0.key)=\($0.value)" }
    return settings
  }
}
