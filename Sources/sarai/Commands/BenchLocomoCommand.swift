import ArgumentParser
import SaraiBench
import SaraiRuntime

struct BenchLocomoCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "locomo",
      abstract: words(
        es: "Qué parte de lo que responde a cada pregunta encuentra la memoria en conversaciones largas.",
        en: "How much of what answers each question memory finds in long conversations."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Argument(
    help: ArgumentHelp(
      words(es: "Un fichero en el formato de LoCoMo.", en: "A file in the format of LoCoMo."),
      valueName: words(es: "fichero", en: "file")),
    completion: .file(extensions: ["json"]))
  var file: String

  func run() async throws {
    let setup = try options.setup()
    let conversations = try LocomoConversation.load(path: file)
    let bar = BenchBar()
    let report = try await Assistant.with(setup, tell: Output.tell) { assistant in
      try await LocomoBench(models: assistant, conversations: conversations).run(progress: bar.progress)
    }
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}
