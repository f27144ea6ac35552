import CSeccomp
import Glibc
import SaraiCore

/// What an engine answered.
struct EngineReply: Sendable, Hashable {
  var status: Int
  var body: [UInt8]

  /// The body as JSON; null where it is none.
  var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

  /// What the engine says went wrong.
  var message: String {
    json["message"]?.stringValue ?? String(decoding: body.prefix(500), as: UTF8.self)
  }
}

/// One request to the engine, for those who are on other threads than the reactor.
final class EngineCall: Sendable {
  /// The status, once it has come.
  let head = OneShot<Result<Int, SaraiError>>()
  /// The whole answer; its body is empty where someone else takes it piece by piece.
  let end = OneShot<Result<EngineReply, SaraiError>>()
  private let reactor: Reactor
  private let box = Box()

  /// Used on the reactor's thread only.
  private final class Box: @unchecked Sendable {
    var exchange: EngineExchange?
  }

  init(
    reactor: Reactor, socket: String, request: [UInt8], seconds: Double?, mostBytes: Int,
    pieces: (@Sendable ([UInt8]) -> Void)?
  ) {
    self.reactor = reactor
    let accepted = reactor.submit { [head, end, box] loop in
      let exchange = EngineExchange(
        loop: loop, mostBytes: mostBytes, head: head, pieces: pieces
      ) { outcome in
        box.exchange = nil
        head.set(outcome.map(\.status))
        end.set(outcome)
      }
      box.exchange = exchange
      exchange.begin(socket: socket, request: request, seconds: seconds)
    }
    if !accepted {
      head.set(.failure(BubblewrapErrors.closed()))
      end.set(.failure(BubblewrapErrors.closed()))
    }
  }

  /// Nothing more will be sent: the end of a program's input.
  func endInput() { _ = reactor.submit { [box] _ in box.exchange?.endInput() } }

  /// Hangs up.
  func cancel() { _ = reactor.submit { [box] _ in box.exchange?.fail(BubblewrapErrors.closed()) } }
}

/// A connection for one request. Lives on the reactor's thread.
final class EngineExchange {
  private let loop: ReactorLoop
  private let mostBytes: Int
  private let head: OneShot<Result<Int, SaraiError>>
  private let pieces: (@Sendable ([UInt8]) -> Void)?
  private let ended: (Result<EngineReply, SaraiError>) -> Void
  private var reader = HTTPReader()
  private var body: [UInt8] = []
  private var stream: Int32 = -1
  private var watch: ReactorLoop.Token?
  private var timer: ReactorLoop.Token?
  private var socket = ""
  private var isOver = false

  private static let sendMilliseconds: Int32 = 2000

  init(
    loop: ReactorLoop, mostBytes: Int, head: OneShot<Result<Int, SaraiError>>,
    pieces: (@Sendable ([UInt8]) -> Void)?, ended: @escaping (Result<EngineReply, SaraiError>) -> Void
  ) {
    self.loop = loop
    self.mostBytes = mostBytes
    self.head = head
    self.pieces = pieces
    self.ended = ended
  }

  func begin(socket: String, request: [UInt8], seconds: Double?) {
    self.socket = socket
    stream = sarai_stream_connect(socket)
    guard stream >= 0 else { return fail(DockerErrors.unreachable(socket, error: -stream)) }
    let result = sarai_stream_send(stream, request, request.count, Self.sendMilliseconds)
    guard result == 0 else { return fail(DockerErrors.broken(socket, cause: systemMessage(-result))) }
    // The loop keeps the exchange alive for as long as it watches.
    watch = loop.watch(stream) { self.receive() }
    if let seconds {
      timer = loop.after(seconds: seconds) { self.fail(DockerErrors.slow(socket, seconds: seconds)) }
    }
  }

  func endInput() {
    if stream >= 0 { sarai_stream_end(stream) }
  }

  func fail(_ error: SaraiError) { finish(.failure(error)) }

  private func receive() {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(stream, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0 else {
      let isWhole = reader.finish()
      guard isWhole, let status = reader.status else {
        return fail(DockerErrors.broken(socket, cause: "the connection ended"))
      }
      return finish(.success(EngineReply(status: status, body: body)))
    }
    let part: [UInt8]
    do { part = try reader.take(Array(buffer.prefix(count))) } catch {
      return fail(DockerErrors.broken(socket, cause: "\(error)"))
    }
    guard let status = reader.status else { return }
    if !part.isEmpty { deliver(part, status) }
    guard !isOver else { return }
    head.set(.success(status))
    if reader.isComplete { finish(.success(EngineReply(status: status, body: body))) }
  }

  private func deliver(_ part: [UInt8], _ status: Int) {
    // What an engine says about a failure goes to whoever asked, not to whoever reads a program's output.
    if let pieces, status < 300 { return pieces(part) }
    guard body.count + part.count <= mostBytes else {
      return fail(DockerErrors.broken(socket, cause: "an answer of more than \(mostBytes) bytes"))
    }
    body += part
  }

  private func finish(_ outcome: Result<EngineReply, SaraiError>) {
    guard !isOver else { return }
    isOver = true
    if let watch { loop.unwatch(watch) }
    if let timer { loop.cancel(timer) }
    if stream >= 0 { close(stream) }
    stream = -1
    ended(outcome)
  }
}
