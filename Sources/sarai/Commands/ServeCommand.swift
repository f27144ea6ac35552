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

  @Option(
    help: ArgumentHelp(
      words(es: "Dirección en la que escucha.", en: "The address to listen on."),
      valueName: words(es: "dirección", en: "address")))
  var host: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      words(es: "Puerto; 0 toma uno libre.", en: "Port; 0 takes a free one."),
      valueName: words(es: "puerto", en: "port")))
  var port: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Fichero con la clave que traen los clientes.", en: "File with the token that clients bring."),
      valueName: words(es: "fichero", en: "file")),
    completion: .file())
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Desde qué gravedad se anota.", en: "The least severity that is logged."),
      valueName: words(es: "nivel", en: "level")))
  var logLevel: String?

  func run() async throws {
    let flags = [
      Configuration.Flag("server.host", host, name: "--host"),
      Configuration.Flag("server.port", port, name: "--port"),
      Configuration.Flag("server.token_file", tokenFile, name: "--token-file"),
      Configuration.Flag("log.level", logLevel, name: "--log-level"),
    ].compactMap { $0 }
    try await SaraiServer(setup: try options.setup(flags: flags), announce: Self.announce).run()
  }

  private static func announce(_ event: SaraiServer.Event) {
    switch event {
    case .listening(let record):
      Output.line(words(es: "SARAi escucha en \(record.address)", en: "SARAi listens on \(record.address)"))
      Output.line(
        Output.dim(
          words(
            es: "API de OpenAI: \(record.address)/v1 · otra ventana: sarai chat · Ctrl-C para parar",
            en: "OpenAI API: \(record.address)/v1 · another window: sarai chat · Ctrl-C to stop")))
    case .notice(let words): Output.note(words[Words.language])
    case .stopping: Output.note(words(es: "Terminando las respuestas en curso…", en: "Ending answers under way…"))
    }
  }
}
