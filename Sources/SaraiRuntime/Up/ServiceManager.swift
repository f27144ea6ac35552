import Glibc
import SaraiCore

/// The manager that started this process, such as systemd: what it is told of the service's state (sd_notify(3)).
///
/// Where nothing manages the process, nothing is told.
struct ServiceManager: Sendable {
  /// Variables that speak to the process that was started, not to those that it starts.
  static let variables: Set = [
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
  ]

  private let socketPath: String?
  /// It wants a sign of life at least as often; nil where it wants none.
  let watchdogSeconds: Double?

  init(_ environment: [String: String], pid: Int32 = getpid()) {
    socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.first == "/" || $0.first == "@" ? $0 : nil }
    let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == pid } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Double($0) }
    watchdogSeconds = isMeant ? microseconds.flatMap { $0 > 0 ? $0 / 1e6 : nil } : nil
  }

  func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  func status(_ status: String) { send("STATUS=\(status)") }
  func isAlive() { send("WATCHDOG=1") }
  func stopping() { send("STOPPING=1") }

  /// A manager that is gone or does not listen is no reason to fail.
  private func send(_ message: String) {
    guard let socketPath else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var path = Array(socketPath.utf8)
    guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    // An abstract socket's name begins with a zero byte.
    if path[0] == UInt8(ascii: "@") { path[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let length = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + path.count } ?? 0
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(message.utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
      }
    }
  }
}
