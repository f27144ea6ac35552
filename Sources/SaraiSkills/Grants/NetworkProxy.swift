import Glibc
import Logging
import NIOCore
import NIOPosix
import SaraiCore
import SkillProtocol
import Synchronization

/// What a skill with a `network` grant has in the place of a network: a socket that speaks HTTP CONNECT and connects to
/// the hosts of its manifest, and to nothing else. Names are resolved here, outside of the sandbox.
final class NetworkProxy: Sendable {
  /// What the socket is called inside: `network.sock`.
  static let grantName = "network"

  /// How much a skill may use of the proxy.
  struct Bounds: Sendable {
    var connections = 32
    var headerBytes = 4 << 10
    var headerSeconds = 10.0
    var connectSeconds = 10.0
    var idleSeconds = 120.0
  }

  let socket: String
  private let listener: UnixListener
  private let channel: any Channel
  private let guests: Guests

  private init(listener: UnixListener, channel: any Channel, guests: Guests) {
    socket = listener.path
    self.listener = listener
    self.channel = channel
    self.guests = guests
  }

  /// Returns once it answers.
  ///
  /// - Parameter hosts: `host:port`, each exactly as it may be asked for; case makes no difference.
  /// - Throws: `invalidRequest` where nobody can listen on that path.
  static func open(
    socket: String, hosts: [String], allowedUsers: Set<UInt32>, skill: String, bounds: Bounds = Bounds(),
    logger: Logger
  ) async throws -> NetworkProxy {
    let listener = try UnixListener(path: socket)
    let rules = ProxyRules(hosts: Set(hosts.map { $0.lowercased() }), bounds: bounds, skill: skill, logger: logger)
    let guests = Guests(allowedUsers: allowedUsers, most: bounds.connections)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        guests.admit(channel, rules).flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(ConnectHandler(rules))
        }
      }
      .withBoundSocket(listener.descriptor).get()
    return NetworkProxy(listener: listener, channel: channel, guests: guests)
  }

  /// Closes the socket and all connections that go through it.
  func close() async {
    listener.removeFile()
    try? await channel.close()
    await guests.close()
  }
}

/// Which hosts may be connected to.
struct ProxyRules: Sendable {
  var hosts: Set<String>
  var bounds: NetworkProxy.Bounds
  var skill: String
  var logger: Logger

  enum Answer: Equatable {
    case more
    /// What follows the header goes to the host.
    case connect(host: String, port: Int, headerBytes: Int)
    case refuse(String)
  }

  /// Reads the beginning of a connection.
  func read(_ bytes: some Collection<UInt8>) -> Answer {
    let bytes = Array(bytes.prefix(bounds.headerBytes + 1))
    let end: [UInt8] = Array("\r\n\r\n".utf8)
    guard let length = bytes.indices.first(where: { bytes[$0...].starts(with: end) }).map({ $0 + end.count }) else {
      return bytes.count > bounds.headerBytes ? .refuse("a header that is too long") : .more
    }
    let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "CONNECT", words[2].hasPrefix("HTTP/1.") else {
      return .refuse("no CONNECT: \(String(line.prefix(200)))")
    }
    let target = words[1].lowercased()
    guard hosts.contains(target), let colon = target.lastIndex(of: ":"),
      let port = Int(target[target.index(after: colon)...]), (1...65_535).contains(port)
    else { return .refuse("not granted: \(String(target.prefix(200)))") }
    var host = String(target[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    return .connect(host: host, port: port, headerBytes: length)
  }

  /// Whoever answers for a granted name could lead it to this machine, with SARAi's own server and others that trust it,
  /// or to the services of a cloud's host: that has to be granted as what it is.
  ///
  /// - Parameter address: Where the connection went, as a canonical IPv4 or IPv6 address; nil where nobody knows.
  static func mayLead(_ host: String, to address: String?) -> Bool {
    guard var address = address?.lowercased() else { return false }
    if address.hasPrefix("::ffff:") { address.removeFirst("::ffff:".count) }
    let isInner =
      ["127.", "0.", "169.254.", "fe80:"].contains { address.hasPrefix($0) } || ["::1", "::"].contains(address)
    return !isInner || host == address || host == "localhost"
  }
}

/// Who is connected, and who may be.
private final class Guests: Sendable {
  private struct Refused: Error {}

  private struct Peer: Sendable {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
  }

  private let allowedUsers: Set<UInt32>
  private let most: Int
  private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

  init(allowedUsers: Set<UInt32>, most: Int) {
    self.allowedUsers = allowedUsers
    self.most = most
  }

  func admit(_ channel: any Channel, _ rules: ProxyRules) -> EventLoopFuture<Void> {
    guard let socket = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(Refused())
    }
    let peer: EventLoopFuture<Peer> = socket.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED))
    let admitted = peer.flatMapThrowing { [self] peer in
      let isWelcome = channels.withLock { channels in
        guard allowedUsers.contains(peer.user), channels.count < most else { return false }
        channels[ObjectIdentifier(channel)] = channel
        return true
      }
      guard isWelcome else {
        rules.logger.warning(
          "proxy refused a connection", metadata: ["skill": "\(rules.skill)", "uid": "\(peer.user)"])
        throw Refused()
      }
      channel.closeFuture.whenComplete { _ in
        self.channels.withLock { channels in _ = channels.removeValue(forKey: ObjectIdentifier(channel)) }
      }
    }
    // NIO drops a connection whose future fails, and leaves it open.
    admitted.whenFailure { _ in channel.close(promise: nil) }
    return admitted
  }

  func close() async {
    for channel in channels.withLock({ Array($0.values) }) { try? await channel.close() }
  }
}
