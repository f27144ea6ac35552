import SaraiCore
import Synchronization

/// The clients of a supervisor: as long as one is there it stays, and after the last one it lingers for a while.
final class Attendance: Sendable {
  private struct State {
    var lastClient = 0
    /// How each client is told something.
    var clients: [Int: AsyncStream<Localized>.Continuation] = [:]
    var servers = 0
    var lingerSeconds: Double
    var timer: Task<Void, Never>?
  }

  private let state: Mutex<State>
  private let end: @Sendable () -> Void

  /// - Parameter end: Called when nobody has been there for so long.
  init(lingerSeconds: Double, end: @escaping @Sendable () -> Void) {
    state = Mutex(State(lingerSeconds: lingerSeconds))
    self.end = end
  }

  var count: Int { state.withLock { $0.clients.count } }

  /// Begins to wait for the first client. One that started the supervisor is on its way, however short the linger.
  func begin() { state.withLock { startTimer(&$0, seconds: max($0.lingerSeconds, 10)) } }

  func setLinger(seconds: Double) { state.withLock { $0.lingerSeconds = seconds } }

  /// A client is there until `leave`; gives what it is to be told.
  func join() -> (notices: AsyncStream<Localized>, leave: @Sendable () -> Void) {
    let (notices, continuation) = AsyncStream.makeStream(of: Localized.self, bufferingPolicy: .bufferingNewest(64))
    let number = state.withLock { state in
      state.timer?.cancel()
      state.timer = nil
      state.lastClient += 1
      state.clients[state.lastClient] = continuation
      return state.lastClient
    }
    return (
      notices,
      {
        continuation.finish()
        self.state.withLock { state in
          guard state.clients.removeValue(forKey: number) != nil, state.clients.isEmpty else { return }
          self.startTimer(&state, seconds: state.lingerSeconds)
        }
      }
    )
  }

  /// Whether a server is among the clients: its settings hold then.
  var hasServer: Bool { state.withLock { $0.servers > 0 } }
  func serverCame() { state.withLock { $0.servers += 1 } }
  func serverLeft() { state.withLock { $0.servers -= 1 } }

  /// A sign of life of one who does not stay: the wait begins anew.
  func note() {
    state.withLock { state in
      guard state.clients.isEmpty else { return }
      startTimer(&state, seconds: max(state.lingerSeconds, 1))
    }
  }

  func tell(_ notice: Localized) {
    for client in state.withLock({ Array($0.clients.values) }) { client.yield(notice) }
  }

  private func startTimer(_ state: inout State, seconds: Double) {
    state.timer?.cancel()
    state.timer = Task { [end] in
      guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
      end()
    }
  }
}
