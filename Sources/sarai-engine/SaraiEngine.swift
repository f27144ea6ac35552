import ArgumentParser
import SaraiCore

/// One model in a process of its own.
@main
struct SaraiEngine: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sarai-engine", abstract: "Serves one model over a unix socket. sarai starts it by itself.",
    subcommands: [ServeCommand.self, CheckCommand.self, QuantizeCommand.self, TuneCommand.self])
}
