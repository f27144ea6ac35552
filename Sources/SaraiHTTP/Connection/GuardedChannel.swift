import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import SaraiCore

/// Hummingbird's HTTP/1 channel with a `ConnectionGuard` in its pipeline and a task that a hang-up ends.
struct GuardedChannel: ServerChildChannel {
  struct Value: ServerChildChannelValue {
    let base: HTTP1Channel.Value
    let connection: Connection
    var channel: any Channel { base.channel }
  }

  let base: HTTP1Channel
  let settings: ServerSettings
  let language: Language
  let registry: ConnectionRegistry

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let connection = Connection(eventLoop: channel.eventLoop)
    return base.setup(channel: channel, logger: logger).flatMapThrowing { base in
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(
        ConnectionGuard(settings: settings, language: language, connection: connection), position: .after(decoder))
      return Value(base: base, connection: connection)
    }
  }

  func handle(value: Value, logger: Logger) async {
    await registry.with(value.connection) {
      await value.connection.run { await base.handle(value: value.base, logger: logger) }
    }
  }
}
