import ArgumentParser
import SaraiBench
import SaraiRuntime

struct BenchMixedCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "mixed",
      abstract: words(
        es: "Chat, memoria, habilidades y bucle a la vez: latencia, memoria, disponibilidad.",
        en: "Chat, memory, skills and the loop together: latency, memory, availability."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Flag(help: ArgumentHelp(words(es: "Un par de minutos, con menos turnos.", en: "Two minutes, with fewer turns.")))
  var quick = false

  @Option(
    help: ArgumentHelp(
      words(es: "Duración aproximada.", en: "About how long."), valueName: words(es: "segundos", en: "seconds")))
  var duration: Double?

  func validate() throws { try BenchWholeSystem.validate(duration) }

  func run() async throws {
    let setup = try options.setup()
    let scenario = MixedScenario(
      BenchWholeSystem.options(
        setup,
        durationSeconds: duration
          ?? (quick ? MixedScenario.Options.quickDurationSeconds : MixedScenario.Options.defaultDurationSeconds)))
    let bar = BenchBar()
    let report = try await scenario.run(progress: bar.progress)
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}

struct BenchLoopCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "loop",
      abstract: words(
        es: "El bucle: reinicios, umbrales, y un día simulado con acciones de verdad.",
        en: "The loop: restarts, thresholds, and a simulated day of real actions."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Option(
    help: ArgumentHelp(
      words(es: "Cuántas veces se mata el bucle.", en: "How often the loop is killed."),
      valueName: words(es: "número", en: "number")))
  var kills = LoopScenario.defaultKills

  func validate() throws {
    guard (1...10_000).contains(kills) else {
      throw ValidationError(words(es: "--kills: entre 1 y 10000.", en: "--kills: from 1 to 10000."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let scenario = LoopScenario(BenchWholeSystem.options(setup, durationSeconds: 0), kills: kills)
    let bar = BenchBar()
    let report = try await scenario.run(progress: bar.progress)
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}

/// What benchmarks of a whole SARAi start it with.
enum BenchWholeSystem {
  static func validate(_ duration: Double?) throws {
    if let duration, !(1...86_400).contains(duration) {
      throw ValidationError(
        words(es: "--duration: entre 1 y 86400 segundos.", en: "--duration: from 1 to 86400 seconds."))
    }
  }

  static func options(_ setup: Setup, durationSeconds: Double) -> MixedScenario.Options {
    MixedScenario.Options(
      saraiExecutable: setup.installation.executable,
      modelID: setup.configuration.text("models.expert_short.id"),
      configurationFolder: Checkout.path("config", of: setup), skillsFolder: Checkout.path("skills", of: setup),
      grammarsFolder: Checkout.path("grammars", of: setup), pythonFolder: Checkout.path(".deps/python", of: setup),
      modelsFolder: setup.folders.models, environment: setup.environment, durationSeconds: durationSeconds)
  }
}
