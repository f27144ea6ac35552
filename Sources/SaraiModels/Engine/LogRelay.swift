package import Logging
import SaraiCore
import Synchronization

/// Passes the log of a child process on: lines of JSON as they are, with what they name, and anything else as text.
///
/// The child reads untrusted files, so its lines are bounded here.
package final class LogRelay: Sendable {
  private static let longestLine = 16 << 10
  private static let longestText = 4 << 10

  private let logger: Logger
  private let fields: Logger.Metadata
  private let lines = Mutex(LineSplitter(maximumLineBytes: LogRelay.longestLine))

  /// - Parameters:
  ///   - role: What the child is; a line of its own cannot say otherwise.
  ///   - fields: Told with every line.
  package init(role: String, fields: Logger.Metadata = [:], logger: Logger) {
    self.logger = logger
    self.fields = fields.merging(["role": .string(role)]) { $1 }
  }

  package func receive(_ bytes: [UInt8]) {
    let whole = lines.withLock { splitter in
      let found = splitter.lines(after: bytes)
      // What never ends is let go, and the next line is read again.
      if splitter.isOverrun { splitter = LineSplitter(maximumLineBytes: Self.longestLine) }
      return found
    }
    for line in whole where !line.isEmpty { pass(line) }
  }

  private static func object(_ line: some Collection<UInt8>) -> JSONObject? {
    guard line.first == UInt8(ascii: "{"),
      case .object(let object)? = try? JSONValue(parsing: String(decoding: line, as: UTF8.self))
    else { return nil }
    return object
  }

  /// What a line of JSON says; nil for other lines.
  static func message(of line: some Collection<UInt8>) -> String? { object(line)?["message"]?.stringValue }

  private func pass(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let object = Self.object(bytes),
      let level = object["level"]?.stringValue.flatMap(Logger.Level.init(rawValue:)),
      let message = object["message"]?.stringValue
    else {
      // The Swift runtime's last words, or a library's.
      return logger.warning("\(text.prefix(Self.longestText))", metadata: fields)
    }
    var metadata: Logger.Metadata = [:]
    for (key, value) in object.members.map({ ($0.key, $0.value) })
    where !["level", "message", "unix_seconds"].contains(key) {
      guard let text = value.stringValue else { continue }
      metadata[key] = .string(String(text.prefix(Self.longestText)))
    }
    logger.log(level: level, "\(message)", metadata: metadata.merging(fields) { $1 })
  }
}
