import Glibc
package import Logging
import SaraiCore

/// What whoever starts a skill decides. Each comes from an environment variable, so that a skill's own command line
/// stays its own; the two paths may be given as arguments as well.
package struct SkillOptions: Sendable, Hashable {
  /// `--socket`, `SARAI_SKILL_SOCKET`: where to listen; at most 107 bytes.
  package var socket = "/run/sarai/skill.sock"
  /// `--configuration`, `SARAI_SKILL_CONFIGURATION`: a file with one JSON object; none means "{}".
  package var configuration: String?
  /// `SARAI_SKILL_ALLOWED_UIDS`: who may connect, as user ids that this process sees, separated by commas. Unless it
  /// is set, this process's own user.
  package var allowedUsers: Set<UInt32> = [getuid()]
  /// `SARAI_SKILL_MAX_REQUEST_BYTES`, `SARAI_SKILL_MAX_REPLY_BYTES`: of an input, and of an output with its parts.
  package var maximumRequestBytes = 2 << 20
  package var maximumReplyBytes = 2 << 20
  /// `SARAI_SKILL_MAX_RUNNING`, `SARAI_SKILL_MAX_WAITING`: requests that run at a time and that wait for their turn.
  package var maximumRunning = 4
  package var maximumWaiting = 256
  /// `SARAI_SKILL_TIMEOUT_SECONDS`: the longest that a request may take, and what it gets unless it says.
  package var timeoutSeconds = 60.0
  /// `SARAI_SKILL_DRAIN_SECONDS`: how long requests under way may go on once the skill is told to end.
  package var drainSeconds = 10.0
  /// `SARAI_SKILL_END_WITH_INPUT`: 1 makes the end of standard input the end of the skill.
  package var endsWithInput = false
  /// `SARAI_SKILL_LOG_LEVEL`: trace, debug, info, notice, warning, error or critical.
  package var logLevel = Logger.Level.info

  package init() {}

  /// - Throws: `SaraiError.invalidRequest`, naming what was wrong.
  package init(arguments: [String], environment: (String) -> String?) throws {
    self.init()
    socket = environment("SARAI_SKILL_SOCKET") ?? socket
    configuration = environment("SARAI_SKILL_CONFIGURATION")
    try read(arguments)
    if let users = environment("SARAI_SKILL_ALLOWED_UIDS") {
      allowedUsers = Set(
        try users.split(separator: ",").map { try Self.number("SARAI_SKILL_ALLOWED_UIDS", String($0)) })
    }
    func limit(_ name: String, _ range: ClosedRange<Int>, _ value: inout Int) throws {
      guard let text = environment(name) else { return }
      value = try Self.number(name, text)
      guard range.contains(value) else { throw Self.wrong(name) }
    }
    try limit("SARAI_SKILL_MAX_REQUEST_BYTES", 1...(1 << 30), &maximumRequestBytes)
    try limit("SARAI_SKILL_MAX_REPLY_BYTES", 1...(1 << 30), &maximumReplyBytes)
    try limit("SARAI_SKILL_MAX_RUNNING", 1...1_024, &maximumRunning)
    try limit("SARAI_SKILL_MAX_WAITING", 0...100_000, &maximumWaiting)
    func seconds(_ name: String, _ value: inout Double) throws {
      guard let text = environment(name) else { return }
      guard let number = Double(text), (0...86_400).contains(number) else { throw Self.wrong(name) }
      value = number
    }
    try seconds("SARAI_SKILL_TIMEOUT_SECONDS", &timeoutSeconds)
    try seconds("SARAI_SKILL_DRAIN_SECONDS", &drainSeconds)
    endsWithInput = environment("SARAI_SKILL_END_WITH_INPUT") == "1"
    if let level = environment("SARAI_SKILL_LOG_LEVEL") {
      guard let level = Logger.Level(rawValue: level) else { throw Self.wrong("SARAI_SKILL_LOG_LEVEL") }
      logLevel = level
    }
  }

  private mutating func read(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Self.wrong(name) }
      switch name {
      case "--socket": socket = value
      case "--configuration": configuration = value
      default: throw Self.wrong(name)
      }
    }
  }

  private static func number<Number: FixedWidthInteger>(_ name: String, _ text: String) throws -> Number {
    guard let number = Number(text) else { throw wrong(name) }
    return number
  }

  private static func wrong(_ name: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "El valor de \(name) no vale, o esa opción no existe. Mira docs/Skills.md.",
      en: "The value of \(name) is wrong, or there is no such option. See docs/Skills.md.", subject: name)
  }
}
