import Foundation
import Testing

@testable import SaraiInference

struct DedicatedThreadTests {
  @Test func `work runs in order on one thread, and its errors come back`() async throws {
    struct Fault: Error {}
    let thread = DedicatedThread(name: "test", stackBytes: 1 << 20)
    let first = try await thread.perform { pthread_self() }
    let second = try await thread.perform { pthread_self() }
    #expect(first == second)
    #expect(first != pthread_self())
    await #expect(throws: Fault.self) { try await thread.perform { throw Fault() } }
  }

  @Test(.timeLimit(.minutes(1)))
  func `a confined value is made, used and freed on its thread`() async throws {
    final class Probe {
      let made = pthread_self()
      let freed: @Sendable (pthread_t, pthread_t) -> Void
      init(_ freed: @escaping @Sendable (pthread_t, pthread_t) -> Void) { self.freed = freed }
      deinit { freed(made, pthread_self()) }
    }
    let (stream, continuation) = AsyncStream<Bool>.makeStream()
    // Often: a reference that is let go on the wrong thread now and then is let go by luck on the right one.
    let times = 500
    for _ in 0..<times {
      let confined = try await ThreadConfined(threadName: "test") {
        Probe { made, freed in continuation.yield(made == freed) }
      }
      #expect(try await confined.withValue { $0.made == pthread_self() })
    }
    var results: [Bool] = []
    for await isSame in stream.prefix(times) { results.append(isSame) }
    #expect(results == Array(repeating: true, count: times))
  }
}
