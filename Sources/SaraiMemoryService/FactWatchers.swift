import MemoryProtocol
import SaraiMemory
import Synchronization

/// Who is told of facts as they come and go.
final class FactWatchers: Sendable {
  typealias News = Sarai_Memory_V1_FactNews

  private struct State {
    var last = 0
    var watchers: [Int: AsyncStream<News>.Continuation] = [:]
  }

  /// The longest words of a person that are passed on, in characters.
  private static let longestWords = 500

  private let state = Mutex(State())

  func join() -> (stream: AsyncStream<News>, leave: @Sendable () -> Void) {
    let (stream, continuation) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(256))
    let number = state.withLock { state in
      state.last += 1
      state.watchers[state.last] = continuation
      return state.last
    }
    return (
      stream,
      {
        continuation.finish()
        self.state.withLock { $0.watchers[number] = nil }
      }
    )
  }

  func post(
    _ owner: Owner, told: [Sarai_Memory_V1_Fact], ended: [Sarai_Memory_V1_Fact] = [], gone: [Int64] = [],
    said: String = ""
  ) {
    let watchers = state.withLock { Array($0.watchers.values) }
    guard !watchers.isEmpty, !told.isEmpty || !ended.isEmpty || !gone.isEmpty else { return }
    var news = News()
    news.owner = owner.name
    news.told = told
    news.gone = gone + ended.map(\.id)
    news.said = String(said.prefix(Self.longestWords))
    for watcher in watchers { watcher.yield(news) }
  }
}
