import ArgumentParser
import LoopProtocol
import SaraiCore
import SaraiRuntime

struct InboxCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "inbox",
      abstract: words(
        es: "Recordatorios, sugerencias y avisos que SARAi te ha dejado.",
        en: "Reminders, suggestions and alerts that SARAi has left for you."),
      discussion: words(
        es: """
          sarai inbox            lo nuevo; queda leído
          sarai inbox why 3      por qué te lo dijo
          sarai inbox never 3    que no vuelva a hablar de eso
          """,
        en: """
          sarai inbox            what is new; it counts as read then
          sarai inbox why 3      why she said it
          sarai inbox never 3    never again about that
          """),
      subcommands: [
        InboxListCommand.self, InboxWhyCommand.self, InboxAcceptCommand.self, InboxDismissCommand.self,
        InboxNeverCommand.self,
      ], defaultSubcommand: InboxListCommand.self)
  }
}

struct InboxListCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "list", abstract: words(es: "Lo que hay.", en: "What there is."))
  }

  @OptionGroup var options: LoopOptions

  @Flag(help: ArgumentHelp(words(es: "También lo ya leído.", en: "What was read already, too.")))
  var all = false

  @Flag(help: ArgumentHelp(words(es: "Déjalo sin leer.", en: "Leave it unread.")))
  var peek = false

  func run() async throws {
    let items = try await options.with { loop in
      let items = try await loop.inbox(owner: options.user, unreadOnly: !all)
      if !peek {
        for item in items where !item.hasReadAt { _ = try await loop.mark(item.id, owner: options.user, "read") }
      }
      return items
    }
    if options.json { return Output.json(.array(items.map(\.json))) }
    guard !items.isEmpty else { return Output.line(words(es: "Nada nuevo.", en: "Nothing new.")) }
    LoopText.inbox(items)
  }
}

/// What all commands about one item take.
struct InboxItemOptions: ParsableArguments {
  @OptionGroup var options: LoopOptions

  @Argument(
    help: ArgumentHelp(words(es: "El número del aviso («sarai inbox»).", en: "The item's number."), valueName: "id"))
  var id: Int64

  func mark(_ mark: String, told: String) async throws {
    let item = try await options.with { try await $0.mark(id, owner: options.user, mark) }
    if options.json { return Output.json(item.json) }
    Output.line(told)
  }
}

struct InboxWhyCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "why", abstract: words(es: "Por qué te lo dijo.", en: "Why she said it."))
  }

  @OptionGroup var item: InboxItemOptions

  func run() async throws {
    let found = try await item.options.with { try await $0.item(item.id, owner: item.options.user) }
    if item.options.json { return Output.json(found.json) }
    LoopText.inbox([found])
    Output.line("  " + words(es: found.whyEs, en: found.whyEn).withoutControlCharacters)
  }
}

struct InboxAcceptCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "accept",
      abstract: words(es: "Di que sí a lo que ofrece una sugerencia.", en: "Say yes to what a suggestion offers."))
  }

  @OptionGroup var item: InboxItemOptions

  func run() async throws { try await item.mark("accept", told: words(es: "De acuerdo.", en: "All right.")) }
}

struct InboxDismissCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "dismiss", abstract: words(es: "Quita un aviso de en medio.", en: "Wave an item away."))
  }

  @OptionGroup var item: InboxItemOptions

  func run() async throws { try await item.mark("dismiss", told: words(es: "Quitado.", en: "Gone.")) }
}

struct InboxNeverCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "never",
      abstract: words(es: "Que no vuelva a hablar de eso.", en: "Never again about that."))
  }

  @OptionGroup var item: InboxItemOptions

  func run() async throws {
    try await item.mark("never", told: words(es: "No volverá a hablar de eso.", en: "That will not come up again."))
  }
}
