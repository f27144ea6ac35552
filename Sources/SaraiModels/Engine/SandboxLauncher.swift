import Glibc
import SaraiCore
package import SaraiSandbox

/// Starts children in sandboxes, with what their command's profile grants and nothing else.
package struct SandboxLauncher: ProcessLauncher {
  package let isolates = true
  private let backend: any SandboxBackend
  /// Time between SIGTERM and SIGKILL.
  private let graceSeconds: Double

  package init(_ backend: any SandboxBackend, graceSeconds: Double = 5) {
    self.backend = backend
    self.graceSeconds = graceSeconds
  }

  package func launch(
    _ command: ChildCommand, output: @escaping @Sendable (ChildOutput) -> Void
  ) async throws -> any ChildProcess {
    guard let profile = command.profile else {
      throw SaraiError(
        .internalFault, es: "«\(command.executable)» no dice qué puede tocar.",
        en: "\"\(command.executable)\" does not say what it may touch.", subject: command.executable)
    }
    let launch = SandboxLaunch(profile, arguments: command.arguments, environment: command.environment)
    let process = try await backend.launch(launch) { piece in
      switch piece {
      case .standardOutput(let bytes): output(.standardOutput(bytes))
      case .standardError(let bytes): output(.standardError(bytes))
      }
    }
    return SandboxedChild(process: process, graceSeconds: graceSeconds)
  }
}

/// A child in a sandbox.
private struct SandboxedChild: ChildProcess {
  let process: any SandboxedProcess
  let graceSeconds: Double

  var pid: Int32 { process.pid }
  var socket: String? { process.socket }

  func waitForExit() async -> ChildExit { ChildExit(await process.waitForExit()) }

  func stop() async -> ChildExit { ChildExit(await process.terminate(graceSeconds: graceSeconds)) }
}

extension ChildExit {
  init(_ exit: SandboxExit) {
    switch exit.reason {
    case .exited(let code): self = .exited(code: code)
    case .signal(let signal): self = .killed(signal: signal)
    case .terminated: self = .killed(signal: SIGTERM)
    case .vanished: self = .unknown
    case .memoryLimit, .cpuLimit, .outputLimit, .forbiddenSystemCall: self = .limited(exit.words)
    }
  }
}
