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
    let process = try await backend.launch(launch) { output(ChildOutput($0)) }
    return SandboxedChild(process: process, graceSeconds: graceSeconds)
  }
}

/// Starts children outside any sandbox, each with one more descriptor, number 3.
package struct PlainLauncher: ProcessLauncher {
  package let isolates = false
  private let descriptor: Int32
  /// Time between SIGTERM and SIGKILL.
  private let graceSeconds: Double

  package init(handing descriptor: Int32, graceSeconds: Double) {
    self.descriptor = descriptor
    self.graceSeconds = graceSeconds
  }

  package func launch(
    _ command: ChildCommand, output: @escaping @Sendable (ChildOutput) -> Void
  ) async throws -> any ChildProcess {
    let process = try PlainProcess.start(
      command.executable, arguments: command.arguments, environment: command.environment, handing: descriptor
    ) { output(ChildOutput($0)) }
    return SandboxedChild(process: process, graceSeconds: graceSeconds)
  }
}

/// A child that the sandbox's kit started.
private struct SandboxedChild: ChildProcess {
  let process: any SandboxedProcess
  let graceSeconds: Double

  var pid: Int32 { process.pid }
  var socket: String? { process.socket }

  func waitForExit() async -> ChildExit { ChildExit(await process.waitForExit()) }

  func stop() async -> ChildExit { ChildExit(await process.terminate(graceSeconds: graceSeconds)) }
}

extension ChildOutput {
  fileprivate init(_ output: SandboxOutput) {
    switch output {
    case .standardOutput(let bytes): self = .standardOutput(bytes)
    case .standardError(let bytes): self = .standardError(bytes)
    }
  }
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
