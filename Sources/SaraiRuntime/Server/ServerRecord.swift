import Glibc
import SaraiCore

/// How the commands of one user find the server of a state folder: a file that it writes when it listens.
package struct ServerRecord: Sendable, Hashable {
  package let pid: Int32
  package let host: String
  package let port: Int
  /// What clients must bring, where the server asks for it; the file is readable by its owner only.
  package let token: String?
  package let version: String

  package init(pid: Int32, host: String, port: Int, token: String?, version: String) {
    self.pid = pid
    self.host = host
    self.port = port
    self.token = token
    self.version = version
  }

  /// What is needed to tell where a server of this build listens.
  package init(listeningOn host: String, port: Int) {
    self.init(pid: 0, host: host, port: port, token: nil, version: SaraiVersion.current)
  }

  /// Where a client on this machine reaches it: a server on every address is reached on the loopback one.
  package var clientHost: String {
    switch host {
    case "0.0.0.0": "127.0.0.1"
    case "::": "::1"
    default: host
    }
  }

  package var address: String {
    "http://\(clientHost.contains(":") ? "[\(clientHost)]" : clientHost):\(port)"
  }

  private static func path(_ folders: Folders) -> String { folders.state + "/server.json" }

  /// The record of a server that runs; nil where there is none (a record left by one that was killed counts as none).
  package static func current(_ folders: Folders) throws -> ServerRecord? {
    guard StateLock.isHeld(folders) else { return nil }
    return try read(folders)
  }

  static func read(_ folders: Folders) throws -> ServerRecord? {
    guard let bytes = try PrivateFile.read(path(folders), maxBytes: 64 << 10) else { return nil }
    guard let json = try? JSONValue(parsing: bytes), let host = json["host"]?.stringValue,
      let pid = json["pid"]?.integerValue.flatMap(Int32.init(exactly:)), let version = json["version"]?.stringValue,
      let port = json["port"]?.integerValue.flatMap({ UInt16(exactly: $0) })
    else { return nil }
    return ServerRecord(
      pid: pid, host: host, port: Int(port), token: json["token"]?.stringValue, version: version)
  }

  func write(_ folders: Folders) throws {
    let json: JSONValue = [
      "pid": .integer(Int64(pid)), "host": .string(host), "port": .integer(Int64(port)),
      "token": token.map(JSONValue.string) ?? .null, "version": .string(version),
    ]
    try PrivateFile.replace(Self.path(folders), with: json.serialized())
  }

  static func remove(_ folders: Folders) {
    unlink(path(folders))
  }
}
