import Glibc
import SaraiCore
import SaraiModels

/// `sarai serve` as a child of another command. It ends with its parent, whose end it sees as the end of stdin.
struct ServerChild {
  private let process: ChildProcess

  /// Starts a server and waits until it answers.
  ///
  /// - Throws: the `SaraiError` that the server started with, or `engineFailed` where it said nothing.
  static func start(_ setup: Setup) async throws -> ServerChild {
    try setup.folders.create()
    let log = try LogFile(path: setup.folders.logs + "/serve.log")
    let (lines, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    let process = try await DirectLauncher(graceSeconds: 20).launch(command(setup)) { output in
      switch output {
      case .standardOutput(let bytes): continuation.yield(bytes)
      case .standardError(let bytes): log.append(bytes)
      }
    }
    Task {
      _ = await process.waitForExit()
      continuation.finish()
    }
    var pending: [UInt8] = []
    for await bytes in lines {
      pending += bytes
      while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(pending[..<end])
        pending.removeFirst(end + 1)
        switch ServerAnnouncement(line: line) {
        case .ready: return ServerChild(process: process)
        case .failed(let error):
          _ = await process.waitForExit()
          throw error
        case nil: break
        }
      }
    }
    throw SaraiError(
      .engineFailed, es: "El servidor de SARAi no llegó a arrancar: mira \(log.path) y prueba «sarai doctor».",
      en: "SARAi's server did not start: see \(log.path), and try \"sarai doctor\".", subject: log.path)
  }

  func stop() async { await process.stop() }

  private static func command(_ setup: Setup) -> ChildCommand {
    var arguments = ["serve", "--child"]
    if let asked = setup.sources.asked { arguments += ["--config", asked] }
    for flag in setup.sources.flags { arguments += ["--set", "\(flag.key)=\(flag.value)"] }
    let host = setup.configuration.text("server.host")
    let port = setup.configuration.integer("server.port") ?? 0
    // Another program's port is no reason not to chat: nobody else has to find this server.
    if !PortProbe.isFree(host: host, port: port) { arguments += ["--port", "0"] }
    return ChildCommand(
      executable: setup.installation.executable, arguments: arguments, environment: setup.environment)
  }
}

/// What a background server logs; begun anew when it has grown past 8 MiB.
private final class LogFile: Sendable {
  let path: String
  private let descriptor: Int32

  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PrivateFile.fault(writing: path) }
    if let status = FileStatus(path), status.sizeBytes > 8 << 20 { ftruncate(descriptor, 0) }
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) {
    try? PrivateFile.writeAll(bytes, to: descriptor, path: path)
  }
}

/// Whether a server could listen on an address.
package enum PortProbe {
  package static func isFree(host: String, port: Int) -> Bool {
    guard port > 0 else { return true }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else { return true }
    defer { freeaddrinfo(found) }
    let descriptor = socket(address.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    return bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0
  }
}
