import ArgumentParser
import SaraiCore

struct MemoryAddCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "add",
      abstract: words(es: "Cuéntale algo con tus palabras.", en: "Tell it something in your own words."),
      discussion: words(
        es: """
          También un hecho entero: sarai memory add --subject "hermana del usuario" --verb "vivir en" --object Madrid
          """,
        en: """
          A whole fact too; its subject and verb are kept in the words that list shows:
          sarai memory add --subject "hermana del usuario" --verb "vivir en" --object Madrid
          """))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "Lo que le cuentas.", en: "What you tell it."), valueName: words(es: "texto", en: "text")))
  var text: [String] = []

  @OptionGroup var fact: MemoryFactOptions

  @Flag(
    help: ArgumentHelp(
      words(
        es: "Ocupa el lugar de lo que se sabía de ese sujeto y ese verbo.",
        en: "It takes the place of what was known of that subject and verb.")))
  var replace = false

  mutating func validate() throws {
    guard fact.isEmpty else {
      guard text.isEmpty else {
        throw ValidationError(
          words(
            es: "O un texto o un hecho con --subject y --verb, no los dos.",
            en: "Either a text or a fact with --subject and --verb, not both."))
      }
      guard fact.subject != nil, fact.verb != nil else {
        throw ValidationError(
          words(es: "Un hecho necesita --subject y --verb.", en: "A fact needs --subject and --verb."))
      }
      return
    }
    if replace {
      throw ValidationError(
        words(es: "--replace va con --subject y --verb.", en: "--replace goes with --subject and --verb."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let learnt: MemoryLearnt
    if fact.isEmpty {
      let text = try MemoryInput.text(
        text,
        missing: words(
          es: "Falta lo que le cuentas: sarai memory add \"Mi hermana vive en Madrid\"",
          en: "What you tell it is missing: sarai memory add \"My sister lives in Madrid\""))
      let lesson = MemoryLesson(
        owner: options.user, conversation: "cli", text: text, language: Words.language, now: .current())
      learnt = try await withMemory(setup) { try await $0.learn(lesson) }
    } else {
      let fact = try fact.fact()
      learnt = try await withMemory(setup) { try await $0.add([fact], owner: options.user, replaces: replace) }
    }
    if options.json { return Output.json(learnt.json) }
    show(learnt)
  }

  private func show(_ learnt: MemoryLearnt) {
    guard !learnt.isPaused else {
      return Output.note(
        words(
          es: "Aprender está en pausa y no se ha guardado nada. Para seguir: sarai memory resume",
          en: "Learning is paused and nothing was kept. To go on: sarai memory resume"))
    }
    let text = MemoryText(owner: options.user)
    if learnt.facts.isEmpty, learnt.ended.isEmpty {
      return Output.line(
        words(
          es: "No encuentro ningún hecho ahí; guardo la frase.", en: "I find no fact in that; I keep the sentence."))
    }
    if !learnt.facts.isEmpty {
      Output.line(words(es: "Apuntado:", en: "Noted:"))
      for line in text.lines(learnt.facts, indent: "  ") { Output.line(line) }
    }
    if !learnt.ended.isEmpty {
      Output.line(words(es: "Ya no vale:", en: "No longer holds:"))
      for line in text.lines(learnt.ended, indent: "  ") { Output.line(line) }
    }
  }
}

struct MemoryAskCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "ask",
      abstract: words(
        es: "Pregúntale algo que le contaste; no usa ningún modelo.",
        en: "Ask something that you told it; no model is used."))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "La pregunta.", en: "The question."), valueName: words(es: "pregunta", en: "question")))
  var question: [String] = []

  func run() async throws {
    let setup = try options.setup()
    let text = try MemoryInput.text(
      question,
      missing: words(
        es: "Falta la pregunta: sarai memory ask \"¿Dónde vive mi hermana?\"",
        en: "The question is missing: sarai memory ask \"Where does my sister live?\""))
    let asked = MemoryQuestion(owner: options.user, text: text, language: Words.language, now: .current())
    let (reply, recall) = try await withMemory(setup) { memory in
      if let reply = try await memory.respond(to: asked) { return (reply as MemoryReply?, MemoryRecall()) }
      return (nil, try await memory.recall(asked, limits: RecallLimits(facts: 8, turns: 4)))
    }
    if options.json {
      var object = (reply?.json ?? MemoryReply.absent(Words.language)).objectValue ?? JSONObject()
      if reply == nil { object["recall"] = recall.json }
      return Output.json(.object(object))
    }
    if let reply { return Output.line(MemoryText.safe(reply.text)) }
    guard !recall.facts.isEmpty || !recall.turns.isEmpty else {
      return Output.line(words(es: "No me lo has dicho.", en: "You haven't told me."))
    }
    Output.note(words(es: "Lo que recuerdo que viene al caso:", en: "What I remember that bears on it:"))
    MemoryText(owner: options.user).show(recall)
  }
}

struct MemoryRecallCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "recall",
      abstract: words(
        es: "Busca en lo que recuerda, por una pregunta o por partes de un hecho.",
        en: "Search what it remembers, by a question or by parts of a fact."),
      discussion: words(
        es: """
          sarai memory recall "¿qué hicimos en Sevilla?"
          sarai memory recall --subject "hermana del usuario" --ever
          """,
        en: """
          sarai memory recall "what did we do in Seville?"
          sarai memory recall --subject "hermana del usuario" --ever

          Facts are kept in Spanish words, as list shows them, whatever language you told them in.
          """))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "Una pregunta.", en: "A question."), valueName: words(es: "pregunta", en: "question")))
  var question: [String] = []

  @OptionGroup var parts: MemoryPartOptions

  @OptionGroup var limit: MemoryLimitOptions

  mutating func validate() throws {
    try parts.check()
    if !question.isEmpty, !parts.isEmpty {
      throw ValidationError(
        words(
          es: "O una pregunta o partes de un hecho (--subject…), no las dos.",
          en: "Either a question or parts of a fact (--subject…), not both."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    var asked = question
    if let text = parts.onlyText, text.contains("?") { asked = [text] }
    let recall: MemoryRecall
    if asked.isEmpty, !parts.isEmpty {
      let query = try parts.query(owner: options.user, limit: limit.limit ?? 100)
      recall = MemoryRecall(facts: try await withMemory(setup) { try await $0.facts(query) })
    } else {
      let text = try MemoryInput.text(
        asked,
        missing: words(
          es: "Di qué se busca: sarai memory recall \"…\", o --subject, --verb, --object, --text.",
          en: "Say what to look for: sarai memory recall \"…\", or --subject, --verb, --object, --text."))
      let question = MemoryQuestion(owner: options.user, text: text, language: Words.language, now: .current())
      let limits = RecallLimits(facts: limit.limit ?? 20, turns: limit.limit ?? 10)
      recall = try await withMemory(setup) { try await $0.recall(question, limits: limits) }
    }
    if options.json { return Output.json(recall.json) }
    guard !recall.facts.isEmpty || !recall.turns.isEmpty else {
      Output.note(words(es: "No recuerdo nada de eso.", en: "I remember nothing of that."))
      throw ExitCode(ExitStatus.failedCheck.rawValue)
    }
    MemoryText(owner: options.user).show(recall)
  }
}

struct MemoryListCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "list",
      abstract: words(es: "Enumera los hechos que recuerda.", en: "List the facts that it remembers."), aliases: ["ls"])
  }

  @OptionGroup var options: MemoryOptions
  @OptionGroup var validity: MemoryValidityOptions

  @Option(
    help: ArgumentHelp(
      words(es: "En qué orden: stable, newest o least_confident.", en: "The order: stable, newest or least_confident."),
      valueName: words(es: "orden", en: "order")))
  var order = MemoryQuery.Order.stable

  @OptionGroup var limit: MemoryLimitOptions

  @Option(
    help: ArgumentHelp(
      words(es: "Cuántos se saltan: los de las páginas anteriores.", en: "How many to leave out: the pages before."),
      valueName: words(es: "número", en: "number")))
  var offset = 0

  mutating func validate() throws {
    try validity.check()
    guard (0...1_000_000_000).contains(offset) else {
      throw ValidationError(words(es: "--offset: de 0 a 1000000000.", en: "--offset: from 0 to 1000000000."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    var query = MemoryQuery(owner: options.user)
    query.validity = try validity.validity()
    query.order = order
    query.limit = limit.limit ?? 100
    query.offset = offset
    let facts = try await withMemory(setup) { [query] in try await $0.facts(query) }
    if options.json { return Output.json(.array(facts.map(\.json))) }
    guard !facts.isEmpty else {
      return Output.note(
        validity.isEmpty && offset == 0
          ? words(
            es: "Aún no recuerdo nada. Cuéntame algo: sarai memory add \"Mi hermana vive en Madrid\"",
            en: "I remember nothing yet. Tell me something: sarai memory add \"My sister lives in Madrid\"")
          : words(es: "No hay ninguno así.", en: "There is none like that."))
    }
    for line in MemoryText(owner: options.user).lines(facts) { Output.line(line) }
    if facts.count == query.limit {
      let next = offset + facts.count
      Output.note(words(es: "Puede haber más: --offset \(next)", en: "There may be more: --offset \(next)"))
    }
  }
}

extension MemoryQuery.Order: ExpressibleByArgument {}
