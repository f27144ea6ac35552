import Glibc
import SaraiCore

/// One TCP connection to a server on this machine, read as HTTP/1.1 (RFC 9112): chunked, counted, or until the end.
struct Connection {
  private enum Framing {
    case chunked
    case counted(Int)
    case untilEnd
    case ended
  }

  let descriptor: Int32
  private var buffer: [UInt8] = []
  private var framing = Framing.untilEnd
  private var isAtEnd = false

  /// - Throws: `SaraiError` (`network`) where nothing listens.
  init(port: UInt16, timeoutSeconds: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Self.fault("socket") }
    var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var noDelay: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
    var address = Self.loopback(port: port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      let fault = Self.fault("connect")
      Glibc.close(descriptor)
      throw fault
    }
  }

  func close() { Glibc.close(descriptor) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.fault("send") }
      sent += count
    }
  }

  /// The status code, once all headers are there.
  mutating func readHead() throws -> Int {
    let end: Int
    while true {
      if let found = Self.headEnd(in: buffer) {
        end = found
        break
      }
      guard buffer.count < 65_536, try fill() else { throw Self.fault("head") }
    }
    let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
    buffer.removeSubrange(..<end)
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Self.fault("status")
    }
    for line in lines.dropFirst() {
      let field = line.lowercased()
      if field.hasPrefix("transfer-encoding:"), field.contains("chunked") { framing = .chunked }
      if field.hasPrefix("content-length:"), case .untilEnd = framing {
        framing = .counted(field.split(separator: " ").last.flatMap { Int($0) } ?? 0)
      }
    }
    return status
  }

  /// More of the body; nil at its end.
  mutating func readBody() throws -> [UInt8]? {
    switch framing {
    case .ended: return nil
    case .chunked: return try readChunk()
    case .counted(0):
      framing = .ended
      return nil
    case .counted(let left):
      if buffer.isEmpty { guard try fill() else { throw Self.fault("body") } }
      let piece = Array(buffer.prefix(left))
      buffer.removeFirst(piece.count)
      framing = .counted(left - piece.count)
      return piece
    case .untilEnd:
      if buffer.isEmpty { guard try fill() else { return nil } }
      defer { buffer = [] }
      return buffer
    }
  }

  private mutating func readChunk() throws -> [UInt8]? {
    let sizeLine = try readLine()
    guard let size = Int(sizeLine.prefix { $0.isHexDigit }, radix: 16) else { throw Self.fault("chunk") }
    while buffer.count < size + 2 { guard try fill() else { throw Self.fault("chunk") } }
    let piece = Array(buffer.prefix(size))
    buffer.removeFirst(size + 2)
    if size == 0 {
      framing = .ended
      return nil
    }
    return piece
  }

  private mutating func readLine() throws -> String {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return line
      }
      guard buffer.count < 65_536, try fill() else { throw Self.fault("line") }
    }
  }

  /// Reads what is there, waiting for it; false at the end.
  private mutating func fill() throws -> Bool {
    guard !isAtEnd else { return false }
    let start = buffer.count
    buffer += repeatElement(0, count: 16_384)
    var count = 0
    repeat {
      count = buffer[start...].withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
    } while count < 0 && errno == EINTR
    buffer.removeSubrange((start + max(0, count))...)
    if count < 0 { throw Self.fault("receive") }
    isAtEnd = count == 0
    return count > 0
  }

  private static func headEnd(in bytes: [UInt8]) -> Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard bytes.count >= mark.count else { return nil }
    return (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + mark.count)].elementsEqual(mark) }
      .map { $0 + mark.count }
  }

  private static func fault(_ step: String) -> SaraiError {
    let code = errno
    return SaraiError(
      code == EAGAIN ? .timeout : .network,
      Localized(
        es: "Un servidor medido no contesta como debe; su registro dice por qué.",
        en: "A measured server does not answer as it should; its log says why."),
      subject: step, cause: String(cString: strerror(code)))
  }

  static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// A port that nothing listens on just now.
  static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw fault("socket") }
    defer { Glibc.close(descriptor) }
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard status == 0 else { throw fault("bind") }
    return UInt16(bigEndian: address.sin_port)
  }
}
