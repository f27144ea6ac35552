package import Logging
import SaraiCore

/// One line of a log, whichever process wrote it.
package struct LogLine: Sendable, Hashable {
  /// Since 1970.
  package var seconds: Double
  package var level: Logger.Level
  /// `serve`, `supervisor`, `engine`, `memory`, `loop`, `command`, or `skill`.
  package var role: String
  package var message: String
  /// What the message names, by key: `request`, `skill`, `model`, …
  package var fields: [String: String]

  /// A longer message or value is cut: a log is no place to keep a text whole.
  private static let longestText = 4_096

  package init(seconds: Double, level: Logger.Level, role: String, message: String, fields: [String: String] = [:]) {
    self.seconds = seconds
    self.level = level
    self.role = role
    self.message = message
    self.fields = fields
  }

  /// The request that it belongs to; a skill's lines name theirs in a key of their own.
  package var request: String? { fields["request"] ?? fields["request_id"] }

  // MARK: - JSON

  /// One object, without a line's end.
  package var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("unix_seconds", seconds)
    writer.member("level", level.rawValue)
    writer.member("role", role)
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) where !Self.reserved.contains(key) {
      writer.member(key, String(value.prefix(Self.longestText)))
    }
    writer.member("message", String(message.prefix(Self.longestText)))
    writer.endObject()
    return writer.bytes
  }

  /// Nil for what is no line of a log of SARAi's, such as the last words of a program that crashed.
  package init?(json bytes: some Collection<UInt8>) {
    guard bytes.first == UInt8(ascii: "{"),
      case .object(let object)? = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)),
      let seconds = object["unix_seconds"]?.doubleValue,
      let level = object["level"]?.stringValue.flatMap(Logger.Level.init(rawValue:)),
      let message = object["message"]?.stringValue
    else { return nil }
    self.seconds = seconds
    self.level = level
    self.message = message
    role = object["role"]?.stringValue ?? "skill"
    fields = [:]
    for member in object.members where !Self.reserved.contains(member.key) {
      fields[member.key] = member.value.stringValue ?? member.value.description
    }
  }

  private static let reserved: Set = ["unix_seconds", "level", "role", "message"]

  // MARK: - Text

  /// For people: `2026-11-23T10:00:00+0100 info serve: message key=value`, without characters that a terminal would obey.
  package var text: String {
    let details = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let origin = role == "skill" ? fields["skill"].map { "skill \($0)" } ?? role : role
    let stamp = LocalTime(secondsSince1970: Int(seconds)).stamp
    return SearchText.singleLine("\(stamp) \(level.rawValue) \(origin): \(message)\(details)", maxLength: 2_000)
  }
}
