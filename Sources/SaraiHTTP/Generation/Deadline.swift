import NIOCore
import SaraiCore

/// A moment by which something must be done.
///
/// It is kept by the connection's event loop, whose timers go away when cancelled; those of `Task.sleep` stay in
/// memory until they would have fired.
struct Deadline: Sendable {
  let seconds: Double
  let instant: NIODeadline
  let eventLoop: any EventLoop
  let message: Localized

  init(inSeconds seconds: Double, on eventLoop: any EventLoop, _ message: Localized) {
    self.seconds = seconds
    self.instant = .now() + .nanoseconds(Int64(seconds * 1e9))
    self.eventLoop = eventLoop
    self.message = message
  }

  var error: SaraiError { SaraiError(.timeout, message) }

  func check() throws(SaraiError) {
    if NIODeadline.now() > instant { throw error }
  }

  /// Runs `operation`, cancelling it at the deadline.
  ///
  /// - Throws: `SaraiError` (`timeout`), and what `operation` throws.
  func limit<Value: Sendable>(_ operation: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task(operation: operation)
    let timer = eventLoop.scheduleTask(deadline: instant) { task.cancel() }
    defer { timer.cancel() }
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch {
      if !Task.isCancelled { try check() }
      throw error
    }
  }
}

/// The deadlines of one request.
struct Deadlines: Sendable {
  let firstToken: Deadline
  let total: Deadline

  init(_ settings: ServerSettings, on eventLoop: any EventLoop) {
    firstToken = Deadline(
      inSeconds: min(settings.firstTokenTimeoutSeconds, settings.requestTimeoutSeconds), on: eventLoop,
      Localized(
        es:
          "El modelo no empezó a responder en \(settings.firstTokenTimeoutSeconds) s: vuelve a intentarlo, o pide menos.",
        en:
          "The model did not start to answer within \(settings.firstTokenTimeoutSeconds) s: try again, or ask for less."
      ))
    total = Deadline(
      inSeconds: settings.requestTimeoutSeconds, on: eventLoop,
      Localized(
        es: "La respuesta no acabó en \(settings.requestTimeoutSeconds) s: pide menos tokens.",
        en: "The answer did not end within \(settings.requestTimeoutSeconds) s: ask for fewer tokens."))
  }
}
