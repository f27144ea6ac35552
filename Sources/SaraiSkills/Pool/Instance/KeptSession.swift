import GRPCCore
import SaraiCore
import SkillProtocol
import SwiftProtobuf
import Synchronization

/// One stream to a skill that is kept for many requests; each gets exactly one outcome.
final class KeptSession: Sendable {
  enum Outcome: Sendable {
    case reply(Sarai_Skills_V1_InferReply)
    /// It was never begun: another process can be asked.
    case notBegun
    /// Its answer is lost, and nobody knows how far it came.
    case lost
    case late
    case cancelled
  }

  /// How the stream ended.
  enum End: Sendable, Equatable {
    /// The skill ended it in good order: what it has not answered, it never began.
    case inOrder
    case broken(String)
  }

  private enum Item {
    case infer(Sarai_Skills_V1_SessionRequest, id: String)
    case cancel(String)
  }

  private struct Call {
    var continuation: CheckedContinuation<Outcome, Never>
    var alarm: Alarms.Token?
    /// Set as soon as the skill may have seen it.
    var isSent = false
  }

  private struct State {
    var calls: [String: Call] = [:]
    /// Given up here, and still to be answered there; since when.
    var owed: [String: ContinuousClock.Instant] = [:]
    var lastNumber: UInt64 = 0
    var strangeReplies = 0
    /// Who waits until nothing is owed.
    var creditors: [OneShot<Void>] = []
    var end: End?
  }

  /// Of one skill that answers what nobody asked: beyond it, the process is not worth talking to.
  private static let mostStrangeReplies = 16

  /// Set once the stream is over; nothing can be asked any more then.
  let ended = OneShot<End>()
  private let state = Mutex(State())
  private let items: AsyncStream<Item>
  private let outbox: AsyncStream<Item>.Continuation
  private let driver = Mutex<Task<Void, Never>?>(nil)

  /// - Parameter replyBytes: The longest reply that is read; a longer one breaks the stream.
  init(_ connection: SkillConnection, replyBytes: Int) {
    (items, outbox) = AsyncStream.makeStream()
    let calls = connection.calls
    driver.withLock {
      // It holds on to the session until the stream is over, as it always is in the end.
      // It outlives the request that it was opened for.
      $0 = RequestID.$current.withValue(nil) {
        Task { self.finish(await self.drive(calls, replyBytes: replyBytes)) }
      }
    }
  }

  /// Nothing more is asked; what is under way is answered.
  func close() { outbox.finish() }

  /// Ends the stream, and with it all that is under way.
  func abandon() {
    driver.withLock { $0 }?.cancel()
    finish(.broken("given up"))
  }

  /// Requests that this side waits for.
  var callCount: Int { state.withLock { $0.calls.count } }

  /// Whether the skill owes an answer to a request that was given up longer ago than that.
  func owesSince(seconds: Double) -> Bool {
    state.withLock { state in
      state.owed.values.contains { $0.secondsAgo > seconds }
    }
  }

  /// Waits until the skill has answered what was given up, for so many seconds at most.
  func waitUntilNothingIsOwed(seconds: Double) async {
    let creditor = OneShot<Void>()
    let isOwed = state.withLock { state in
      guard !state.owed.isEmpty, state.end == nil else { return false }
      state.creditors.append(creditor)
      return true
    }
    guard isOwed else { return }
    _ = try? await withDeadline(seconds: seconds, expired: { SkillFaults.closing() }) {
      try await creditor.waitOrCancel()
    }
  }

  // MARK: - Calls

  /// Asks, and waits for the outcome: never longer than until the deadline.
  func infer(_ request: Sarai_Skills_V1_InferRequest, deadline: ContinuousClock.Instant) async -> Outcome {
    let id = newID(request.requestID)
    var message = Sarai_Skills_V1_SessionRequest()
    message.infer = request
    message.infer.requestID = id
    var outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let refusal: Outcome? = state.withLock { state in
          if state.end != nil { return .notBegun }
          // Asked under the lock that `giveUp` takes, a cancellation is seen here or there.
          if Task.isCancelled { return .cancelled }
          state.calls[id] = Call(continuation: continuation)
          return nil
        }
        if let refusal { return continuation.resume(returning: refusal) }
        outbox.yield(.infer(message, id: id))
        setAlarm(for: id, at: deadline)
      }
    } onCancel: {
      giveUp(id, .cancelled)
    }
    if case .reply(var reply) = outcome {
      reply.requestID = request.requestID
      outcome = .reply(reply)
    }
    return outcome
  }

  /// An id that was never used on this stream: a second answer to an earlier request cannot be taken for this one's.
  private func newID(_ wanted: String) -> String {
    state.withLock { state in
      state.lastNumber += 1
      return wanted.utf8.count <= 100 ? "\(wanted)~\(state.lastNumber)" : "~\(state.lastNumber)"
    }
  }

  private func setAlarm(for id: String, at deadline: ContinuousClock.Instant) {
    let alarm = Alarms.shared.add(at: deadline) { [weak self] in self?.giveUp(id, .late) }
    let isOver = state.withLock { state in
      state.calls[id]?.alarm = alarm
      return state.calls[id] == nil
    }
    if isOver { Alarms.shared.remove(alarm) }
  }

  private func giveUp(_ id: String, _ outcome: Outcome) {
    let call: Call? = state.withLock { state in
      guard let call = state.calls.removeValue(forKey: id) else { return nil }
      if call.isSent { state.owed[id] = .now }
      return call
    }
    guard let call else { return }
    if call.isSent { outbox.yield(.cancel(id)) }
    settle(call, outcome)
  }

  private func settle(_ call: Call, _ outcome: Outcome) {
    if let alarm = call.alarm { Alarms.shared.remove(alarm) }
    call.continuation.resume(returning: outcome)
  }

  // MARK: - The stream

  private func drive(
    _ calls: Sarai_Skills_V1_Skill.Client<SkillConnection.Transport>, replyBytes: Int
  ) async -> End {
    do {
      try await calls.session(
        options: .limits(replyBytes: replyBytes),
        requestProducer: { writer in
          for await item in self.items {
            switch item {
            case .infer(let message, let id):
              // Given up before its turn came: the skill need not hear of it.
              guard self.mark(id, isSent: true) else { continue }
              do { try await writer.write(message) } catch {
                // The stream was over before: another process can be asked.
                _ = self.mark(id, isSent: false)
                throw error
              }
            case .cancel(let id): try await writer.write(.with { $0.cancelRequestID = id })
            }
          }
        },
        onResponse: { response in
          for try await reply in response.messages {
            guard self.receive(reply) else { throw RPCError(code: .aborted, message: "replies that nobody asked for") }
          }
        })
      return .inOrder
    } catch let error as RPCError where error.code == .unavailable && Sarai_Skills_V1_ErrorDetail(error) != nil {
      // The skill says that it stops; a connection that broke says nothing.
      return .inOrder
    } catch {
      return .broken("\(error)")
    }
  }

  private func mark(_ id: String, isSent: Bool) -> Bool {
    state.withLock { state in
      state.calls[id]?.isSent = isSent
      return state.calls[id] != nil
    }
  }

  /// False where the skill answers nonsense and the stream is to end.
  private func receive(_ reply: Sarai_Skills_V1_InferReply) -> Bool {
    let (call, isBearable, creditors): (Call?, Bool, [OneShot<Void>]) = state.withLock { state in
      if let call = state.calls[reply.requestID], call.isSent {
        state.calls[reply.requestID] = nil
        return (call, true, [])
      }
      if state.owed.removeValue(forKey: reply.requestID) == nil { state.strangeReplies += 1 }
      let creditors = state.owed.isEmpty ? state.creditors : []
      if state.owed.isEmpty { state.creditors = [] }
      return (nil, state.strangeReplies < Self.mostStrangeReplies, creditors)
    }
    for creditor in creditors { creditor.set(()) }
    if let call { settle(call, .reply(reply)) }
    return isBearable
  }

  private func finish(_ end: End) {
    let calls: [Call] = state.withLock { state in
      guard state.end == nil else { return [] }
      state.end = end
      defer { state.calls = [:] }
      return Array(state.calls.values)
    }
    outbox.finish()
    // First, so that whoever asks again at once is not sent here.
    ended.set(end)
    for call in calls { settle(call, end == .inOrder || !call.isSent ? .notBegun : .lost) }
  }
}
