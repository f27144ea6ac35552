import ArgumentParser
import SaraiCore
import SaraiRuntime

struct ChatList: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "list",
      abstract: words(
        es: "Enumera las conversaciones, la última primero.", en: "List the conversations, the last first."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let found = try ConversationStore(options.setup()).list()
    if json { return Output.json(.array(found.map(\.json))) }
    guard !found.isEmpty else {
      return Output.note(
        words(
          es: "Aún no hay conversaciones: empieza una con «sarai chat».",
          en: "There are no conversations yet: start one with \"sarai chat\"."))
    }
    let headers = words(es: "ID FECHA MENSAJES PREGUNTA", en: "ID DATE MESSAGES QUESTION")
    var table = Table(
      headers: headers.split(separator: " ").map(String.init), alignments: [.left, .left, .right])
    table.rows = found.map { summary in
      [
        summary.id, LocalTime(secondsSince1970: summary.changed).readable, String(summary.messageCount), summary.title,
      ]
    }
    table.print()
  }
}

struct ChatSearch: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "search",
      abstract: words(
        es: "Busca en las conversaciones, sin mirar mayúsculas ni tildes.",
        en: "Search the conversations, whatever the case and accents."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "Lo que se busca.", en: "What to look for."), valueName: words(es: "palabras", en: "words")))
  var query: [String]

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let found = try ConversationStore(options.setup()).search(query.joined(separator: " "))
    if json {
      return Output.json(
        .array(
          found.map { match in
            var object = match.summary.json.objectValue ?? JSONObject()
            object["excerpt"] = .string(match.excerpt)
            return .object(object)
          }))
    }
    guard !found.isEmpty else {
      Output.note(words(es: "Ninguna conversación lo contiene.", en: "No conversation has it."))
      throw ExitCode(ExitStatus.failedCheck.rawValue)
    }
    for match in found {
      Output.line("\(match.summary.id)  \(Output.dim(match.summary.title))")
      Output.line("  \(match.excerpt)")
    }
  }
}

struct ChatShow: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "show", abstract: words(es: "Escribe una conversación entera.", en: "Print a whole conversation."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(
        es: "Su identificador o el principio de él; sin él, la última.",
        en: "Its id or the beginning of it; without, the last."),
      valueName: "id"))
  var id: String?

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let store = try ConversationStore(options.setup())
    let conversation = try store.load(try store.resolve(id ?? ""))
    if json {
      return Output.json([
        "id": .string(conversation.id), "created": .integer(Int64(conversation.created)),
        "model": .string(conversation.model),
        "messages": .array(
          conversation.messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }),
      ])
    }
    for message in conversation.messages {
      let text = Output.isTerminal ? message.content.withoutControlCharacters : message.content
      Output.line(message.role == .user ? Output.bold("› " + text) : text + "\n")
    }
    if conversation.unreadableLines > 0 {
      Output.note(
        words(
          es: "aviso: \(conversation.unreadableLines) líneas del fichero no se pueden leer.",
          en: "warning: \(conversation.unreadableLines) lines of the file cannot be read."))
    }
  }
}

struct ChatDelete: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "delete",
      abstract: words(es: "Borra conversaciones.", en: "Delete conversations."), aliases: ["rm"])
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "Sus identificadores o el principio de cada uno.", en: "Their ids or the beginning of each."),
      valueName: "id"))
  var ids: [String]

  func run() async throws {
    let store = try ConversationStore(options.setup())
    for id in ids {
      let resolved = try store.resolve(id)
      try store.delete(resolved)
      Output.line(words(es: "\(resolved) borrada.", en: "\(resolved) deleted."))
    }
  }

  mutating func validate() throws {
    if ids.contains("") {
      throw ValidationError(words(es: "Un identificador vacío no es ninguno.", en: "An empty id is none."))
    }
  }
}

extension ConversationStore {
  fileprivate init(_ setup: Setup) { self.init(folder: setup.folders.conversations) }
}

extension ConversationStore.Summary {
  fileprivate var json: JSONValue {
    [
      "id": .string(id), "created": .integer(Int64(created)), "changed": .integer(Int64(changed)),
      "model": .string(model), "title": .string(title), "messages": .integer(Int64(messageCount)),
    ]
  }
}
