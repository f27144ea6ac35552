import FoundationEssentials
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import MemoryProtocol
package import SaraiCore
import SaraiSandbox

/// `sarai-memory` in bubblewrap, over a folder with a memory in it.
package struct MemorySandbox: Sendable {
  private let program: String
  private let confine: String
  private let runtimeFolder: String

  /// - Parameters:
  ///   - programs: The folder of `sarai-memory` and `sarai-confine`.
  ///   - runtimeFolder: Short of path; made where it is missing.
  package init(programs: String, runtimeFolder: String) {
    program = "\(programs)/sarai-memory"
    confine = "\(programs)/sarai-confine"
    self.runtimeFolder = runtimeFolder
  }

  /// Serves the memory while the closure runs.
  ///
  /// - Throws: `SaraiError` where the process does not start; what the closure throws.
  package func run(
    _ folder: String,
    _ body: @escaping @Sendable (any MemoryGateway) async throws -> Void
  ) async throws {
    try FileManager.default.createDirectory(atPath: runtimeFolder, withIntermediateDirectories: true)
    let backend = try BubblewrapBackend(.init(confine: confine, runtimeFolder: runtimeFolder))
    let (outputs, output) = AsyncStream<Void>.makeStream()
    do {
      let process = try await backend.launch(launch(folder)) {
        if case .standardOutput = $0 { output.yield() }
      }
      Task {
        _ = await process.waitForExit()
        output.finish()
      }
      // It says that it serves, or why it does not.
      for await _ in outputs { break }
      do {
        try await ask(process.socket, body)
        await process.terminate(graceSeconds: 10)
      } catch {
        await process.terminate(graceSeconds: 0)
        throw error
      }
    } catch {
      await backend.close()
      throw error
    }
    await backend.close()
  }

  private func ask(
    _ socket: String?,
    _ body: @escaping @Sendable (any MemoryGateway) async throws -> Void
  ) async throws {
    guard let socket else { throw MemoryScenario.lost("sarai-memory") }
    var configuration = HTTP2ClientTransport.Posix.Config.defaults
    configuration.connection.flushCoalescing = nil
    try await withGRPCClient(
      transport: .http2NIOPosix(
        target: .unixDomainSocket(path: socket), transportSecurity: .plaintext, config: configuration)
    ) { connection in
      try await body(MemoryClient(connection: { connection }, lost: { _ in }))
    }
  }

  /// As the supervisor starts it, without those who help it.
  private func launch(_ folder: String) -> SandboxLaunch {
    var limits = SandboxLimits()
    limits.memoryBytes = 2 << 30
    limits.tasks = 128
    limits.openFiles = 1_024
    limits.fileBytes = 64 << 30
    limits.startSeconds = 300
    return SandboxLaunch(
      SandboxProfile(
        name: "memory", kind: .native, executable: program, readWrite: [.init(host: folder)], serves: true,
        limits: limits),
      arguments: ["--folder", folder, "--socket", SandboxPaths.socket, "--log-level", "error"],
      environment: ["SWIFT_BACKTRACE": "enable=no", "SQLITE_TMPDIR": folder])
  }
}
