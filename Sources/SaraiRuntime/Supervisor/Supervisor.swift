import CAllocator
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Logging
import SaraiCore
import SaraiModels
import SaraiSkills
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
    // It outlives the command that started it, whose folder may be on a disk that is to be unmounted.
    chdir("/")
    let lifetime = Lifetime()
    let configuration = setup.configuration
    Log.bootstrap(role: "supervisor", file: Folders.supervisorLogName, standardError: true, setup)
    let log = Logger(label: "sarai.supervisor")
    try setup.folders.create()
    let lock = try SupervisorLock(setup.folders)
    defer { withExtendedLifetime(lock) {} }
    let parts = try SupervisorParts(setup)
    let (stops, stopper) = AsyncStream.makeStream(of: Void.self)
    let stop: @Sendable () -> Void = { stopper.finish() }
    let attendance = Attendance(lingerSeconds: parts.lingerSeconds(configuration), end: stop)
    do {
      try await parts.offerDrafts()
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
        listener, maximumRequestBytes: 4 << 20, allowedUsers: [geteuid()], admitsSandboxes: false,
        maximumConnections: 256, log: log),
      services: [
        SupervisorService(
          models: parts.models, skills: parts.skills, memory: parts.memory, loop: parts.loop,
          attendance: attendance,
          skillRuntime: setup.skillRuntime,
          configure: { try await parts.configure($0, holds: $1, attendance: attendance) }, stop: stop),
        HealthService(service: Sarai_Supervisor_V1_Supervisor.descriptor.fullyQualifiedService, status: status),
      ], interceptors: [RequestTrail(log: log)])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      _ = try await server.listeningAddress
      lifetime.watch(endsWithInput: false)
      lifetime.serve(stop: stop)
      attendance.begin()
      await parts.skills.begin()
      await parts.loop.begin { attendance.tell($0) }
      StartPages.giveBack()
      ready()
      log.info("supervising \(setup.folders.state)")
      group.addTask { await keepHouse(parts, attendance) }
      for await _ in stops {}
      log.info("stopping")
      status.stopServing()
      // What runs goes first: those who hold an engine or wait for a skill are told, and leave.
      await parts.close()
      server.beginGracefulShutdown()
      // Who attends would stay for ever.
      group.cancelAll()
      try? await group.waitForAll()
    }
  }

  /// Tells clients of stand-ins as they come about, and gives memory back that a wave of requests has left free.
  private func keepHouse(_ parts: SupervisorParts, _ attendance: Attendance) async {
    while !Task.isCancelled {
      for notice in await parts.models.notices() { attendance.tell(notice) }
      sarai_allocator_trim()
      try? await Task.sleep(for: .seconds(2))
    }
  }
}
