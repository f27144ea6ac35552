import ArgumentParser
import Glibc
import SaraiBench
import SaraiCore
import SaraiModels
import SaraiRuntime
import Synchronization

struct BenchCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "bench",
      abstract: words(es: "Mide SARAi en esta máquina.", en: "Measure SARAi on this machine."),
      subcommands: [
        BenchQualityCommand.self, BenchChatCommand.self, BenchSkillsCommand.self, BenchLocomoCommand.self,
        BenchMemoryCommand.self,
        BenchConlluCommand.self, BenchSpeculativeCommand.self, BenchGrammarCommand.self, BenchMixedCommand.self,
        BenchLoopCommand.self,
      ])
  }
}

struct BenchQualityCommand: AsyncParsableCommand {
  enum Languages: String, ExpressibleByArgument, CaseIterable {
    case es, en, both
  }

  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "quality",
      abstract: words(
        es: "Cuántas preguntas fáciles acierta un modelo, solo y como SARAi.",
        en: "How many easy questions a model answers right, alone and as SARAi."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Option(
    help: ArgumentHelp(
      words(
        es: "Un modelo o un papel; SARAi misma si falta.", en: "A model or a role; SARAi herself where it is left out."),
      valueName: words(es: "modelo", en: "model")))
  var model: String?

  @Option(help: ArgumentHelp(words(es: "es, en o both.", en: "es, en or both.")))
  var language = Languages.both

  @Option(
    help: ArgumentHelp(
      words(es: "Carpeta con es.jsonl y en.jsonl.", en: "Folder with es.jsonl and en.jsonl."),
      valueName: words(es: "carpeta", en: "folder")),
    completion: .directory)
  var questions: String?

  func run() async throws {
    let setup = try options.setup()
    let languages = Language.allCases.filter { language == .both || $0.rawValue == language.rawValue }
    let folder = questions ?? Checkout.path("Benchmarks/quality", of: setup)
    let bar = BenchBar()
    let report = try await Assistant.with(setup, tell: Output.tell) { assistant in
      try await QualityBench(models: assistant, model: model, languages: languages, questionsFolder: folder)
        .run(progress: bar.progress)
    }
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}

struct BenchChatCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "chat",
      abstract: words(
        es: "Velocidad y memoria de un chat, junto a llama-server.",
        en: "Speed and memory of a chat, beside llama-server."))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var output: BenchOutput

  @Flag(help: ArgumentHelp(words(es: "Un minuto, con menos parejas.", en: "One minute, with fewer pairs.")))
  var quick = false

  @Option(
    help: ArgumentHelp(
      words(es: "Duración aproximada.", en: "About how long."), valueName: words(es: "segundos", en: "seconds")))
  var duration: Double?

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

  func validate() throws {
    if let duration, !(1...86_400).contains(duration) {
      throw ValidationError(
        words(es: "--duration: entre 1 y 86400 segundos.", en: "--duration: from 1 to 86400 seconds."))
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError(words(es: "--threads: entre 1 y 256.", en: "--threads: from 1 to 256."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let installed = try setup.store().find(model ?? setup.configuration.text("models.expert_short.id"))
    let scenario = ChatScenario(
      ChatScenario.Options(
        saraiExecutable: setup.installation.executable,
        llamaServerExecutable: llamaServer ?? Checkout.path(".deps/bin/llama-server", of: setup),
        modelFile: installed.path, modelID: installed.id, environment: setup.environment,
        threads: threads ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))),
        durationSeconds: duration
          ?? (quick ? ChatScenario.Options.quickDurationSeconds : ChatScenario.Options.defaultDurationSeconds)))
    let bar = BenchBar()
    let report = try await scenario.run(progress: bar.progress)
    bar.end()
    let path = try report.write(to: output.folder)
    output.show(report.json, text: report.text(in: Words.language), path: path)
  }
}

/// Where a benchmark's result goes.
struct BenchOutput: ParsableArguments {
  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      words(es: "Carpeta del resultado.", en: "Folder of the result."), valueName: words(es: "carpeta", en: "folder")),
    completion: .directory)
  var folder = ".build/bench"

  func show(_ value: JSONValue, text: String, path: String) {
    if json { return Output.json(value) }
    Output.write(text)
    Output.note(words(es: "Resultado en \(path)", en: "Result in \(path)"))
  }
}

/// What lies in a checkout: around the executable, or around the working directory.
enum Checkout {
  /// The path under the first folder upwards that has it; under the working directory where none has.
  static func path(_ relative: String, of setup: Setup) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let workingDirectory = getcwd(&buffer, buffer.count).map { String(cString: $0) } ?? "/"
    for start in [workingDirectory, setup.installation.executable] {
      var folder = start[...]
      while let slash = folder.lastIndex(of: "/") {
        if access("\(folder)/\(relative)", F_OK) == 0 { return "\(folder)/\(relative)" }
        folder = folder[..<slash]
      }
    }
    return "\(workingDirectory)/\(relative)"
  }
}

/// A line on stderr that grows; on no terminal one line for each step.
final class BenchBar: Sendable {
  private let lastStep = Mutex("")

  var progress: BenchProgress {
    BenchProgress { share, step in self.draw(share, step[Words.language]) }
  }

  func end() {
    if Output.isErrorTerminal { Output.errorText("\r\u{1B}[K") }
  }

  private func draw(_ share: Double, _ step: String) {
    guard Output.isErrorTerminal else {
      // A run of many short steps tells every tenth of the way.
      let told = "\(Int(share * 10) * 10) %"
      let isNew = lastStep.withLock { last in
        defer { last = told }
        return last != told
      }
      if isNew { Output.note("\(told)  \(step)") }
      return
    }
    let width = 24
    let filled = Int(min(1, max(0, share)) * Double(width))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let line = "\(bar) \(Int(share * 100)) %  \(step)"
    Output.errorText("\r\(line.prefix(Terminal.columns - 1))\u{1B}[K")
  }
}
