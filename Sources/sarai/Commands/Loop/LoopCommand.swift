import ArgumentParser
import LoopProtocol
import SaraiAgent
import SaraiCore
import SaraiRuntime

struct LoopCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "loop",
      abstract: words(
        es: "Lo que SARAi hace por iniciativa propia: cómo va, qué hizo, qué hará.",
        en: "What SARAi does of her own accord: how it goes, what was done, what will be."),
      subcommands: [
        LoopStatusCommand.self, LoopHistoryCommand.self, LoopPlanCommand.self, LoopRunCommand.self,
        LoopPauseCommand.self, LoopResumeCommand.self,
      ], defaultSubcommand: LoopStatusCommand.self)
  }
}

/// What every command about the loop takes.
struct LoopOptions: ParsableArguments {
  @OptionGroup var configuration: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      words(
        es: "De quién son las tareas y los avisos; si falta, de quien usa esta máquina.",
        en: "Whose jobs and messages; those of who uses this machine where it is left out."),
      valueName: words(es: "nombre", en: "name")))
  var user = MemoryOptions.local

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  mutating func validate() throws {
    guard (1...256).contains(user.utf8.count) else {
      throw ValidationError(words(es: "--user: un nombre de 1 a 256 bytes.", en: "--user: a name of 1 to 256 bytes."))
    }
  }

  /// Runs `body` with the loop, in the process that keeps it.
  func with<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: (LoopClient) async throws -> Result
  ) async throws -> Result {
    try await Assistant.with(try configuration.setup(), tell: Output.tell) { try await body($0.loop.client) }
  }
}

struct LoopStatusCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "status", abstract: words(es: "Cómo va, y qué viene después.", en: "How it goes, and what is next."))
  }

  @OptionGroup var options: LoopOptions

  func run() async throws {
    let status = try await options.with { try await $0.status() }
    if options.json { return Output.json(status.json) }
    LoopText.status(status)
  }
}

struct LoopHistoryCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "history",
      abstract: words(
        es: "Qué se hizo, y qué efecto tuvo: lo último primero.",
        en: "What was done, and its effect: the latest first."))
  }

  @OptionGroup var options: LoopOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(words(es: "Cuántas.", en: "How many."), valueName: words(es: "número", en: "number")))
  var limit = 20

  mutating func validate() throws {
    guard (1...1_000).contains(limit) else {
      throw ValidationError(words(es: "--limit: de 1 a 1000.", en: "--limit: from 1 to 1000."))
    }
  }

  func run() async throws {
    let actions = try await options.with { try await $0.history(owner: options.user, limit: limit) }
    if options.json { return Output.json(.array(actions.map(\.json))) }
    guard !actions.isEmpty else { return Output.line(words(es: "Nada todavía.", en: "Nothing yet.")) }
    LoopText.history(actions)
  }
}

struct LoopPlanCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "plan",
      abstract: words(
        es: "Qué harían las próximas horas, sin hacer nada.", en: "What the next hours would do, with nothing done."),
      aliases: ["dry-run"])
  }

  @OptionGroup var options: LoopOptions

  @Option(
    help: ArgumentHelp(
      words(es: "Cuántas horas, hasta 168.", en: "How many hours, up to 168."),
      valueName: words(es: "horas", en: "hours")))
  var hours = 24

  mutating func validate() throws {
    guard (1...168).contains(hours) else {
      throw ValidationError(words(es: "--hours: de 1 a 168.", en: "--hours: from 1 to 168."))
    }
  }

  func run() async throws {
    let actions = try await options.with { try await $0.rehearse(owner: options.user, hours: Double(hours)) }
    if options.json { return Output.json(.array(actions.map(\.json))) }
    LoopText.plan(actions)
  }
}

struct LoopRunCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "run-now",
      abstract: words(es: "Hace ya una tarea, sea cuando sea su hora.", en: "Do a job now, whatever its time."))
  }

  @OptionGroup var options: LoopOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "El número de la tarea («sarai job list»).", en: "The job's number (\"sarai job list\")."),
      valueName: "id"))
  var id: Int64

  func run() async throws {
    let action = try await options.with { try await $0.run(id, owner: options.user) }
    if options.json {
      Output.json(action.json)
    } else {
      LoopText.history([action])
      let text = Words.language == .spanish ? action.textEs : action.textEn
      if !text.isEmpty { Output.line(text.withoutControlCharacters) }
    }
    guard action.state == "done" else { throw ExitCode(ExitStatus.internalFault.rawValue) }
  }
}

struct LoopPauseCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "pause",
      abstract: words(
        es: "No hagas nada por tu cuenta, ni avises, hasta nueva orden o por un rato.",
        en: "Do nothing unasked, reminders included, until told otherwise or for a while."))
  }

  @OptionGroup var options: LoopOptions

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      words(es: "Por cuánto tiempo: 45m, 2h, 1d.", en: "For how long: 45m, 2h, 1d."),
      valueName: words(es: "tiempo", en: "time")))
  var length: String?

  func run() async throws {
    let until = try length.map { try LoopText.seconds($0) + LoopText.now }
    let status = try await options.with { try await $0.pause(until: until) }
    if options.json { return Output.json(status.json) }
    LoopText.status(status)
  }
}

struct LoopResumeCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "resume", abstract: words(es: "Vuelve a actuar por tu cuenta.", en: "Act unasked again."))
  }

  @OptionGroup var options: LoopOptions

  func run() async throws {
    let status = try await options.with { try await $0.resume() }
    if options.json { return Output.json(status.json) }
    LoopText.status(status)
  }
}
