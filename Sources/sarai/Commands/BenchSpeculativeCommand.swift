import ArgumentParser
import Glibc
import SaraiBench
import SaraiCore
import SaraiModels
import SaraiRuntime

struct BenchSpeculativeCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "speculative",
      abstract: words(
        es: "Cuánto acelera adivinar tokens, por clases de trabajo, con el mismo texto.",
        en: "How much guessing tokens speeds up, by kinds of work, with the same text."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Option(
    help: ArgumentHelp(
      words(es: "Un modelo o un papel.", en: "A model or a role."), valueName: words(es: "modelo", en: "model")))
  var model = "expert_short"

  @Option(
    help: ArgumentHelp(
      words(es: "Parejas de cada petición.", en: "Pairs of each request."), valueName: words(es: "número", en: "number")
    ))
  var rounds = 1

  @Option(
    help: ArgumentHelp(
      words(es: "cost o acceptance.", en: "cost or acceptance."), valueName: words(es: "regla", en: "rule")))
  var mode = SpeculationMode.cost.rawValue

  @Option(
    help: ArgumentHelp(
      words(
        es: "Clases de trabajo, con comas: \(SpeculativeScenario.Options.kindNames.joined(separator: ",")).",
        en: "Kinds of work, with commas: \(SpeculativeScenario.Options.kindNames.joined(separator: ","))."),
      valueName: words(es: "clases", en: "kinds")))
  var kinds: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Peticiones de cada clase, como mucho.", en: "Requests of each kind, at most."),
      valueName: words(es: "número", en: "number")))
  var prompts = 50

  @Flag(help: ArgumentHelp(words(es: "También llama-server.", en: "llama-server as well.")))
  var reference = false

  @Option(
    help: ArgumentHelp(
      words(
        es: "El fichero del modelo, para llama-server; si falta, el del modelo instalado.",
        en: "The model's file, for llama-server; the installed model's where it is left out."),
      valueName: words(es: "fichero", en: "file")), completion: .file())
  var modelFile: String?

  @Option(
    help: ArgumentHelp(
      words(es: "El fichero del modelo de borradores.", en: "The draft model's file."),
      valueName: words(es: "fichero", en: "file")), completion: .file())
  var draftFile: String?

  func validate() throws {
    guard (1...50).contains(prompts) else {
      throw ValidationError(words(es: "--prompts: entre 1 y 50.", en: "--prompts: from 1 to 50."))
    }
    guard (1...100).contains(rounds) else {
      throw ValidationError(words(es: "--rounds: entre 1 y 100.", en: "--rounds: from 1 to 100."))
    }
    guard let mode = SpeculationMode(rawValue: mode), mode != .off else {
      throw ValidationError(words(es: "--mode: cost o acceptance.", en: "--mode: cost or acceptance."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    var measured = SpeculativeScenario.Options(model: model)
    if let kinds { measured.kinds = kinds.split(separator: ",").map(String.init) }
    measured.rounds = rounds
    measured.prompts = prompts
    measured.mode = SpeculationMode(rawValue: mode) ?? .cost
    measured.environment = setup.environment
    measured.draftFile = draftFile
    measured.threads =
      setup.configuration.integer("runtime.threads") ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    measured.home = setup.environment["SARAI_HOME"]
    if reference {
      let id = model.hasPrefix("expert_") ? setup.configuration.text("models.\(model).id") : model
      measured.modelFile = try modelFile ?? setup.store().find(id).path
      measured.llamaServerExecutable = Checkout.path(".deps/bin/llama-server", of: setup)
    }
    let bar = BenchBar()
    let report = try await Assistant.with(setup, tell: Output.tell) { [measured] assistant in
      try await SpeculativeScenario(models: assistant.models, options: measured).run(progress: bar.progress)
    }
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}
