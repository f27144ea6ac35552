import Logging
import SaraiAgent
import SaraiCore
import SaraiSkills
import Synchronization

/// The skills that say which questions they answer, as their folders have them at the moment of the question: one that
/// was installed a second ago is asked.
final class RegisteredIntents: IntentAnswering {
  private struct Known {
    var skills: [InstalledSkill] = []
    var intents = GatedIntents([])
  }

  private let registry: SkillRegistry
  private let skills: any SkillCalling
  private let log: Logger
  private let known = Mutex(Known())

  init(registry: SkillRegistry, skills: any SkillCalling, log: Logger) {
    self.registry = registry
    self.skills = skills
    self.log = log
  }

  func answer(_ question: String, language: Language, now: CivilDateTime) async throws -> IntentAnswer? {
    try await current().answer(question, language: language, now: now)
  }

  private func current() -> GatedIntents {
    let declaring = registry.skills().filter { $0.manifest?.intents.isEmpty == false }
    return known.withLock { known in
      if known.skills != declaring { known = Known(skills: declaring, intents: gated(declaring)) }
      return known.intents
    }
  }

  private func gated(_ declaring: [InstalledSkill]) -> GatedIntents {
    let log = log
    return GatedIntents(
      declaring.compactMap { skill in
        guard let manifest = skill.manifest else { return nil }
        do {
          let gate = try IntentGate(manifest.intents, maxQuestionBytes: manifest.maxQuestionBytes)
          return (gate, SkillIntentSource(skill: skill.name, skills: skills))
        } catch {
          log.warning("skill not asked before the model", metadata: ["skill": "\(skill.name)", "error": "\(error)"])
          return nil
        }
      }, onFailure: { log.warning("a skill failed before the model", metadata: ["error": "\(SaraiError.logged($0))"]) })
  }
}
