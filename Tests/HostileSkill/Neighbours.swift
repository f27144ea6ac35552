import FoundationEssentials
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import SkillProtocol

/// What a program reaches through the sockets that it was granted.
enum Neighbours {
  private static let grants = "/run/sarai/grants"

  /// Asks another skill. "c echo hola": the skill `c`, with the text "echo hola".
  static func call(_ words: String) async -> String {
    let parts = words.split(separator: " ", maxSplits: 1).map(String.init)
    let socket = "\(grants)/skill-\(parts[0]).sock"
    guard access(socket, F_OK) == 0 else { return "failed: no socket" }
    do {
      return try await withGRPCClient(
        transport: .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext)
      ) { client in
        var request = Sarai_Skills_V1_InferRequest()
        request.input.text = Data(parts[1].utf8)
        let reply = try await Sarai_Skills_V1_Skill.Client(wrapping: client).infer(request)
        return String(decoding: reply.output.text, as: UTF8.self)
      }
    } catch {
      return "failed: \(error)"
    }
  }

  /// Says something to a host through the proxy. "host:1 hola": what comes back for "hola".
  static func connect(_ words: String) -> String {
    let parts = words.split(separator: " ", maxSplits: 1).map(String.init)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(grants)/network.sock".utf8)) }
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard connected else { return "failed: \(String(cString: strerror(errno)))" }
    say("CONNECT \(parts[0]) HTTP/1.1\r\n\r\n", to: descriptor, end: "")
    let status = hear(descriptor)
    guard status.hasPrefix("HTTP/1.1 200 ") else { return status }
    say(parts[1], to: descriptor, end: "")
    return hear(descriptor)
  }

  private static func hear(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = read(descriptor, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
