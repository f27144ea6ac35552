import ArgumentParser
import LoopProtocol
import SaraiAgent
import SaraiCore
import SaraiRuntime

struct JobCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "job",
      abstract: words(
        es: "Tareas a su hora o cuando algo pasa.", en: "Jobs, at their time or when something happens."),
      discussion: words(
        es: """
          sarai job add "mañana a las 8" remind "llamar a mi madre"
          sarai job add "cada lunes a las 9" run_prompt "¿Qué cumpleaños hay esta semana?"
          sarai job add "0 7 * * 1-5" run_skill calc "días hasta el 24 de diciembre"
          sarai job add "on file_changed" remind "hay facturas nuevas" --set-argument path=/home/ana/facturas
          """,
        en: """
          sarai job add "tomorrow at 8" remind "call my mother"
          sarai job add "every Monday at 9" run_prompt "Which birthdays are there this week?"
          sarai job add "0 7 * * 1-5" run_skill calc "days until 24 December"
          sarai job add "on file_changed" remind "new invoices" --set-argument path=/home/ann/invoices
          """),
      subcommands: [
        JobAddCommand.self, JobListCommand.self, JobEditCommand.self, JobRemoveCommand.self,
      ], defaultSubcommand: JobListCommand.self)
  }
}

struct JobListCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "list", abstract: words(es: "Las tareas que hay.", en: "The jobs there are."))
  }

  @OptionGroup var options: LoopOptions

  func run() async throws {
    let jobs = try await options.with { try await $0.jobs(owner: options.user) }
    if options.json { return Output.json(.array(jobs.map(\.json))) }
    LoopText.jobs(jobs)
  }
}

/// What may be said of a job beside when and what.
struct JobDetails: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      words(
        es: "Si se le pasó la hora: once (una vez), all (todas) o skip (ninguna).",
        en: "Where its time was missed: once, all or skip."), valueName: "once|all|skip"))
  var catchUp: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Qué va antes: de 1 a 10.", en: "What goes first: 1 to 10."),
      valueName: words(es: "número", en: "number")))
  var priority: UInt32?

  @Option(
    help: ArgumentHelp(
      words(es: "Zona horaria; si falta, la de la máquina.", en: "Time zone; the machine's where it is left out."),
      valueName: "Europe/Madrid"))
  var zone: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Cuánto puede tardar: 90s, 5m.", en: "How long it may take: 90s, 5m."),
      valueName: words(es: "tiempo", en: "time")))
  var limit: String?

  @Option(
    help: ArgumentHelp(words(es: "Un nombre para la lista.", en: "A name for the list."), valueName: "nombre"))
  var name: String?

  @Option(
    name: .customLong("set-argument"),
    help: ArgumentHelp(
      words(es: "Un dato de la acción; se puede repetir.", en: "An argument of the action; may be repeated."),
      valueName: words(es: "nombre=valor", en: "name=value")))
  var arguments: [String] = []

  mutating func validate() throws {
    for argument in arguments where !argument.contains("=") {
      throw ValidationError(
        words(
          es: "--set-argument \(argument): escribe nombre=valor.", en: "--set-argument \(argument): write name=value."))
    }
    if let zone { _ = try ZoneRules(identifier: zone) }
    if let limit { _ = try LoopText.seconds(limit) }
  }

  var argumentValues: [String: String] {
    Dictionary(
      arguments.compactMap { argument in
        argument.firstIndex(of: "=").map { (String(argument[..<$0]), String(argument[argument.index(after: $0)...])) }
      }, uniquingKeysWith: { $1 })
  }

  /// In words, as a person says it, or as it is kept.
  func schedule(_ text: String) throws -> String {
    let rules = try zone.map { try ZoneRules(identifier: $0) } ?? .local()
    return try Schedule(reading: text, now: Int64(LoopText.now), zone: rules, language: Words.language).text
  }
}

struct JobAddCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "add", abstract: words(es: "Añade una tarea.", en: "Add a job."))
  }

  @OptionGroup var options: LoopOptions
  @OptionGroup var details: JobDetails

  @Argument(
    help: ArgumentHelp(
      words(
        es: "Cuándo: «mañana a las 8», «cada martes a las 9», «0 9 * * 2», «on user_idle».",
        en: "When: \"tomorrow at 8\", \"every Tuesday at 9\", \"0 9 * * 2\", \"on user_idle\"."),
      valueName: words(es: "cuándo", en: "when")))
  var when: String

  @Argument(
    help: ArgumentHelp(
      words(
        es: "Qué: remind, run_prompt, run_skill, warm_model, warm_skill, backup_memory, prune_caches, …",
        en: "What: remind, run_prompt, run_skill, warm_model, warm_skill, backup_memory, prune_caches, …"),
      valueName: words(es: "qué", en: "what")))
  var action: String

  @Argument(
    help: ArgumentHelp(
      words(
        es: "El texto: lo que recordar o preguntar; con run_skill, la habilidad y luego su texto.",
        en: "The text: what to remind of or to ask; with run_skill the skill, then its text."),
      valueName: words(es: "texto", en: "text")))
  var text: [String] = []

  func run() async throws {
    var job = Sarai_Loop_V1_Job()
    job.owner = options.user
    job.schedule = try details.schedule(when)
    job.action = action
    job.arguments = try arguments().merging(details.argumentValues) { $1 }
    job.zone = details.zone ?? ""
    job.catchUp = details.catchUp ?? ""
    job.priority = details.priority ?? 0
    job.limitSeconds = try details.limit.map { try LoopText.seconds($0) } ?? 0
    job.name =
      details.name ?? (text.isEmpty ? action : SearchText.singleLine(text.joined(separator: " "), maxLength: 60))
    let added = try await options.with { [job] in try await $0.add(job) }
    if options.json { return Output.json(added.json) }
    Output.line(
      words(
        es: "Tarea \(added.id): \(LoopText.schedule(added)), \(LoopText.action(added.action)).",
        en: "Job \(added.id): \(LoopText.schedule(added)), \(LoopText.action(added.action))."))
    if added.hasNextAt {
      Output.line(
        Output.dim(words(es: "La próxima: \(LoopText.next(added))", en: "Next: \(LoopText.next(added))")))
    }
  }

  private func arguments() throws -> [String: String] {
    let words = text.joined(separator: " ")
    switch action {
    case "remind": return words.isEmpty ? [:] : ["text": words]
    case "run_prompt": return words.isEmpty ? [:] : ["prompt": words, "language": Words.language.rawValue]
    case "run_skill":
      guard let skill = text.first else { return [:] }
      return [
        "skill": skill, "text": text.dropFirst().joined(separator: " "), "language": Words.language.rawValue,
      ]
    case "warm_skill": return words.isEmpty ? [:] : ["skill": words]
    case "warm_model": return words.isEmpty ? [:] : ["model": words]
    default: return [:]
    }
  }
}

struct JobEditCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "edit",
      abstract: words(es: "Cambia una tarea, enciéndela o apágala.", en: "Change a job, turn it on or off."))
  }

  @OptionGroup var options: LoopOptions
  @OptionGroup var details: JobDetails

  @Argument(help: ArgumentHelp(words(es: "El número de la tarea.", en: "The job's number."), valueName: "id"))
  var id: Int64

  @Option(
    help: ArgumentHelp(words(es: "Otra hora.", en: "Another time."), valueName: words(es: "cuándo", en: "when")))
  var when: String?

  @Flag(
    help: ArgumentHelp(
      words(es: "Enciéndela, también si estaba suspendida.", en: "Turn it on, also where it was suspended.")))
  var enable = false

  @Flag(help: ArgumentHelp(words(es: "Apágala.", en: "Turn it off.")))
  var disable = false

  mutating func validate() throws {
    if enable && disable {
      throw ValidationError(words(es: "--enable o --disable, no las dos.", en: "--enable or --disable, not both."))
    }
  }

  func run() async throws {
    var edit = Sarai_Loop_V1_EditJobRequest()
    edit.owner = options.user
    edit.id = id
    if let when { edit.schedule = try details.schedule(when) }
    if let zone = details.zone { edit.zone = zone }
    if let catchUp = details.catchUp { edit.catchUp = catchUp }
    if let priority = details.priority { edit.priority = priority }
    if let name = details.name { edit.name = name }
    if let limit = details.limit { edit.limitSeconds = try LoopText.seconds(limit) }
    if enable || disable { edit.isEnabled = enable }
    edit.arguments = details.argumentValues
    let edited = try await options.with { [edit] in try await $0.edit(edit) }
    if options.json { return Output.json(edited.json) }
    LoopText.jobs([edited])
  }
}

struct JobRemoveCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "remove", abstract: words(es: "Quita una tarea.", en: "Remove a job."))
  }

  @OptionGroup var options: LoopOptions

  @Argument(help: ArgumentHelp(words(es: "El número de la tarea.", en: "The job's number."), valueName: "id"))
  var id: Int64

  func run() async throws {
    let removed = try await options.with { try await $0.remove(id, owner: options.user) }
    if options.json { return Output.json(removed.json) }
    Output.line(words(es: "Quitada: \(removed.name)", en: "Removed: \(removed.name)"))
  }
}
