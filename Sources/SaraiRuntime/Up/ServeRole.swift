import Glibc
import Logging
import SaraiCore
import SaraiHTTP
import SaraiModels

/// The API under `sarai up`: a process of its own that takes connections from a socket that outlives it, so that who
/// calls while it is started again waits instead of being refused.
actor ServeRole {
  private struct Running {
    let serving: ServingChild
    let at = ContinuousClock.now
  }

  /// Configuration, lock and supervisor; no model is loaded for it.
  private static let startSeconds = 60.0

  private let setup: Setup
  private let socket: ListeningSocket
  private let tell: @Sendable (Localized) -> Void
  private let log = Logger(label: "sarai.up")
  private var running: Running?
  private var pacing = RestartPacing()
  private var isClosing = false

  /// - Parameter tell: Called with what the server says to people.
  init(_ setup: Setup, socket: ListeningSocket, tell: @escaping @Sendable (Localized) -> Void) {
    self.setup = setup
    self.socket = socket
    self.tell = tell
  }

  /// Times that it was started again.
  var restarts: UInt64 { pacing.restarts }
  var pid: Int32? { isRunning ? running?.serving.child.pid : nil }
  private var isRunning: Bool { running.map { $0.serving.hasEnded.value == nil } ?? false }

  /// Starts it and returns once it takes connections.
  ///
  /// - Throws: why it does not; then there is no sense in trying again.
  func begin() async throws { try await start() }

  /// Starts it again whenever it ends, until `close`.
  ///
  /// - Throws: what it failed with last, where it ended too often in a row.
  func keep() async throws {
    while let current = running {
      try await current.serving.hasEnded.waitOrCancel()
      guard !isClosing else { return }
      var alive = current.at
      repeat {
        let pause = pacing.ended(afterSeconds: alive.duration(to: .now) / .seconds(1))
        if pacing.isFailing { throw Self.exhausted }
        log.error("the API ended and is started again", metadata: ["after_seconds": "\(pause)"])
        try await Task.sleep(for: .seconds(pause))
        guard !isClosing else { return }
        alive = .now
      } while await !restart()
    }
  }

  /// Lets answers under way end, within the server's time for it, and ends it.
  func close() async {
    isClosing = true
    await running?.serving.child.stop()
  }

  private func restart() async -> Bool {
    do {
      try await start()
      // It may have been told to stop meanwhile.
      if isClosing { await running?.serving.child.stop() }
      return true
    } catch {
      log.error("the API does not start: \(error)")
      return false
    }
  }

  private func start() async throws {
    let drain = setup.configuration.number("server.drain_timeout_seconds") ?? 10
    let launcher = PlainLauncher(handing: socket.descriptor, graceSeconds: drain + 25)
    var arguments = ["serve", "--supervised"]
    if let asked = setup.askedFile { arguments += ["--config", asked] }
    for flag in setup.sources.flags { arguments += ["--set", "\(flag.key)=\(flag.value)"] }
    let command = ChildCommand(
      executable: setup.installation.executable, arguments: arguments,
      environment: setup.environment.filter { !ServiceManager.variables.contains($0.key) })
    let serving = try await ServingChild.start(
      command, with: launcher, role: "serve", socket: "", startSeconds: Self.startSeconds, log: log,
      failure: { Self.ended($0) }, repaired: { [tell] in tell($0) })
    running = Running(serving: serving)
    log.notice("the API is ready", metadata: ["pid": "\(serving.child.pid)", "port": "\(socket.port)"])
  }

  private static func ended(_ cause: String) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "La API de SARAi no llegó a arrancar. Vuelve a intentarlo; si se repite, «sarai doctor» ayuda a encontrar "
          + "la causa.",
        en: "SARAi's API did not start. Try again; if it goes on, \"sarai doctor\" helps to find the cause."),
      cause: cause)
  }

  private static var exhausted: SaraiError {
    let times = RestartPacing.toleratedDeaths
    return SaraiError(
      .engineFailed,
      Localized(
        es:
          "La API de SARAi terminó \(times) veces seguidas nada más arrancar, y no se intenta más: «sarai logs --role "
          + "serve» dice por qué.",
        en: "SARAi's API ended \(times) times in a row right after its start, and is not tried again: \"sarai logs "
          + "--role serve\" says why."))
  }
}
