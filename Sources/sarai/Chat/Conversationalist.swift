import SaraiCore
import SaraiMemory
import SaraiRuntime

/// What both chats share, the one in a terminal and the plain one: the session, and what slash commands do.
struct Conversationalist {
  var session: ChatSession
  let models: any Conversing
  /// What questions may be about, beside the conversation.
  let data: GrantedData
  /// What forgetting has to look through beside the memory.
  let kept: KeptTexts
  /// What was said unasked.
  let inbox: ChatInbox
  let showsTimings: Bool
  /// What `~` stands for.
  let home: String

  enum Next { case goOn, quit }

  /// Carries out a slash command, telling the person what came of it.
  mutating func carryOut(_ command: SlashCommand) async -> Next {
    switch command {
    case .quit: return .quit
    case .help: Output.line(SlashCommand.explanation)
    case .clear:
      session.clear()
      Output.line(Output.dim(words(es: "Conversación nueva.", en: "A new conversation.")))
    case .model(let name): await changeModel(to: name)
    case .data(let path): await grant(path)
    case .privacy: changePrivacy()
    case .save(let path): save(to: path)
    case .inbox: await reporting { try await inbox.show() }
    case .why(let number): await reporting { try await inbox.explain(number) }
    case .never(let number): await reporting { try await inbox.silence(number) }
    case .unknown(let name):
      Output.line(words(es: "No hay ninguna orden \(name). Estas hay:", en: "There is no command \(name). There are:"))
      Output.line(SlashCommand.explanation)
    }
    return .goOn
  }

  /// Takes out of the conversation what was forgotten elsewhere: in another chat, or by a command.
  mutating func refresh() { session.refresh() }

  /// Notes a question and its answer, without what was forgotten while it was answered.
  ///
  /// - Returns: What was.
  @discardableResult
  mutating func conclude(question: String, answer: String) throws -> [ForgottenWords] {
    let forgotten = kept.takeNews()
    try session.conclude(question: question, answer: answer, without: forgotten)
    return forgotten
  }

  private func reporting(_ body: () async throws -> Void) async {
    do { try await body() } catch { _ = Output.report(error) }
  }

  private mutating func changePrivacy() {
    session.isPrivate.toggle()
    Output.line(
      Output.dim(
        session.isPrivate
          ? words(
            es: "En privado: de lo que digas no queda nada. /privado vuelve a lo normal.",
            en: "Private: nothing of what you say is kept. /private goes back.")
          : words(es: "Vuelvo a recordar lo que digas.", en: "What you say is remembered again.")))
  }

  func grant(_ path: String) async {
    if path == "-" { data.withdraw() }
    do {
      if !path.isEmpty, path != "-" { try await data.grant(full(path)) }
      let told = data.path.map {
        words(es: "Puedes preguntar por \($0).", en: "You can ask about \($0).")
      }
      Output.line(
        Output.dim(told ?? words(es: "Sin datos: /datos RUTA los da.", en: "No data: /data PATH gives some.")))
    } catch {
      _ = Output.report(error)
    }
  }

  private func full(_ path: String) -> String { path.hasPrefix("~/") ? home + path.dropFirst() : path }

  private mutating func changeModel(to name: String) async {
    let known = await models.models().filter { $0.kind == .chat }
    let names = ["sarai"] + known.flatMap { [$0.id] + $0.roles }
    guard !name.isEmpty else {
      Output.line(
        words(es: "Modelo: \(session.model). Hay: ", en: "Model: \(session.model). There are: ")
          + unique(names).joined(separator: ", "))
      return
    }
    guard names.contains(name) else {
      Output.line(
        words(
          es: "«\(name)» no está instalado. Hay: \(unique(names).joined(separator: ", ")). Más: sarai list --all",
          en:
            "\"\(name)\" is not installed. There are: \(unique(names).joined(separator: ", ")). More: sarai list --all")
      )
      return
    }
    session.model = name
    Output.line(Output.dim(words(es: "Ahora contesta \(name).", en: "Now \(name) answers.")))
  }

  private mutating func save(to path: String) {
    do {
      if path.isEmpty {
        try session.save()
        let id = session.id ?? "…"
        Output.line(
          Output.dim(
            words(
              es: "La conversación se guarda: sarai chat --continue \(id)",
              en: "The conversation is kept: sarai chat --continue \(id)")))
      } else {
        let target = full(path)
        try PrivateFile.create(target, with: Array(session.transcript(Words.language).utf8))
        Output.line(Output.dim(words(es: "Copiada en \(target).", en: "Copied to \(target).")))
      }
    } catch {
      _ = Output.report(error)
    }
  }

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}

/// An answer as it comes in, and how long it took.
struct AnswerProgress {
  private let clock = ContinuousClock()
  private let start = ContinuousClock().now
  private var firstText: ContinuousClock.Instant?
  private(set) var text = ""
  private var summary: GenerationSummary?

  /// - Returns: the text to show, safe for a terminal; nil where there is none.
  mutating func add(_ event: GenerationEvent) -> String? {
    switch event {
    case .started: return nil
    case .text(let piece):
      if firstText == nil { firstText = clock.now }
      // A model's first word often brings a space with it.
      let shown = text.isEmpty ? String(piece.trimmingPrefix(while: \.isWhitespace)) : piece
      text += shown
      return shown.withoutControlCharacters
    case .finished(let summary):
      self.summary = summary
      return nil
    }
  }

  /// `0,12 s · 41 tokens · 190 tokens/s`, and why it ended where it did not end by itself.
  var timings: String {
    let end = clock.now
    var parts: [String] = []
    if let firstText {
      let seconds = decimal(start.duration(to: firstText) / .seconds(1), digits: 2)
      parts.append(words(es: "\(seconds) s hasta la primera palabra", en: "\(seconds) s to the first word"))
      if let tokens = summary?.usage.completionTokens, tokens > 1 {
        parts.append("\(tokens) tokens")
        let decoding = firstText.duration(to: end) / .seconds(1)
        if decoding > 0 { parts.append("\(decimal(Double(tokens - 1) / decoding, digits: 0)) tokens/s") }
      }
    }
    switch summary?.finishReason {
    case .length: parts.append(words(es: "cortada por larga", en: "cut for its length"))
    case .repetition: parts.append(words(es: "cortada por repetirse", en: "cut because it repeated itself"))
    default: break
    }
    return parts.joined(separator: " · ")
  }
}
