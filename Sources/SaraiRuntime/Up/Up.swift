import Glibc
import Logging
import SaraiCore
import SaraiHTTP

/// What `sarai up` adds to a supervisor: the API on top of it, and the manager that looks after the whole.
final class Up: Sendable {
  let role: ServeRole
  private let socket: ListeningSocket
  private let manager: ServiceManager
  private let folders: Folders
  private let announce: @Sendable (Supervisor.Event) -> Void

  /// Takes the folder from a supervisor that only lingers, and opens the port.
  ///
  /// - Throws: `busy` where a server has the folder or the port; `forbidden` for an open address without a token.
  init(_ setup: Setup, announce: @escaping @Sendable (Supervisor.Event) -> Void) async throws {
    folders = setup.folders
    self.announce = announce
    manager = ServiceManager(setup.environment)
    var settings = try ServerSettings(setup, token: AccessToken.read(setup))
    let activated = try ListeningSocket.activated(setup.environment)
    if let activated { (settings.host, settings.port) = (activated.host, activated.port) }
    try settings.validate()
    try folders.create()
    // Looked at and given back: the server takes it.
    _ = try StateLock(folders: folders)
    socket = try activated ?? ListeningSocket(host: settings.host, port: settings.port)
    role = ServeRole(setup, socket: socket) { announce(.notice($0)) }
    _ = try await Supervision.stop(folders)
  }

  /// Starts the API and tells everybody; the supervisor serves by now.
  func begin() async throws {
    try await role.begin()
    manager.ready("http://\(socket.host):\(socket.port)")
    announce(.listening(host: socket.host, port: socket.port))
  }

  /// Keeps the API running and tells the manager that all is well as long as it is, until the API is closed.
  ///
  /// - Throws: why the API cannot be kept running.
  func keep() async throws {
    let watch = Task { await self.watch() }
    defer { watch.cancel() }
    try await role.keep()
  }

  func close() async {
    manager.stopping()
    announce(.stopping)
    await role.close()
  }

  /// A sign of life goes out only where the API answers a request for which it has to ask the supervisor.
  private func watch() async {
    guard let seconds = manager.watchdogSeconds else { return }
    while (try? await Task.sleep(for: .seconds(seconds / 3))) != nil {
      if await HealthProbe.answers(host: socket.host, port: socket.port, seconds: seconds / 3) { manager.isAlive() }
    }
  }
}
