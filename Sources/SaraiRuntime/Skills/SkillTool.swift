import SaraiCore
import SaraiModels
import SaraiSkills
import Synchronization

/// Runs Python's own tools for an installation, with the person's environment: pip honours its proxies and mirrors.
struct SkillTool: SkillToolRunner {
  /// Of what a tool prints, the end is kept.
  private static let maxOutputBytes = 16 << 10

  private let environment: [String: String]

  init(environment: [String: String]) { self.environment = environment }

  func run(_ executable: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
    let printed = Mutex<[UInt8]>([])
    let command = ChildCommand(executable: executable, arguments: arguments, environment: environment)
    let keep: @Sendable (ChildOutput) -> Void = { output in
      let bytes =
        switch output {
        case .standardOutput(let bytes), .standardError(let bytes): bytes
        }
      printed.withLock { $0 = ($0 + bytes).suffix(Self.maxOutputBytes) }
    }
    let child = try await DirectLauncher().launch(command, output: keep)
    let exit = await withTaskCancellationHandler {
      await child.waitForExit()
    } onCancel: {
      Task { await child.stop() }
    }
    try Task.checkCancellation()
    let output = String(decoding: printed.withLock { $0 }, as: UTF8.self)
    guard case .exited(let code) = exit else { return (-1, output) }
    return (code, output)
  }
}
