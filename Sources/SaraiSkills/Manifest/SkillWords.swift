package import SaraiCore

/// What a skill may touch, in words for the person who decides.
package enum SkillWords {
  /// A clause for each right; empty where it has none.
  package static func rights(_ grants: SkillGrants) -> [Localized] {
    var rights: [Localized] = []
    for file in grants.files {
      let path = SkillFault.shown(file.path, maxLength: 300)
      rights.append(
        file.mayWrite
          ? Localized(es: "lee, cambia y borra \(path)", en: "reads, changes and deletes \(path)")
          : Localized(es: "lee \(path)", en: "reads \(path)"))
    }
    rights += grants.network.map {
      Localized(es: "se conecta por la red con \($0)", en: "connects over the network to \($0)")
    }
    rights += grants.models.map { Localized(es: "pregunta al modelo \($0)", en: "asks the model \($0)") }
    rights += grants.skills.map { Localized(es: "llama a la habilidad \($0)", en: "calls the skill \($0)") }
    switch grants.memory {
    case .none: break
    case .read: rights.append(Localized(es: "lee lo que SARAi recuerda de ti", en: "reads what SARAi remembers of you"))
    case .write:
      rights.append(
        Localized(es: "lee y cambia lo que SARAi recuerda de ti", en: "reads and changes what SARAi remembers of you"))
    }
    return rights
  }

  /// Everything that a person has to agree to, a clause each; empty where a skill asks for nothing.
  package static func rights(_ manifest: SkillManifest) -> [Localized] {
    var rights = rights(manifest.grants)
    if !manifest.intents.isEmpty { rights.append(questions) }
    if manifest.isolation == .optional { rights.append(withoutIsolation) }
    return rights
  }

  static let questions = Localized(
    es: "recibe, antes que el modelo, las preguntas del chat que parecen para ella",
    en: "is given, before the model, the questions in chat that look like its own")
  static let withoutIsolation = Localized(
    es: "con los aislamientos desactivados se ejecuta como cualquier programa tuyo, sin límites",
    en: "where sandboxes are switched off it runs like any program of yours, without limits")

  package static func packages(_ packages: [String]) -> Localized? {
    guard !packages.isEmpty else { return nil }
    let list = packages.map { SkillFault.shown(String($0.prefix { $0 != " " }), maxLength: 80) }.joined(separator: ", ")
    return Localized(es: "instala paquetes de Python: \(list)", en: "installs packages of Python: \(list)")
  }

  /// How much it may use, in one line.
  package static func limits(_ manifest: SkillManifest) -> Localized {
    let limits = manifest.limits
    let seconds = number(limits.timeoutSeconds)
    let instances = manifest.instances
    return Localized(
      es: "\(limits.memoryMiB) MiB de memoria, \(limits.processes) hilos y \(seconds.es) s por llamada"
        + (instances > 1 ? ", en \(instances) procesos a la vez" : ""),
      en: "\(limits.memoryMiB) MiB of memory, \(limits.processes) threads and \(seconds.en) s a call"
        + (instances > 1 ? ", in \(instances) processes at a time" : ""))
  }

  /// What is new, a clause each.
  package static func widening(_ widening: SkillWidening) -> [Localized] {
    var clauses = rights(widening.grants)
    if widening.receivesQuestions { clauses.append(questions) }
    if widening.losesIsolation { clauses.append(withoutIsolation) }
    for limit in widening.limits {
      let (from, to) = (number(limit.from), number(limit.to))
      clauses.append(
        Localized(es: "\(limit.name): de \(from.es) a \(to.es)", en: "\(limit.name): from \(from.en) to \(to.en)"))
    }
    return clauses
  }

  private static func number(_ value: Double) -> Localized {
    let text = value == value.rounded() ? "\(Int(value))" : "\(value)"
    return Localized(es: text.replacing(".", with: ","), en: text)
  }
}
