import MemoryProtocol
import Synchronization

/// How often something took how long.
final class TimeHistogram: Sendable {
  /// Seconds; the last bucket has no bound.
  static let bounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]

  private let state = Mutex((counts: [UInt64](repeating: 0, count: bounds.count + 1), sum: 0.0))

  func add(seconds: Double) {
    state.withLock { state in
      state.counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
      state.sum += seconds
    }
  }

  var message: Sarai_Memory_V1_Histogram {
    var message = Sarai_Memory_V1_Histogram()
    message.bounds = Self.bounds
    state.withLock { state in
      message.counts = state.counts
      message.sum = state.sum
    }
    return message
  }
}
