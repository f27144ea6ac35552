import Glibc
import Logging
import SaraiCore
import SaraiMemoryService
import SaraiModels
import SaraiSandbox
import SkillProtocol

/// The one owner of memory.db, as the supervisor keeps it: a process in a sandbox, or a service of the supervisor's own
/// (`phoenix.entity_memory_skill: false`). It starts when it is first asked for, and again when it has ended.
actor MemoryProcess {
  private enum Running {
    case process(any ChildProcess, socket: String)
    case here(MemoryServer, serving: Task<Void, Never>)
  }

  private struct Started {
    let running: Running
    let at = ContinuousClock.now
    let hasEnded: OneShot<Void>

    var socket: String {
      switch running {
      case .process(_, let socket): socket
      case .here(let server, _): server.socket
      }
    }
  }

  /// A large file that was damaged is checked page by page, and a backup copied.
  private static let startSeconds = 300.0

  private let setup: Setup
  private let launcher: any ProcessLauncher
  private let sockets: @Sendable () async -> MemorySockets
  private var hasStarted: @Sendable (_ socket: String) -> Void = { _ in }
  private let log = Logger(label: "sarai.memory")
  private var started: Started?
  private var starting: Task<String, any Error>?
  /// A store that opens and ends at once, again and again, is left alone for a while.
  private var starts = StartLimit(mostStarts: 4, windowSeconds: 30)
  /// How often it has started.
  private var startCount = 0
  private var isClosed = false
  private var notice: Localized?

  /// - Parameter sockets: Gives what it is granted.
  init(_ setup: Setup, launcher: any ProcessLauncher, sockets: @escaping @Sendable () async -> MemorySockets) {
    self.setup = setup
    self.launcher = launcher
    self.sockets = sockets
  }

  /// Where the memory answers; it is started where it does not.
  ///
  /// - Throws: `SaraiError`: what the store says of its file, `insufficientResources`, …
  func socket() async throws -> String {
    if let started, started.hasEnded.value == nil { return started.socket }
    if let starting { return try await starting.value }
    let task = Task { try await start() }
    starting = task
    defer { starting = nil }
    return try await task.value
  }

  /// - Parameter hasStarted: Called with the socket of each process that starts.
  func watchStarts(_ hasStarted: @escaping @Sendable (_ socket: String) -> Void) {
    self.hasStarted = hasStarted
    if let started, started.hasEnded.value == nil { hasStarted(started.socket) }
  }

  /// Of a process that ended since, too.
  private func add(_ new: Localized?) {
    if let new { notice = new }
  }

  /// What the person has to know of the file, once.
  func takeNotice() -> Localized? {
    defer { notice = nil }
    return notice
  }

  /// What is known of it: its process, and since when it runs; nil where it was never asked for.
  func status() -> Sarai_Supervisor_V1_MemoryStatus? {
    guard let started else { return nil }
    var status = Sarai_Supervisor_V1_MemoryStatus()
    status.state = started.hasEnded.value == nil ? "running" : "resting"
    status.uptimeSeconds = started.at.duration(to: .now) / .seconds(1)
    if case .process(let child, _) = started.running {
      status.pid = child.pid
      if let bytes = ProcessMemory.proportionalBytes(pid: child.pid) { status.memoryBytes = Int64(bytes) }
    }
    return status
  }

  /// For metrics: how often it has started, and what its process takes now; nil where it has none of its own.
  var memory: (starts: Int, bytes: Int?) {
    guard let started, started.hasEnded.value == nil, case .process(let child, _) = started.running else {
      return (startCount, nil)
    }
    return (startCount, ProcessMemory.proportionalBytes(pid: child.pid))
  }

  func close() async {
    isClosed = true
    _ = try? await starting?.value
    switch started?.running {
    case .process(let child, _): await child.stop()
    case .here(let server, let serving):
      server.stop()
      await serving.value
    case nil: break
    }
    started = nil
  }

  // MARK: - Starting

  private func start() async throws -> String {
    guard !isClosed else { throw Self.ended("the supervisor ends") }
    guard starts.admits(.now) else {
      throw SaraiError(
        .busy,
        es: "La memoria de SARAi se ha detenido varias veces seguidas. Espera medio minuto y vuelve a intentarlo; si "
          + "sigue, mira \(setup.folders.supervisorLog).",
        en: "SARAi's memory has stopped several times in a row. Wait half a minute and try again; if it goes on, look "
          + "at \(setup.folders.supervisorLog).")
    }
    try Folders.create(setup.folders.memory, variable: "SARAI_STATE_DIR")
    let granted = await sockets()
    let started = try await setup.hasMemoryProcess ? startProcess(granted) : startHere(granted)
    self.started = started
    startCount += 1
    hasStarted(started.socket)
    return started.socket
  }

  private func startHere(_ granted: MemorySockets) async throws -> Started {
    let server = try MemoryServer(
      folder: setup.folders.memory, socket: setup.folders.sandboxes + "/memory.sock", allowedUsers: [geteuid()],
      admitsSandboxes: false,
      helpers: MemoryHelpers(embeddings: granted.embeddings, parser: granted.parser, model: granted.model), log: log,
      repaired: { [weak self] notice in Task { await self?.add(notice) } })
    let ready = OneShot<Result<Void, any Error>>()
    let ended = OneShot<Void>()
    let serving = Task { [log] in
      do {
        try await server.run { ready.set(.success(())) }
      } catch {
        ready.set(.failure(error))
        log.error("the memory ended: \(error)")
      }
      ended.set(())
    }
    try await ready.wait().get()
    add(server.host.notice)
    return Started(running: .here(server, serving: serving), hasEnded: ended)
  }

  private func startProcess(_ granted: MemorySockets) async throws -> Started {
    let direct = setup.folders.sandboxes + "/memory.sock"
    let serving = try await ServingChild.start(
      command(granted, socket: direct), with: launcher, role: "memory", socket: direct,
      startSeconds: Self.startSeconds, log: log,
      failure: { Self.ended($0) }, repaired: { [weak self] notice in Task { await self?.add(notice) } })
    add(serving.notice)
    return Started(running: .process(serving.child, socket: serving.socket), hasEnded: serving.hasEnded)
  }

  private func command(_ granted: MemorySockets, socket: String) -> ChildCommand {
    let isolated = launcher.isolates
    var arguments = [
      "--folder", setup.folders.memory, "--socket", isolated ? SandboxPaths.socket : socket, "--log-level",
      setup.configuration.text("log.level"),
    ]
    for grant in granted.all {
      arguments += ["--" + grant.name, isolated ? SandboxPaths.grantedSocket(grant.name) : grant.host]
    }
    var environment = ["SWIFT_BACKTRACE": "enable=no", "SQLITE_TMPDIR": setup.folders.memory]
    if !isolated, let profile = setup.environment["LLVM_PROFILE_FILE"] { environment["LLVM_PROFILE_FILE"] = profile }
    return ChildCommand(
      executable: setup.installation.memory, arguments: arguments, environment: environment, profile: profile(granted))
  }

  /// Its folder, those who help it, a socket to serve on: nothing else.
  private func profile(_ granted: MemorySockets) -> SandboxProfile {
    var limits = SandboxLimits()
    limits.memoryBytes = 2 << 30
    limits.tasks = 128
    limits.openFiles = 1_024
    limits.fileBytes = 64 << 30
    limits.outputBytes = 4 << 20
    limits.startSeconds = Self.startSeconds
    return SandboxProfile(
      name: "memory", kind: .native, executable: setup.installation.memory,
      readWrite: [.init(host: setup.folders.memory)],
      sockets: granted.all.map { .init(name: $0.name, host: $0.host) }, serves: true, limits: limits)
  }

  static func ended(_ cause: String) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "La memoria de SARAi no llegó a arrancar. Vuelve a intentarlo; si se repite, «sarai doctor» ayuda a "
          + "encontrar la causa.",
        en: "SARAi's memory did not start. Try again; if it goes on, \"sarai doctor\" helps to find the cause."),
      cause: cause)
  }
}

/// The sockets of those who help the memory; absent are those that cannot be had.
struct MemorySockets: Sendable {
  var embeddings: String?
  /// The skill `nlp`.
  var parser: String?
  /// The model that answers.
  var model: String?

  /// By the names of the options of `sarai-memory`.
  var all: [(name: String, host: String)] {
    [("embeddings", embeddings), ("parser", parser), ("model", model)].compactMap { name, host in
      host.map { (name, $0) }
    }
  }
}

extension Setup {
  /// Whose memory conversations on this machine use; nil where they use none.
  package var memoryOwner: String? { configuration.text("chat.memory") == "none" ? nil : "local" }
  /// Whether conversations leave nothing in the memory.
  package var isPrivate: Bool { configuration.text("chat.memory") == "private" }
  /// Whether the memory has a process of its own.
  var hasMemoryProcess: Bool { configuration.flag("phoenix.entity_memory_skill") }
}
