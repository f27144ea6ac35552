import ArgumentParser
import Glibc
import SaraiCore
import SaraiRuntime

/// The command line: what was asked for, in the user's language.
struct Sarai: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "sarai",
      abstract: words(
        es: "SARAi, una asistente que vive en tu máquina.", en: "SARAi, an assistant that lives on your machine."),
      discussion: words(
        es: """
          Para empezar: sarai chat

          Códigos de salida: 0 bien, 1 doctor halló un fallo, 64 uso, 65 datos, 69 no disponible, 70 fallo interno, \
          75 reintentar, 77 permisos, 78 configuración, 130 interrumpido.
          """,
        en: """
          To begin: sarai chat

          Exit codes: 0 well, 1 doctor found a fault, 64 usage, 65 data, 69 not available, 70 internal fault, \
          75 try again, 77 permissions, 78 configuration, 130 interrupted.
          """),
      version: SaraiVersion.current,
      subcommands: [
        ChatCommand.self, UpCommand.self, ServeCommand.self, RunCommand.self, PullCommand.self, QuantizeCommand.self,
        TuneCommand.self, ListCommand.self,
        ShowCommand.self, RemoveCommand.self, ProcessesCommand.self, StopCommand.self, LogsCommand.self,
        SkillCommand.self,
        MemoryCommand.self, InboxCommand.self, JobCommand.self, LoopCommand.self,
        DoctorCommand.self, ConfigCommand.self, BenchCommand.self, CompletionsCommand.self, SuperviseCommand.self,
      ])
  }
}

@main
enum Main {
  static func main() async {
    // Writing to a pipe that nobody reads is an error to report, not a reason to die.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Sarai.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      finish(error)
    }
  }

  /// Says what went wrong (or prints the help that was asked for) and ends the process.
  private static func finish(_ error: any Error) -> Never {
    switch error {
    case let status as ExitCode: exit(status.rawValue)
    case is SaraiError, is ConfigurationError, is CancellationError: exit(Output.report(error).rawValue)
    default: break
    }
    let status = Sarai.exitCode(for: error)
    let text = ArgumentParserWords.translated(
      Sarai.fullMessage(for: error, columns: Output.isTerminal ? max(80, Terminal.columns) : 100),
      arguments: Array(CommandLine.arguments.dropFirst()))
    if status.isSuccess {
      Output.line(text)
    } else {
      Output.note(text)
    }
    exit(status.rawValue)
  }
}
