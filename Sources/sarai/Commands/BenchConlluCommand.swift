import ArgumentParser
import SaraiBench
import SaraiCore
import SaraiRuntime
import SaraiSkills

struct BenchConlluCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "conllu",
      abstract: words(
        es: "Cuántas ternas de sujeto, verbo y objeto se leen bien en las frases de un corpus anotado.",
        en: "How many triples of subject, verb and object are read rightly in the sentences of a treebank."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Option(
    help: ArgumentHelp(
      words(es: "Idioma del corpus: es o en.", en: "Language of the treebank: es or en."),
      valueName: words(es: "idioma", en: "language")))
  var language = "es"

  @Argument(
    help: ArgumentHelp(
      words(es: "Un fichero CoNLL-U.", en: "A CoNLL-U file."), valueName: words(es: "fichero", en: "file")),
    completion: .file(extensions: ["conllu"]))
  var file: String

  func validate() throws {
    guard Language(rawValue: language) != nil else {
      throw ValidationError(words(es: "--language \(language): es o en.", en: "--language \(language): es or en."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let sentences = try ConlluFile.load(path: file)
    _ = try SkillRegistry(places: setup.skillPlaces).skill("nlp")
    let language = Language(rawValue: language) ?? .spanish
    let bar = BenchBar()
    let report = try await Assistant.with(setup, tell: Output.tell) { assistant in
      try await ConlluBench(skills: assistant.skills, sentences: sentences, language: language)
        .run(progress: bar.progress)
    }
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}
