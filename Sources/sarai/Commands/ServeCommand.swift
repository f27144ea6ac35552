import ArgumentParser
import SaraiCore
import SaraiRuntime

struct ServeCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "serve",
      abstract: words(es: "Sirve la API compatible con OpenAI.", en: "Serve the OpenAI-compatible API."),
      discussion: words(
        es: "Solo escucha en esta máquina; para otra dirección hace falta una clave (--token-file).",
        en: "It listens on this machine only; another address needs a token (--token-file)."))
  }

  @OptionGroup var options: ConfigurationOptions

  @OptionGroup var listening: ListeningOptions

  @Flag(help: .private) var supervised = false

  func run() async throws {
    let flags = listening.flags
    guard supervised else {
      return try await SaraiServer(setup: try options.setup(flags: flags), announce: Self.announce).run()
    }
    do {
      try await SaraiServer(setup: try options.setup(flags: flags), isSupervised: true, announce: Self.tell).run()
    } catch {
      Output.machine(StartAnnouncement.json(for: error))
      throw error
    }
  }

  /// To the supervisor, which reads a line for each.
  private static func tell(_ event: SaraiServer.Event) {
    switch event {
    case .listening: Output.machine(["ready": true])
    case .notice(let words): Output.machine(["notice_es": .string(words.es), "notice_en": .string(words.en)])
    case .stopping: break
    }
  }

  private static func announce(_ event: SaraiServer.Event) {
    switch event {
    case .listening(let record): ListeningOptions.announce(record)
    case .notice(let words): Output.note(words[Words.language])
    case .stopping: Output.note(words(es: "Terminando las respuestas en curso…", en: "Ending answers under way…"))
    }
  }
}
