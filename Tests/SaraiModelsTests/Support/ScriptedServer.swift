import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// An HTTP/1.1 server on a loopback port that does exactly what a test tells it, the lies included: answers are bytes.
/// It also is a proxy: after CONNECT it answers in the place of whomever the client wanted.
final class ScriptedServer: Sendable {
  struct Request: Sendable {
    var method: String
    var target: String
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
    /// `host:port` of the CONNECT on whose connection it came.
    var tunnel: String?

    /// First byte of `Range: bytes=N-`.
    var rangeStart: Int? {
      headers["range"].flatMap { $0.hasPrefix("bytes=") ? Int($0.dropFirst(6).prefix { $0 != "-" }) : nil }
    }
  }

  enum Ending: Sendable {
    case keepAlive
    case close
    /// Closes once the client has written so many bytes to the file that the server watches: a client may lose what
    /// arrives together with the end of the connection.
    case closeOnceWritten(Int)
    /// Says nothing more, until the client goes away.
    case hang
  }

  struct Reply: Sendable {
    var bytes: [UInt8]
    var ending: Ending = .keepAlive

    /// Head and body as they stand; Content-Length is not added.
    init(_ status: Int, _ headers: [String: String] = [:], raw body: [UInt8] = [], ending: Ending = .close) {
      let lines = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
      bytes = Array("HTTP/1.1 \(status) Status\r\n\(lines)\r\n".utf8) + body
      self.ending = ending
    }

    static func whole(_ status: Int, _ headers: [String: String] = [:], body: [UInt8] = []) -> Reply {
      Reply(
        status, headers.merging(["Content-Length": "\(body.count)"]) { $1 }, raw: body, ending: .keepAlive)
    }

    static func whole(_ status: Int, _ headers: [String: String] = [:], text: String) -> Reply {
      whole(status, headers, body: Array(text.utf8))
    }

    /// Only so many bytes of the body arrive.
    func cut(after bodyBytes: Int, ending: Ending? = nil) -> Reply {
      var copy = self
      let head = bytes.firstRange(of: Array("\r\n\r\n".utf8))!.upperBound
      copy.bytes = Array(bytes.prefix(head + bodyBytes))
      copy.ending = ending ?? .closeOnceWritten(bodyBytes)
      return copy
    }
  }

  typealias Script = @Sendable (_ request: Request, _ index: Int) -> Reply

  private struct State {
    var requests: [Request] = []
    var hangUps = 0
    var hangUpWaiters: [CheckedContinuation<Void, Never>] = []
    var watchedFile: String?
  }

  private let state = Mutex(State())
  private let script: Script
  private let channel: any Channel

  var port: Int { channel.localAddress!.port! }
  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { state.withLock { $0.requests } }

  private init(_ channel: any Channel, _ script: @escaping Script) {
    self.channel = channel
    self.script = script
  }

  static func with<Result>(
    isolation: isolated (any Actor)? = #isolation, _ script: @escaping Script,
    _ body: (ScriptedServer) async throws -> Result
  ) async throws -> Result {
    let box = Mutex<ScriptedServer?>(nil)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: false)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Connection { box.withLock { $0 } })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = ScriptedServer(channel, script)
    box.withLock { $0 = server }
    do {
      let result = try await body(server)
      try await channel.close()
      box.withLock { $0 = nil }
      return result
    } catch {
      try? await channel.close()
      box.withLock { $0 = nil }
      throw error
    }
  }

  func watch(_ file: String) { state.withLock { $0.watchedFile = file } }

  private var writtenBytes: Int? {
    state.withLock { $0.watchedFile }.flatMap { path in
      (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }
  }

  /// Waits until a client has gone away from an answer that hangs.
  func waitForHangUp() async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.hangUps > 0 { return true }
        state.hangUpWaiters.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
  }

  private func answer(_ request: Request) -> Reply {
    let index = state.withLock { state in
      state.requests.append(request)
      return state.requests.count - 1
    }
    return script(request, index)
  }

  private func hungUp() {
    let waiters = state.withLock { state in
      state.hangUps += 1
      defer { state.hangUpWaiters = [] }
      return state.hangUpWaiters
    }
    for waiter in waiters { waiter.resume() }
  }

  private final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: @Sendable () -> ScriptedServer?
    private var input: [UInt8] = []
    private var tunnel: String?
    private var isHanging = false

    init(_ server: @escaping @Sendable () -> ScriptedServer?) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      input += Array(unwrapInboundIn(data).readableBytesView)
      while !isHanging, let request = nextRequest() {
        if request.method == "CONNECT", tunnel == nil, request.headers["x-refuse"] == nil {
          tunnel = request.target
          _ = server()?.state.withLock { $0.requests.append(request) }
          send(Array("HTTP/1.1 200 Connected\r\n\r\n".utf8), context)
          continue
        }
        guard let reply = server()?.answer(request) else { return context.close(promise: nil) }
        send(reply.bytes, context)
        switch reply.ending {
        case .keepAlive: break
        case .close: context.close(promise: nil)
        case .closeOnceWritten(let bytes):
          let start = reply.bytes.starts(with: Array("HTTP/1.1 206".utf8)) ? request.rangeStart ?? 0 : 0
          Self.close(context.channel, of: server, onceWritten: start + bytes, deadline: .now() + .seconds(20))
        case .hang: isHanging = true
        }
      }
    }

    private static func close(
      _ channel: any Channel, of server: @escaping @Sendable () -> ScriptedServer?, onceWritten bytes: Int,
      deadline: NIODeadline
    ) {
      let isWritten = server()?.writtenBytes.map { $0 >= bytes } ?? true
      if isWritten || .now() > deadline { return channel.close(promise: nil) }
      channel.eventLoop.scheduleTask(in: .milliseconds(2)) {
        close(channel, of: server, onceWritten: bytes, deadline: deadline)
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      if isHanging { server()?.hungUp() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func nextRequest() -> Request? {
      guard let end = input.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
      let lines = String(decoding: input[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
      let words = lines[0].split(separator: " ")
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        guard let colon = line.firstIndex(of: ":") else { continue }
        headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      }
      let length = headers["content-length"].flatMap(Int.init) ?? 0
      guard input.count >= end.upperBound + length else { return nil }
      let body = Array(input[end.upperBound..<(end.upperBound + length)])
      input.removeFirst(end.upperBound + length)
      return Request(
        method: String(words[0]), target: String(words[1]), headers: headers, body: body, tunnel: tunnel)
    }
  }
}

/// A file that an honest server offers: ranges, a validator, If-Range.
struct OfferedFile: Sendable {
  var bytes: [UInt8]
  var etag: String? = "\"v1\""

  func reply(to request: ScriptedServer.Request) -> ScriptedServer.Reply {
    var headers: [String: String] = [:]
    if let etag { headers["ETag"] = etag }
    guard let start = request.rangeStart, request.headers["if-range"] == nil || request.headers["if-range"] == etag
    else { return .whole(200, headers, body: bytes) }
    guard start < bytes.count else {
      return .whole(416, ["Content-Range": "bytes */\(bytes.count)"])
    }
    headers["Content-Range"] = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"
    return .whole(206, headers, body: Array(bytes[start...]))
  }
}
