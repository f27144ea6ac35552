import Foundation
import GRPCCore
import SkillProtocol
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

/// Tells a load of calls to end.
private final class End: Sendable {
  let isHere = Atomic(false)
}

/// What the contract promises about time, load, reload and the end, held against both kits as real processes.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LifecycleTests {
  @Test("A call past its deadline is ended and told so, also where the skill does not notice", arguments: Kit.allCases)
  func deadline(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        for command in ["hold gate", "deaf gate"] {
          let late = try await failure {
            try await calls.infer(.text(command) { $0.timeoutMilliseconds = 30 })
          }
          #expect(late.code == .deadlineExceeded, "\(command)")
          #expect(late.detail?.code == "timeout", "\(command)")
        }
        // Who does not notice keeps its place until it returns.
        try await calls.waitForMetrics { $0.running == 1 }
        var options = CallOptions.defaults
        options.timeout = .milliseconds(30)
        let call = options
        let late = try await failure { try await calls.infer(.text("hold other"), options: call) }
        #expect(late.code == .deadlineExceeded)
        _ = try await calls.ask("release gate")
        try await calls.waitForMetrics { $0.running == 0 && $0.timedOut + $0.cancelled == 3 }
        #expect(try await calls.describe(.init()).metrics.timedOut >= 2)
      }
    }
  }

  @Test("The skill's own limit holds where a request asks for more", arguments: Kit.allCases)
  func ownLimit(kit: Kit) async throws {
    try await withSkill(kit, environment: ["SARAI_SKILL_TIMEOUT_SECONDS": "0.03"]) { skill in
      try await skill.withClient { calls, _ in
        for milliseconds: UInt64 in [0, 60_000, .max] {
          let late = try await failure {
            try await calls.infer(.text("hold gate") { $0.timeoutMilliseconds = milliseconds })
          }
          #expect(late.detail?.code == "timeout")
        }
      }
    }
  }

  @Test("A caller who leaves ends the work", arguments: Kit.allCases)
  func cancellation(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      try await skill.withClient { calls, _ in
        let single = Task { try await calls.ask("hold a") }
        let streaming = Task {
          try await calls.inferStream(.text("hold b")) { response in for try await _ in response.messages {} }
        }
        #expect(try await calls.ask("held a") == "held")
        #expect(try await calls.ask("held b") == "held")
        single.cancel()
        streaming.cancel()
        try await calls.waitForMetrics { $0.running == 0 && $0.cancelled == 2 }
        _ = await (single.result, streaming.result)
      }
    }
  }

  @Test("Requests wait for their turn, and are refused where too many do", arguments: Kit.allCases)
  func concurrency(kit: Kit) async throws {
    let limits = ["SARAI_SKILL_MAX_RUNNING": "1", "SARAI_SKILL_MAX_WAITING": "2"]
    try await withSkill(kit, environment: limits) { skill in
      let path = try NamedPipe.make(in: skill.socket.deletingLastPathComponent())
      try await skill.withClient { calls, _ in
        async let first = calls.ask("read \(path)")
        let pipe = try await NamedPipe.open(path)
        async let second = calls.infer(.text("echo second"))
        try await calls.waitForMetrics { $0.waiting == 1 }
        let impatient = try await failure {
          try await calls.infer(.text("echo impatient") { $0.timeoutMilliseconds = 20 })
        }
        #expect(impatient.detail?.code == "timeout")
        async let third = calls.ask("echo third")
        try await calls.waitForMetrics { $0.waiting == 2 }
        let refused = try await failure { try await calls.ask("echo fourth") }
        #expect(refused.code == .resourceExhausted)
        #expect(refused.detail?.code == "busy")
        try pipe.finish("first")
        #expect(try await first == "first")
        #expect(try await second.text == "second")
        #expect(try await second.timings.queueSeconds > 0)
        #expect(try await third == "third")
        try await calls.waitForMetrics { $0.running == 0 && $0.waiting == 0 }
      }
    }
  }

  @Test("A reload under load drops no request; those under way end as they began", arguments: Kit.allCases)
  func reload(kit: Kit) async throws {
    try await withSkill(kit, configuration: #"{"greeting":"one"}"#) { skill in
      try await skill.withClient { calls, _ in
        let end = End()
        defer { end.isHere.store(true, ordering: .relaxed) }
        let load = (0..<4).map { _ in
          Task {
            var answers: Set<String> = []
            while !end.isHere.load(ordering: .relaxed) { answers.insert(try await calls.ask("greeting")) }
            return answers
          }
        }
        async let held = calls.ask("hold gate")
        #expect(try await calls.ask("held gate") == "held")

        try Data(#"{"greeting":"two"}"#.utf8).write(to: skill.configuration)
        kill(skill.pid, SIGUSR1)
        while try await calls.describe(.init()).generation < 2 { await Task.yield() }
        #expect(try await calls.ask("greeting") == "two")

        try Data(#"{"greeting":"three"}"#.utf8).write(to: skill.configuration)
        let reply = try await calls.reload(.init())
        #expect(reply.generation == 3)
        #expect(try await calls.ask("greeting") == "three")

        for broken in [#"{"broken":true}"#, "{", "[]", #"{"greeting":1}"# + "{"] {
          try Data(broken.utf8).write(to: skill.configuration)
          let refused = try await failure { try await calls.reload(.init()) }
          #expect(refused.detail?.code.isEmpty == false, "\(broken)")
        }
        #expect(try await calls.ask("greeting") == "three")
        _ = try await calls.ask("release gate")
        #expect(try await held == "heldlet go: one")
        end.isHere.store(true, ordering: .relaxed)
        for task in load { #expect(try await task.value.isSubset(of: ["one", "two", "three"])) }
        let description = try await calls.describe(.init())
        #expect(description.generation == 3)
        #expect(description.metrics.reloads == 2)
        #expect(description.metrics.failedReloads == 4)
        #expect(description.metrics.failed == 0)
      }
    }
  }

  @Test("SIGTERM lets requests under way end, and takes no new ones", arguments: Kit.allCases)
  func drain(kit: Kit) async throws {
    try await withSkill(kit) { skill in
      let path = try NamedPipe.make(in: skill.socket.deletingLastPathComponent())
      try await skill.withClient { calls, health in
        async let last = calls.ask("read \(path)")
        let pipe = try await NamedPipe.open(path)
        try await health.watch(.init()) { response in
          var statuses: [Grpc_Health_V1_HealthCheckResponse.ServingStatus] = []
          for try await message in response.messages {
            statuses.append(message.status)
            if statuses == [.serving] { kill(skill.pid, SIGTERM) }
            guard message.status == .notServing else { continue }
            let refused = try await failure { try await calls.ask("echo too late") }
            #expect(refused.code == .unavailable)
            #expect(refused.detail?.code == "busy")
            try pipe.finish("the last word")
            break
          }
          #expect(statuses == [.serving, .notServing])
        }
        #expect(try await last == "the last word")
      }
      #expect(skill.waitForExit() == 0)
      #expect(skill.process.terminationReason == .exit)
      #expect(!FileManager.default.fileExists(atPath: skill.socket.path))
    }
  }

  @Test("What does not end in time is ended with the process, and told so", arguments: Kit.allCases)
  func drainLimit(kit: Kit) async throws {
    try await withSkill(kit, environment: ["SARAI_SKILL_DRAIN_SECONDS": "0.05"]) { skill in
      try await skill.withClient { calls, _ in
        let stuck = Task { try await calls.ask("deaf gate") }
        #expect(try await calls.ask("held gate") == "held")
        kill(skill.pid, SIGTERM)
        let ended = try await failure { try await stuck.value }
        #expect(ended.code == .unavailable)
        #expect(ended.detail?.code == "busy")
      }
      #expect(skill.waitForExit() == 0)
    }
  }

  @Test(
    "A process that is killed in the middle of a call is an error at once, and its successor answers",
    arguments: Kit.allCases)
  func killed(kit: Kit) async throws {
    try await withTemporaryFolder { folder in
      let first = try RunningSkill(kit, in: folder)
      try await first.withClient { calls, _ in
        let call = Task { try await calls.ask("hold gate") }
        #expect(try await calls.ask("held gate") == "held")
        kill(first.pid, SIGKILL)
        let error = try await failure { try await call.value }
        #expect(error.code == .unavailable || error.code == .unknown)
        #expect(error.detail == nil)
      }
      _ = first.waitForExit()
      // The socket that it left is in nobody's way.
      let second = try RunningSkill(kit, in: folder)
      #expect(second.firstLine.ready == true)
      #expect(try await second.ask("echo back") == "back")
      kill(second.pid, SIGTERM)
      #expect(second.waitForExit() == 0)
    }
  }

  @Test("It ends with its standard input where it is told to", arguments: Kit.allCases)
  func endsWithInput(kit: Kit) async throws {
    try await withSkill(kit, environment: ["SARAI_SKILL_END_WITH_INPUT": "1"]) { skill in
      #expect(try await skill.ask("echo hi") == "hi")
      try skill.closeInput()
      #expect(skill.waitForExit() == 0)
    }
  }

  @Test("What it can't start with is one line of JSON and an exit code", arguments: Kit.allCases)
  func startFaults(kit: Kit) async throws {
    let cases: [(configuration: String, arguments: [String], environment: [String: String], status: Int32)] = [
      (#"{"broken":true}"#, [], [:], 65), ("{", [], [:], 65), ("[]", [], [:], 65),
      ("{}", ["--configuration", "/nowhere/at-all.json"], [:], 65),
      ("{}", ["--socket", "/tmp/" + String(repeating: "x", count: 200)], [:], 65),
      ("{}", ["--verbose", "1"], [:], 64), ("{}", ["--socket"], [:], 64),
      ("{}", [], ["SARAI_SKILL_MAX_RUNNING": "none"], 64), ("{}", [], ["SARAI_SKILL_MAX_RUNNING": "0"], 64),
      ("{}", [], ["SARAI_SKILL_TIMEOUT_SECONDS": "-1"], 64), ("{}", [], ["SARAI_SKILL_LOG_LEVEL": "loud"], 64),
    ]
    for (configuration, arguments, environment, status) in cases {
      try await withSkill(kit, configuration: configuration, environment: environment, arguments: arguments) { skill in
        let name = "\(configuration) \(arguments) \(environment)"
        #expect(skill.firstLine.ready == nil, "\(name)")
        #expect(skill.firstLine.error?.code.isEmpty == false, "\(name)")
        #expect(skill.firstLine.error?.message_es.isEmpty == false, "\(name)")
        #expect(skill.waitForExit() == status, "\(name)")
      }
    }
  }

  @Test("A file in the socket's place is not deleted", arguments: Kit.allCases)
  func fileInPlace(kit: Kit) async throws {
    try await withTemporaryFolder { folder in
      let place = folder.appending(path: "skill.sock")
      try Data("mine".utf8).write(to: place)
      let skill = try RunningSkill(kit, in: folder)
      #expect(skill.firstLine.error?.code == "invalid_request")
      #expect(skill.waitForExit() == 65)
      #expect(try Data(contentsOf: place) == Data("mine".utf8))
    }
  }

  @Test("The kernel's word on who connects is what counts")
  func peerCheck() async throws {
    let stranger = getuid() == 54_321 ? 54_322 : 54_321
    try await withSkill(.swift, environment: ["SARAI_SKILL_ALLOWED_UIDS": "\(stranger)"]) { skill in
      #expect(skill.firstLine.ready == true)
      // A plain connection, because gRPC's client would try for ever: it is closed before anything is read.
      let answer = try connectAndRead(skill.socket.path)
      #expect(answer.isEmpty)
      while try !skill.logLines().contains(where: { $0["uid"] == "\(getuid())" }) { await Task.yield() }
    }
    try await withSkill(.swift, environment: ["SARAI_SKILL_ALLOWED_UIDS": "\(stranger),\(getuid())"]) { skill in
      let answer = try await skill.ask("echo hi")
      #expect(answer == "hi")
    }
  }

  /// What the other end says before it hangs up.
  private func connectAndRead(_ path: String) throws -> [UInt8] {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(connected == 0)
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }
}
