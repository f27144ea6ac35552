import ArgumentParser
import SaraiCore
import SaraiModels
import SaraiRuntime

struct TuneCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "tune",
      abstract: words(
        es: "Mide esta máquina con un modelo y guarda el mejor ajuste.",
        en: "Measure this machine with a model and keep the best settings."),
      discussion: words(
        es: """
          Prueba hilos (en calma y con carga), lotes y formas de cargar el modelo, y demuestra si varios tokens a la vez \
          dan, bit a bit, lo mismo que uno a uno: sin eso no se adelantan tokens. El ajuste vale para este fichero, este \
          procesador y esta versión de libllama. Tarda de segundos a minutos; cierra antes lo que use el procesador.
          """,
        en: """
          Tries threads (quiet and under load), batches and ways to load the model, and proves whether several tokens at \
          once give, bit for bit, what they give one by one: without that no tokens are guessed ahead. The settings hold \
          for this file, this processor and this build of libllama. It takes seconds to minutes; first close whatever \
          uses the processor.
          """))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(
        es: "El modelo o el papel; si falta, el que contesta.",
        en: "The model or role; if left out, the one that answers."),
      valueName: words(es: "modelo", en: "model")))
  var model: String?

  @Flag(
    help: ArgumentHelp(
      words(
        es: "Mide también variantes recuantizadas y deja instalada la mejor.",
        en: "Measure requantised variants as well, and leave the best one installed.")))
  var allowQuantized = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      words(es: "Los tipos de esas variantes; si falta, Q4_0.", en: "The types of those variants; if left out, Q4_0."),
      valueName: words(es: "tipo", en: "type")))
  var type: [String] = []

  @Option(
    help: ArgumentHelp(
      words(
        es: "Un texto propio con el que medir la perplejidad.", en: "A text of your own to measure perplexity with."),
      valueName: words(es: "fichero", en: "file")), completion: .file())
  var text: String?

  @Flag(help: ArgumentHelp(words(es: "Mide sin guardar nada.", en: "Measure and keep nothing.")))
  var dryRun = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let types = try (type.isEmpty ? ["Q4_0"] : type).map { try QuantisationType(asking: $0) }
    let setup = try options.setup()
    try Folders.create(setup.folders.state, variable: "SARAI_STATE_DIR")
    let asked = model ?? ModelRole.expertShort.rawValue
    let id = ModelRole(rawValue: asked).map { setup.configuration.text("models.\($0.rawValue).id") } ?? asked
    let line = ProgressLine()
    defer { line.end() }
    let outcome = try await setup.withEngineTool { engine in
      let tuning = Tuning(
        store: try setup.store(), engine: engine, environment: setup.environment,
        text: text ?? setup.installation.tuningText, keeps: !dryRun)
      return try await tuning.run(id, variants: allowQuantized ? types : []) { Self.show($0, on: line) }
    }
    line.end()
    if json { return Output.json(outcome.json) }
    TuneText.print(outcome, isKept: !dryRun)
  }

  private static func show(_ event: Tuning.Event, on line: ProgressLine) {
    switch event {
    case .measuring(let model, let fraction, let step):
      line.draw(words(es: "mide", en: "measure"), model, fraction: fraction, detail: name(of: step))
    case .making(let model, let fraction):
      line.draw(words(es: "cuantiza", en: "quantise"), model, fraction: fraction, detail: "")
    case .checking(let model, let fraction):
      line.draw(words(es: "comprueba", en: "check"), model, fraction: fraction, detail: "")
    }
  }

  private static func name(of step: String) -> String {
    switch step {
    case "threads": words(es: "hilos", en: "threads")
    case "batches": words(es: "lotes", en: "batches")
    case "verification": words(es: "varios tokens a la vez", en: "several tokens at once")
    case "exactness": words(es: "exactitud", en: "exactness")
    case "perplexity": words(es: "perplejidad", en: "perplexity")
    default: ""
    }
  }
}

/// A tuning as a person reads it.
enum TuneText {
  static func print(_ outcome: Tuning.Outcome, isKept: Bool) {
    Output.line(
      words(
        es: "Velocidades en tokens por segundo, con \(outcome.processors) procesadores.",
        en: "Speeds in tokens a second, with \(outcome.processors) processors."))
    table(outcome)
    Output.line()
    for model in outcome.models { threads(model) }
    let best = outcome.best
    Output.line(exactness(best))
    if best.id != outcome.models[0].id {
      let gain = outcome.models[0].report.best.turn_seconds / best.report.best.turn_seconds
      Output.line(
        words(
          es: "\(best.id) contesta \(decimal(gain, digits: 2)) veces más deprisa. Para usarlo: models.expert_short.id: "
            + "\(best.id) en tu configuración.",
          en: "\(best.id) answers \(decimal(gain, digits: 2)) times as fast. To use it: models.expert_short.id: "
            + "\(best.id) in your configuration."))
    }
    guard isKept else { return }
    Output.note(
      words(
        es: "Guardado. Lo que ya está en memoria sigue como estaba; «sarai stop» lo renueva.",
        en: "Kept. What is in memory already stays as it was; \"sarai stop\" renews it."))
  }

  private static func table(_ outcome: Tuning.Outcome) {
    let headers = words(
      es: "MODELO REEMPAQUETA HILOS LOTE LEE ESCRIBE 5:1 33:1 EXACTO PERPLEJIDAD",
      en: "MODEL REPACKED THREADS BATCH READS WRITES 5:1 33:1 EXACT PERPLEXITY")
    var table = Table(
      headers: [""] + headers.split(separator: " ").map(String.init),
      alignments: [.left, .left, .left] + [Table.Alignment](repeating: .right, count: 8))
    for model in outcome.models {
      for (index, candidate) in model.report.candidates.enumerated() {
        let isChosen = index == model.report.chosen
        table.rows.append([
          isChosen ? (model.id == outcome.best.id ? "→" : "·") : "", model.id,
          candidate.extra_buffers ? words(es: "sí", en: "yes") : "no", "\(candidate.max_threads)",
          "\(candidate.batch_tokens)", decimal(candidate.prompt, digits: 0), decimal(candidate.decode, digits: 0),
          candidate.relativeCost(of: 5).map { decimal($0, digits: 2) } ?? "—",
          candidate.relativeCost(of: 33).map { decimal($0, digits: 2) } ?? "—", "\(candidate.exact_batch)",
          isChosen ? model.report.perplexity.map { decimal($0, digits: 2) } ?? "—" : "",
        ])
      }
    }
    table.print()
    Output.line(
      Output.dim(
        words(
          es: "5:1 y 33:1: lo que cuestan 5 y 33 tokens a la vez, en veces lo que uno solo. EXACTO: el mayor lote "
            + "idéntico a uno a uno.",
          en: "5:1 and 33:1: what 5 and 33 tokens at once cost, in times of a single one. EXACT: the largest batch "
            + "identical to one by one.")))
  }

  private static func threads(_ model: Tuning.Measured) {
    let rows = model.report.best.threads.map { entry in
      words(
        es:
          "\(entry.threads) → \(decimal(entry.decode, digits: 0)) (con carga \(decimal(entry.loaded_decode, digits: 0)))",
        en:
          "\(entry.threads) → \(decimal(entry.decode, digits: 0)) (under load \(decimal(entry.loaded_decode, digits: 0)))"
      )
    }
    Output.line(
      words(es: "Hilos de \(model.id), al escribir: ", en: "Threads of \(model.id), writing: ")
        + rows.joined(separator: ", "))
  }

  private static func exactness(_ best: Tuning.Measured) -> String {
    let candidate = best.report.best
    guard candidate.exact_batch > 1 else {
      return words(
        es: "Ningún ajuste de \(best.id) da lo mismo a varios tokens que a uno: no se adelantarán tokens, para que el "
          + "texto no cambie.",
        en:
          "No settings of \(best.id) give the same for several tokens as for one: none will be guessed ahead, so that "
          + "the text does not change.")
    }
    return words(
      es:
        "\(best.id): hasta \(candidate.exact_batch) tokens a la vez, idénticos a uno a uno; adelantar tokens puede dar "
        + "hasta \(decimal(candidate.ceiling, digits: 1)) veces la velocidad.",
      en:
        "\(best.id): up to \(candidate.exact_batch) tokens at once, identical to one by one; guessing ahead can give up "
        + "to \(decimal(candidate.ceiling, digits: 1)) times the speed.")
  }
}
