import SaraiCore
import Synchronization

/// A program that bubblewrap runs, for those who are on other threads than its session.
final class BubblewrapProcess: SandboxedProcess {
  let exit = OneShot<SandboxExit>()
  private let started = OneShot<Result<Int32, SaraiError>>()
  private let reactor: Reactor
  private let start: BubblewrapSession.Start
  private let output: @Sendable (SandboxOutput) -> Void
  private let session = SessionBox()

  /// The session, put there and used on the reactor's thread only.
  private final class SessionBox: @unchecked Sendable {
    var session: BubblewrapSession?
    /// Set where the end was asked for before the start.
    var graceSeconds: Double?
  }

  init(
    reactor: Reactor, start: BubblewrapSession.Start, output: @escaping @Sendable (SandboxOutput) -> Void
  ) {
    self.reactor = reactor
    self.start = start
    self.output = output
  }

  var pid: Int32 {
    if case .success(let pid) = started.value { pid } else { 0 }
  }

  var socket: String? { start.serviceFolder.map { ServiceFolder.socket(in: $0) } }

  /// False where nothing more is started.
  func begin(whenGone: @escaping @Sendable () -> Void) -> Bool {
    let listeners = BubblewrapSession.Listeners(
      started: started,
      ended: { [exit, session] outcome in
        session.session = nil
        whenGone()
        exit.set(outcome)
      }, output: output)
    return reactor.submit { [session, start] loop in
      let own = BubblewrapSession(start, listeners: listeners, loop: loop)
      session.session = own
      own.begin()
      if let grace = session.graceSeconds { own.terminate(graceSeconds: grace) }
    }
  }

  /// For one that was never begun: whoever waits for its end need not.
  func abandon() {
    started.set(.failure(BubblewrapErrors.closed()))
    exit.set(SandboxExit(.terminated))
  }

  /// Returns once the program runs. Where the task is cancelled, it ends the program.
  func waitUntilStarted() async throws {
    let outcome = await withTaskCancellationHandler {
      await started.wait()
    } onCancel: {
      submitTermination(graceSeconds: 0)
    }
    // A failed start counts as over when nothing is left of it.
    if case .failure(let error) = outcome {
      _ = await exit.wait()
      throw error
    }
  }

  /// What a check found, in the place of a pid.
  func checkOutcome() async -> Result<Int32, SaraiError> { await started.wait() }

  func waitForExit() async -> SandboxExit { await exit.wait() }

  func signal(_ signal: Int32) {
    _ = reactor.submit { [session] _ in session.session?.signal(signal) }
  }

  func terminate(graceSeconds: Double) async -> SandboxExit {
    submitTermination(graceSeconds: graceSeconds)
    return await exit.wait()
  }

  private func submitTermination(graceSeconds: Double) {
    _ = reactor.submit { [session] _ in
      session.graceSeconds = graceSeconds
      session.session?.terminate(graceSeconds: graceSeconds)
    }
  }
}
