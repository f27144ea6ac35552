import Glibc
package import Logging
import SaraiCore
import Synchronization

/// The log, with one level for all loggers that a reload can change: on stderr, or in a file where a person talks in the
/// terminal.
package enum Log {
  private static let current = Mutex(Logger.Level.notice)
  private static let file = Mutex<LogFile?>(nil)
  /// A process has one logging system, however often it is asked for.
  private static let system: Void = LoggingSystem.bootstrap { label in
    Handler(label: label, base: StreamLogHandler.standardError(label: label))
  }

  package static var level: Logger.Level {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// To be called before the first logger is made.
  package static func bootstrap(level: Logger.Level) {
    self.level = level
    _ = system
  }

  /// The same for a command whose terminal is a person's: what it logs goes to `sarai.log` in the folder of logs.
  package static func bootstrap(level: Logger.Level, folders: Folders) {
    bootstrap(level: level)
    guard (try? Folders.create(folders.logs, variable: "SARAI_STATE_DIR")) != nil else { return }
    let opened = try? LogFile(path: folders.logs + "/sarai.log")
    file.withLock { $0 = opened }
  }

  /// A handler whose level is the process's and not its own.
  private struct Handler: LogHandler {
    let label: String
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

    func log(event: LogEvent) {
      guard let descriptor = Log.file.withLock({ $0?.descriptor }) else { return base.log(event: event) }
      let details = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        .map { " \($0.key)=\($0.value)" }.joined()
      let stamp = LocalTime(secondsSince1970: time(nil)).stamp
      let line = SearchText.singleLine("\(stamp) \(event.level) \(label): \(event.message)\(details)", maxLength: 2_000)
      // One write: lines of several processes do not mix.
      let bytes = Array((line + "\n").utf8)
      _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
  }
}
