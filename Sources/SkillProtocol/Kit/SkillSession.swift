import GRPCCore
import Synchronization

/// Many requests over one kept stream.
final class SkillSession: Sendable {
  private struct State {
    /// Begun, and not yet answered.
    var attempts: [String: Attempt] = [:]
    /// Replies that are to come or to be written.
    var owed = 0
    var isReading = true
    /// The reader, while more is owed than it may store.
    var reader: CheckedContinuation<Void, Never>?
  }

  private let host: SkillHost
  private let response: RPCWriter<Sarai_Skills_V1_InferReply>
  private let state = Mutex(State())
  private let replies: AsyncStream<Sarai_Skills_V1_InferReply>
  private let outbox: AsyncStream<Sarai_Skills_V1_InferReply>.Continuation
  /// The most that may be under way, which is what the skill takes from all its callers.
  private let limit: Int

  init(host: SkillHost, response: RPCWriter<Sarai_Skills_V1_InferReply>) {
    self.host = host
    self.response = response
    limit = host.options.maximumRunning + host.options.maximumWaiting
    (replies, outbox) = AsyncStream.makeStream()
  }

  /// Answers until the caller ends the stream or leaves, or the skill stops.
  ///
  /// - Throws: `SkillError.stopping` where the skill stops: what it has read is answered before.
  func run(_ messages: RPCAsyncSequence<Sarai_Skills_V1_SessionRequest, any Error>) async throws {
    let reader = Task {
      defer { self.endReading() }
      for try await message in messages {
        switch message.kind {
        case .infer(let request): await self.begin(request)
        case .cancelRequestID(let id): self.state.withLock { $0.attempts[id] }?.end(.failure(.cancelled))
        // A kind that a later version has: nothing that this one could answer.
        case nil: continue
        }
      }
    }
    let unregister = host.addSession { reader.cancel() }
    defer { unregister() }
    await withRPCCancellationHandler {
      for await reply in replies {
        // A caller who is gone needs no answer; what is under way ends all the same.
        try? await response.write(reply)
        settle()
      }
    } onCancelRPC: {
      reader.cancel()
      guard !self.host.isStopping else { return }
      for attempt in self.state.withLock({ Array($0.attempts.values) }) { attempt.end(.failure(.cancelled)) }
    }
    if host.isStopping { throw SkillError.stopping }
    try await reader.value
  }

  /// Starts a request, or answers why not. Waits while a caller who only sends has too much coming.
  private func begin(_ request: Sarai_Skills_V1_InferRequest) async {
    await withCheckedContinuation { continuation in
      let hasRoom = state.withLock { state in
        state.owed += 1
        if state.owed > 2 * limit { state.reader = continuation }
        return state.owed <= 2 * limit
      }
      if hasRoom { continuation.resume() }
    }
    let id = request.requestID
    do {
      let attempt = try host.attempt(request, callTimeout: nil)
      try add(attempt, under: id)
      attempt.start { outcome in
        self.state.withLock { $0.attempts[id] = nil }
        self.outbox.yield(Self.reply(id, outcome))
      }
    } catch {
      outbox.yield(Self.reply(id, .failure(SkillError(thrown: error))))
    }
  }

  /// A reply has been written.
  private func settle() {
    let (reader, isOver) = state.withLock { state in
      state.owed -= 1
      return (state.reader.take(), !state.isReading && state.owed == 0)
    }
    reader?.resume()
    if isOver { outbox.finish() }
  }

  private func endReading() {
    let isOver = state.withLock { state in
      state.isReading = false
      return state.owed == 0
    }
    if isOver { outbox.finish() }
  }

  private func add(_ attempt: Attempt, under id: String) throws {
    try state.withLock { state in
      guard !id.isEmpty else {
        throw SkillError(
          .invalidRequest, es: "En una sesión cada petición lleva su identificador.",
          en: "In a session each request has its id.", subject: "request_id")
      }
      guard state.attempts[id] == nil else {
        throw SkillError(
          .invalidRequest, es: "Ya hay una petición en curso con ese identificador. Usa otro.",
          en: "A request with that id is under way. Use another one.", subject: "request_id")
      }
      guard state.attempts.count < limit else { throw SkillError.full }
      state.attempts[id] = attempt
    }
  }

  private static func reply(_ id: String, _ outcome: Attempt.Outcome) -> Sarai_Skills_V1_InferReply {
    switch outcome {
    case .success(let reply): return reply
    case .failure(let error):
      var reply = Sarai_Skills_V1_InferReply()
      reply.requestID = id
      reply.error = error.detail
      return reply
    }
  }
}
