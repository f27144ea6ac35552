import SaraiCalc
import SaraiCore
import SkillProtocol

/// Arithmetic, dates and units, exactly: a question in, a sentence out.
///
/// A sandbox has no time zone of its own, so who asks may say what the clock on the wall shows, with the options
/// `unix_seconds` and `utc_offset_seconds`.
struct CalcSkill: Skill {
  static let name = "calc"
  static let version = SaraiVersion.current

  private let calculator = Calculator()

  init(configuration: SkillConfiguration) {}

  func infer(_ request: SkillRequest) async throws -> SkillReply {
    let language = Language(tag: request.language) ?? .english
    guard let answer = calculator.answer(try request.text, language: language, now: try Self.now(request.options))
    else { return .none }
    return .text(answer.text)
  }

  private static func now(_ options: [String: String]) throws -> CivilDateTime {
    guard let seconds = try number("unix_seconds", options, within: 0...253_402_300_799) else { return .current() }
    let offset = try number("utc_offset_seconds", options, within: -86_400...86_400) ?? 0
    return CivilDateTime(secondsSince1970: seconds, utcOffsetSeconds: offset)
  }

  private static func number(
    _ name: String, _ options: [String: String], within range: ClosedRange<Int>
  ) throws -> Int? {
    guard let text = options[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw SkillError(
        .invalidRequest, es: "La opción \(name) no es un número de segundos que valga.",
        en: "The option \(name) is not a number of seconds that can be used.", subject: name)
    }
    return number
  }
}
