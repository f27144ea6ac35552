import ArgumentParser
import Glibc
import SaraiBench
import SaraiRuntime

struct BenchMemoryCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "memory",
      abstract: words(
        es: "Velocidad y tamaño de una memoria grande, junto a SQLite solo, y cuánto responde bien.",
        en: "Speed and size of a large memory, beside SQLite alone, and how much it answers rightly."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Flag(
    help: ArgumentHelp(
      words(es: "Medio minuto, con una memoria pequeña.", en: "Half a minute, with a small memory.")))
  var quick = false

  @Option(
    help: ArgumentHelp(
      words(es: "Hechos; un millón, si falta.", en: "Facts; a million by default."),
      valueName: words(es: "número", en: "number")))
  var facts: Int?

  @Option(
    help: ArgumentHelp(
      words(es: "Turnos; cien mil, si falta.", en: "Turns; a hundred thousand by default."),
      valueName: words(es: "número", en: "number")))
  var turns: Int?

  @Flag(help: ArgumentHelp(words(es: "Sin vectores: solo palabras.", en: "Without vectors: words alone.")))
  var noVectors = false

  @Option(
    help: ArgumentHelp(
      words(
        es: "Carpeta en el disco que se mide; una provisional, si falta.",
        en: "Folder on the disk to measure; a temporary one by default."),
      valueName: words(es: "carpeta", en: "folder")),
    completion: .directory)
  var folder: String?

  func validate() throws {
    if let facts, !(1_000...20_000_000).contains(facts) {
      throw ValidationError(
        words(es: "--facts: entre 1000 y 20000000.", en: "--facts: from 1000 to 20000000."))
    }
    if let turns, !(100...2_000_000).contains(turns) {
      throw ValidationError(words(es: "--turns: entre 100 y 2000000.", en: "--turns: from 100 to 2000000."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let cases = Checkout.path("Benchmarks/memory/entity-recall.jsonl", of: setup)
    let executable = setup.installation.executable
    let programs = executable.lastIndex(of: "/").map { String(executable[..<$0]) } ?? "."
    let bar = BenchBar()
    let report = try await MemoryScenario.withScratch(in: folder ?? "/tmp") { scratch in
      var settings = MemoryScenario.Options(
        folder: scratch,
        facts: facts ?? (quick ? MemoryScenario.Options.quickFacts : MemoryScenario.Options.defaultFacts),
        turns: turns ?? (quick ? MemoryScenario.Options.quickTurns : MemoryScenario.Options.defaultTurns),
        rounds: quick ? MemoryScenario.Options.quickRounds : MemoryScenario.Options.defaultRounds)
      settings.hasVectors = !noVectors
      if access("\(programs)/sarai-memory", X_OK) == 0 {
        settings.sandbox = MemorySandbox(programs: programs, runtimeFolder: scratch + "/run").run
      }
      settings.cases = access(cases, R_OK) == 0 ? cases : nil
      return try await MemoryScenario(settings).run(progress: bar.progress)
    }
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}
