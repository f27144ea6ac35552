import Foundation
import Glibc
import Logging
import NIOCore
import NIOPosix
import SaraiCore
import SaraiSandbox
import SkillProtocol
import TestSupport
import Testing

@testable import SaraiSkills

/// Says back what it hears, on a loopback port.
private final class EchoServer: Sendable {
  let port: Int
  private let channel: any Channel

  private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }
    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
  }

  init() async throws {
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = try #require(channel.localAddress?.port)
  }

  func close() async throws { try await channel.close() }
}

@Suite(.timeLimit(.minutes(2))) struct NetworkProxyTests {
  /// Says something to a unix socket and reads until it has heard so many bytes or the other side hangs up.
  private func exchange(_ socket: String, _ texts: [String], bytes: Int = .max) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try RawSocket.exchange(socket, texts, bytes: bytes) })
      }
    }
  }

  private func withProxy(
    _ hosts: (Int) -> [String], bounds: NetworkProxy.Bounds = .init(),
    _ body: (NetworkProxy, Int) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let server = try await EchoServer()
      let proxy = try await NetworkProxy.open(
        socket: folder.appending(path: "n.sock").path, hosts: hosts(server.port), allowedUsers: [geteuid()],
        skill: "test", bounds: bounds, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      try await body(proxy, server.port)
      await proxy.close()
      #expect(!FileManager.default.fileExists(atPath: proxy.socket))
      try await server.close()
    }
  }

  @Test("What was granted is connected to, and bytes pass both ways")
  func connects() async throws {
    try await withProxy({ ["LocalHost:\($0)", "127.0.0.1:\($0)"] }) { proxy, port async throws in
      for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
        let request = "CONNECT \(host):\(port) HTTP/1.1\r\nHost: x\r\n\r\n"
        let ok = "HTTP/1.1 200 Connection established\r\n\r\n"
        let said = String(repeating: "hola", count: 50_000)
        let heard = try await exchange(proxy.socket, [request + "first", said], bytes: ok.utf8.count + 5 + 200_000)
        #expect(heard == ok + "first" + said)
      }
    }
  }

  @Test(
    "Anything else is refused",
    arguments: [
      "CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n", "CONNECT example.org:443 HTTP/1.1\r\n\r\n",
      "CONNECT 127.0.0.1 HTTP/1.1\r\n\r\n", "GET http://127.0.0.1/ HTTP/1.1\r\n\r\n", "CONNECT  HTTP/1.1\r\n\r\n",
      "CONNECT 127.1:PORT HTTP/1.1\r\n\r\n", "CONNECT 127.0.0.1.:PORT HTTP/1.1\r\n\r\n",
      "CONNECT 127.0.0.1:0PORT HTTP/1.1\r\n\r\n", "CONNECT *:PORT HTTP/1.1\r\n\r\n", "\r\n\r\n", "\0\0\0\0\r\n\r\n",
    ])
  func refuses(_ request: String) async throws {
    try await withProxy({ ["127.0.0.1:\($0)"] }) { proxy, port async throws in
      let text = request.replacing("PORT", with: "\(port)")
      #expect(try await exchange(proxy.socket, [text]).hasPrefix("HTTP/1.1 403 "))
    }
  }

  @Test("A name that leads to the machine itself, or to a cloud's own services, is none that was granted")
  func innerAddresses() {
    for (host, address) in [
      ("example.org", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("a.b", "::1"),
      ("a.b", "::ffff:127.0.0.1"), ("a.b", "169.254.169.254"), ("a.b", "0.0.0.0"), ("a.b", "fe80::1"), ("a.b", nil),
    ] {
      #expect(!ProxyRules.mayLead(host, to: address), "\(host) \(address ?? "?")")
    }
    for (host, address) in [
      ("localhost", "127.0.0.1"), ("localhost", "::1"), ("127.0.0.1", "127.0.0.1"), ("::1", "::1"),
      ("example.org", "93.184.215.14"), ("nas.local", "192.168.1.4"), ("169.254.169.254", "169.254.169.254"),
    ] {
      #expect(ProxyRules.mayLead(host, to: address), "\(host) \(address)")
    }
  }

  @Test("A header without end, a caller who says nothing and too many callers are hung up on")
  func bounds() async throws {
    try await withProxy({ ["127.0.0.1:\($0)"] }, bounds: .init(connections: 2, headerBytes: 256, headerSeconds: 0.1)) {
      proxy, _ async throws in
      let long = String(repeating: "x", count: 300)
      #expect(try await exchange(proxy.socket, [long]).hasPrefix("HTTP/1.1 403 "))
      #expect(try await exchange(proxy.socket, ["CONNECT"]) == "")
    }
    try await withProxy({ ["127.0.0.1:\($0)"] }, bounds: .init(connections: 0)) { proxy, _ async throws in
      #expect(try await exchange(proxy.socket, [""]) == "")
    }
  }

  @Test("A host that cannot be reached is told apart from one that was not granted")
  func unreachable() async throws {
    let server = try await EchoServer()
    let port = server.port
    try await server.close()
    try await withProxy({ _ in ["127.0.0.1:\(port)"] }) { proxy, _ async throws in
      #expect(
        try await exchange(proxy.socket, ["CONNECT 127.0.0.1:\(port) HTTP/1.1\r\n\r\n"]).hasPrefix("HTTP/1.1 502 "))
    }
  }

  @Test("A skill reaches the hosts of its manifest through the proxy, and has no other way out")
  func fromInside() async throws {
    let server = try await EchoServer()
    let granted = TestSkill.hostile("serve") { $0.grants.network = ["127.0.0.1:\(server.port)"] }
    try await withPool(["granted": granted, "none": .hostile("serve")]) { harness async throws in
      #expect(try await harness.ask("granted", "connect 127.0.0.1:\(server.port) hola") == "hola")
      #expect(try await harness.ask("granted", "connect 127.0.0.1:1 hola").contains("403"))
      #expect(try await harness.ask("none", "connect 127.0.0.1:\(server.port) hola").hasPrefix("failed"))
    }
    try await server.close()
  }
}

/// A blocking client of a unix socket.
private enum RawSocket {
  static func exchange(_ path: String, _ texts: [String], bytes: Int) throws -> String {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    try #require(connected)
    // The other side says back what it hears: both directions have to move.
    let writer = Thread {
      for text in texts { Array(text.utf8).withUnsafeBytes { sendAll(descriptor, $0) } }
    }
    writer.start()
    var heard: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while heard.count < bytes, case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
      heard += buffer.prefix(count)
    }
    return String(decoding: heard, as: UTF8.self)
  }

  private static func sendAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) {
    var sent = 0
    while sent < bytes.count {
      let count = send(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return }
      sent += count
    }
  }
}
