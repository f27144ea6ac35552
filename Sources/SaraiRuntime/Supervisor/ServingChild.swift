import Logging
import SaraiCore
import SaraiModels

/// A process of SARAi's own that serves one socket: the memory, the loop.
struct ServingChild: Sendable {
  let child: any ChildProcess
  let socket: String
  let hasEnded: OneShot<Void>
  /// What the person has to know of its files.
  let notice: Localized?

  /// Starts it, and returns once it answers.
  ///
  /// - Parameters:
  ///   - role: What it is called in the log.
  ///   - socket: Where it serves if nothing stands between it and this process.
  ///   - startSeconds: How long it may take.
  ///   - failure: What a start is called that came to nothing.
  ///   - repaired: Called where it says later on that it had to repair its file.
  /// - Throws: `SaraiError`: what the process says of its start, or `failure`.
  static func start(
    _ command: ChildCommand, with launcher: any ProcessLauncher, role: String, socket: String, startSeconds: Double,
    log: Logger,
    failure: @escaping @Sendable (_ cause: String) -> SaraiError,
    repaired: @escaping @Sendable (Localized) -> Void
  ) async throws -> ServingChild {
    let output = ServingOutput(
      relay: LogRelay(role: role, logger: log), failure: failure, repaired: repaired)
    let child = try await launcher.launch(command) { output.receive($0) }
    let ended = OneShot<Void>()
    Task {
      let exit = await child.waitForExit()
      ended.set(())
      if output.startup.set(.failure(failure(exit.words.en))) { return }
      if exit != .exited(code: 0) { log.error("the process ended: \(exit.words.en)") }
    }
    do {
      let notice = try await withDeadline(
        seconds: startSeconds, expired: { failure("no answer in \(Int(startSeconds)) s") }
      ) {
        try await output.startup.waitOrCancel().get()
      }
      return ServingChild(child: child, socket: child.socket ?? socket, hasEnded: ended, notice: notice)
    } catch {
      await child.stop()
      throw error
    }
  }
}
