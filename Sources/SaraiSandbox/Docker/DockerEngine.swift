import FoundationEssentials
import Glibc
import SaraiCore

/// A Docker engine behind its unix socket. Its HTTP interface saves the start of a `docker` program for each request.
struct DockerEngine: Sendable {
  let socket: String
  private let reactor: Reactor
  /// `/v1.41`; empty to let the engine choose.
  private let prefix: String

  /// Oldest version of the interface that has all that is asked for here (Docker 20.10).
  static let oldestVersion = (1, 41)
  private static let mostBytes = 4 << 20

  init(socket: String, reactor: Reactor, version: String? = nil) {
    self.socket = socket
    self.reactor = reactor
    prefix = version.map { "/v\($0)" } ?? ""
  }

  func speaking(_ version: String) -> DockerEngine { DockerEngine(socket: socket, reactor: reactor, version: version) }

  /// Where the engine of this user listens: `DOCKER_HOST`, the user's own engine, or the system's.
  ///
  /// - Throws: `invalidRequest` for a `DOCKER_HOST` that is no unix socket: what is granted lies on this machine.
  static func socket(given: String?, environment: (String) -> String?) throws(SaraiError) -> String {
    if let given { return given }
    if let host = environment("DOCKER_HOST"), !host.isEmpty {
      guard host.hasPrefix("unix://"), host.count > "unix://".count else { throw DockerErrors.remote(host) }
      return String(host.dropFirst("unix://".count))
    }
    let system = "/var/run/docker.sock"
    if let folder = environment("XDG_RUNTIME_DIR"), !FileManager.default.fileExists(atPath: system) {
      let own = "\(folder)/docker.sock"
      if FileManager.default.fileExists(atPath: own) { return own }
    }
    return system
  }

  /// Asks and waits for the whole answer.
  ///
  /// - Parameter path: With its query, already encoded.
  /// - Throws: `notAvailable` where nobody answers, `timeout`, `sandboxFailed` where the answer makes no sense.
  func ask(
    _ method: String, _ path: String, json: JSONValue? = nil, seconds: Double = 30
  ) async throws(SaraiError) -> EngineReply {
    try await ask(method, path, body: json?.serialized() ?? [], type: "application/json", seconds: seconds)
  }

  func ask(
    _ method: String, _ path: String, body: [UInt8], type: String, seconds: Double = 30
  ) async throws(SaraiError) -> EngineReply {
    let call = EngineCall(
      reactor: reactor, socket: socket, request: request(method, path, body: body, type: type), seconds: seconds,
      mostBytes: Self.mostBytes, pieces: nil)
    return try await call.end.wait().get()
  }

  /// A request whose answer takes as long as it takes.
  func call(
    _ method: String, _ path: String, upgrades: Bool = false, pieces: (@Sendable ([UInt8]) -> Void)? = nil
  ) -> EngineCall {
    EngineCall(
      reactor: reactor, socket: socket,
      request: request(method, path, body: [], type: nil, upgrades: upgrades), seconds: nil,
      mostBytes: Self.mostBytes, pieces: pieces)
  }

  private func request(
    _ method: String, _ path: String, body: [UInt8], type: String?, upgrades: Bool = false
  ) -> [UInt8] {
    var lines = ["\(method) \(prefix)\(path) HTTP/1.1", "Host: docker", "Content-Length: \(body.count)"]
    if let type, !body.isEmpty { lines.append("Content-Type: \(type)") }
    lines += upgrades ? ["Upgrade: tcp", "Connection: Upgrade"] : ["Connection: close"]
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
  }

  /// Percent-encodes a value for a query or a segment of a path.
  static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { result, byte in
      let isPlain =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
      if isPlain {
        result.append(Character(UnicodeScalar(byte)))
      } else {
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}
