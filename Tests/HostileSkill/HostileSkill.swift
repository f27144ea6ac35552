import FoundationEssentials
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Logging
import SkillProtocol

/// A program that breaks the contract of skills in the way that its argument names.
@main
enum HostileSkill {
  static func main() async throws {
    let mode = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : ""
    let socket = getenv("SARAI_SKILL_SOCKET").map { String(cString: $0) } ?? ""
    switch mode {
    case "exit": exit(3)
    case "silent": while true { pause() }
    case "babble":
      say("hello, I am not a skill")
      while true { pause() }
    case "endless-line": while true { say(String(repeating: "x", count: 4_000), end: "") }
    case "flood": while true { say("a line of a log that does not end", to: STDERR_FILENO) }
    case "other-contract":
      say(#"{"ready":true,"skill":"hostile","contract":99}"#)
      while true { pause() }
    case "wrong-configuration":
      say(#"{"error":{"code":"invalid_request","message_es":"Falta «x».","message_en":"There is no \"x\"."}}"#)
      exit(65)
    case "no-socket":
      say(ready)
      while true { pause() }
    case "deaf-socket":
      let listener = try UnixListener(path: socket)
      say(ready)
      while true { _ = listener.descriptor; pause() }
    case "garbage-socket": try speakGarbage(UnixListener(path: socket))
    default: try await serve(UnixListener(path: socket))
    }
  }

  static let ready = #"{"ready":true,"skill":"hostile","contract":1}"#

  /// Answers every connection with what is no HTTP/2.
  private static func speakGarbage(_ listener: UnixListener) -> Never {
    say(ready)
    signal(SIGPIPE, SIG_IGN)
    while true {
      let guest = accept(listener.descriptor, nil, nil)
      guard guest >= 0 else { continue }
      for _ in 0..<64 { _ = write(guest, "HTTP/1.0 418 I'm a teapot\r\n\r\n", 29) }
    }
  }

  /// Serves the contract, but what the requests name goes wrong.
  private static func serve(_ listener: UnixListener) async throws {
    let server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: 4 << 20, allowedUsers: [getuid()], maximumConnections: 16,
        log: Logger(label: "hostile")), services: [HostileService()])
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await server.serve() }
      _ = try await server.listeningAddress
      say(ready)
      try await tasks.waitForAll()
    }
  }
}

/// Writes at once.
func say(_ text: String, to file: Int32 = STDOUT_FILENO, end: String = "\n") {
  _ = write(file, text + end, text.utf8.count + end.utf8.count)
}
