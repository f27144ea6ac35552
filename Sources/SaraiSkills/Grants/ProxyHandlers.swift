import Logging
import NIOCore
import NIOPosix

/// Reads the request of one connection to the proxy, and joins it with the host or hangs up.
final class ConnectHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let rules: ProxyRules
  private var received = ByteBuffer()
  private var isDecided = false
  private var timeout: Scheduled<Void>?

  init(_ rules: ProxyRules) { self.rules = rules }

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    timeout = context.eventLoop.scheduleTask(in: .milliseconds(Int64(rules.bounds.headerSeconds * 1_000))) {
      channel.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { timeout?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    received.writeBuffer(&bytes)
    // What comes before the host answers waits for it.
    guard !isDecided else { return }
    switch rules.read(received.readableBytesView) {
    case .more: return
    case .refuse(let why): refuse(context, why, status: "403 Forbidden")
    case .connect(let host, let port, let headerBytes):
      isDecided = true
      received.moveReaderIndex(forwardBy: headerBytes)
      connect(context, host, port)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timeout?.cancel()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func refuse(_ context: ChannelHandlerContext, _ why: String, status: String) {
    isDecided = true
    rules.logger.warning("proxy refused a request", metadata: ["skill": "\(rules.skill)", "why": "\(why)"])
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")))
      .whenComplete { _ in channel.close(promise: nil) }
  }

  private func connect(_ context: ChannelHandlerContext, _ host: String, _ port: Int) {
    // Nothing more is read until there is somewhere to put it.
    context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
    let connecting = ClientBootstrap(group: context.eventLoop)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.autoRead, value: false)
      .connectTimeout(.milliseconds(Int64(rules.bounds.connectSeconds * 1_000)))
      .connect(host: host, port: port)
    let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
    connecting.hop(to: context.eventLoop).assumeIsolated().whenComplete { result in
      let context = loopBound.value
      switch result {
      case .success(let upstream):
        guard ProxyRules.mayLead(host, to: upstream.remoteAddress?.ipAddress) else {
          upstream.close(promise: nil)
          return self.refuse(context, "\(host) leads to this machine itself", status: "403 Forbidden")
        }
        self.join(context, upstream, "\(host):\(port)")
      case .failure(let error): self.refuse(context, "\(host):\(port): \(error)", status: "502 Bad Gateway")
      }
    }
  }

  private func join(_ context: ChannelHandlerContext, _ upstream: any Channel, _ target: String) {
    timeout?.cancel()
    guard context.channel.isActive else { return upstream.close(promise: nil) }
    rules.logger.info("proxy connected", metadata: ["skill": "\(rules.skill)", "to": "\(target)"])
    let (near, far) = (RelayHandler(), RelayHandler())
    (near.partner, far.partner) = (upstream, context.channel)
    (near.other, far.other) = (far, near)
    let idle = TimeAmount.milliseconds(Int64(rules.bounds.idleSeconds * 1_000))
    do {
      try context.pipeline.syncOperations.addHandlers([IdleStateHandler(allTimeout: idle), near])
      try upstream.pipeline.syncOperations.addHandler(far)
    } catch {
      upstream.close(promise: nil)
      return context.close(promise: nil)
    }
    context.writeAndFlush(
      wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")), promise: nil)
    if received.readableBytes > 0 { upstream.writeAndFlush(received, promise: nil) }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
    near.begin()
    far.begin()
  }
}

/// Passes on what one end says to the other, no faster than that one takes it. Both ends are of one event loop.
final class RelayHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  var partner: (any Channel)?
  weak var other: RelayHandler?
  private var context: ChannelHandlerContext?
  private var wantsToRead = false

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    partner = nil
  }

  func begin() { context?.read() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    partner?.write(unwrapInboundIn(data), promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    partner?.flush()
    guard partner?.isWritable == true else {
      wantsToRead = true
      return
    }
    context.read()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { other?.resume() }
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed: partner?.close(mode: .output, promise: nil)
    case is IdleStateHandler.IdleStateEvent: context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    partner?.close(promise: nil)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func resume() {
    guard wantsToRead else { return }
    wantsToRead = false
    context?.read()
  }
}
