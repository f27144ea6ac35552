import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import SaraiAgent
import SaraiCore
import SaraiSandbox
import SkillProtocol
import SwiftProtobuf
import Testing

@testable import SaraiSkills

@Suite(.timeLimit(.minutes(3))) struct GateTests {
  private typealias Calls = Sarai_Skills_V1_Skill.Client<HTTP2ClientTransport.Posix>
  private typealias Health = Grpc_Health_V1_Health.Client<HTTP2ClientTransport.Posix>

  private func withCalls<Result: Sendable>(
    _ socket: String, _ body: @Sendable (Calls, Health) async throws -> Result
  ) async throws -> Result {
    try await withGRPCClient(
      transport: .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext)
    ) { try await body(Calls(wrapping: $0), Health(wrapping: $0)) }
  }

  @Test("A gate answers as the skill would, and starts it when it is asked")
  func answers() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let socket = try await harness.pool.gate("c")
      #expect(try await harness.pool.gate("c") == socket)
      try await withCalls(socket) { calls, health async throws in
        #expect(try await health.check(.init()).status == .serving)
        #expect(await harness.pids("c").isEmpty)
        var request = SkillCall(.text("echo hola"), requestID: "mine").message
        let reply = try await calls.infer(request)
        #expect(reply.requestID == "mine" && String(decoding: reply.output.text, as: UTF8.self) == "hola")
        #expect(try await calls.describe(.init()).name == "conformance")
        request.input.text = Data("parts uno dos".utf8)
        let events = try await calls.inferStream(request) { response in
          try await response.messages.reduce(into: [Sarai_Skills_V1_InferEvent]()) { $0.append($1) }
        }
        #expect(events.map { String(decoding: $0.part, as: UTF8.self) } == ["uno", "dos", ""])
        #expect(events.last?.reply.requestID == "mine")
        let before = await harness.pids("c")
        let refused = await #expect(throws: RPCError.self) { try await calls.reload(.init()) }
        #expect(refused?.code == .permissionDenied)
        #expect(await harness.pids("c") == before)
        request.input.text = Data("fail".utf8)
        do {
          let reply = try await calls.infer(request)
          Issue.record("an answer: \(reply)")
        } catch let error as RPCError {
          #expect(error.code == .notFound)
          #expect(Sarai_Skills_V1_ErrorDetail(error)?.messageEs == "No hay tal cosa.")
        }
      }
    }
  }

  @Test("Fields that this version does not know reach the skill, and come back from it")
  func unknownFields() async throws {
    try await withPool(["h": .hostile("serve")]) { harness async throws in
      let socket = try await harness.pool.gate("h")
      // Field 1000, as a string.
      var bytes: [UInt8] = try SkillCall(.text("unknown"), requestID: "1").message.serializedBytes()
      bytes += [0xC2, 0x3E, 0x06] + Array("future".utf8)
      let request = try Sarai_Skills_V1_InferRequest(serializedBytes: bytes)
      let unary = try await withCalls(socket) { calls, _ in try await calls.infer(request) }
      let client = SkillClient(skill: "h", socket: socket)
      let kept = try await client.infer(request)
      await client.close()
      for reply in [unary, kept] {
        let back: [UInt8] = try reply.serializedBytes()
        #expect(String(decoding: back, as: UTF8.self).contains("future"))
      }
    }
  }

  @Test("Many requests over one kept stream get each their answer or their error")
  func session() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let client = SkillClient(skill: "c", socket: try await harness.pool.gate("c"))
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for number in 0..<200 {
          tasks.addTask {
            let call = SkillCall(.text(number % 10 == 0 ? "fail" : "echo \(number)"), requestID: "\(number)")
            do {
              let answer = try await client.infer(call)
              #expect(answer.text == "\(number)")
            } catch let error as SaraiError {
              #expect(number % 10 == 0 && error.code == .notFound)
            }
          }
        }
        try await tasks.waitForAll()
      }
      let held = Task { try await client.infer(SkillCall(.text("hold gate"))) }
      #expect(try await harness.ask("c", "held gate") == "held")
      held.cancel()
      await #expect(throws: CancellationError.self) { try await held.value }
      while await harness.pool.status().first?.totals.cancelled != 1 { await Task.yield() }
      let answer = try await client.inferStream(SkillCall(.text("parts a b"))) { _ in }
      #expect(answer.text == "end")
      #expect(try await client.describe().name == "conformance")
      await client.close()
      await #expect { _ = try await client.infer(SkillCall(.text("echo x"))) } throws: {
        ($0 as? SaraiError)?.code == .busy
      }
    }
  }

  @Test("A client whose gate was closed and opened again goes on; one that nobody listens to is told")
  func reconnects() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let client = SkillClient(skill: "c", socket: try await harness.pool.gate("c"))
      #expect(try await client.infer(SkillCall(.text("echo a"))).text == "a")
      await harness.pool.closeGate("c")
      await #expect { _ = try await client.infer(SkillCall(.text("echo x"))) } throws: {
        ($0 as? SaraiError)?.code == .busy
      }
      await client.close()
      let next = SkillClient(skill: "c", socket: try await harness.pool.gate("c"))
      #expect(try await next.infer(SkillCall(.text("echo b"))).text == "b")
      await next.close()
    }
  }

  @Test("A skill that was granted another one calls it from its sandbox; one that was not cannot")
  func granted() async throws {
    let caller = TestSkill.hostile("serve") { $0.grants.skills = ["c"] }
    try await withPool(["h": caller, "lonely": .hostile("serve"), "c": .conformance()]) { harness async throws in
      #expect(try await harness.ask("h", "call c echo hola") == "hola")
      #expect(try await harness.ask("lonely", "call c echo hola").hasPrefix("failed"))
      #expect(await harness.pids("c").count == 1)
    }
  }

  @Test("Skills that would call one another in a circle are not started")
  func circle() async throws {
    let skills = [
      "a": TestSkill.hostile("serve") { $0.grants.skills = ["b"] }, "b": .hostile("serve") { $0.grants.skills = ["c"] },
      "c": .hostile("serve") { $0.grants.skills = ["a"] }, "self": .hostile("serve") { $0.grants.skills = ["self"] },
    ]
    try await withPool(skills) { harness async throws in
      let error = try await harness.fault("a", "echo x")
      #expect(error.code == .invalidRequest && error.message.es.contains("a → b → c → a"))
      #expect(try await harness.fault("self", "echo x").message.en.contains("self → self"))
      #expect(harness.startedCount == 0)
    }
  }

  @Test("A turn's question reaches the skill with the clock on the wall, and its failure is told")
  func intents() async throws {
    try await withPool(["calc": .calc(), "h": .hostile("exit")]) { harness async throws in
      let source = SkillIntentSource(skill: "calc", skills: harness.pool, timeoutSeconds: 10)
      let now = CivilDateTime(secondsSince1970: 1_767_225_600, utcOffsetSeconds: 3_600)
      let answer = try await source.answer("¿qué día cae dentro de 45 días?", language: .spanish, now: now)
      #expect(answer?.skill == "calc" && answer?.text.contains("15 de febrero") == true, "\(answer?.text ?? "")")
      #expect(try await source.answer("hola", language: .spanish, now: now) == nil)
      let failing = SkillIntentSource(skill: "h", skills: harness.pool)
      await #expect(throws: SaraiError.self) { try await failing.answer("1+1", language: .english, now: now) }
    }
  }
}
