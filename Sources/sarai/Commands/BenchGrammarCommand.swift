import ArgumentParser
import Glibc
import SaraiBench
import SaraiCore
import SaraiModels
import SaraiRuntime

extension GrammarScenario.Part: ExpressibleByArgument {}

struct BenchGrammarCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "grammar",
      abstract: words(
        es: "Lo que cuestan las gramáticas y lo que valen sus textos, junto a llama-server.",
        en: "What grammars cost and what their texts are worth, beside llama-server."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Option(
    help: ArgumentHelp(
      words(
        es: "Solo esta parte: cost, schemas, programs o gold; se puede repetir.",
        en: "This part only: cost, schemas, programs or gold; may be repeated."),
      valueName: words(es: "parte", en: "part")))
  var part: [GrammarScenario.Part] = []

  @Option(
    help: ArgumentHelp(
      words(es: "Respuestas con esquemas al azar.", en: "Answers under schemas at random."),
      valueName: words(es: "número", en: "number")))
  var generations = GrammarScenario.Options.usualGenerations

  @Option(
    help: ArgumentHelp(
      words(es: "De lo que es al azar.", en: "Of what is at random."), valueName: words(es: "número", en: "number")))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      words(es: "Veces que se mide cada petición.", en: "How often each request is measured."),
      valueName: words(es: "número", en: "number")))
  var rounds = 1

  @Option(
    help: ArgumentHelp(
      words(
        es: "Hilos de cálculo de ambos; los núcleos, si falta.", en: "Computing threads of both; the cores by default."),
      valueName: words(es: "número", en: "number")))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      words(es: "Un modelo instalado.", en: "An installed model."), valueName: words(es: "modelo", en: "model")))
  var model: String?

  @Option(
    help: ArgumentHelp(
      words(es: "El programa con el que se compara.", en: "The program to compare with."),
      valueName: words(es: "fichero", en: "file")),
    completion: .file())
  var llamaServer: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Un Python con jsonschema.", en: "A Python with jsonschema."),
      valueName: words(es: "fichero", en: "file")),
    completion: .file())
  var python: String?

  func validate() throws {
    guard (1...1_000_000).contains(generations) else {
      throw ValidationError(
        words(es: "--generations: entre 1 y 1000000.", en: "--generations: from 1 to 1000000."))
    }
    guard (1...100).contains(rounds) else {
      throw ValidationError(words(es: "--rounds: entre 1 y 100.", en: "--rounds: from 1 to 100."))
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError(words(es: "--threads: entre 1 y 256.", en: "--threads: from 1 to 256."))
    }
  }

  func run() async throws {
    let threads = threads ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let flag = Configuration.Flag("runtime.threads", threads, name: "--threads")
    let setup = try options.setup(flags: [flag].compactMap { $0 })
    let installed = try setup.store().find(model ?? setup.configuration.text("models.expert_short.id"))
    var scenario = GrammarScenario.Options(
      model: model ?? "expert_short", modelFile: installed.path,
      llamaServerExecutable: llamaServer ?? Checkout.path(".deps/bin/llama-server", of: setup), threads: threads,
      benchmarksFolder: Checkout.path("Benchmarks", of: setup), grammarsFolder: setup.installation.grammars,
      python: python ?? Checkout.path(".deps/venv/bin/python", of: setup), environment: setup.environment)
    if !part.isEmpty { scenario.parts = Set(part) }
    scenario.generations = generations
    scenario.seed = seed
    scenario.rounds = rounds
    let bar = BenchBar()
    let report = try await Assistant.with(setup, tell: Output.tell) { [scenario] assistant in
      try await GrammarScenario(models: assistant.models, scenario).run(progress: bar.progress)
    }
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}
