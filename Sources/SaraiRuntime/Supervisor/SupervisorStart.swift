import Glibc
import SaraiCore
import SaraiSandbox

/// Starts a supervisor that outlives the command that needs it.
enum SupervisorStart {
  /// Returns once some supervisor of the folder answers: the one that this started, or one that was quicker.
  ///
  /// - Throws: the `SaraiError` that the start ended with; `timeout`.
  static func start(_ setup: Setup) async throws {
    try setup.folders.create()
    // What the Swift runtime says of a crash goes where the supervisor's own lines go.
    let log = try RotatingLog(path: setup.folders.supervisorLog, limits: LogLimits(setup.configuration))
    var arguments = ["supervise"]
    if let asked = setup.askedFile { arguments += ["--config", asked] }
    for flag in setup.sources.flags { arguments += ["--set", "\(flag.key)=\(flag.value)"] }
    let line = try await DetachedProcess.start(
      setup.installation.executable, arguments: arguments, environment: setup.environment, errors: log.descriptor)
    switch StartAnnouncement(line: line) {
    case .ready: return
    case .failed(let error) where error.code == .busy: return try await awaitOther(setup)
    case .failed(let error): throw error
    case nil:
      throw SaraiError(
        .sandboxFailed,
        es: "El supervisor de SARAi no llegó a arrancar: mira \(log.path) y prueba «sarai doctor».",
        en: "SARAi's supervisor did not start: see \(log.path), and try \"sarai doctor\".", subject: log.path)
    }
  }

  /// Another command was quicker, and its supervisor is about to listen.
  private static func awaitOther(_ setup: Setup) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while !SocketProbe.answers(setup.folders.supervisorSocket) {
      guard ContinuousClock.now < deadline else {
        throw SaraiError(
          .timeout, es: "El supervisor de SARAi no contesta: «sarai stop», y prueba otra vez.",
          en: "SARAi's supervisor does not answer: \"sarai stop\", and try again.",
          subject: setup.folders.supervisorSocket)
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}

/// Whether somebody listens on a unix socket.
enum SocketProbe {
  static func answers(_ path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
