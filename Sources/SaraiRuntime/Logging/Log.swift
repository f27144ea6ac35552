import Glibc
package import Logging
import SaraiCore
import Synchronization

/// The log of this process: on standard error, in a file that `sarai logs` reads, or both. Its level and shape are those
/// of all loggers, and a reload can change them.
package enum Log {
  /// How lines look on standard error; in files they are JSON always.
  package enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  private struct State {
    var level = Logger.Level.notice
    var format = Format.text
    var role = "command"
    var file: RotatingLog?
    var writesStandardError = true
    /// Another process reads standard error and writes the lines as they are to look.
    var isRelayed = false
  }

  private static let state = Mutex(State())
  /// A process has one logging system, however often it is asked for.
  private static let system: Void = LoggingSystem.bootstrap { Handler(label: $0) }

  package static var level: Logger.Level {
    get { state.withLock { $0.level } }
    set { state.withLock { $0.level = newValue } }
  }

  /// To be called before the first logger is made.
  ///
  /// - Parameters:
  ///   - role: What this process is: `serve`, `supervisor`, `command`.
  ///   - file: Where `sarai logs` finds its lines, in the folder of logs; nil for a process whose lines another one
  ///     writes there: they are JSON on standard error.
  ///   - standardError: False where that is a person's terminal; it is left alone then as long as there is a file.
  static func bootstrap(role: String, file name: String?, standardError: Bool, _ setup: Setup) {
    let settings = setup.configuration
    let opened = name.flatMap { name in
      (try? Folders.create(setup.folders.logs, variable: "SARAI_STATE_DIR")).flatMap {
        try? RotatingLog(path: "\(setup.folders.logs)/\(name)", limits: LogLimits(settings))
      }
    }
    state.withLock { state in
      state.role = role
      state.isRelayed = name == nil
      state.file = opened
      state.writesStandardError = standardError && opened?.isStandardError != true || opened == nil
    }
    take(settings)
    _ = system
  }

  /// Takes the level, the shape and the limits of a configuration.
  package static func take(_ settings: Configuration) {
    state.withLock { state in
      state.level = Logger.Level(rawValue: settings.text("log.level")) ?? .notice
      state.format = state.isRelayed ? .json : Format(rawValue: settings.text("log.format")) ?? .text
      state.file?.limits = LogLimits(settings)
    }
  }

  private static func write(_ line: LogLine) {
    let (file, format) = state.withLock { ($0.file, $0.writesStandardError ? $0.format : nil) }
    file?.write(line.json)
    guard let format else { return }
    let bytes = (format == .json ? line.json : Array(line.text.utf8)) + [UInt8(ascii: "\n")]
    // One write: lines of several threads do not mix.
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// A handler whose level is the process's and not its own.
  private struct Handler: LogHandler {
    let label: String
    var metadata: Logger.Metadata = [:]

    var logLevel: Logger.Level {
      get { Log.level }
      set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      var fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
      // A child's line says which child; a line of a request, which one.
      let role = fields.removeValue(forKey: "role") ?? Log.state.withLock { $0.role }
      if let request = RequestID.current, fields["request"] == nil { fields["request"] = request }
      fields["part"] = label
      if let error = event.error { fields["error"] = "\(error)" }
      let seconds = Double(RotatingLog.clock()) / 1_000
      Log.write(
        LogLine(seconds: seconds, level: event.level, role: role, message: "\(event.message)", fields: fields))
    }
  }
}

extension LogLimits {
  init(_ settings: Configuration) {
    self.init(
      bytes: (settings.integer("log.file_mib") ?? 8) << 20, files: settings.integer("log.files") ?? 30,
      days: settings.integer("log.days") ?? 30)
  }
}
