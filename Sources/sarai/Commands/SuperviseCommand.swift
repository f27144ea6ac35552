import ArgumentParser
import FoundationEssentials
import SaraiCore
import SaraiRuntime

/// The process that owns engines and skills. Commands start it; nobody has to.
struct SuperviseCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "supervise",
      abstract: words(
        es: "Lleva los modelos y las habilidades para las demás órdenes.",
        en: "Run models and skills for the other commands."),
      shouldDisplay: false)
  }

  @OptionGroup var options: ConfigurationOptions

  func run() async throws {
    do {
      try await Supervisor(setup: try options.setup(flags: [])).run {
        if case .ready = $0 { Output.machine(["ready": true]) }
      }
    } catch {
      Output.machine(StartAnnouncement.json(for: error))
      throw error
    }
  }
}

struct StopCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "stop",
      abstract: words(es: "Detiene los modelos y las habilidades.", en: "Stop the models and the skills."),
      discussion: words(
        es: "Se quedan listos un rato después de la última orden (runtime.linger_seconds); esto los quita ya de la "
          + "memoria.",
        en:
          "They stay ready for a while after the last command (runtime.linger_seconds); this takes them out of memory "
          + "now."))
  }

  func run() async throws {
    // The folders are enough: it works whatever is wrong with the configuration.
    let wasRunning = try await Supervision.stop(try Folders(environment: ProcessInfo.processInfo.environment))
    Output.line(
      wasRunning
        ? words(es: "Detenidos.", en: "Stopped.") : words(es: "No había nada en marcha.", en: "Nothing was running."))
  }
}
