import ArgumentParser
import SaraiCore
import SaraiRuntime

struct UpCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "up",
      abstract: words(es: "Pone todo en marcha y lo mantiene.", en: "Start everything and keep it running."),
      discussion: words(
        es: """
          La API, el bucle que actúa por sí mismo, la memoria, los modelos y las habilidades: lo que se cae se levanta \
          al momento, y quien llama entre tanto espera. Lo que pasa se escribe aquí. Ctrl-C lo para en orden.

          Para que arranque con la máquina, mira deploy/systemd y deploy/supervisord.
          """,
        en: """
          The API, the loop that acts by itself, the memory, models and skills: what falls is started again at once, \
          and whoever calls meanwhile waits. What happens is written here. Ctrl-C stops it in order.

          To start it with the machine, see deploy/systemd and deploy/supervisord.
          """))
  }

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var listening: ListeningOptions

  func run() async throws {
    let supervisor = Supervisor(setup: try options.setup(flags: listening.flags), isUp: true)
    guard case .replaced = try await supervisor.run(announce: Self.announce) else { return }
    throw SaraiError(
      .busy, es: "Una orden de otra versión de SARAi tomó el relevo: vuelve a lanzar «sarai up».",
      en: "A command of another build of SARAi took over: run \"sarai up\" again.")
  }

  private static func announce(_ event: Supervisor.Event) {
    switch event {
    case .ready: break
    case .listening(let host, let port): ListeningOptions.announce(ServerRecord(listeningOn: host, port: port))
    case .notice(let words): Output.tell(words)
    case .stopping: Output.note(words(es: "Terminando las respuestas en curso…", en: "Ending answers under way…"))
    }
  }
}

/// Where the API listens, and what is logged.
struct ListeningOptions: ParsableArguments {
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

  var flags: [Configuration.Flag] {
    [
      Configuration.Flag("server.host", host, name: "--host"),
      Configuration.Flag("server.port", port, name: "--port"),
      Configuration.Flag("server.token_file", tokenFile, name: "--token-file"),
      Configuration.Flag("log.level", logLevel, name: "--log-level"),
    ].compactMap { $0 }
  }

  static func announce(_ record: ServerRecord) {
    Output.line(words(es: "SARAi escucha en \(record.address)", en: "SARAi listens on \(record.address)"))
    Output.line(
      Output.dim(
        words(
          es: "API de OpenAI: \(record.address)/v1 · otra ventana: sarai chat · Ctrl-C para parar",
          en: "OpenAI API: \(record.address)/v1 · another window: sarai chat · Ctrl-C to stop")))
  }
}
