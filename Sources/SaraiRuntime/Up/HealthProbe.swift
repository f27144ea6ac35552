import Glibc
import SaraiCore

/// Whether a server still answers: one request over a connection of its own, as a client would make it. For this one it
/// asks the supervisor; that there is no model to answer with is an answer too.
enum HealthProbe {
  /// - Parameters:
  ///   - host: An address or name; one that means all addresses is tried on the loopback one.
  ///   - seconds: How long each step may take.
  static func answers(host: String, port: Int, seconds: Double) async -> Bool {
    await withCheckedContinuation { continuation in
      DetachedThread.start(stackBytes: 128 << 10) {
        continuation.resume(returning: ask(host: host, port: port, seconds: seconds))
      }
    }
  }

  private static func ask(host: String, port: Int, seconds: Double) -> Bool {
    let host = ServerRecord(listeningOn: host, port: port).clientHost
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found?.pointee else { return false }
    defer { freeaddrinfo(found) }
    let descriptor = socket(address.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Linux applies the second one to connect(2) too.
    var limit = timeval(tv_sec: max(1, Int(seconds)), tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return false }
    let request = Array("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
    let expected = Array("HTTP/1.1 ".utf8)
    var answer = [UInt8](repeating: 0, count: expected.count)
    return recv(descriptor, &answer, answer.count, Int32(MSG_WAITALL)) == answer.count && answer == expected
  }
}
