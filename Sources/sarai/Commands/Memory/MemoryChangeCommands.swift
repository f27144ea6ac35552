import ArgumentParser
import SaraiCore
import SaraiRuntime

struct MemoryWhyCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "why",
      abstract: words(
        es: "De dónde sale un hecho y qué ha sido de él.", en: "Where a fact comes from and what became of it."))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(help: MemoryHelp.number)
  var id: Int64

  func run() async throws {
    let why = try await options.with { try await $0.why(id, owner: options.user) }
    if options.json { return Output.json(why.json) }
    let text = MemoryText(owner: options.user)
    let fact = why.fact
    var rows: [(String, String)] = [
      (words(es: "dicho", en: "told"), "\(MemoryText.moment(fact.saidAt)), \(text.source(fact.source))")
    ]
    if let turn = why.turn {
      rows.append((words(es: "palabras", en: "words"), text.line(turn)))
      rows.append(
        (words(es: "conversación", en: "conversation"), SearchText.singleLine(turn.conversation, maxLength: 100)))
    }
    rows.append((words(es: "sacado", en: "taken"), Self.extractor(fact)))
    if let from = fact.validFrom { rows.append((words(es: "desde", en: "from"), MemoryText.moment(from))) }
    if let to = fact.validTo { rows.append((words(es: "hasta", en: "until"), MemoryText.moment(to))) }
    let width = rows.map { DisplayWidth.of($0.0) }.max() ?? 0
    for line in text.lines([fact]) { Output.line(line) }
    for (name, value) in rows {
      Output.line("  " + Output.dim(name) + String(repeating: " ", count: width - DisplayWidth.of(name) + 2) + value)
    }
    Self.show(why, text)
  }

  private static func show(_ why: MemoryWhy, _ text: MemoryText) {
    if !why.replaced.isEmpty {
      Output.line(words(es: "Sustituyó a:", en: "It replaced:"))
      for line in text.lines(why.replaced, indent: "  ") { Output.line(line) }
    }
    if let next = why.replacedBy {
      Output.line(words(es: "Lo sustituye:", en: "Replaced by:"))
      for line in text.lines([next], indent: "  ") { Output.line(line) }
    }
    for operation in why.operations {
      let undone = operation.isUndone ? words(es: ", deshecho", en: ", undone") : ""
      Output.line(
        Output.dim(
          "\(MemoryText.moment(operation.at))  \(MemoryText.kind(operation))\(undone)  "
            + words(es: "(operación \(operation.id))", en: "(operation \(operation.id))")))
    }
  }

  private static func extractor(_ fact: MemoryFact) -> String {
    let percent = Int((fact.confidence * 100).rounded())
    return switch fact.extractor {
    case "rules":
      words(es: "de tus palabras, por reglas; \(percent) % seguro", en: "from your words, by rules; \(percent)% sure")
    case "model":
      words(
        es: "de tus palabras, por un modelo; \(percent) % seguro", en: "from your words, by a model; \(percent)% sure")
    default: words(es: "tal como se dio; \(percent) % seguro", en: "as it was given; \(percent)% sure")
    }
  }
}

enum MemoryHelp {
  static var number: ArgumentHelp {
    ArgumentHelp(
      words(es: "El número del hecho, como lo da «sarai memory list».", en: "The fact's number, as list gives it."),
      valueName: words(es: "número", en: "number"))
  }
}

struct MemoryEditCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "edit",
      abstract: words(es: "Corrige un hecho.", en: "Correct a fact."),
      discussion: words(
        es: "sarai memory edit 12 --object Bilbao. Lo que no se nombra se queda como está; «undo» lo deshace.",
        en: "sarai memory edit 12 --object Bilbao. What is not named stays as it is; undo takes it back."))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(help: MemoryHelp.number)
  var id: Int64

  @OptionGroup var fact: MemoryFactOptions

  @Flag(help: ArgumentHelp(words(es: "Quita desde cuándo vale.", en: "Take away since when it holds.")))
  var noFrom = false

  @Flag(help: ArgumentHelp(words(es: "Quita hasta cuándo vale.", en: "Take away until when it holds.")))
  var noTo = false

  mutating func validate() throws {
    if fact.isEmpty, !noFrom, !noTo {
      throw ValidationError(
        words(
          es: "Di qué se corrige: --subject, --verb, --object, --confidence…",
          en: "Say what to correct: --subject, --verb, --object, --confidence…"))
    }
    if noFrom && fact.from != nil || noTo && fact.to != nil {
      throw ValidationError(
        words(
          es: "--no-from y --no-to no van con --from y --to.",
          en: "--no-from and --no-to do not go with --from and --to."))
    }
  }

  func run() async throws {
    var edit = try fact.edit()
    if noFrom { edit.validFrom = .some(nil) }
    if noTo { edit.validTo = .some(nil) }
    let fact = try await options.with { [edit] in try await $0.edit(id, edit, owner: options.user) }
    if options.json { return Output.json(fact.json) }
    Output.line(words(es: "Corregido:", en: "Corrected:"))
    for line in MemoryText(owner: options.user).lines([fact], indent: "  ") { Output.line(line) }
  }
}

struct MemoryConfirmCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "confirm",
      abstract: words(
        es: "Di que sí a hechos propuestos; «list --proposed» los enumera.",
        en: "Say yes to proposed facts; list --proposed names them."))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(help: MemoryHelp.number)
  var ids: [Int64]

  func run() async throws {
    let facts = try await options.with { memory in
      var facts: [MemoryFact] = []
      for id in ids { facts.append(try await memory.confirm(id, owner: options.user)) }
      return facts
    }
    if options.json { return Output.json(.array(facts.map(\.json))) }
    Output.line(words(es: "Confirmado:", en: "Confirmed:"))
    for line in MemoryText(owner: options.user).lines(facts, indent: "  ") { Output.line(line) }
  }
}

struct MemoryUndoCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "undo",
      abstract: words(
        es: "Deshace lo último que aprendió o se corrigió; lo olvidado no vuelve.",
        en: "Take back what was learnt or corrected last; what was forgotten does not come back."))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(
    help: ArgumentHelp(
      words(
        es: "Qué operación, como la da «why»; sin ella, la última.",
        en: "Which operation, as why gives it; else the last."),
      valueName: words(es: "operación", en: "operation")))
  var operation: Int64?

  func run() async throws {
    let (undone, facts) = try await options.with { memory in
      let undone = try await memory.undo(operation, owner: options.user)
      return (undone, try await undone.knownFacts(memory, owner: options.user))
    }
    if options.json { return Output.json(undone.json) }
    Output.line(
      words(
        es: "Deshecho lo \(MemoryText.kind(undone)) el \(MemoryText.moment(undone.at)).",
        en: "Undone: what was \(MemoryText.kind(undone)) at \(MemoryText.moment(undone.at))."))
    for line in MemoryText(owner: options.user).lines(facts, indent: "  ") { Output.line(line) }
  }
}

struct MemoryLearntCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "learnt",
      abstract: words(es: "Lo último que aprendió.", en: "What it has learnt last."))
  }

  @OptionGroup var options: MemoryOptions

  private static let looksBack = 100

  func run() async throws {
    let found = try await options.with { memory -> (MemoryOperation, [MemoryFact])? in
      let operations = try await memory.operations(owner: options.user, limit: Self.looksBack)
      for operation in operations where operation.kind == "store" && !operation.isUndone {
        // What it took the place of was learnt before.
        let facts = try await operation.knownFacts(memory, owner: options.user).filter { $0.standing != "past" }
        if !facts.isEmpty { return (operation, facts) }
      }
      return nil
    }
    if options.json {
      return Output.json([
        "operation": found?.0.json ?? .null, "facts": .array(found?.1.map(\.json) ?? []),
      ])
    }
    guard let (operation, facts) = found else {
      return Output.note(words(es: "No he aprendido nada últimamente.", en: "I have learnt nothing lately."))
    }
    Output.line(
      words(
        es: "Aprendido el \(MemoryText.moment(operation.at)) (operación \(operation.id)):",
        en: "Learnt at \(MemoryText.moment(operation.at)) (operation \(operation.id)):"))
    for line in MemoryText(owner: options.user).lines(facts, indent: "  ") { Output.line(line) }
  }
}

extension MemoryOperation {
  /// The facts that it touched, as far as they are still there.
  fileprivate func knownFacts(_ memory: any MemoryGateway, owner: String) async throws -> [MemoryFact] {
    var known: [MemoryFact] = []
    for id in facts.prefix(100) {
      do {
        known.append(try await memory.why(id, owner: owner).fact)
      } catch let error as SaraiError where error.code == .notFound {
        continue
      }
    }
    return known
  }
}

struct MemoryPauseCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "pause",
      abstract: words(
        es: "Deja de aprender hasta «resume»; lo sabido queda.", en: "Stop learning until resume; what is known stays.")
    )
  }

  @OptionGroup var options: MemoryOptions

  func run() async throws { try await setPaused(true, options) }
}

struct MemoryResumeCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "resume", abstract: words(es: "Vuelve a aprender.", en: "Learn again."))
  }

  @OptionGroup var options: MemoryOptions

  func run() async throws { try await setPaused(false, options) }
}

private func setPaused(_ isPaused: Bool, _ options: MemoryOptions) async throws {
  let settings = try await options.with {
    try await $0.configure(isPaused: isPaused, trusted: nil, owner: options.user)
  }
  if options.json { return Output.json(settings.json) }
  Output.line(
    settings.isPaused
      ? words(
        es: "Aprender queda en pausa. Para seguir: sarai memory resume",
        en: "Learning is paused. To go on: sarai memory resume")
      : words(es: "Vuelvo a aprender de lo que me cuentas.", en: "I learn again from what you tell me."))
}
