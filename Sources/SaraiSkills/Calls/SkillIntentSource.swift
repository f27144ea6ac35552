package import SaraiAgent
package import SaraiCore
import SkillProtocol

/// A skill that is asked before the model.
package struct SkillIntentSource: IntentAnswering {
  private let skill: String
  private let timeoutSeconds: Double
  private let skills: any SkillCalling

  /// - Parameter timeoutSeconds: How long a turn waits for it at most, a start included.
  package init(skill: String, skills: any SkillCalling, timeoutSeconds: Double = 1) {
    self.skill = skill
    self.skills = skills
    self.timeoutSeconds = timeoutSeconds
  }

  /// A skill that fails throws, so that the log can tell; the turn goes on without it.
  package func answer(_ question: String, language: Language, now: CivilDateTime) async throws -> IntentAnswer? {
    var call = SkillCall(.text(question), language: language, timeoutSeconds: timeoutSeconds)
    // A sandbox has no time zone of its own.
    let unixSeconds = now.date.dayNumber * 86_400 + now.secondOfDay - now.utcOffsetSeconds
    call.options = ["unix_seconds": "\(unixSeconds)", "utc_offset_seconds": "\(now.utcOffsetSeconds)"]
    let answer = try await skills.infer(skill, call, grants: SkillGrants())
    guard case .text(let text) = answer.output, !text.isEmpty else { return nil }
    return IntentAnswer(text: text, skill: skill)
  }
}
