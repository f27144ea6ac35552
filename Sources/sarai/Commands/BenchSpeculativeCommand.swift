import ArgumentParser
import SaraiBench
import SaraiCore
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

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError(words(es: "--rounds: entre 1 y 100.", en: "--rounds: from 1 to 100."))
    }
    guard let mode = SpeculationMode(rawValue: mode), mode != .off else {
      throw ValidationError(words(es: "--mode: cost o acceptance.", en: "--mode: cost or acceptance."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let mode = SpeculationMode(rawValue: mode) ?? .cost
    let bar = BenchBar()
    let report = try await Assistant.with(setup, tell: Output.tell) { [model, rounds] assistant in
      try await SpeculativeScenario(models: assistant, model: model, rounds: rounds, mode: mode)
        .run(progress: bar.progress)
    }
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}
