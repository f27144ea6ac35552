import ArgumentParser
import CAllocator
import Glibc
import Logging
import SaraiCore
import SaraiLoopService
import SkillProtocol

/// The process that alone owns loop.db and decides what is done unasked, until the parent is gone.
@main
struct SaraiLoopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sarai-loop", abstract: "Keeps jobs, reminders and the inbox, and serves them on a unix socket.")

  @Option(help: "The folder of loop.db and its backups.", completion: .directory)
  var folder: String

  @Option(help: "The unix socket to listen on, at most 107 bytes.")
  var socket: String

  @Option(help: "Least important log lines to write: trace, debug, info, warning, error.")
  var logLevel = "info"

  func run() async throws {
    sarai_allocator_prepare()
    let channel = MachineChannel()
    let lifetime = Lifetime()
    lifetime.watch(endsWithInput: true)
    let level = Logger.Level(rawValue: logLevel) ?? .info
    let logger = Logger(label: "sarai-loop") { _ in JSONLinesLog(role: "loop", level: level) }
    do {
      let server = try LoopServer(folder: folder, socket: socket, allowedUsers: [getuid()], log: logger)
      try await server.run {
        lifetime.serve { server.stop() }
        StartPages.giveBack()
        channel.write(["ready": true, "notice_es": "", "notice_en": ""])
      }
    } catch {
      channel.write(
        error: error as? SaraiError
          ?? SaraiError(
            .internalFault, es: "El bucle no puede arrancar: \(error)", en: "The loop cannot start: \(error)"))
      Glibc.exit(MachineChannel.dataError)
    }
    Glibc.exit(0)
  }
}
