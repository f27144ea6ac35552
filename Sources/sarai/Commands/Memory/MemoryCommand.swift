import ArgumentParser
import Glibc
import SaraiCore
import SaraiRuntime

struct MemoryCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "memory",
      abstract: words(
        es: "Lo que SARAi recuerda: cuéntaselo, pregúntaselo, corrígelo, olvídalo.",
        en: "What SARAi remembers: tell it, ask it, correct it, forget it."),
      discussion: words(
        es: """
          sarai memory add "Mi hermana vive en Madrid"
          sarai memory ask "¿Dónde vive mi hermana?"

          Todo queda en esta máquina. Un texto «-» se lee de la entrada estándar.
          """,
        en: """
          sarai memory add "My sister lives in Madrid"
          sarai memory ask "Where does my sister live?"

          All of it stays on this machine. A text "-" is read from standard input.
          """),
      subcommands: [
        MemoryAddCommand.self, MemoryAskCommand.self, MemoryRecallCommand.self, MemoryListCommand.self,
        MemoryWhyCommand.self, MemoryEditCommand.self, MemoryConfirmCommand.self, MemoryForgetCommand.self,
        MemoryUndoCommand.self, MemoryLearntCommand.self, MemoryPauseCommand.self, MemoryResumeCommand.self,
        MemoryTrustCommand.self,
        MemoryExportCommand.self, MemoryImportCommand.self, MemoryBackupCommand.self, MemoryRestoreCommand.self,
        MemoryVacuumCommand.self, MemoryRotateCommand.self, MemoryStatsCommand.self,
      ])
  }
}

/// What every command about one person's memory takes.
struct MemoryOptions: ParsableArguments {
  @OptionGroup var configuration: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      words(
        es: "De quién es la memoria; si falta, de quien usa esta máquina.",
        en: "Whose memory it is; that of who uses this machine where it is left out."),
      valueName: words(es: "nombre", en: "name")))
  var user = MemoryOptions.local

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  static let local = "local"

  mutating func validate() throws {
    guard (1...256).contains(user.utf8.count) else {
      throw ValidationError(
        words(es: "--user: un nombre de 1 a 256 bytes.", en: "--user: a name of 1 to 256 bytes."))
    }
  }

  func setup() throws -> Setup { try configuration.setup() }

  /// Runs `body` with the memory, in the process that keeps it.
  func with<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: (any MemoryKeeping) async throws -> Result
  ) async throws -> Result {
    try await withMemory(try setup(), body)
  }
}

/// Runs `body` with the memory of a state folder.
func withMemory<Result>(
  _ setup: Setup, isolation: isolated (any Actor)? = #isolation, _ body: (any MemoryKeeping) async throws -> Result
) async throws -> Result {
  try await Assistant.with(setup, tell: Output.tell) { try await body($0.memory) }
}

/// What a command was told.
enum MemoryInput {
  private static let maxBytes = 8 << 20

  /// The words of the command line; what standard input holds where these are `-`, or missing and no terminal is there.
  ///
  /// - Parameter missing: What to say where there is no text.
  static func text(_ parts: [String], missing: @autoclosure () -> String) throws -> String {
    var text = parts.joined(separator: " ")
    if parts == ["-"] || (parts.isEmpty && isatty(STDIN_FILENO) == 0) {
      let bytes = try PrivateFile.read("/dev/stdin", maxBytes: maxBytes) ?? []
      guard let read = String(validating: bytes, as: UTF8.self) else {
        throw SaraiError(
          .corruptFile, es: "Lo que llega por la entrada no es texto en UTF-8: conviértelo antes.",
          en: "What comes by standard input is no text in UTF-8: convert it first.", subject: "stdin")
      }
      text = read
    }
    while text.last?.isWhitespace == true { text.removeLast() }
    guard text.contains(where: { !$0.isWhitespace }) else { throw ValidationError(missing()) }
    return text
  }

  /// A time that a person wrote, in milliseconds since 1970; a day begins when it does on this machine's clock.
  static func time(_ text: String?, _ option: String) throws -> Int64? {
    guard let text else { return nil }
    let now = CivilDateTime.current()
    let daysAgo = ["hoy": 0, "today": 0, "ayer": 1, "yesterday": 1][text.lowercased()]
    if let daysAgo {
      let day = CivilDateTime(
        date: now.date.adding(days: -daysAgo), secondOfDay: 0, utcOffsetSeconds: now.utcOffsetSeconds)
      return day.milliseconds
    }
    guard let time = ISOTime.milliseconds(text, utcOffsetSeconds: now.utcOffsetSeconds) else {
      throw ValidationError(
        words(
          es: "\(option) \(text): escribe una fecha como 2026-11-23 o 2026-11-23T18:30.",
          en: "\(option) \(text): write a date like 2026-11-23 or 2026-11-23T18:30."))
    }
    return time
  }
}
