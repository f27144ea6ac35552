import NIOCore
import NIOHTTP1
import SaraiCore

/// Keeps one connection honest, between the parsing of HTTP/1 and the handling of requests.
///
/// - A request must arrive in time: slow headers and slow bodies are answered with 408 and closed.
/// - What is not HTTP is answered in the API's error shape.
/// - A client that reads nothing, or sends far more than it may, is cut off.
/// - A client that hangs up during a POST cancels the task that works for it.
/// - HTTP/1.0 gets answers that it understands, `Expect: 100-continue` its interim answer, and an absolute-form target
///   is split as RFC 9112, 3.2.2 asks.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Reading {
    /// No byte of a request since the last one ended.
    case nothing
    case header, body
  }

  private let settings: ServerSettings
  private let language: Language
  private let connection: Connection
  private var reading = Reading.nothing
  private var readDeadline: Scheduled<Void>?
  private var writeDeadline: Scheduled<Void>?
  private var bodyBytes = 0
  /// Requests whose answer has not ended; the first of them is the one being answered.
  private var unanswered: [(method: HTTPMethod, isOld: Bool, keepsAlive: Bool)] = []
  private var hasBegunAnswer = false
  /// The last answer was given before its request was read to the end.
  private var closesWhenRead = false
  private var isClosing = false

  init(settings: ServerSettings, language: Language, connection: Connection) {
    self.settings = settings
    self.language = language
    self.connection = connection
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    cancelDeadlines()
  }

  // MARK: - In

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    switch unwrapInboundIn(data) {
    case .head(var head):
      splitAbsoluteForm(&head)
      reading = .body
      bodyBytes = 0
      schedule(context, seconds: settings.bodyReadTimeoutSeconds)
      unanswered.append((head.method, head.isOld, head.isKeepAlive))
      answerExpectation(head, context: context)
      context.fireChannelRead(wrapInboundOut(.head(head)))
    case .body(let buffer):
      bodyBytes += buffer.readableBytes
      // The answer to a body over the limit is 413; a client that goes on sending long after is cut off.
      guard bodyBytes <= settings.maxBodyBytes + Self.toleratedExcessBytes else { return close(context) }
      context.fireChannelRead(data)
    case .end:
      reading = .nothing
      readDeadline?.cancel()
      readDeadline = nil
      context.fireChannelRead(data)
      if closesWhenRead { close(context) }
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // Bytes came and no header was complete.
    if reading == .nothing, unanswered.isEmpty, !isClosing {
      reading = .header
      schedule(context, seconds: settings.headerReadTimeoutSeconds)
    }
    context.fireChannelReadComplete()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent {
      // A client that closes only its sending side looks the same; for requests without a model's work it is answered.
      if unanswered.contains(where: { $0.method == .POST }) { connection.cancel() }
      if isClosing { close(context) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    cancelDeadlines()
    connection.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isClosing else { return }
    guard let fault = error as? HTTPParserError else { return context.fireErrorCaught(error) }
    switch fault {
    case .headerOverflow:
      refuse(
        context, .requestHeaderFieldsTooLarge, .tooLarge,
        es: "La cabecera es demasiado grande: se admiten \(settings.maxHeaderCount) campos y "
          + "\(settings.maxHeaderBytes) bytes.",
        en: "The header is too large: at most \(settings.maxHeaderCount) fields and \(settings.maxHeaderBytes) bytes.")
    case .invalidVersion:
      refuse(
        context, .httpVersionNotSupported, .invalidRequest, es: "Aquí se habla HTTP/1.1 y HTTP/1.0.",
        en: "HTTP/1.1 and HTTP/1.0 are spoken here.")
    case .invalidEOFState, .closedConnection:
      close(context)
    default:
      refuse(
        context, .badRequest, .invalidRequest, es: "Eso no es una petición HTTP correcta.",
        en: "That is not a correct HTTP request.")
    }
  }

  // MARK: - Out

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isClosing else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      hasBegunAnswer = head.status.code >= 200
      if let request = unanswered.first {
        if request.isOld { head.version = .http1_0 }
        if !request.keepsAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
      }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body:
      context.write(data, promise: promise)
    case .end:
      hasBegunAnswer = false
      let request = unanswered.isEmpty ? nil : unanswered.removeFirst()
      guard request?.keepsAlive == false else { return context.write(data, promise: promise) }
      context.writeAndFlush(data, promise: promise)
      if reading == .nothing { close(context) } else { closesWhenRead = true }
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    writeDeadline?.cancel()
    writeDeadline = nil
    if !context.channel.isWritable {
      let loopBound = NIOLoopBound((guard: self, context: context), eventLoop: context.eventLoop)
      writeDeadline = context.eventLoop.scheduleTask(in: Self.amount(settings.idleTimeoutSeconds)) {
        loopBound.value.guard.close(loopBound.value.context)
      }
    }
    context.fireChannelWritabilityChanged()
  }

  // MARK: - Details

  /// `GET http://host/path` names its host in the target, which then counts instead of the Host field.
  private func splitAbsoluteForm(_ head: inout HTTPRequestHead) {
    let scheme = "http://"
    guard head.uri.prefix(scheme.count).lowercased() == scheme else { return }
    let rest = head.uri.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let path = rest[authority.endIndex...]
    head.headers.replaceOrAdd(name: "host", value: String(authority))
    head.uri = path.hasPrefix("/") ? String(path) : "/" + path
  }

  private func answerExpectation(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
    guard !head.isOld, unanswered.count == 1,
      head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }),
      (head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0) <= settings.maxBodyBytes
    else { return }
    let interim = HTTPResponseHead(version: .http1_1, status: .continue)
    context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
  }

  private func schedule(_ context: ChannelHandlerContext, seconds: Double) {
    readDeadline?.cancel()
    let loopBound = NIOLoopBound((guard: self, context: context), eventLoop: context.eventLoop)
    readDeadline = context.eventLoop.scheduleTask(in: Self.amount(seconds)) {
      loopBound.value.guard.refuse(
        loopBound.value.context, .requestTimeout, .timeout,
        es: "La petición no llegó entera en \(seconds) s.", en: "The request did not arrive whole within \(seconds) s.")
    }
  }

  /// Answers a fault that no request handler can, where the client still expects an answer, and closes.
  private func refuse(
    _ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ code: SaraiError.Code, es: String, en: String
  ) {
    guard !isClosing else { return }
    guard !hasBegunAnswer, unanswered.count == (reading == .body ? 1 : 0) else { return close(context) }
    let body = ErrorResponse(SaraiError(code, es: es, en: en), language: language).body
    let headers: HTTPHeaders = [
      "content-type": "application/json", "content-length": "\(body.count)", "connection": "close",
    ]
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    linger(context)
  }

  /// Closes the sending side and reads on for a moment: closing with unread bytes would reset the connection before
  /// the client has the answer.
  private func linger(_ context: ChannelHandlerContext) {
    isClosing = true
    cancelDeadlines()
    context.close(mode: .output, promise: nil)
    let loopBound = NIOLoopBound((guard: self, context: context), eventLoop: context.eventLoop)
    readDeadline = context.eventLoop.scheduleTask(in: .seconds(1)) {
      loopBound.value.guard.close(loopBound.value.context)
    }
  }

  private func close(_ context: ChannelHandlerContext) {
    isClosing = true
    cancelDeadlines()
    context.close(promise: nil)
  }

  private func cancelDeadlines() {
    readDeadline?.cancel()
    writeDeadline?.cancel()
    readDeadline = nil
    writeDeadline = nil
  }

  private static func amount(_ seconds: Double) -> TimeAmount { .nanoseconds(Int64(seconds * 1e9)) }

  /// So that a client in the middle of sending too much can finish and read the answer.
  private static let toleratedExcessBytes = 32 << 20
}

extension HTTPRequestHead {
  /// HTTP/1.0: no interim answers, no chunks, and a connection for each request unless asked otherwise.
  fileprivate var isOld: Bool { version.major == 1 && version.minor == 0 }
}
