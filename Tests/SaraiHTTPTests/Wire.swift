import Foundation
import NIOCore
import NIOPosix
import SaraiCore

/// A client that sends exactly the bytes it is told to, and reads what comes back.
final class Wire {
  struct Reply {
    var status: Int
    var headers: [String: String]
    var body: String

    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    var error: JSONValue { json["error"] ?? .null }
    var message: String { error["message"]?.stringValue ?? "" }

    /// The data of each server-sent event.
    var events: [String] {
      body.components(separatedBy: "\n\n").filter { !$0.isEmpty }.map { String($0.dropFirst("data: ".count)) }
    }
  }

  struct Closed: Error {}

  private let channel: any Channel
  private var chunks: AsyncStream<ByteBuffer>.Iterator
  private(set) var received: [UInt8] = []

  private init(_ channel: any Channel, _ chunks: AsyncStream<ByteBuffer>) {
    self.channel = channel
    self.chunks = chunks.makeAsyncIterator()
  }

  static func connect(port: Int) async throws -> Wire {
    let (chunks, continuation) = AsyncStream<ByteBuffer>.makeStream()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Collector(continuation))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return Wire(channel, chunks)
  }

  func send(_ text: String) async throws {
    try await send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  /// Sends beside a reader, until the connection closes or the task ends.
  func keepSending(_ text: String) -> Task<Void, any Error> {
    Task { [channel] in
      while !Task.isCancelled {
        try await channel.writeAndFlush(ByteBuffer(string: text))
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  func hangUp() async throws {
    try await channel.close()
  }

  func closeSending() async throws {
    try await channel.close(mode: .output)
  }

  func stopReading() async throws {
    try await channel.setOption(.autoRead, value: false).get()
  }

  // MARK: - Reading

  func waitForBytes(_ count: Int) async throws {
    while received.count < count { try await more() }
  }

  /// Reads until the bytes hold this text; what is before and in it stays.
  func waitFor(_ text: String) async throws {
    while !String(decoding: received, as: UTF8.self).contains(text) { try await more() }
  }

  /// Reads until the server closes.
  func rest() async -> String {
    while (try? await more()) != nil {}
    return String(decoding: received, as: UTF8.self)
  }

  /// Reads one response, and leaves what comes after it.
  func reply(toHead: Bool = false) async throws -> Reply {
    var end = received.firstRange(of: Array("\r\n\r\n".utf8))
    while end == nil {
      try await more()
      end = received.firstRange(of: Array("\r\n\r\n".utf8))
    }
    let lines = String(decoding: received[..<(end?.lowerBound ?? 0)], as: UTF8.self).components(separatedBy: "\r\n")
    received.removeFirst(end?.upperBound ?? 0)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    var reply = Reply(status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers, body: "")
    if toHead || reply.status < 200 || reply.status == 204 { return reply }
    if let length = headers["content-length"].flatMap({ Int($0) }) {
      reply.body = String(decoding: try await take(length), as: UTF8.self)
    } else if headers["transfer-encoding"] == "chunked" {
      reply.body = String(decoding: try await chunkedBody(), as: UTF8.self)
    } else {
      reply.body = await rest()
    }
    return reply
  }

  private func chunkedBody() async throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      var end = received.firstRange(of: [13, 10])
      while end == nil {
        try await more()
        end = received.firstRange(of: [13, 10])
      }
      let size = Int(String(decoding: received[..<(end?.lowerBound ?? 0)], as: UTF8.self), radix: 16) ?? 0
      received.removeFirst(end?.upperBound ?? 0)
      body += try await take(size)
      _ = try await take(2)
      if size == 0 { return body }
    }
  }

  private func take(_ count: Int) async throws -> [UInt8] {
    while received.count < count { try await more() }
    defer { received.removeFirst(count) }
    return Array(received.prefix(count))
  }

  private func more() async throws {
    guard let chunk = await chunks.next() else { throw Closed() }
    received += chunk.readableBytesView
  }

  private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncStream<ByteBuffer>.Continuation

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) {
      self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
