import FoundationEssentials
import Glibc
package import SaraiCore
import SaraiSchema

/// What grammars cost, and what their texts are worth: beside free text of the same model, beside llama-server's own
/// grammars, read by other people's parsers, and scored against fields that are known.
package struct GrammarScenario: BenchScenario {
  package enum Part: String, CaseIterable, Sendable {
    /// Tokens a second, with the grammar and without.
    case cost
    /// Answers under schemas made at random.
    case schemas
    /// Python, SQL and Markdown.
    case programs
    /// Fields of texts.
    case gold
  }

  package struct Options: Sendable {
    package var parts = Set(Part.allCases)
    /// A catalogue id or a role.
    package var model: String
    /// The same model for llama-server.
    package var modelFile: String
    package var llamaServerExecutable: String
    package var threads: Int
    package var generations = Self.usualGenerations
    package var seed: UInt64 = 1
    /// How often each task of the cost is measured.
    package var rounds = 1
    package var benchmarksFolder: String
    package var grammarsFolder: String
    /// With `jsonschema`.
    package var python: String
    package var environment: [String: String]

    package static let usualGenerations = 300

    package init(
      model: String, modelFile: String, llamaServerExecutable: String, threads: Int, benchmarksFolder: String,
      grammarsFolder: String, python: String, environment: [String: String]
    ) {
      self.model = model
      self.modelFile = modelFile
      self.llamaServerExecutable = llamaServerExecutable
      self.threads = threads
      self.benchmarksFolder = benchmarksFolder
      self.grammarsFolder = grammarsFolder
      self.python = python
      self.environment = environment
    }
  }

  package let name = "grammar"
  let options: Options
  let asker: ModelAsker

  /// - Parameter models: The engines themselves: no turn, no memory, no skills.
  package init(models: any ModelGateway, _ options: Options) {
    self.options = options
    asker = ModelAsker(models: models, model: options.model)
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    let machine = Machine.current()
    let folder = "/tmp/sarai-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let shop = try ShopData(benchmarksFolder: options.benchmarksFolder, folder: folder)
    let check = OutsideCheck(
      python: options.python, script: "\(options.benchmarksFolder)/grammar/check.py", folder: folder,
      environment: options.environment)
    var figures = GrammarFigures()
    progress(0.01, Localized(es: "el motor comprueba que puede adivinar", en: "the engine checks that it may guess"))
    figures.guesses = try await warmUp(shop)
    let parts = Part.allCases.filter(options.parts.contains)
    for (index, part) in parts.enumerated() {
      let told = BenchProgress { share, step in
        progress(0.02 + 0.98 * (Double(index) + share) / Double(parts.count), step)
      }
      switch part {
      case .cost: try await measureCost(shop, folder: folder, into: &figures, progress: told)
      case .schemas: figures.schemas = try await measureSchemas(check, progress: told)
      case .programs: figures.programs = try await measurePrograms(shop, check, progress: told)
      case .gold: figures.gold = try await measureGold(progress: told)
      }
    }
    progress(1, Localized(es: "listo", en: "done"))
    return figures.report(machine: machine, settings: settings)
  }

  private var settings: JSONObject {
    var settings = JSONObject()
    settings["model"] = .string(options.model)
    settings["threads"] = .integer(Int64(options.threads))
    settings["parts"] = .array(Part.allCases.filter(options.parts.contains).map { .string($0.rawValue) })
    settings["generations"] = .integer(Int64(options.generations))
    settings["seed"] = .integer(Int64(bitPattern: options.seed))
    settings["rounds"] = .integer(Int64(options.rounds))
    return settings
  }

  /// An engine that has just started finds out while nobody asks whether guesses keep the text; until then it makes
  /// none.
  ///
  /// - Returns: Whether it guesses.
  private func warmUp(_ shop: ShopData) async throws -> Bool {
    guard let task = try tasks(.json, shop).first else { return false }
    for _ in 0..<12 {
      let answer = try await asker.ask(task.messages, grammar: task.grammar, maxTokens: 64, mode: .cost)
      if answer.summary.speculation != nil { return true }
      try await Task.sleep(for: .seconds(5))
    }
    return false
  }

  private func tasks(_ kind: GrammarTask.Kind, _ shop: ShopData) throws -> [GrammarTask] {
    try GrammarTask.all(kind, grammarsFolder: options.grammarsFolder, shop: shop)
  }

  // MARK: - Cost

  static let costTokens = 128

  private func measureCost(
    _ shop: ShopData, folder: String, into figures: inout GrammarFigures, progress: BenchProgress
  ) async throws {
    for file in [options.llamaServerExecutable, options.modelFile] where access(file, R_OK) != 0 {
      throw SaraiError(
        .notFound, es: "Falta \(file): «make bench SCENARIO=grammar» lo prepara todo.",
        en: "\(file) is missing: make bench SCENARIO=grammar prepares everything.", subject: file)
    }
    let server = try LlamaServer(
      executable: options.llamaServerExecutable, modelFile: options.modelFile, contextTokens: 2_048,
      threads: options.threads, environment: options.environment, folder: folder)
    defer { server.stop() }
    for (index, kind) in GrammarTask.Kind.allCases.enumerated() {
      let tasks = try tasks(kind, shop)
      var cost = GrammarFigures.Cost()
      for (number, task) in (0..<options.rounds).flatMap({ _ in tasks }).enumerated() {
        let done = (Double(index) + Double(number) / Double(tasks.count * options.rounds)) / 5
        progress(done, Localized(es: "coste: \(kind.rawValue)", en: "cost: \(kind.rawValue)"))
        try await measure(task, isEven: number.isMultiple(of: 2), server, into: &cost)
      }
      figures.costs[kind] = cost
    }
  }

  /// With guesses and without, under the grammar and free, and llama-server; what is compared stands side by side, and
  /// the order turns round with every task.
  private func measure(
    _ task: GrammarTask, isEven: Bool, _ server: LlamaServer, into cost: inout GrammarFigures.Cost
  ) async throws {
    var limit = Self.costTokens
    var bound: [SpeculationMode: ModelAsker.Answer] = [:]
    let modes: [SpeculationMode] = isEven ? [.off, .cost] : [.cost, .off]
    for (round, mode) in modes.enumerated() {
      // The first answer under the grammar says how many tokens free text gets.
      var free: ModelAsker.Answer?
      if round == 1 { free = try await asker.ask(task.messages, grammar: nil, maxTokens: limit, mode: mode) }
      let answer = try await asker.ask(
        task.messages, grammar: task.grammar, maxTokens: Self.costTokens, mode: mode)
      limit = max(1, answer.summary.usage.completionTokens)
      if round == 0 { free = try await asker.ask(task.messages, grammar: nil, maxTokens: limit, mode: mode) }
      bound[mode] = answer
      guard let ours = answer.rate, let reference = free?.rate else { continue }
      if mode == .off {
        cost.plain.add(ours: ours, reference: reference)
      } else {
        cost.usual.add(ours: ours, reference: reference)
      }
    }
    cost.sameText.add(bound[.off]?.text == bound[.cost]?.text)
    try measureReference(task, ours: bound[.cost]?.rate, isEven: isEven, limit: limit, server, into: &cost)
  }

  private func measureReference(
    _ task: GrammarTask, ours: Double?, isEven: Bool, limit: Int, _ server: LlamaServer,
    into cost: inout GrammarFigures.Cost
  ) throws {
    let form = task.schema.map { LlamaServer.Form.schema($0) } ?? .grammar(task.grammar.gbnf)
    var answers: [Bool: LlamaServer.Answer] = [:]
    do {
      for isBound in isEven ? [true, false] : [false, true] {
        answers[isBound] = try server.ask(
          task.messages, isBound ? form : .free, maxTokens: isBound ? Self.costTokens : limit)
      }
    } catch is SaraiError {
      // A grammar that it refuses, or that takes it longer than a minute.
      cost.referenceFaults += 1
      return
    }
    guard let bound = answers[true]?.rate else { return }
    if let ours { cost.besideReference.add(ours: ours, reference: bound) }
    if let free = answers[false]?.rate { cost.reference.add(ours: bound, reference: free) }
  }

  // MARK: - Schemas

  private func measureSchemas(_ check: OutsideCheck, progress: BenchProgress) async throws -> GrammarFigures.Validity {
    var fuzz = SchemaFuzz(seed: options.seed)
    var validity = GrammarFigures.Validity()
    var texts: [OutsideCheck.Text] = []
    let subjects = ["a person in León", "a shop", "a trip", "the weather", "un libro", "a machine"]
    for number in 0..<options.generations {
      progress(
        Double(number) / Double(options.generations), Localized(es: "esquemas al azar", en: "schemas at random"))
      let schema = fuzz.schema()
      let grammar = try SchemaCompiler.grammar(of: schema, field: "schema")
      let subject = subjects[fuzz.random.below(subjects.count)]
      let limit = 4 + fuzz.random.below(fuzz.random.chance(0.5) ? 30 : 160)
      let (answer, refusals) = try await asker.askWithin(
        limit, [Message(.user, "Write JSON about \(subject).")], grammar: grammar,
        temperature: [0, 0.7, 1, 1.5][fuzz.random.below(4)], seed: fuzz.random.next())
      validity.refusedLimits += refusals
      validity.closed.add(answer.summary.finishReason != .stop)
      texts.append(OutsideCheck.Text(form: .schema(schema), text: answer.text))
    }
    return judge(texts, check, validity)
  }

  private func judge(
    _ texts: [OutsideCheck.Text], _ check: OutsideCheck, _ validity: GrammarFigures.Validity
  ) -> GrammarFigures.Validity {
    var validity = validity
    do {
      let verdict = try check.verdict(texts)
      validity.valid = Proportion(successes: verdict.texts - verdict.faults.count, trials: verdict.texts)
      validity.repeatingKeys = verdict.repeatingKeys
      validity.faults = verdict.faults.sorted { $0.key < $1.key }.map(\.value)
    } catch {
      let known = error as? SaraiError
      validity.whyNotMeasured =
        known?.message ?? Localized(es: "No se pudo comprobar: \(error)", en: "It could not be checked: \(error)")
    }
    return validity
  }

  // MARK: - Programs

  static let programRounds = 4

  private func measurePrograms(
    _ shop: ShopData, _ check: OutsideCheck, progress: BenchProgress
  ) async throws -> [GrammarTask.Kind: GrammarFigures.Validity] {
    var random = SeededGenerator(seed: options.seed)
    var found: [GrammarTask.Kind: GrammarFigures.Validity] = [:]
    for (index, kind) in [GrammarTask.Kind.python, .sql, .markdown].enumerated() {
      let tasks = try tasks(kind, shop)
      var validity = GrammarFigures.Validity()
      var texts: [String] = []
      for number in 0..<(tasks.count * Self.programRounds) {
        let share = (Double(index) + Double(number) / Double(tasks.count * Self.programRounds)) / 3
        progress(share, Localized(es: "textos: \(kind.rawValue)", en: "texts: \(kind.rawValue)"))
        let task = tasks[number % tasks.count]
        let (answer, refusals) = try await asker.askWithin(
          16 + random.below(160), task.messages, grammar: task.grammar,
          temperature: number < tasks.count ? 0 : 0.9, seed: random.next())
        validity.refusedLimits += refusals
        validity.closed.add(answer.summary.finishReason != .stop)
        texts.append(answer.text)
      }
      if kind == .sql {
        for text in texts {
          let isRight = shop.prepares(text)
          validity.valid.add(isRight)
          if !isRight { validity.faults.append(text) }
        }
      } else {
        let form = kind == .python ? OutsideCheck.Form.python : .markdown
        validity = judge(texts.map { OutsideCheck.Text(form: form, text: $0) }, check, validity)
      }
      found[kind] = validity
    }
    return found
  }

  // MARK: - Gold

  static let goldTokens = 96

  private func measureGold(progress: BenchProgress) async throws -> GrammarFigures.Gold {
    let tasks = try ExtractionTask.load(from: "\(options.benchmarksFolder)/grammar")
    var gold = GrammarFigures.Gold()
    for (number, task) in tasks.enumerated() {
      progress(Double(number) / Double(tasks.count), Localized(es: "campos de textos", en: "fields of texts"))
      var texts: [SpeculationMode: (bound: String, free: String)] = [:]
      for mode in [SpeculationMode.cost, .off] {
        let bound = try await asker.ask(
          task.messages, grammar: task.grammar, maxTokens: Self.goldTokens, mode: mode)
        let free = try await asker.ask(task.messages, grammar: nil, maxTokens: Self.goldTokens, mode: mode)
        texts[mode] = (bound.text, free.text)
      }
      guard let guessed = texts[.cost], let plain = texts[.off] else { continue }
      let (bound, free) = (task.score(guessed.bound), task.score(guessed.free))
      gold.bound = gold.bound + bound
      gold.free = gold.free + free
      gold.boundPlain = gold.boundPlain + task.score(plain.bound)
      gold.freePlain = gold.freePlain + task.score(plain.free)
      gold.empty = gold.empty + task.score("{}")
      gold.sameText.add(guessed == plain)
      let before = gold.byLanguage[task.language] ?? (Proportion(), Proportion())
      gold.byLanguage[task.language] = (before.bound + bound, before.free + free)
    }
    return gold
  }
}
