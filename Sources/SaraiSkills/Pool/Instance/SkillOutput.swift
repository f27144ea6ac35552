import SaraiCore
import SaraiSandbox
import Synchronization

/// What a skill's process prints: one line on standard output says how the start went, all else is its log.
///
/// Both come from a process that is trusted with nothing, so both are bounded here.
final class SkillOutput: Sendable {
  private struct State {
    /// Of standard output, until the line of the start is whole.
    var line: [UInt8]? = []
  }

  private static let longestStartLine = 16 << 10
  private static let contractVersion: Int64 = 1

  /// Set by the line of the start, or by whatever made it impossible.
  let startup = OneShot<Result<Void, SaraiError>>()
  private let skill: String
  private let log: SkillLogBook
  private let state = Mutex(State())

  init(skill: String, log: SkillLogBook) {
    self.skill = skill
    self.log = log
  }

  /// Called from the sandboxes' one thread: it does no more than keep the bytes.
  func receive(_ output: SandboxOutput) {
    switch output {
    case .standardError(let bytes): log.append(bytes)
    case .standardOutput(let bytes): receive(bytes)
    }
  }

  private func receive(_ bytes: [UInt8]) {
    let (line, rest): ([UInt8]?, ArraySlice<UInt8>) = state.withLock { state in
      guard let begun = state.line else { return (nil, bytes[...]) }
      guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
        state.line = begun + bytes
        guard begun.count + bytes.count > Self.longestStartLine else { return (nil, []) }
        state.line = nil
        return (begun + bytes, [])
      }
      state.line = nil
      return (begun + bytes[..<end], bytes[(end + 1)...])
    }
    if let line { startup.set(Self.read(line, skill)) }
    // The contract keeps standard output for that line; what else comes there is of use to whoever looks for a fault.
    if !rest.isEmpty { log.append(Array(rest)) }
  }

  private static func read(_ line: [UInt8], _ skill: String) -> Result<Void, SaraiError> {
    let nonsense = Result<Void, SaraiError>.failure(
      SkillFaults.notASkill(skill, String(decoding: line.prefix(200), as: UTF8.self)))
    guard line.count <= longestStartLine, let value = try? JSONValue(parsing: line), case .object(let object) = value
    else { return nonsense }
    if case .object(let error)? = object["error"] { return .failure(Self.error(error, skill)) }
    guard object["ready"] == .bool(true) else { return nonsense }
    guard case .integer(let version)? = object["contract"] else { return nonsense }
    guard version == contractVersion else { return .failure(SkillFaults.otherContract(skill, Int(version))) }
    return .success(())
  }

  /// The skill's own words, as `ErrorDetail` carries them elsewhere.
  private static func error(_ object: JSONObject, _ skill: String) -> SaraiError {
    func text(_ key: String) -> String {
      guard case .string(let text)? = object[key] else { return "" }
      return String(decoding: text.utf8.prefix(1_024), as: UTF8.self)
    }
    let words = Localized(es: text("message_es"), en: text("message_en"))
    guard !words.es.isEmpty, !words.en.isEmpty else { return SkillFaults.notASkill(skill, text("cause")) }
    return SaraiError(
      SaraiError.Code(rawValue: text("code")) ?? .skillFailed, words,
      subject: text("subject").isEmpty ? skill : text("subject"), cause: text("cause").isEmpty ? nil : text("cause"))
  }
}
