import CAllocator
import Glibc
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOPosix
import SaraiCore

/// Serves a skill as a process.
public enum SkillMain {
  /// What `Describe` says that a skill was built with.
  package static let kit = "swift \(SaraiVersion.current)"

  /// The largest message besides its input: id, grammar, options.
  private static let envelopeBytes = 1 << 20
  private static let maximumConnections = 256
  /// After that the start is over, and what only it needed is given back.
  private static let startSeconds = 1.0

  /// Serves a skill until the process is told to end, and ends the process.
  ///
  /// Standard output gets one line of JSON: `{"ready":true,…}` once the skill answers, or `{"error":…}` and an exit
  /// code of 64 (wrong options) or 65 (a configuration, socket or data that can't be used).
  public static func run(_ skill: any Skill.Type, arguments: [String]) async -> Never {
    precondition(isName(skill.name), "a skill can't be called \"\(skill.name)\"")
    sarai_allocator_prepare()
    let channel = MachineChannel()
    let lifetime = Lifetime()
    let options: SkillOptions
    do {
      options = try SkillOptions(arguments: arguments) { name in getenv(name).map { String(cString: $0) } }
    } catch {
      channel.write(error: SkillError(thrown: error).error)
      exit(MachineChannel.usageError)
    }
    lifetime.watch(endsWithInput: options.endsWithInput)
    do {
      try await serve(skill, options, channel, lifetime)
    } catch {
      channel.write(error: SkillError(thrown: error).error)
      exit(MachineChannel.dataError)
    }
    exit(0)
  }

  /// Names are folders, sockets and log fields: lower-case letters, digits, and hyphens between them.
  static func isName(_ name: String) -> Bool {
    let words = name.split(separator: "-", omittingEmptySubsequences: false)
    return name.utf8.count <= 64
      && words.allSatisfy { word in
        !word.isEmpty && word.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
      }
  }

  private static func serve(
    _ skill: any Skill.Type, _ options: SkillOptions, _ channel: MachineChannel, _ lifetime: Lifetime
  ) async throws {
    let log = Logger(label: skill.name) { _ in JSONLinesLog(skill: skill.name, level: options.logLevel) }
    // One thread is enough to move bytes; the skill's code has its own.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let host = try SkillHost(skill, options: options, deadlines: DeadlineWatch(eventLoop: group.next()), log: log)
    let listener = try UnixListener(path: options.socket)
    let status = ServingStatus()
    let server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: options.maximumRequestBytes + envelopeBytes,
        allowedUsers: options.allowedUsers, maximumConnections: maximumConnections, group: group, log: log),
      services: [
        SkillService(host: host),
        HealthService(service: Sarai_Skills_V1_Skill.descriptor.fullyQualifiedService, status: status),
      ], interceptors: [RequestTrail(log: log)])
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await server.serve() }
      // Only a server that listens can be stopped: ending one that is about to trips an assertion in NIO.
      _ = try await server.listeningAddress
      lifetime.serve(reload: {
        // What went wrong is in the log.
        Task { try? await host.reload() }
      }) {
        Task {
          log.info("stopping")
          status.stopServing()
          listener.removeFile()
          await host.drain()
          server.beginGracefulShutdown()
          // A caller who does not close its streams is not waited for.
          try? await Task.sleep(for: .seconds(1))
          exit(0)
        }
      }
      let contract = JSONValue.integer(Int64(SkillService.contractVersion))
      channel.write(["ready": true, "skill": .string(skill.name), "contract": contract])
      log.info("ready", metadata: ["socket": "\(options.socket)"])
      Task {
        // Out of the way of the call that the skill may have been started for.
        try await Task.sleep(for: .seconds(startSeconds))
        StartPages.giveBack()
        sarai_allocator_trim()
      }
      try await tasks.waitForAll()
    }
    log.info("ended")
  }
}
