import ArgumentParser
import FoundationEssentials
import SaraiCore
import SaraiRuntime
import SaraiSkills

struct SkillInstallCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "install",
      abstract: words(
        es: "Instala o actualiza una habilidad a partir de su carpeta.",
        en: "Install or update a skill from its folder."
      ),
      discussion: words(
        es: """
          Antes dice qué puede tocar y, si pide algo, pregunta; al actualizar pregunta otra vez solo si pide más. \
          Sin un terminal donde preguntar no la instala, salvo con --yes.
          """,
        en: """
          It says first what the skill may touch and asks where it wants anything; an update asks again only where it \
          wants more. Without a terminal to ask on it does not install, except with --yes.
          """))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "La carpeta de la habilidad.", en: "The skill's folder."), valueName: words(es: "carpeta", en: "folder")
    ),
    completion: .directory)
  var path: String

  @Flag(
    name: .shortAndLong, help: ArgumentHelp(words(es: "Di que sí a lo que pide.", en: "Agree to what it asks for.")))
  var yes = false

  func run() async throws {
    let setup = try options.setup()
    let installer = setup.skillInstaller
    let plan = try installer.plan(absolutePath(path))
    let name = plan.skill.name
    for line in Self.description(of: plan) { Output.note(line) }
    if plan.question != .none, !yes {
      guard Consent.canBeAsked else {
        throw SaraiError(
          .forbidden,
          es:
            "No hay un terminal donde preguntarte si lo aceptas. Si estás de acuerdo: sarai skill install --yes \(path)",
          en: "There is no terminal to ask you on whether you agree. If you do: sarai skill install --yes \(path)",
          subject: name)
      }
      guard Consent.isGiven(words(es: "¿Lo aceptas?", en: "Do you agree?")) else {
        Output.note(words(es: "No se ha instalado nada.", en: "Nothing was installed."))
        throw ExitCode(ExitStatus.failedCheck.rawValue)
      }
    }
    if !plan.packages.isEmpty {
      Output.note(words(es: "Preparando sus paquetes de Python…", en: "Preparing its Python packages…"))
    }
    let skill = try await installer.install(plan)
    // What runs answers as the old folder said.
    try? await SupervisedSkills.refresh(name, setup)
    for remark in skill.remarks { Output.note(words(es: "aviso: ", en: "note: ") + remark[Words.language]) }
    Output.line(
      plan.isUpdate
        ? words(es: "\(name) actualizada en \(skill.folder).", en: "\(name) updated in \(skill.folder).")
        : words(es: "\(name) instalada en \(skill.folder).", en: "\(name) installed in \(skill.folder)."))
  }

  /// What the person is asked to agree to, or told.
  private static func description(of plan: SkillInstallation) -> [String] {
    let skill = plan.skill
    let title = SearchText.singleLine("\(skill.name): \(skill.card.description)", maxLength: 400)
    guard let manifest = skill.manifest else {
      return [title, words(es: "Son instrucciones: no ejecuta nada.", en: "It is instructions: it runs nothing.")]
    }
    var lines = [title]
    var rights = SkillWords.rights(manifest)
    if let packages = SkillWords.packages(plan.packages) { rights.append(packages) }
    if rights.isEmpty {
      lines.append(
        words(
          es: "No toca nada fuera de su carpeta, ni la red, ni tus archivos.",
          en: "It touches nothing but its folder: neither the network nor your files."))
    } else {
      lines.append(words(es: "Esta habilidad:", en: "This skill:"))
      lines += rights.map { "  · " + $0[Words.language] }
    }
    lines.append(words(es: "Usa hasta ", en: "It uses up to ") + SkillWords.limits(manifest)[Words.language] + ".")
    if case .wider(let widening) = plan.question {
      lines.append(words(es: "Pide más que la que tienes:", en: "It wants more than the one you have:"))
      lines += SkillWords.widening(widening).map { "  + " + $0[Words.language] }
    }
    return lines
  }
}

struct SkillRemoveCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "remove",
      abstract: words(es: "Quita habilidades instaladas.", en: "Remove installed skills."), aliases: ["rm"])
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(words(es: "Las habilidades.", en: "The skills."), valueName: words(es: "habilidad", en: "skill"))
  )
  var skills: [String]

  func run() async throws {
    let setup = try options.setup()
    let installer = setup.skillInstaller
    for skill in skills {
      try installer.remove(skill)
      await SupervisedSkills.forget(skill, setup)
      Output.line(words(es: "\(skill) quitada.", en: "\(skill) removed."))
    }
  }
}

struct SkillNewCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "new",
      abstract: words(
        es: "Empieza una habilidad que ya funciona, con su prueba.",
        en: "Begin a skill that works already, with its test."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "Cómo se llama.", en: "What it is called."), valueName: words(es: "nombre", en: "name")))
  var name: String

  @Option(
    name: .customLong("lang"),
    help: ArgumentHelp(
      words(es: "El lenguaje: swift o python.", en: "The language: swift or python."),
      valueName: words(es: "lenguaje", en: "language")))
  var language: SkillScaffold.Language

  @Option(
    help: ArgumentHelp(
      words(
        es: "La carpeta donde se crea la suya; por omisión, esta.", en: "The folder to make its own in; else this one."),
      valueName: words(es: "carpeta", en: "folder")),
    completion: .directory)
  var path = "."

  @Option(
    name: .customLong("sarai"),
    help: ArgumentHelp(
      words(
        es: "La carpeta del código de SARAi, si no se encuentra sola.",
        en: "The folder of SARAi's sources, where it is not found by itself."),
      valueName: words(es: "carpeta", en: "folder")),
    completion: .directory)
  var package: String?

  func run() async throws {
    let setup = try options.setup()
    let scaffold = SkillScaffold(templates: setup.installation.skillTemplates, places: setup.skillPlaces)
    let folder = try scaffold.make(
      name, language: language, in: absolutePath(path),
      package: package.map(absolutePath) ?? setup.installation.checkout)
    Output.line(folder)
    switch language {
    case .python:
      Output.note(
        words(
          es: "Pruébala en su carpeta, e instálala con «sarai skill install .»:",
          en: "Try it in its folder, and install it with \"sarai skill install .\":"))
      for line in Self.trial(folder, kit: setup.installation.skills + "/python-kit") { Output.note("  " + line) }
    case .swift:
      Output.note(
        words(
          es:
            "Pruébala con «swift test», compílala con ./build e instálala con: sarai skill install \(folder)\n"
            + "La primera vez se compila el código de SARAi: unos 10 minutos y 1,5 GB.",
          en:
            "Try it with \"swift test\", build it with ./build, and install it with: sarai skill install \(folder)\n"
            + "The first time SARAi's sources are built as well: about 10 minutes and 1.5 GB."))
    }
  }

  /// Commands of a shell: an environment with the kit in it, since systems forbid packages beside their own.
  private static func trial(_ folder: String, kit: String) -> [String] {
    func quoted(_ path: String) -> String { "'" + path.replacing("'", with: "'\\''") + "'" }
    return [
      "cd \(quoted(folder))", "python3 -m venv .venv && .venv/bin/pip install pytest \(quoted(kit))",
      ".venv/bin/python -m pytest",
    ]
  }
}

extension SkillScaffold.Language: ExpressibleByArgument {}

/// A path that a person wrote, from the working folder, without `.` and superfluous slashes. What `..` leads to is for
/// the system to say: there may be a link before it.
func absolutePath(_ path: String) -> String {
  let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  return "/" + full.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
}
