import ArgumentParser
import SaraiCore

struct MemoryForgetCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "forget",
      abstract: words(
        es: "Olvida para siempre: hechos, lo que se dijo de ellos y las copias.",
        en: "Forget for good: facts, what was said of them, and the backups."),
      discussion: words(
        es: """
          sarai memory forget 12
          sarai memory forget --text "mi clave del trastero" --mentions
          sarai memory forget --turn 17

          Lo que no es ningún hecho se busca palabra por palabra en las frases; «recall» da sus números.
          Antes enseña lo que se olvidaría y pregunta. Nada lo trae de vuelta; lo que exportaste a otro sitio sigue allí.
          """,
        en: """
          sarai memory forget 12
          sarai memory forget --text "the code of my storage room" --mentions
          sarai memory forget --turn 17

          What is no fact is looked for word by word in the turns; recall gives their numbers.
          It shows first what would be forgotten, and asks. Nothing brings it back; what you exported elsewhere stays there.
          """))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(help: MemoryHelp.number)
  var ids: [Int64] = []

  @Option(
    help: ArgumentHelp(
      words(es: "Qué, con tus palabras.", en: "What, in your own words."), valueName: words(es: "texto", en: "text")))
  var text: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Una frase, por su número; se puede repetir.", en: "A turn, by its number; may be repeated."),
      valueName: words(es: "número", en: "number")))
  var turn: [Int64] = []

  @Flag(
    help: ArgumentHelp(
      words(
        es: "También todo lo que diga lo mismo: bien para una clave, mal para una ciudad.",
        en: "All that says the same object too: right for a password, wrong for a town.")))
  var mentions = false

  @Flag(help: ArgumentHelp(words(es: "Todo.", en: "Everything.")))
  var all = false

  @Flag(
    help: ArgumentHelp(words(es: "Enseña lo que se olvidaría, y nada más.", en: "Show what would be forgotten only.")))
  var dryRun = false

  @Flag(name: .shortAndLong, help: ArgumentHelp(words(es: "Sin preguntar.", en: "Without asking.")))
  var yes = false

  mutating func validate() throws {
    let ways = [!ids.isEmpty || !turn.isEmpty, text != nil, all].count(where: { $0 })
    guard ways == 1, text?.allSatisfy(\.isWhitespace) != true else {
      throw ValidationError(
        words(
          es: "Di qué se olvida, de una manera: números, --turn NÚMERO, --text \"…\" o --all.",
          en: "Say what to forget, in one way: numbers, --turn NUMBER, --text \"…\" or --all."))
    }
  }

  private var request: MemoryForgetting {
    var request = MemoryForgetting(owner: options.user)
    request.facts = ids
    request.turns = turn
    request.text = text ?? ""
    request.language = Words.language
    request.includesMentions = mentions
    request.everything = all
    return request
  }

  func run() async throws {
    let setup = try options.setup()
    try await withMemory(setup) { memory in
      if !yes || dryRun {
        let found = try await rehearse(memory)
        if !all { try checkSomething(found) }
        if dryRun { return showPlan(found) }
        try ask(found)
      }
      let request = request
      let forgotten = try await SlowWork.run(words(es: "olvida", en: "forget")) { try await memory.forget(request) }
      if options.json { return Output.json(forgotten.json) }
      try checkSomething(forgotten)
      show(forgotten)
    }
  }

  private func rehearse(_ memory: any MemoryKeeping) async throws -> MemoryForgotten {
    guard all else {
      var rehearsal = request
      rehearsal.isRehearsal = true
      return try await memory.forget(rehearsal)
    }
    var query = MemoryQuery(owner: options.user)
    query.validity = .ever
    query.limit = 10_000
    let facts = try await memory.facts(query)
    return MemoryForgotten(facts: facts.map(\.id), turns: [], said: facts)
  }

  private func checkSomething(_ forgotten: MemoryForgotten) throws {
    guard forgotten.facts.isEmpty, forgotten.turns.isEmpty, !options.json else { return }
    if let elsewhere = forgotten.elsewhere, elsewhere.messages + elsewhere.lines > 0 { return }
    Output.note(
      words(
        es: "No hay nada así que olvidar. Lo que hay: sarai memory list",
        en: "There is nothing like that to forget. What there is: sarai memory list"))
    throw ExitCode(ExitStatus.failedCheck.rawValue)
  }

  private func showPlan(_ found: MemoryForgotten) {
    guard options.json else { return describe(found, Output.line) }
    var object = found.json.objectValue ?? JSONObject()
    object["said"] = .array(found.said.map(\.json))
    object["said_turns"] = .array(found.saidTurns.map(\.json))
    Output.json(.object(object))
  }

  private func describe(_ found: MemoryForgotten, _ write: (String) -> Void) {
    write(words(es: "Se olvidaría para siempre:", en: "This would be forgotten for good:"))
    let shown = found.said.prefix(20)
    for line in MemoryText(owner: options.user).lines(Array(shown), indent: "  ") { write(line) }
    let more = found.facts.count - shown.count
    if more > 0 { write("  " + words(es: "y \(MemoryText.facts(more)) más", en: "and \(MemoryText.facts(more)) more")) }
    if mentions { write("  " + words(es: "y todo lo que diga lo mismo", en: "and all that says the same")) }
    for turn in found.saidTurns.prefix(20) { write("  " + MemoryText(owner: options.user).numbered(turn)) }
    let moreTurns = found.turns.count - min(20, found.saidTurns.count)
    if moreTurns > 0 {
      write("  " + words(es: "y \(MemoryText.turns(moreTurns)) más", en: "and \(MemoryText.turns(moreTurns)) more"))
    }
    if options.user == MemoryOptions.local {
      write(
        "  "
          + (all
            ? words(
              es: "y las conversaciones guardadas de «sarai chat» y lo que tecleaste en ellas",
              en: "and the conversations that sarai chat keeps, and what you typed in them")
            : words(
              es: "y lo que de ello digan las conversaciones guardadas de «sarai chat»",
              en: "and what the conversations that sarai chat keeps say of it")))
    }
    if found.turns.isEmpty {
      write(
        "  "
          + words(
            es: "y las frases en que lo contaste, con sus respuestas",
            en: "and the turns in which you told it, with their replies"))
    }
  }

  private func ask(_ found: MemoryForgotten) throws {
    describe(found, Output.note)
    guard Consent.canBeAsked else {
      throw SaraiError(
        .forbidden, es: "No hay un terminal donde preguntarte. Si estás de acuerdo, repite la orden con --yes.",
        en: "There is no terminal to ask you on. If you agree, give the command again with --yes.", subject: "--yes")
    }
    guard Consent.isGiven(words(es: "¿Lo olvido?", en: "Forget it?")) else {
      Output.note(words(es: "No se ha olvidado nada.", en: "Nothing was forgotten."))
      throw ExitCode(ExitStatus.failedCheck.rawValue)
    }
  }

  private func show(_ forgotten: MemoryForgotten) {
    let (facts, turns) = (MemoryText.facts(forgotten.facts.count), MemoryText.turns(forgotten.turns.count))
    Output.line(words(es: "Olvidado: \(facts) y \(turns).", en: "Forgotten: \(facts) and \(turns)."))
    if let told = forgotten.elsewhere?.sentence { Output.line(told[Words.language]) }
    if forgotten.backupsPurged > 0 {
      Output.line(
        words(
          es: "Las copias de antes también se han borrado (\(forgotten.backupsPurged)).",
          en: "The backups from before are gone as well (\(forgotten.backupsPurged))."))
    }
  }
}
