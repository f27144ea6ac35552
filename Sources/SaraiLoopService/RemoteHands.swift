import LoopProtocol
import SaraiCore
import SaraiLoop
import SkillProtocol
import Synchronization

/// The hands of a loop that lives in a process of its own: whoever accompanies it does what is ordered and reports.
///
/// An order stays open until its outcome is reported. A companion that goes leaves it to the next one, which is given
/// all that is open.
final class RemoteHands: LoopHands {
  typealias Command = Sarai_Loop_V1_Command

  private struct Open {
    let order: Sarai_Loop_V1_Order
    let outcome: OneShot<Sarai_Loop_V1_Outcome>
  }

  private struct State {
    var number = 0
    var commands: AsyncStream<Command>.Continuation?
    var open: [String: Open] = [:]
    var watched: [String] = []
  }

  /// How long an order that is taken back may take to end.
  private static let giveUpSeconds = 10.0

  private let state = Mutex(State())

  // MARK: - The companion

  /// A new companion takes the place of the last; it gets what is open and what is to be watched.
  func begin() -> (commands: AsyncStream<Command>, end: @Sendable () -> Void) {
    let (commands, continuation) = AsyncStream.makeStream(of: Command.self)
    let number = state.withLock { state in
      state.commands?.finish()
      state.commands = continuation
      state.number += 1
      continuation.yield(Self.watch(state.watched))
      for open in state.open.values { continuation.yield(Self.command(open.order)) }
      return state.number
    }
    return (
      commands,
      {
        self.state.withLock { state in
          guard state.number == number else { return }
          state.commands?.finish()
          state.commands = nil
        }
      }
    )
  }

  /// What came of an order; one that nobody waits for is as good as kept.
  func report(_ outcome: Sarai_Loop_V1_Outcome) {
    let open = state.withLock { state in
      guard let open = state.open.removeValue(forKey: outcome.key) else {
        state.commands?.yield(Self.kept(outcome.key))
        return nil as Open?
      }
      return open
    }
    open?.outcome.set(outcome)
  }

  func show(_ item: InboxItem) {
    var command = Command()
    command.item = Sarai_Loop_V1_InboxItem(item)
    state.withLock { _ = $0.commands?.yield(command) }
  }

  /// Has these paths, and no others, watched for changes.
  func watch(_ paths: [String]) {
    state.withLock { state in
      guard state.watched != paths else { return }
      state.watched = paths
      state.commands?.yield(Self.watch(paths))
    }
  }

  // MARK: - LoopHands

  func perform(_ order: LoopOrder) async throws -> ActionOutcome {
    let open = Open(order: Sarai_Loop_V1_Order(order), outcome: OneShot())
    state.withLock { state in
      state.open[order.key] = open
      state.commands?.yield(Self.command(open.order))
    }
    do {
      return try ActionOutcome(await open.outcome.waitOrCancel())
    } catch  where open.outcome.value == nil {
      // Taken back. It is not ordered again before it has ended.
      state.withLock { state in
        var command = Command()
        command.cancel = order.key
        state.commands?.yield(command)
      }
      let ended = Task { await open.outcome.wait() }
      let timer = Task {
        try await Task.sleep(for: .seconds(Self.giveUpSeconds))
        self.report(Self.yielded(order.key))
      }
      let outcome = await ended.value
      timer.cancel()
      return try ActionOutcome(outcome)
    }
  }

  func settled(_ key: String) async { state.withLock { _ = $0.commands?.yield(Self.kept(key)) } }

  private static func command(_ order: Sarai_Loop_V1_Order) -> Command {
    var command = Command()
    command.order = order
    return command
  }

  private static func kept(_ key: String) -> Command {
    var command = Command()
    command.kept = key
    return command
  }

  private static func watch(_ paths: [String]) -> Command {
    var command = Command()
    command.watch.paths = paths
    return command
  }

  private static func yielded(_ key: String) -> Sarai_Loop_V1_Outcome {
    var outcome = Sarai_Loop_V1_Outcome()
    outcome.key = key
    outcome.yielded = true
    return outcome
  }
}
