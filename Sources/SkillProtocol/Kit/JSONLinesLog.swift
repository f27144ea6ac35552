import FoundationEssentials
import Glibc
package import Logging
import SaraiCore

/// A log of one JSON object a line on standard error: when, how grave, what, which process and which request.
package struct JSONLinesLog: LogHandler {
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  /// What tells the process from others, such as `skill` and its name.
  private let origin: (key: String, value: String)

  /// Longest message or value, in characters: a log is no place to keep an input whole.
  private static let longestText = 4_096

  package init(skill: String, level: Logger.Level) { self.init(origin: ("skill", skill), level: level) }

  /// - Parameter role: What kind of process writes: `engine`, `memory`, …
  package init(role: String, level: Logger.Level) { self.init(origin: ("role", role), level: level) }

  private init(origin: (key: String, value: String), level: Logger.Level) {
    self.origin = origin
    logLevel = level
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("unix_seconds", Date.now.timeIntervalSince1970)
    writer.member("level", event.level.rawValue)
    writer.member(origin.key, origin.value)
    var all = metadata.merging(event.metadata ?? [:]) { $1 }
    if let request = RequestID.current, all["request"] == nil { all["request"] = .string(request) }
    for (key, value) in all.sorted(by: { $0.key < $1.key }) {
      writer.member(key, String("\(value)".prefix(Self.longestText)))
    }
    writer.member("message", String("\(event.message)".prefix(Self.longestText)))
    if let error = event.error { writer.member("error", String("\(error)".prefix(Self.longestText))) }
    writer.endObject()
    // One write a line, so that lines of several threads do not mix.
    MachineChannel.write(writer.bytes + [UInt8(ascii: "\n")], to: STDERR_FILENO)
  }
}
