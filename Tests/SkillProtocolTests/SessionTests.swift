import Foundation
import GRPCCore
import SkillProtocol
import SwiftProtobuf
import Testing

/// One kept stream, as a client of the contract drives it.
private struct SessionDriver {
  let send: AsyncStream<Sarai_Skills_V1_SessionRequest>.Continuation

  func infer(_ text: String, id: String) { send.yield(.with { $0.infer = .text(text, id: id) }) }
  func cancel(_ id: String) { send.yield(.with { $0.cancelRequestID = id }) }
  func end() { send.finish() }
}

/// What the contract promises about sessions, held against both kits.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SessionTests {
  private typealias Replies = RPCAsyncSequence<Sarai_Skills_V1_InferReply, any Error>

  /// Runs a session: `body` gets the way to send and the replies, which it may iterate once.
  private func session<Result: Sendable>(
    _ calls: RunningSkill.Calls,
    _ body: @escaping @Sendable (SessionDriver, Replies) async throws -> Result
  ) async throws -> Result {
    let (requests, send) = AsyncStream<Sarai_Skills_V1_SessionRequest>.makeStream()
    return try await calls.session(
      requestProducer: { writer in for await request in requests { try await writer.write(request) } },
      onResponse: { response in try await body(SessionDriver(send: send), response.messages) })
  }

  @Test("Replies come as they are ready, each with its request's id", arguments: Kit.allCases)
  func order(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let texts = try await session(calls) { session, replies in
          session.infer("hold gate", id: "slow")
          session.infer("held gate", id: "seen")
          var texts: [String: String] = [:]
          var order: [String] = []
          for try await reply in replies {
            texts[reply.requestID] = reply.text
            order.append(reply.requestID)
            switch reply.requestID {
            case "seen": session.infer("echo quick", id: "quick")
            case "quick": session.infer("release gate", id: "release")
            case "slow" where texts["release"] != nil, "release" where texts["slow"] != nil: session.end()
            default: break
            }
          }
          #expect(order.firstIndex(of: "quick")! < order.firstIndex(of: "slow")!)
          return texts
        }
        // The parts come joined with the rest.
        #expect(texts == ["slow": "heldlet go: none", "seen": "held", "quick": "quick", "release": "released"])
      }
    }
  }

  @Test("A thousand requests get a thousand answers, each its own", arguments: Kit.allCases)
  func many(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let answers = try await session(calls) { session, replies in
          // Always some under way, never more than the skill takes.
          for number in 0..<100 { session.infer("echo \(number)", id: "\(number)") }
          var sent = 100
          var answers: [String: String] = [:]
          for try await reply in replies {
            answers[reply.requestID] = reply.text
            if sent < 1_000 {
              session.infer("echo \(sent)", id: "\(sent)")
              sent += 1
            } else if answers.count == 1_000 {
              session.end()
            }
          }
          return answers
        }
        #expect(answers.count == 1_000)
        #expect(answers.allSatisfy { $0.key == $0.value })
      }
    }
  }

  @Test("An error concerns its request and leaves the stream alone", arguments: Kit.allCases)
  func errors(kit: Kit) async throws {
    try await withSkill(kit, environment: ["SARAI_SKILL_MAX_REQUEST_BYTES": "100"]) { skill in
      try await skill.withClient { calls, _ in
        let codes = try await session(calls) { session, replies in
          session.infer("fail", id: "own")
          session.infer("throw", id: "fault")
          session.infer("echo " + String(repeating: "x", count: 100), id: "large")
          session.send.yield(
            .with {
              $0.infer = .text("", id: "utf8")
              $0.infer.input.text = Data([0xFF])
            })
          session.infer("echo nameless", id: "")
          session.infer("hold gate", id: "twice")
          session.infer("echo again", id: "twice")
          session.send.yield(.init())
          session.infer("echo fine", id: "fine")
          var codes: [String: [String]] = [:]
          for try await reply in replies {
            codes[reply.requestID, default: []].append(reply.hasError ? reply.error.code : reply.text)
            if codes.count == 7 { session.cancel("twice") }
            if codes["twice"]?.count == 2 { session.end() }
          }
          return codes
        }
        #expect(
          codes == [
            "own": ["not_found"], "fault": ["skill_failed"], "large": ["too_large"], "utf8": ["invalid_request"],
            "": ["invalid_request"], "twice": ["invalid_request", "cancelled"], "fine": ["fine"],
          ])
      }
    }
  }

  @Test("A request in a session has its own deadline and can be given up", arguments: Kit.allCases)
  func deadlineAndCancel(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let codes = try await session(calls) { session, replies in
          session.send.yield(.with { $0.infer = .text("hold a", id: "late") { $0.timeoutMilliseconds = 30 } })
          session.infer("hold b", id: "unwanted")
          session.infer("held b", id: "seen")
          var codes: [String: String] = [:]
          for try await reply in replies {
            codes[reply.requestID] = reply.error.code
            if reply.requestID == "seen" { session.cancel("unwanted") }
            if codes.count == 3 { session.end() }
          }
          return codes
        }
        #expect(codes == ["late": "timeout", "unwanted": "cancelled", "seen": ""])
        try await calls.waitForMetrics { $0.running == 0 }
      }
    }
  }

  @Test("When its caller leaves, what it asked for is given up", arguments: Kit.allCases)
  func leaving(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let (started, begin) = AsyncStream<Void>.makeStream()
        let caller = Task {
          try await session(calls) { session, replies in
            session.infer("hold a", id: "1")
            session.infer("hold b", id: "2")
            begin.yield()
            for try await _ in replies {}
          }
        }
        for await _ in started { break }
        #expect(try await calls.ask("held a") == "held")
        #expect(try await calls.ask("held b") == "held")
        caller.cancel()
        try await calls.waitForMetrics { $0.running == 0 && $0.cancelled == 2 }
        _ = await caller.result
      }
    }
  }
}
