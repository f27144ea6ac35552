import Synchronization

/// Counts what a skill did.
final class SkillMetrics: Sendable {
  enum Result: Sendable {
    case succeeded, failed, timedOut, cancelled, refused
  }

  private struct State {
    var counts = Sarai_Skills_V1_Metrics()
    var buckets = [UInt64](repeating: 0, count: SkillMetrics.upperSeconds.count)
    var sumSeconds = 0.0
  }

  /// Upper bounds of the latency histogram.
  private static let upperSeconds: [Double] = [
    0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, .infinity,
  ]

  private let start = ContinuousClock.now
  private let state = Mutex(State())

  func count(_ result: Result, seconds: Double) {
    state.withLock { state in
      state.counts.requests += 1
      switch result {
      case .succeeded: state.counts.succeeded += 1
      case .failed: state.counts.failed += 1
      case .timedOut: state.counts.timedOut += 1
      case .cancelled: state.counts.cancelled += 1
      case .refused: state.counts.refused += 1
      }
      state.sumSeconds += seconds
      if let bucket = Self.upperSeconds.firstIndex(where: { seconds <= $0 }) { state.buckets[bucket] += 1 }
    }
  }

  func countReload(succeeded: Bool) {
    state.withLock { state in
      if succeeded { state.counts.reloads += 1 } else { state.counts.failedReloads += 1 }
    }
  }

  func snapshot(running: Int, waiting: Int) -> Sarai_Skills_V1_Metrics {
    var (metrics, buckets, sum) = state.withLock { ($0.counts, $0.buckets, $0.sumSeconds) }
    metrics.running = UInt32(clamping: running)
    metrics.waiting = UInt32(clamping: waiting)
    metrics.uptimeSeconds = (ContinuousClock.now - start).seconds
    metrics.latency.sumSeconds = sum
    metrics.latency.buckets = zip(Self.upperSeconds, buckets).map { upper, count in
      var bucket = Sarai_Skills_V1_Histogram.Bucket()
      bucket.upperSeconds = upper
      bucket.count = count
      return bucket
    }
    return metrics
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
