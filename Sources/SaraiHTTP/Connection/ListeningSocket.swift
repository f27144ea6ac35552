import Glibc
package import SaraiCore
import Synchronization

/// A TCP socket that listens, opened apart from the server that takes its connections: what clients send while that
/// server is away waits in it.
package final class ListeningSocket: Sendable {
  private let owned: Mutex<Int32>
  /// As it was asked for, or the address in numbers of a socket that was handed over.
  package let host: String
  package let port: Int

  /// Connections that may wait.
  private static let backlog: Int32 = 256
  /// The first descriptor that a service manager hands over (sd_listen_fds(3)).
  package static let handedDescriptor: Int32 = 3

  private init(descriptor: Int32, host: String, port: Int) {
    owned = Mutex(descriptor)
    self.host = host
    self.port = port
  }

  deinit {
    let descriptor = descriptor
    if descriptor >= 0 { close(descriptor) }
  }

  /// Closed with the last reference to this; -1 once it was given away.
  package var descriptor: Int32 { owned.withLock { $0 } }

  /// Gives the descriptor to the caller, who closes it.
  func giveAway() -> Int32 {
    owned.withLock { descriptor in
      defer { descriptor = -1 }
      return descriptor
    }
  }

  /// Opens a socket that listens on the first address of a name.
  ///
  /// - Parameter port: 0 for one that is free.
  /// - Throws: what `fault` gives.
  package convenience init(host: String, port: Int) throws(SaraiError) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    let result = getaddrinfo(host, "\(port)", &hints, &found)
    guard result == 0, let address = found?.pointee else {
      throw Self.fault(host: host, port: port, code: EADDRNOTAVAIL, cause: String(cString: gai_strerror(result)))
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(address.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Self.fault(host: host, port: port, code: errno) }
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, Self.backlog) == 0,
      let bound = Self.address(of: descriptor)
    else {
      let code = errno
      close(descriptor)
      throw Self.fault(host: host, port: port, code: code)
    }
    self.init(descriptor: descriptor, host: host, port: bound.port)
  }

  /// Takes a descriptor that another process opened, and keeps it from programs that this one starts.
  ///
  /// - Throws: `invalidRequest` for what is no listening TCP socket.
  package convenience init(handed descriptor: Int32) throws(SaraiError) {
    var listens: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0, listens == 1,
      let address = Self.address(of: descriptor)
    else {
      throw SaraiError(
        .invalidRequest,
        es: "El descriptor \(descriptor), que debía ser un puerto TCP a la escucha, no lo es: en la unidad .socket, "
          + "usa ListenStream con un puerto.",
        en: "Descriptor \(descriptor) was to be a listening TCP port and is not: in the .socket unit, use ListenStream "
          + "with a port.",
        subject: "LISTEN_FDS")
    }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    self.init(descriptor: descriptor, host: address.host, port: address.port)
  }

  /// The socket that a service manager opened for this process; nil where it opened none (sd_listen_fds(3)).
  ///
  /// - Throws: `invalidRequest` for more than one, and for what is no listening TCP socket.
  package static func activated(_ environment: [String: String]) throws(SaraiError) -> ListeningSocket? {
    guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == getpid(),
      let count = environment["LISTEN_FDS"].flatMap({ Int($0) }), count > 0
    else { return nil }
    guard count == 1 else {
      throw SaraiError(
        .invalidRequest, es: "Llegaron \(count) sockets y SARAi escucha en uno: deja un solo ListenStream.",
        en: "\(count) sockets came, and SARAi listens on one: keep a single ListenStream.", subject: "LISTEN_FDS")
    }
    return try ListeningSocket(handed: handedDescriptor)
  }

  /// Nil for sockets of other families.
  private static func address(of descriptor: Int32) -> (host: String, port: Int)? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
        guard getsockname(descriptor, address, &size) == 0,
          [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family))
        else { return -1 }
        return getnameinfo(
          address, size, &host, socklen_t(host.count), &port, socklen_t(port.count), NI_NUMERICHOST | NI_NUMERICSERV)
      }
    }
    func text(_ buffer: [CChar]) -> String {
      String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    guard result == 0, let number = Int(text(port)) else { return nil }
    return (text(host), number)
  }

  /// Why an address cannot be listened on.
  package static func fault(host: String, port: Int, code: Int32, cause: String? = nil) -> SaraiError {
    let address = "\(host):\(port)"
    let cause = cause ?? String(cString: strerror(code))
    return switch code {
    case EADDRINUSE:
      SaraiError(
        .busy,
        Localized(
          es: "\(address) está ocupado: para el otro programa o elige otro puerto (SARAI_PORT).",
          en: "\(address) is taken: stop the other program, or choose another port (SARAI_PORT)."), subject: "port",
        cause: cause)
    case EACCES:
      SaraiError(
        .forbidden,
        Localized(
          es: "No hay permiso para escuchar en \(address): usa un puerto desde 1024.",
          en: "Listening on \(address) is not permitted: use a port from 1024 up."), subject: "port", cause: cause)
    default:
      SaraiError(
        .network,
        Localized(
          es: "No se puede escuchar en \(address): comprueba la dirección.",
          en: "Cannot listen on \(address): check the address."), subject: "host", cause: cause)
    }
  }
}
