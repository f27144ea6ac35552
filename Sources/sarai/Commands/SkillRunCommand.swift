import ArgumentParser
import FoundationEssentials
import Glibc
import SaraiCore
import SaraiRuntime
import SaraiSkills
import SkillProtocol

struct SkillRunCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "run",
      abstract: words(es: "Pregunta algo a una habilidad.", en: "Ask a skill something."),
      discussion: words(
        es: """
          Lo que hay en la entrada estándar, si no es una terminal, va tras la pregunta. Ejemplos:
            sarai skill run calc "¿cuánto es el 21 % de 340?"
            sarai skill run sql --grant ventas.csv "¿cuántas ventas hay?"
          """,
        en: """
          What standard input holds, where it is no terminal, goes after the question. Examples:
            sarai skill run calc "what is 21% of 340?"
            sarai skill run sql --grant sales.csv "how many sales are there?"
          """))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(words(es: "La habilidad.", en: "The skill."), valueName: words(es: "nombre", en: "name")))
  var name: String

  @Argument(
    help: ArgumentHelp(
      words(es: "Lo que se le pregunta.", en: "What it is asked."), valueName: words(es: "pregunta", en: "question")))
  var question: [String] = []

  @Option(
    name: .customLong("grant"),
    help: ArgumentHelp(
      words(
        es: "Un fichero o carpeta que puede leer esta vez; se puede repetir.",
        en: "A file or folder that it may read this time; can be repeated."),
      valueName: words(es: "ruta", en: "path")),
    completion: .file())
  var grants: [String] = []

  @Option(
    name: .customLong("option"),
    help: ArgumentHelp(
      words(es: "Un ajuste suyo para esta pregunta.", en: "A setting of its own for this question."),
      valueName: words(es: "clave=valor", en: "key=value")))
  var settings: [String] = []

  @Option(
    help: ArgumentHelp(
      words(es: "Cuánto se espera, como mucho.", en: "How long to wait at most."),
      valueName: words(es: "segundos", en: "seconds")))
  var timeout: Double?

  @Option(
    help: ArgumentHelp(
      words(
        es: "Idioma de la pregunta y de la respuesta: es o en; el de los mensajes, si falta.",
        en: "Language of question and answer: es or en; that of the messages where it is left out."),
      valueName: words(es: "idioma", en: "language")))
  var language: String?

  @Flag(help: ArgumentHelp(words(es: "La pregunta es JSON.", en: "The question is JSON.")))
  var inputJson = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  private static let maxInputBytes = 2 << 20

  func validate() throws {
    if let language, Language(rawValue: language) == nil {
      throw ValidationError(words(es: "--language \(language): es o en.", en: "--language \(language): es or en."))
    }
    if let timeout, !(timeout > 0 && timeout <= 86_400) {
      throw ValidationError(words(es: "--timeout: más de 0 y hasta 86400.", en: "--timeout: above 0 and up to 86400."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let asked = language.flatMap(Language.init(rawValue:)) ?? Words.language
    let skill = try SkillRegistry(places: setup.skillPlaces).skill(name)
    var call = SkillCall(
      inputJson ? .json(try input()) : .text(try input()), language: asked, options: try callOptions())
    call.timeoutSeconds = timeout
    let files = try grants.map(GrantedData.real)
    // The skill sees a file that cannot be at its own path at another one.
    let inside = files.map(SkillLauncher.inside)
    if let first = inside.first, call.options["data"] == nil {
      call.options["data"] = first
      call.options["files"] = inside.joined(separator: "\n")
    }
    let answer = try await Assistant.with(setup, tell: Output.tell) { [call] assistant in
      guard skill.manifest != nil else { return try await assistant.follow(skill, call) }
      return try await assistant.skills.infer(
        skill.name, call, grants: SkillGrants(files: files.map { SkillGrants.File(path: $0) }))
    }
    try show(answer)
  }

  private func show(_ answer: SkillAnswer) throws {
    if json {
      var object = JSONObject()
      object["skill"] = .string(name)
      switch answer.output {
      case .text(let text): object["text"] = .string(text)
      case .json(let text): object["json"] = (try? JSONValue(parsing: text)) ?? .string(text)
      case nil: object["text"] = .null
      }
      object["seconds"] = .number(answer.queueSeconds + answer.inferSeconds)
      object["model_calls"] = .integer(Int64(answer.usage.modelCalls))
      return Output.json(.object(object))
    }
    guard let text = answer.text else {
      Output.note(
        words(
          es: "«\(name)» no tiene respuesta a eso. Qué sabe: sarai skill show \(name)",
          en: "\"\(name)\" has no answer to that. What it knows: sarai skill show \(name)"))
      throw ExitCode(1)
    }
    Output.line(Output.isTerminal ? text.withoutControlCharacters : text)
  }

  private func input() throws -> String {
    var parts = question.isEmpty ? [] : [question.joined(separator: " ")]
    if isatty(STDIN_FILENO) == 0 {
      let bytes = try PrivateFile.read("/dev/stdin", maxBytes: Self.maxInputBytes) ?? []
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains(where: { !$0.isWhitespace }) { parts.append(text) }
    }
    guard !parts.isEmpty else {
      throw ValidationError(
        words(
          es: "Falta la pregunta: sarai skill run \(name) «…», o dásela por la entrada.",
          en: "The question is missing: sarai skill run \(name) \"…\", or give it by standard input."))
    }
    return parts.joined(separator: "\n\n")
  }

  private func callOptions() throws -> [String: String] {
    // A sandbox has no time zone of its own.
    let now = CivilDateTime.current()
    let unixSeconds = now.date.dayNumber * 86_400 + now.secondOfDay - now.utcOffsetSeconds
    var result = ["unix_seconds": "\(unixSeconds)", "utc_offset_seconds": "\(now.utcOffsetSeconds)"]
    for setting in settings {
      guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
        throw ValidationError(
          words(
            es: "--option \(setting): se escribe clave=valor.", en: "--option \(setting): it is written key=value."))
      }
      result[String(setting[..<equals])] = String(setting[setting.index(after: equals)...])
    }
    return result
  }
}

struct SkillLogsCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "logs", abstract: words(es: "Lo que anotó una habilidad.", en: "What a skill has logged."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(words(es: "La habilidad.", en: "The skill."), valueName: words(es: "nombre", en: "name")))
  var name: String

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp(
      words(es: "Las últimas tantas líneas.", en: "The last so many lines."),
      valueName: words(es: "número", en: "number")))
  var lines = 50

  func validate() throws {
    guard (1...100_000).contains(lines) else {
      throw ValidationError(words(es: "--lines: de 1 a 100000.", en: "--lines: from 1 to 100000."))
    }
  }

  func run() throws {
    let setup = try options.setup()
    _ = try SkillRegistry(places: setup.skillPlaces).entry(name)
    let path = "\(setup.folders.skillLogs)/\(name).log"
    // The newest lines are at the end, and at most 1 MiB of them in a file; the one before it has older ones.
    let text = try ["\(path).1", path].compactMap { try PrivateFile.read($0, maxBytes: 8 << 20) }
      .map { String(decoding: $0, as: UTF8.self) }.joined()
    let all = text.split(separator: "\n")
    guard !all.isEmpty else {
      return Output.note(
        words(es: "«\(name)» no ha anotado nada todavía.", en: "\"\(name)\" has not logged anything yet."))
    }
    for line in all.suffix(lines) {
      Output.line(Output.isTerminal ? String(line).withoutControlCharacters : String(line))
    }
  }
}

struct SkillDoctorCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "doctor",
      abstract: words(
        es: "Comprueba el aislamiento y cada habilidad, y dice qué hacer.",
        en: "Check the sandboxes and each skill, and say what to do."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try options.setup()
    let findings = await SandboxChecks.all(setup) + SkillChecks.all(setup)
    try DoctorCommand.show(findings, json: json)
  }
}
