package import Logging
import Synchronization

/// The log: on stderr, with one level for all loggers that a reload can change.
package enum Log {
  private static let current = Mutex(Logger.Level.notice)

  package static var level: Logger.Level {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// To be called once, before the first logger is made.
  package static func bootstrap(level: Logger.Level) {
    self.level = level
    LoggingSystem.bootstrap { label in Handler(base: StreamLogHandler.standardError(label: label)) }
  }

  /// A stream handler whose level is the process's and not its own.
  private struct Handler: LogHandler {
    var base: StreamLogHandler

    var logLevel: Logger.Level {
      get { Log.level }
      set {}
    }

    var metadata: Logger.Metadata {
      get { base.metadata }
      set { base.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { base[metadataKey: key] }
      set { base[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { base.log(event: event) }
  }
}
