import ArgumentParser
import Glibc
import SaraiBench
import SaraiCore
import SaraiRuntime
import SaraiSkills

struct BenchSkillsCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "skills",
      abstract: words(
        es: "Arranque, llamadas y memoria de las habilidades, en bubblewrap y en Docker.",
        en: "Starts, calls and memory of skills, in bubblewrap and in Docker."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Flag(help: ArgumentHelp(words(es: "Medio minuto, con menos vueltas.", en: "Half a minute, with fewer rounds.")))
  var quick = false

  @Option(
    help: ArgumentHelp(
      words(es: "Duración aproximada.", en: "About how long."), valueName: words(es: "segundos", en: "seconds")))
  var duration: Double?

  @Option(
    help: ArgumentHelp(
      words(
        es: "El socket de un Docker; el de siempre, si falta.", en: "An engine's socket; the usual one by default."),
      valueName: words(es: "fichero", en: "file")),
    completion: .file())
  var docker: String?

  func validate() throws {
    if let duration, !(1...86_400).contains(duration) {
      throw ValidationError(
        words(es: "--duration: entre 1 y 86400 segundos.", en: "--duration: from 1 to 86400 seconds."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let executable = setup.installation.executable
    let programs = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? "."
    let socket = docker ?? "/var/run/docker.sock"
    let scenario = SkillsScenario(
      SkillsScenario.Options(
        places: SkillPlaces(
          builtIn: Checkout.path("skills", of: setup), installed: "/nowhere", programs: programs,
          grammars: Checkout.path("grammars", of: setup),
          pythonEnvironments: [Checkout.path(".deps/python", of: setup)]),
        pythonTemplate: Checkout.path("skills/templates/python", of: setup),
        dockerSocket: access(socket, R_OK | W_OK) == 0 ? socket : nil,
        dockerProgram: program("docker", setup.environment), environment: setup.environment,
        durationSeconds: duration
          ?? (quick ? SkillsScenario.Options.quickDurationSeconds : SkillsScenario.Options.defaultDurationSeconds)))
    let bar = BenchBar()
    let report = try await scenario.run(progress: bar.progress)
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }

  private func program(_ name: String, _ environment: [String: String]) -> String? {
    (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
