import ArgumentParser
import FoundationEssentials
import SaraiAgent
import SaraiCore
import SaraiRuntime
import SaraiSkills

struct SkillCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "skill",
      abstract: words(
        es: "Mira, usa, instala, quita y empieza habilidades.", en: "See, run, install, remove and begin skills."),
      discussion: words(
        es: """
          Una habilidad es una carpeta con un SKILL.md y, si tiene programa, un skill.yaml que dice qué puede tocar; \
          todo lo demás se lo niega su aislamiento. docs/Skills.md explica cómo se escribe una.
          """,
        en: """
          A skill is a folder with a SKILL.md and, where it has a program, a skill.yaml that says what it may touch; \
          its sandbox denies all else. docs/Skills.md explains how one is written.
          """),
      subcommands: [
        SkillListCommand.self, SkillShowCommand.self, SkillRunCommand.self, SkillInstallCommand.self,
        SkillRemoveCommand.self, SkillLogsCommand.self, SkillDoctorCommand.self, SkillNewCommand.self,
      ], aliases: ["skills"])
  }
}

struct SkillListCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "list",
      abstract: words(es: "Enumera las habilidades que hay.", en: "List the skills there are."), aliases: ["ls"])
  }

  @OptionGroup var options: ConfigurationOptions

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let entries = SkillRegistry(places: try options.setup().skillPlaces).entries()
    if json { return Output.json(.array(entries.map(\.json))) }
    guard !entries.isEmpty else {
      return Output.note(
        words(
          es: "No hay ninguna habilidad: reinstala SARAi, o empieza una con «sarai skill new».",
          en: "There is no skill: install SARAi again, or begin one with \"sarai skill new\"."))
    }
    let headers = words(es: "HABILIDAD ORIGEN TIPO DESCRIPCIÓN", en: "SKILL ORIGIN KIND DESCRIPTION")
    var table = Table(headers: headers.split(separator: " ").map(String.init))
    table.rows = entries.map { entry in
      [
        SearchText.singleLine(entry.name, maxLength: 64), entry.origin.words, entry.kind,
        SearchText.singleLine(
          entry.skill?.card.description ?? entry.error?.message[Words.language] ?? "",
          maxLength: entry.skill == nil ? 1000 : 100),
      ]
    }
    table.print()
  }
}

struct SkillShowCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "show",
      abstract: words(
        es: "Muestra lo que dice la carpeta de una habilidad y qué puede tocar.",
        en: "Show what a skill's folder says, and what it may touch."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(words(es: "La habilidad.", en: "The skill."), valueName: words(es: "habilidad", en: "skill")))
  var skill: String

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let entry = try SkillRegistry(places: try options.setup().skillPlaces).entry(skill)
    if json {
      Output.json(entry.json)
      guard entry.skill == nil else { return }
      throw ExitCode(ExitStatus.failedCheck.rawValue)
    }
    let skill = try entry.result.get()
    var lines: [(String, String)] = [
      (words(es: "habilidad", en: "skill"), skill.name),
      (words(es: "descripción", en: "description"), skill.card.description),
      (words(es: "origen", en: "origin"), skill.origin.words), (words(es: "tipo", en: "kind"), entry.kind),
      (words(es: "licencia", en: "licence"), skill.card.license ?? ""),
      (words(es: "requisitos", en: "compatibility"), skill.card.compatibility ?? ""),
      (words(es: "carpeta", en: "folder"), skill.folder),
    ]
    lines += skill.card.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    if let manifest = skill.manifest { lines += Self.lines(manifest) }
    lines = lines.map { (SearchText.singleLine($0, maxLength: 40), SearchText.singleLine($1, maxLength: 2000)) }
    lines.removeAll { $0.1.isEmpty }
    let width = lines.map { DisplayWidth.of($0.0) }.max() ?? 0
    for (name, value) in lines {
      Output.line(Output.dim(name) + String(repeating: " ", count: width - DisplayWidth.of(name) + 2) + value)
    }
    for remark in skill.remarks { Output.note(words(es: "aviso: ", en: "note: ") + remark[Words.language]) }
    guard !skill.instructions.isEmpty else { return }
    Output.line()
    Output.line(Output.isTerminal ? skill.instructions.withoutControlCharacters : skill.instructions)
  }

  private static func lines(_ manifest: SkillManifest) -> [(String, String)] {
    let rights = SkillWords.rights(manifest).map { $0[Words.language] }
    var lines = [
      (words(es: "programa", en: "program"), manifest.entry.joined(separator: " ")),
      (
        words(es: "puede", en: "it"),
        rights.isEmpty
          ? words(es: "nada fuera de su carpeta", en: "touches nothing but its folder")
          : rights.joined(separator: "; ")
      ),
      (words(es: "límites", en: "limits"), SkillWords.limits(manifest)[Words.language]),
    ]
    if let grammar = manifest.grammar { lines.append((words(es: "gramática", en: "grammar"), grammar)) }
    if !manifest.intents.isEmpty {
      lines.append(
        (words(es: "responde a", en: "answers"), manifest.intents.map(\.name).joined(separator: ", ")))
    }
    return lines
  }
}

extension InstalledSkill.Origin {
  var words: String {
    switch self {
    case .builtIn: sarai.words(es: "de SARAi", en: "SARAi's")
    case .installed: sarai.words(es: "instalada", en: "installed")
    }
  }
}

extension SkillRegistry.Entry {
  /// In words, for a table.
  var kind: String {
    guard let skill else { return words(es: "no se puede usar", en: "unusable") }
    return switch skill.manifest?.runtime {
    case .native?: words(es: "programa", en: "program")
    case .python?: "Python"
    case nil: words(es: "instrucciones", en: "instructions")
    }
  }

  var json: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "origin": .string(origin == .builtIn ? "built_in" : "installed"),
      "folder": .string(folder),
    ]
    if let error {
      object["error"] = ["code": .string(error.code.rawValue), "message": .string(error.message[Words.language])]
    }
    guard let skill else { return .object(object) }
    object["kind"] = .string(skill.manifest?.runtime.rawValue ?? "instructions")
    object["description"] = .string(skill.card.description)
    object["license"] = skill.card.license.map { .string($0) }
    object["compatibility"] = skill.card.compatibility.map { .string($0) }
    object["allowed_tools"] = skill.card.allowedTools.map { .string($0) }
    var metadata = JSONObject()
    for (key, value) in skill.card.metadata.sorted(by: { $0.key < $1.key }) { metadata[key] = .string(value) }
    object["metadata"] = .object(metadata)
    object["remarks"] = .array(skill.remarks.map { .string($0[Words.language]) })
    if let manifest = skill.manifest {
      // What was agreed to has the same shape: isolation, grants, limits, instances.
      for member in SkillConsent(manifest).json.objectValue?.members ?? [] where member.key != "schema" {
        object[member.key] = member.value
      }
      object["entry"] = .array(manifest.entry.map { .string($0) })
      object["grammar"] = manifest.grammar.map { .string($0) }
      object["idempotent"] = .bool(manifest.isIdempotent)
      object["keep_warm_seconds"] = .number(manifest.keepWarmSeconds)
      object["prefetch"] = .bool(manifest.prefetch)
      object["intents"] = .array(manifest.intents.map { .string($0.name) })
    }
    return .object(object)
  }
}
