import CAllocator
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Logging
package import SaraiCore
import SaraiModels
import SaraiSkills
import SkillProtocol
import Synchronization

/// The one process of a state folder that owns every sandbox, engines and skills alike.
///
/// As `sarai supervise` it is started by the first command that needs it, serves all of them over its socket, and ends
/// by itself some time after the last one has gone. As `sarai up` it stays, with the API on top of it.
package struct Supervisor: Sendable {
  /// What it tells whoever started it.
  package enum Event: Sendable {
    /// It answers.
    case ready
    /// The API takes connections.
    case listening(host: String, port: Int)
    case notice(Localized)
    /// Answers under way may still end.
    case stopping
  }

  /// Why it ended.
  package enum End: Sendable {
    case asked
    /// A command of another build has taken its place.
    case replaced
  }

  private let setup: Setup
  private let isUp: Bool

  /// - Parameter isUp: Whether it runs the API too, and stays.
  package init(setup: Setup, isUp: Bool = false) {
    self.setup = setup
    self.isUp = isUp
  }

  /// Serves until nobody needs it, SIGTERM, or a client's `Stop`. Nothing that it started is left then.
  ///
  /// - Parameter announce: Called with what happens.
  /// - Throws: `busy` where another one has the folder; what an unusable folder or sandbox throws; under `up`, why the
  ///   API cannot be kept running.
  @discardableResult
  package func run(announce: @escaping @Sendable (Event) -> Void) async throws -> End {
    sarai_allocator_prepare()
    let lifetime = Lifetime(endsOnInterrupt: isUp)
    let configuration = setup.configuration
    Log.bootstrap(role: "supervisor", file: Folders.supervisorLogName, standardError: true, setup)
    // Paths on the command line are meant from where it was called.
    let up = isUp ? try await Up(setup, announce: announce) : nil
    // It outlives the command that started it, whose folder may be on a disk that is to be unmounted.
    chdir("/")
    let log = Logger(label: "sarai.supervisor")
    try setup.folders.create()
    let lock = try SupervisorLock(setup.folders)
    defer { withExtendedLifetime(lock) { RunNote.remove(setup.folders) } }
    try RunNote.write(setup.folders)
    let parts = try SupervisorParts(setup)
    let (stops, stopper) = AsyncStream.makeStream(of: End.self)
    let stop: @Sendable (End) -> Void = {
      stopper.yield($0)
      stopper.finish()
    }
    let attendance = Attendance(lingerSeconds: parts.lingerSeconds(configuration)) { stop(.asked) }
    do {
      try await parts.offerDrafts()
      let end = try await serve(
        parts, attendance, lifetime, up, log, stops: stops, stop: stop, announce: announce)
      await parts.close()
      return end
    } catch {
      await parts.close()
      throw error
    }
  }

  private func serve(
    _ parts: SupervisorParts, _ attendance: Attendance, _ lifetime: Lifetime, _ up: Up?, _ log: Logger,
    stops: AsyncStream<End>, stop: @escaping @Sendable (End) -> Void, announce: @Sendable (Event) -> Void
  ) async throws -> End {
    let listener = try UnixListener(path: setup.folders.supervisorSocket)
    defer { listener.removeFile() }
    let status = ServingStatus()
    let server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: 4 << 20, allowedUsers: [geteuid()], admitsSandboxes: false,
        maximumConnections: 256, log: log),
      services: [
        SupervisorService(
          models: parts.models, skills: parts.skills, memory: parts.memory, loop: parts.loop, api: up?.role,
          attendance: attendance,
          skillRuntime: setup.skillRuntime,
          configure: { try await parts.configure($0, holds: $1, attendance: attendance) }, stop: stop),
        HealthService(service: Sarai_Supervisor_V1_Supervisor.descriptor.fullyQualifiedService, status: status),
      ], interceptors: [RequestTrail(log: log)])
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      _ = try await server.listeningAddress
      lifetime.watch(endsWithInput: false)
      lifetime.serve { stop(.asked) }
      // Who stays needs no clients.
      if up == nil { attendance.begin() } else { _ = attendance.join() }
      await parts.skills.begin()
      await parts.loop.begin { attendance.tell($0) }
      StartPages.giveBack()
      announce(.ready)
      log.info("supervising \(setup.folders.state)")
      group.addTask { await keepHouse(parts, attendance) }
      let (end, failure) = await attend(up, stops: stops)
      log.info("stopping")
      // Who asks comes first: answers under way still need what is below.
      await up?.close()
      status.stopServing()
      // What runs goes first: those who hold an engine or wait for a skill are told, and leave.
      await parts.close()
      server.beginGracefulShutdown()
      // Who attends would stay for ever.
      group.cancelAll()
      try? await group.waitForAll()
      if let failure { throw failure }
      return end
    }
  }

  /// Waits for the end, with the API running where it is to run.
  private func attend(_ up: Up?, stops: AsyncStream<End>) async -> (End, (any Error)?) {
    await withTaskGroup(of: (End, (any Error)?).self) { group in
      defer { group.cancelAll() }
      group.addTask {
        for await end in stops { return (end, nil) }
        return (.asked, nil)
      }
      if let up {
        group.addTask {
          do {
            try await up.begin()
            try await up.keep()
            return (.asked, nil)
          } catch {
            return (.asked, error)
          }
        }
      }
      return await group.next() ?? (.asked, nil)
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
