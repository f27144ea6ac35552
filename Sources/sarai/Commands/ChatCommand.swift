import ArgumentParser
import SaraiCore
import SaraiModels
import SaraiRuntime

struct ChatCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "chat",
      abstract: words(es: "Conversa en el terminal.", en: "Talk in the terminal."),
      discussion: words(
        es: """
          Las conversaciones se guardan en tu carpeta de estado; dentro, /ayuda enseña las órdenes. Con --grant, las \
          preguntas sobre esos datos las responde la habilidad sql, con la consulta que hizo.
          """,
        en: """
          Conversations are kept in your state folder; inside, /help shows the commands. With --grant, questions about \
          that data are answered by the sql skill, with the query that it made.
          """),
      subcommands: [ChatList.self, ChatSearch.self, ChatShow.self, ChatDelete.self])
  }

  @OptionGroup var options: ConfigurationOptions

  @Option(
    name: [.customShort("c"), .customLong("continue")], defaultAsFlag: "",
    help: ArgumentHelp(
      words(
        es: "Sigue una conversación: la última, o la de este identificador.",
        en: "Go on with a conversation: the last one, or that of this id."),
      valueName: "id"))
  var continued: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      words(es: "«sarai», un papel o un modelo.", en: "\"sarai\", a role or a model."),
      valueName: words(es: "modelo", en: "model")))
  var model: String?

  @Option(
    name: .customLong("grant"),
    help: ArgumentHelp(
      words(
        es: "Una base de datos SQLite, un CSV o una carpeta de CSV por los que preguntar.",
        en: "A SQLite database, a CSV file or a folder of these to ask about."),
      valueName: words(es: "ruta", en: "path")), completion: .file())
  var data: String?

  func run() async throws {
    let setup = try options.setup(flags: [Configuration.Flag("chat.model", model, name: "--model")].compactMap { $0 })
    try setup.folders.create()
    let configuration = setup.configuration
    let store = ConversationStore(folder: setup.folders.conversations)
    let maxTokens = configuration.integer("chat.max_tokens") ?? 512
    var session = ChatSession(
      store: store, model: configuration.text("chat.model"), maxTokens: maxTokens,
      isSaved: configuration.flag("chat.save"), owner: setup.memoryOwner, isPrivate: setup.isPrivate)
    if let continued {
      let conversation = try store.load(try store.resolve(continued))
      session = try ChatSession(
        continuing: conversation, store: store, model: model ?? conversation.model, maxTokens: maxTokens,
        owner: setup.memoryOwner, isPrivate: setup.isPrivate)
    }
    let notice = BetterModel.notice(setup, available: MachineMemory.availableBytes())
    let opened = session
    let interjections = Interjections()
    try await Assistant.with(setup, tell: interjections.tell) { assistant in
      // While the person still types.
      let preparing = Task { await assistant.prepare() }
      defer { preparing.cancel() }
      let conversation = Conversationalist(
        session: opened, models: assistant, data: assistant.data, kept: assistant.kept,
        inbox: ChatInbox(loop: assistant.loop.client, owner: setup.memoryOwner ?? MemoryOptions.local),
        showsTimings: configuration.flag("chat.timings"), home: setup.folders.home)
      assistant.kept.listen()
      if let data { try await assistant.data.grant(data) }
      if let notice { Output.note(notice[Words.language] + "\n") }
      try await talk(conversation, setup, interjections)
    }
  }

  private func talk(
    _ conversation: Conversationalist, _ setup: Setup, _ interjections: Interjections
  ) async throws {
    guard Terminal.isThere else {
      var plain = PlainChat(conversation: conversation)
      return try await plain.run()
    }
    Self.welcome(conversation.session, expert: setup.configuration.text("models.expert_short.id"))
    let isSaved = setup.configuration.flag("chat.save")
    var chat = TerminalChat(
      conversation, history: InputHistory(path: isSaved ? setup.folders.state + "/chat-history" : nil),
      interjections: interjections)
    let id = await chat.run()
    if let id {
      Output.line(
        Output.dim(words(es: "Para seguir: sarai chat --continue \(id)", en: "To go on: sarai chat --continue \(id)")))
    }
  }

  private static func welcome(_ session: ChatSession, expert: String) {
    let model = session.model == "sarai" ? expert : session.model
    Output.line(Output.bold("SARAi") + Output.dim(" \(SaraiVersion.current) · \(model)"))
    Output.line(
      Output.dim(
        words(
          es: "Escribe y pulsa Intro. /ayuda para las órdenes, Ctrl-C corta, Ctrl-D sale.",
          en: "Write and press Enter. /help for commands, Ctrl-C stops, Ctrl-D leaves.")))
    Output.line()
    for message in session.messages.suffix(6) where message.role != .system {
      let text = message.content.withoutControlCharacters
      Output.line(message.role == .user ? Output.bold("› ") + text : text + "\n")
    }
  }
}
