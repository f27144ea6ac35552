import GRPCCore
import Logging
import LoopProtocol
import SaraiCore
import SaraiModels
import SkillProtocol
import Synchronization

/// The supervisor's side of the loop: it tells what happens, does what the loop orders, and keeps what came of each
/// order until the loop has it, so that a loop that was killed asks for nothing twice.
final class LoopCompanion: Sendable {
  typealias Report = Sarai_Loop_V1_Report
  typealias Outcome = Sarai_Loop_V1_Outcome

  private struct State {
    var settings: Sarai_Loop_V1_Settings
    var reports: AsyncStream<Report>.Continuation?
    /// Of orders that are done and that the loop has not kept yet.
    var outcomes: [String: Outcome] = [:]
    var running: [String: Task<Void, Never>] = [:]
  }

  /// A loop that never keeps an outcome fills no memory.
  private static let mostOutcomes = 1_000

  private let hands: any OrderPerforming
  private let deliver: @Sendable (Sarai_Loop_V1_InboxItem) -> Void
  private let watch: @Sendable ([String]) -> Void
  private let state: Mutex<State>
  private let log = Logger(label: "sarai.loop")

  /// - Parameters:
  ///   - hands: Do what is ordered.
  ///   - deliver: Shows an item where the person is.
  ///   - watch: Takes the files and folders whose changes are waited for.
  init(
    settings: Sarai_Loop_V1_Settings, hands: any OrderPerforming,
    deliver: @escaping @Sendable (Sarai_Loop_V1_InboxItem) -> Void, watch: @escaping @Sendable ([String]) -> Void
  ) {
    state = Mutex(State(settings: settings))
    self.hands = hands
    self.deliver = deliver
    self.watch = watch
  }

  func configure(_ settings: Sarai_Loop_V1_Settings) {
    state.withLock { state in
      guard state.settings != settings else { return }
      state.settings = settings
      var report = Report()
      report.settings = settings
      state.reports?.yield(report)
    }
  }

  /// Tells what happened; nobody hears it while the loop starts, but what is a state is told again.
  func report(_ kind: String, _ values: [String: String] = [:]) {
    var report = Report()
    report.event.kind = kind
    report.event.at = WallClock.seconds
    report.event.values = values
    state.withLock { _ = $0.reports?.yield(report) }
  }

  /// Accompanies one process of the loop until it ends.
  ///
  /// - Parameter configured: Called when it has taken the settings in: it tells then what is to be watched.
  func accompany(_ serving: ServingChild, configured: @escaping @Sendable () async -> Void) async {
    do {
      let client = try SupervisedSocket.client(socket: serving.socket)
      let connecting = Task { _ = try? await client.runConnections() }
      defer {
        client.beginGracefulShutdown()
        connecting.cancel()
      }
      let reports = begin()
      try await Sarai_Loop_V1_Loop.Client(wrapping: client).accompany { writer in
        for await report in reports { try await writer.write(report) }
      } onResponse: { response in
        var isConfigured = false
        for try await command in response.messages {
          self.obey(command)
          guard !isConfigured, case .watch = command.kind else { continue }
          isConfigured = true
          await configured()
        }
      }
    } catch {
      let isExpected = error is CancellationError || serving.hasEnded.value != nil
      if !isExpected { log.warning("the loop's companion was sent away: \(error)") }
    }
    state.withLock { state in
      state.reports?.finish()
      state.reports = nil
    }
    // A loop that lives and will not be accompanied is of no use.
    if serving.hasEnded.value == nil { await serving.child.stop() }
  }

  func close() {
    let running = state.withLock { state in
      state.reports?.finish()
      state.reports = nil
      return Array(state.running.values)
    }
    for task in running { task.cancel() }
  }

  // MARK: - The stream

  /// What a loop that starts has to know: the settings, and what came of orders of the one before it.
  private func begin() -> AsyncStream<Report> {
    let (reports, continuation) = AsyncStream.makeStream(of: Report.self, bufferingPolicy: .bufferingNewest(4_096))
    state.withLock { state in
      state.reports = continuation
      var first = Report()
      first.settings = state.settings
      continuation.yield(first)
      for outcome in state.outcomes.values { continuation.yield(Self.report(outcome)) }
    }
    return reports
  }

  private func obey(_ command: Sarai_Loop_V1_Command) {
    switch command.kind {
    case .order(let order): perform(order)
    case .cancel(let key): state.withLock { $0.running[key] }?.cancel()
    case .kept(let key): state.withLock { $0.outcomes[key] = nil }
    case .item(let item): deliver(item)
    case .watch(let paths): watch(paths.paths)
    case nil: break
    }
  }

  private func perform(_ order: Sarai_Loop_V1_Order) {
    state.withLock { state in
      if let done = state.outcomes[order.key] {
        state.reports?.yield(Self.report(done))
      } else if state.running[order.key] == nil, order.isUncertain {
        state.reports?.yield(Self.report(Self.unknown(order)))
      } else if state.running[order.key] == nil {
        state.running[order.key] = Task { [hands] in
          var outcome = await hands.perform(order)
          outcome.key = order.key
          self.finish(outcome)
        }
      }
    }
  }

  private func finish(_ outcome: Outcome) {
    state.withLock { state in
      state.running[outcome.key] = nil
      if state.outcomes.count < Self.mostOutcomes { state.outcomes[outcome.key] = outcome }
      state.reports?.yield(Self.report(outcome))
    }
  }

  /// This companion never had the order: one before it may have carried it out.
  private static func unknown(_ order: Sarai_Loop_V1_Order) -> Outcome {
    var outcome = Outcome()
    outcome.key = order.key
    outcome.error = Sarai_Loop_V1_Fault(
      SaraiError(
        .notFound, es: "No se sabe cómo acabó «\(order.action)»: SARAi se detuvo mientras lo hacía.",
        en: "How \"\(order.action)\" ended is not known: SARAi stopped while it was done.", subject: order.key))
    return outcome
  }

  private static func report(_ outcome: Outcome) -> Report {
    var report = Report()
    report.outcome = outcome
    return report
  }
}

/// Does what the loop orders.
protocol OrderPerforming: Sendable {
  /// Never throws: an error is an outcome. Cancellation ends it soon, as `yielded`.
  func perform(_ order: Sarai_Loop_V1_Order) async -> Sarai_Loop_V1_Outcome
}
