import Foundation
import GRPCCore
import SkillProtocol
import SwiftProtobuf
import Testing

/// What the contract promises about single calls, held against both kits as real processes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ConformanceTests {
  @Test("It describes itself", arguments: Kit.allCases)
  func describe(kit: Kit) async throws {
    let limits = ["SARAI_SKILL_MAX_RUNNING": "3", "SARAI_SKILL_TIMEOUT_SECONDS": "7"]
    try await withSkill(kit, environment: limits) { skill in
      #expect(skill.firstLine.ready == true)
      #expect(skill.firstLine.skill == "conformance")
      #expect(skill.firstLine.contract == 1)
      let mode = try FileManager.default.attributesOfItem(atPath: skill.socket.path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      try await skill.withClient { calls, _ in
        let description = try await calls.describe(.init())
        #expect(description.contractVersion == 1)
        #expect(description.name == "conformance")
        #expect(description.version == "7")
        #expect(description.kit.hasPrefix(kit.rawValue))
        #expect(!description.obeysGrammars)
        #expect(description.limits.runningRequests == 3)
        #expect(description.limits.timeoutMilliseconds == 7_000)
        #expect(description.limits.requestBytes == 2 << 20)
        #expect(description.generation == 1)
        #expect(description.metrics.requests == 0)
        #expect(description.metrics.uptimeSeconds > 0)
        #expect(description.metrics.latency.buckets.last?.upperSeconds == .infinity)
      }
    }
  }

  @Test("It answers text, JSON, and that it has no answer", arguments: Kit.allCases)
  func infer(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let reply = try await calls.infer(.text("echo ¿qué tal, 世界?", id: "first"))
        #expect(reply.requestID == "first")
        #expect(reply.text == "¿qué tal, 世界?")
        #expect(reply.usage.inputBytes == UInt64("echo ¿qué tal, 世界?".utf8.count))
        #expect(reply.usage.outputBytes == UInt64("¿qué tal, 世界?".utf8.count))
        #expect(reply.timings.inferSeconds > 0)
        #expect(!reply.hasError)

        var json = Sarai_Skills_V1_InferRequest()
        json.input.json = Data(#"{"a":[1,2.5,"ñ",null,true]}"#.utf8)
        let back = try await calls.infer(json)
        let value = try JSONSerialization.jsonObject(with: back.output.json) as? [String: [AnyHashable]]
        #expect(value?["a"]?.count == 5)
        #expect(!back.requestID.isEmpty)

        let nothing = try await calls.infer(.text("none"))
        #expect(!nothing.hasOutput)
        #expect(try await calls.ask("echo ") == "")
        #expect(try await calls.ask("language") == "es")
        #expect(try await calls.infer(.text("language") { $0.language = "en-GB" }).text == "en-GB")
        #expect(try await calls.infer(.text("option depth") { $0.options = ["depth": "3"] }).text == "3")
        #expect(try await calls.describe(.init()).metrics.succeeded == 7)
      }
    }
  }

  @Test("It streams the parts of an answer, and joins them for who wants it whole", arguments: Kit.allCases)
  func stream(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let events = try await calls.inferStream(.text("parts uno dos tres", id: "s")) { response in
          try await response.messages.reduce(into: []) { $0.append($1) }
        }
        #expect(events.map { String(decoding: $0.part, as: UTF8.self) } == ["uno", "dos", "tres", ""])
        #expect(events.last?.reply.text == "end")
        #expect(events.last?.reply.requestID == "s")
        #expect(events.last?.reply.usage.outputBytes == 13)
        #expect(try await calls.ask("parts uno dos tres") == "unodostresend")
      }
    }
  }

  @Test("A part arrives before the answer is finished", arguments: Kit.allCases)
  func streamIsLive(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let last = try await calls.inferStream(.text("hold gate")) { response in
          var last = Sarai_Skills_V1_InferReply()
          for try await event in response.messages {
            // The gate opens only because the first part has come.
            if String(decoding: event.part, as: UTF8.self) == "held" { _ = try await calls.ask("release gate") }
            if case .reply(let reply) = event.event { last = reply }
          }
          return last
        }
        #expect(last.text == "let go: none")
      }
    }
  }

  @Test("Errors come whole, in both languages", arguments: Kit.allCases)
  func errors(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let own = try await failure { try await calls.ask("fail") }
        #expect(own.code == .notFound)
        #expect(own.detail?.code == "not_found")
        #expect(own.detail?.messageEs == "No hay tal cosa.")
        #expect(own.detail?.messageEn == "There is no such thing.")
        #expect(own.detail?.subject == "thing")
        for command in ["throw", "nonsense"] {
          let fault = try await failure { try await calls.ask(command) }
          #expect(fault.code == .internalError, "\(command)")
          #expect(fault.detail?.code == "skill_failed", "\(command)")
        }
        let streamed = try await failure {
          try await calls.inferStream(.text("fail")) { response in for try await _ in response.messages {} }
        }
        #expect(streamed.code == .notFound)
        #expect(streamed.detail?.subject == "thing")
        #expect(try await calls.ask("echo still here") == "still here")
        #expect(try await calls.describe(.init()).metrics.failed == 4)
      }
    }
  }

  @Test("Wrong input is refused and says why", arguments: Kit.allCases)
  func wrongInput(kit: Kit) async throws {
    var cases: [(name: String, request: Sarai_Skills_V1_InferRequest, status: RPCError.Code, subject: String)] = []
    cases.append(("nothing", .init(), .invalidArgument, "input"))
    cases.append(("UTF-8", .text("") { $0.input.text = Data([0x65, 0xFF, 0xFE]) }, .invalidArgument, "input"))
    cases.append(("surrogate", .text("") { $0.input.text = Data([0xED, 0xA0, 0x80]) }, .invalidArgument, "input"))
    for json in ["", "{", "{\"a\":1,}", "[1] 2", "NaN", "{\"a\":1,\"a\":2}", String(repeating: "[", count: 100_000)] {
      cases.append(("JSON", .text("") { $0.input.json = Data(json.utf8) }, .invalidArgument, "input"))
    }
    cases.append(("id", .text("echo", id: String(repeating: "x", count: 129)), .invalidArgument, "request_id"))
    cases.append(("grammar", .text("echo") { $0.grammar.gbnf = "root ::= \"a\"" }, .unimplemented, "grammar"))
    let all = cases
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        for (name, request, status, subject) in all {
          let refusal = try await failure { try await calls.infer(request) }
          #expect(refusal.code == status, "\(name)")
          #expect(name == "JSON" || refusal.detail?.subject == subject, "\(name)")
          #expect(refusal.detail?.messageEs.isEmpty == false, "\(name)")
        }
        #expect(try await calls.describe(.init()).metrics.refused == UInt64(all.count))
        #expect(try await calls.ask("echo still here") == "still here")
      }
    }
  }

  @Test("What is too large is refused in both directions", arguments: Kit.allCases)
  func sizes(kit: Kit) async throws {
    let limits = ["SARAI_SKILL_MAX_REQUEST_BYTES": "1000", "SARAI_SKILL_MAX_REPLY_BYTES": "5000"]
    try await withSkill(kit, environment: limits) { skill in
      try await skill.withClient { calls, _ in
        let fits = "echo " + String(repeating: "x", count: 995)
        #expect(try await calls.ask(fits).count == 995)
        let input = try await failure { try await calls.ask(fits + "x") }
        #expect(input.code == .resourceExhausted)
        #expect(input.detail?.code == "too_large")
        #expect(input.detail?.subject == "input")
        #expect(try await calls.ask("big 5000").count == 5_000)
        for command in ["big 5001", "flood"] {
          let output = try await failure { try await calls.ask(command) }
          #expect(output.code == .resourceExhausted, "\(command)")
          #expect(output.detail?.subject == "output", "\(command)")
        }
        let streamed = try await failure {
          try await calls.inferStream(.text("flood")) { response in for try await _ in response.messages {} }
        }
        #expect(streamed.detail?.code == "too_large")
        // So much that it is not even read.
        let huge = "echo " + String(repeating: "x", count: 3 << 20)
        await #expect(throws: RPCError.self) { try await calls.ask(huge) }
      }
      #expect(try await skill.ask("echo still here") == "still here")
    }
  }

  @Test("A request from a later version of the contract is answered", arguments: Kit.allCases)
  func unknownFields(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        var bytes: Data = try Sarai_Skills_V1_InferRequest.text("echo new", id: "u").serializedBytes()
        // Field 1000, of the type that strings have: three bytes.
        bytes += [0xC2, 0x3E, 0x03, 0x61, 0x62, 0x63]
        let request = try Sarai_Skills_V1_InferRequest(serializedBytes: bytes)
        #expect(try await calls.infer(request).text == "new")
      }
    }
  }

  @Test("It says that it is well", arguments: Kit.allCases)
  func health(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { _, health in
        for name in ["", "sarai.skills.v1.Skill"] {
          #expect(try await health.check(.with { $0.service = name }).status == .serving)
        }
        let unknown = try await failure { try await health.check(.with { $0.service = "nobody" }) }
        #expect(unknown.code == .notFound)
      }
    }
  }

  @Test("Every log line is JSON and names the skill, and the request where there is one", arguments: Kit.allCases)
  func logs(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      let text = try await skill.withClient { calls, _ in
        try await calls.infer(.text("log mind\nthe \"gap\"", id: "l-1")).text
      }
      #expect(text == "logged")
      let lines = try skill.logLines()
      #expect(lines.allSatisfy { $0["skill"] == "conformance" && $0["unix_seconds"] != nil })
      let line = lines.first { $0["message"] == "mind\nthe \"gap\"" }
      #expect(line?["level"] == "warning")
      #expect(line?["request_id"] == "l-1")
    }
  }
}
