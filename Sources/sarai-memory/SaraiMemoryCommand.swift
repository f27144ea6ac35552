import ArgumentParser
import CAllocator
import Glibc
import Logging
import SaraiCore
import SaraiMemoryService
import SkillProtocol

/// The process that alone owns memory.db: it opens the file, and answers calls until the parent is gone.
@main
struct SaraiMemoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sarai-memory", abstract: "Serves what a person told on a unix socket.")

  @Option(help: "The folder of memory.db and its backups.", completion: .directory)
  var folder: String

  @Option(help: "The unix socket to listen on, at most 107 bytes.")
  var socket: String

  @Option(help: "The socket of an engine that embeds texts.")
  var embeddings: String?

  @Option(help: "The socket of the skill nlp.")
  var parser: String?

  @Option(help: "The socket of an engine that writes.")
  var model: String?

  @Option(help: "Least important log lines to write: trace, debug, info, warning, error.")
  var logLevel = "info"

  func run() async throws {
    sarai_allocator_prepare()
    let channel = MachineChannel()
    let lifetime = Lifetime()
    lifetime.watch(endsWithInput: true)
    let level = Logger.Level(rawValue: logLevel) ?? .info
    let logger = Logger(label: "sarai-memory") { _ in JSONLinesLog(role: "memory", level: level) }
    do {
      let server = try MemoryServer(
        folder: folder, socket: socket, allowedUsers: [getuid()], admitsSandboxes: true,
        helpers: MemoryHelpers(embeddings: embeddings, parser: parser, model: model), log: logger,
        repaired: { notice in
          // Whoever is connected comes back through the supervisor, which tells them; their calls are made again.
          channel.write(["notice_es": .string(notice.es), "notice_en": .string(notice.en)])
          _exit(0)
        })
      try await server.run {
        lifetime.serve { server.stop() }
        StartPages.giveBack()
        let notice = server.host.notice
        channel.write(
          ["ready": true, "notice_es": .string(notice?.es ?? ""), "notice_en": .string(notice?.en ?? "")])
      }
    } catch {
      channel.write(
        error: error as? SaraiError
          ?? SaraiError(
            .internalFault, es: "La memoria no puede arrancar: \(error)", en: "The memory cannot start: \(error)"))
      Glibc.exit(MachineChannel.dataError)
    }
    Glibc.exit(0)
  }
}
