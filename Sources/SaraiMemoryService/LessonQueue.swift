import SaraiCore
import Synchronization

/// Lessons of one owner, one after the other; a question waits for those that came before it.
package final class LessonQueue: Sendable {
  private let last = Mutex<OneShot<Void>?>(nil)

  /// Runs `body` once all lessons before it are over.
  package func run<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
    let done = OneShot<Void>()
    let before = last.withLock { last in
      defer { last = done }
      return last
    }
    defer { done.set(()) }
    await before?.wait()
    return try await body()
  }

  /// Waits for the lessons that are under way now, no longer than so many seconds.
  package func settle(withinSeconds seconds: Double) async {
    guard seconds > 0, let pending = last.withLock({ $0 }), pending.value == nil else { return }
    _ = try? await withDeadline(
      seconds: seconds, expired: { SaraiError(.timeout, es: "aún aprende", en: "still learning") },
      { try await pending.waitOrCancel() })
  }
}
