import Foundation
import Glibc
import SaraiSandbox
import TestSupport
import Testing

/// Things of the host that a sandboxed program must not reach, unless a layer is off.
struct Bait {
  /// Not on /tmp, which sandboxes cover with their own.
  let folder: URL
  /// A file that anyone may read and write.
  var secret: String { folder.appending(path: "secret").path }
  /// Granted for reading: a folder that anyone may write to, with a file in it.
  var granted: String { folder.appending(path: "granted").path }
  /// Granted for writing.
  var writable: String { folder.appending(path: "writable").path }
  /// An executable file among what is granted for reading.
  var tool: String { folder.appending(path: "granted/tool").path }
  var socket: String { folder.appending(path: "s.sock").path }
  let abstractName: String
  let port: UInt16
  let sharedMemoryKey: Int32
  /// Open in this process, and not closed on exec.
  let descriptor: Int32
  let hostName: String
  /// A process of the same user, outside.
  let neighbour: Int32

  static let variable = "SARAI_SANDBOX_BAIT"
}

/// Lays out bait for a user, and takes it away again.
func withBait<Result>(
  _ subject: SandboxSubject, _ user: SandboxUser, _ body: (Bait) async throws -> Result
) async throws -> Result {
  let folder = URL(filePath: "/var/tmp/sarai-\(UInt32.random(in: .min ... .max))")
  let files = FileManager.default
  try files.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? files.removeItem(at: folder) }
  for name in ["granted", "writable"] {
    try files.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    chmod(folder.appending(path: name).path, 0o777)
  }
  for name in ["secret", "granted/file", "writable/file"] {
    try Data("canary".utf8).write(to: folder.appending(path: name))
    chmod(folder.appending(path: name).path, 0o666)
  }
  chmod(folder.path, 0o777)
  try files.copyItem(atPath: Probe.path, toPath: folder.appending(path: "granted/tool").path)
  setenv(Bait.variable, "1", 1)
  defer { unsetenv(Bait.variable) }

  let abstractName = folder.lastPathComponent
  let sockets = try Listeners(path: folder.appending(path: "s.sock").path, abstractName: abstractName)
  defer { sockets.close() }
  let key = Int32.random(in: 1 ... .max)
  let segment = shmget(key, 4096, Int32(IPC_CREAT | IPC_EXCL | 0o666))
  try #require(segment >= 0)
  defer { shmctl(segment, IPC_RMID, nil) }
  let descriptor = fcntl(open(folder.appending(path: "secret").path, O_RDONLY | O_CLOEXEC), F_DUPFD, 200)
  try #require(descriptor >= 200)
  defer { close(descriptor) }
  var facts = utsname()
  uname(&facts)
  let hostName = withUnsafeBytes(of: &facts.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }

  let neighbour = try await subject.backend(user).launch(Probe.launch("wait-for-end")) { _ in }
  let bait = Bait(
    folder: folder, abstractName: abstractName, port: sockets.port, sharedMemoryKey: key, descriptor: descriptor,
    hostName: hostName, neighbour: neighbour.pid)
  do {
    let result = try await body(bait)
    await neighbour.terminate(graceSeconds: 0)
    return result
  } catch {
    await neighbour.terminate(graceSeconds: 0)
    throw error
  }
}

/// Sockets that take connections (the system does, before anyone accepts).
private struct Listeners {
  let port: UInt16
  private let descriptors: [Int32]

  init(path: String, abstractName: String) throws {
    let inet = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(inet, $0, length) == 0 && listen(inet, 64) == 0 && getsockname(inet, $0, &length) == 0
      }
    }
    try #require(bound)
    port = UInt16(bigEndian: address.sin_port)
    descriptors = [
      inet, try Self.listenUnix(path, isAbstract: false), try Self.listenUnix(abstractName, isAbstract: true),
    ]
    chmod(path, 0o777)
  }

  private static func listenUnix(_ name: String, isAbstract: Bool) throws -> Int32 {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = (isAbstract ? [0] : []) + Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = MemoryLayout<sa_family_t>.size + name.utf8.count + 1
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(size)) == 0 && listen(listener, 64) == 0
      }
    }
    try #require(bound, "\(name): \(String(cString: strerror(errno)))")
    return listener
  }

  func close() { for descriptor in descriptors { Glibc.close(descriptor) } }
}
