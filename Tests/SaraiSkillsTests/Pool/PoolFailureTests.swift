import Foundation
import Glibc
import SaraiCore
import SaraiSandbox
import SkillProtocol
import Testing

@testable import SaraiSkills

/// What the pool makes of skills that break their contract. That nothing is left of them is asserted by `withPool`.
@Suite(.timeLimit(.minutes(3))) struct PoolFailureTests {
  @Test("A skill that was killed in the middle of a call fails that call, and the next one works")
  func killed() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let call = Task { try await harness.ask("c", "hold gate") }
      #expect(try await harness.ask("c", "held gate") == "held")
      let pid = try #require(await harness.pids("c").first)
      kill(pid, SIGKILL)
      await #expect {
        _ = try await call.value
      } throws: { error in
        let error = error as? SaraiError
        return error?.code == .skillFailed && error?.message.en.contains("signal 9 ended it") == true
      }
      #expect(try await harness.ask("c", "echo on") == "on")
      #expect(await harness.pids("c").contains(pid) == false)
      while try await harness.status("c").totals.deaths == 0 { await Task.yield() }
      let totals = try await harness.status("c").totals
      #expect(totals.deaths == 1 && totals.failed == 1 && totals.retries == 0)
    }
  }

  @Test("Where the skill says that calls may be repeated, that call is answered by the next process")
  func repeated() async throws {
    try await withPool(["c": .conformance { $0.isIdempotent = true }]) { harness async throws in
      let call = Task { try await harness.ask("c", "hold gate") }
      #expect(try await harness.ask("c", "held gate") == "held")
      let pid = try #require(await harness.pids("c").first)
      kill(pid, SIGKILL)
      // In the new process it holds again.
      #expect(try await harness.ask("c", "held gate") == "held")
      #expect(try await harness.ask("c", "release gate") == "released")
      #expect(try await call.value == "heldlet go: none")
      #expect(try await harness.status("c").totals.retries >= 1)
    }
  }

  @Test("A skill that is told to end by others loses no call")
  func terminated() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      for number in 0..<20 {
        async let calls = (harness.ask("c", "echo a\(number)"), harness.ask("c", "echo b\(number)"))
        if let pid = await harness.pids("c").first { kill(pid, SIGTERM) }
        #expect(try await calls.0 == "a\(number)")
        #expect(try await calls.1 == "b\(number)")
      }
    }
  }

  @Test(
    "A program that does not become a skill is told what it did, in both languages",
    arguments: [
      ("exit", SaraiError.Code.skillFailed, "it ended with code 3"),
      ("silent", .timeout, "was not ready within 0.5 s"),
      ("babble", .skillFailed, "something that makes no sense"),
      ("endless-line", .skillFailed, "something that makes no sense"),
      ("flood", .skillFailed, "it printed more than its limit lets it"),
      ("other-contract", .skillFailed, "version 99 of the contract"),
      ("wrong-configuration", .invalidRequest, "There is no \"x\"."),
      ("no-socket", .skillFailed, "does not answer on its socket"),
    ])
  func starts(_ mode: String, _ code: SaraiError.Code, _ words: String) async throws {
    try await withPool(["h": .hostile(mode) { $0.limits.startSeconds = mode == "silent" ? 0.5 : 10 }]) {
      harness async throws in
      let error = try await harness.fault("h", "echo x")
      #expect(error.code == code)
      #expect(error.message.en.contains(words), "\(error)")
      #expect(error.message.es != error.message.en)
      let status = try await harness.status("h")
      #expect(
        status.totals.failedStarts == 1 && status.totals.failed + status.totals.timedOut == 1
          && status.processes.isEmpty)
    }
  }

  @Test("A socket on which another process listens than the skill's own is not talked to")
  func wrongPeer() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let gate = try await harness.pool.gate("c")
      await #expect(throws: SkillConnection.WrongPeer.self) {
        _ = try await SkillConnection(socket: gate) { $0.process == getpid() + 1 }
      }
      let own = try await SkillConnection(socket: gate) { $0.process == getpid() && $0.user == geteuid() }
      own.abandon()
    }
  }

  @Test(
    "A skill that listens and never answers, or answers in another protocol, fails the call",
    arguments: [
      ("deaf-socket", SaraiError.Code.timeout), ("garbage-socket", .skillFailed),
    ])
  func noContract(_ mode: String, _ code: SaraiError.Code) async throws {
    try await withPool(["h": .hostile(mode) { $0.limits.timeoutSeconds = mode == "deaf-socket" ? 0.3 : 10 }]) {
      harness async throws in
      let error = try await harness.fault("h", "echo x")
      #expect(error.code == code, "\(error)")
    }
  }

  @Test(
    "A skill whose answers are nonsense fails the call, and can be asked again",
    arguments: [
      ("not-utf8", SaraiError.Code.skillFailed, "cannot be used"),
      ("not-json", .skillFailed, "cannot be used"),
      ("huge 1100000", .tooLarge, "exceeds 1024 KiB"),
      ("never", .timeout, "did not answer within"),
      ("stranger", .skillFailed, "cannot be used"),
      ("wild-error", .skillFailed, "ññññ"),
      ("exit", .skillFailed, "it ended with code 7"),
      ("crash", .skillFailed, "signal 11 ended it"),
      ("memory", .skillFailed, "it used up the memory"),
      ("print", .skillFailed, "it printed more than its limit lets it"),
      ("spin", .skillFailed, "more than the 0.1 s of processor time"),
    ])
  func answers(_ text: String, _ code: SaraiError.Code, _ words: String) async throws {
    let skill = TestSkill.hostile("serve") {
      $0.isIdempotent = true
      $0.limits.timeoutSeconds = text == "never" ? 0.3 : 20
      $0.limits.cpuSeconds = text == "spin" ? 0.1 : 30
    }
    try await withPool(["h": skill], settings: { $0.careSeconds = 0.02 }) { harness async throws in
      await harness.pool.begin()
      let error = try await harness.fault("h", text)
      #expect(error.code == code, "\(error)")
      #expect(error.message.en.contains(words), "\(error)")
      #expect(error.message.es.utf8.count <= 1_024 && !error.message.es.isEmpty)
      #expect(try await harness.ask("h", "echo on") == "on")
    }
  }

  @Test("A second answer to the same request reaches nobody")
  func twice() async throws {
    try await withPool(["h": .hostile("serve")]) { harness async throws in
      for number in 0..<8 {
        #expect(try await harness.ask("h", "twice \(number)", id: "same") == "\(number)")
        #expect(try await harness.ask("h", "echo \(number)", id: "same") == "\(number)")
      }
    }
  }

  @Test("A stream that breaks off, never ends or has no reply fails as such")
  func streams() async throws {
    try await withPool(["h": .hostile("serve")]) { harness async throws in
      for (text, code) in [
        ("no-reply", SaraiError.Code.skillFailed), ("crash-late", .skillFailed), ("endless", .tooLarge),
      ] {
        await #expect {
          _ = try await harness.pool.inferStream("h", SkillCall(.text(text)), grants: SkillGrants()) { _ in }
        } throws: {
          ($0 as? SaraiError)?.code == code
        }
        // The last one goes on with its stream, until its memory ends.
        if text != "endless" { #expect(try await harness.ask("h", "echo on") == "on") }
      }
    }
  }

  @Test("A skill that starts processes without end gets no further than its limit")
  func forks() async throws {
    var skill = TestSkill.hostile("serve") { ($0.limits.processes, $0.limits.memoryMiB) = (24, 512) }
    try await withPool(["none": skill]) { harness async throws in
      #expect(try await harness.ask("none", "fork") == "0")
    }
    skill.mayStartProcesses = true
    try await withPool(["some": skill]) { [skill] harness async throws in
      let children = try #require(Int(try await harness.ask("some", "fork")))
      #expect((0..<skill.manifest.limits.processes).contains(children))
    }
  }

  @Test("A skill that fills its disk gets no more than its limit, and the next process an empty one")
  func disk() async throws {
    try await withPool(["h": .hostile("serve") { $0.limits.temporaryMiB = 8 }]) { harness async throws in
      let first = try await harness.ask("h", "disk")
      #expect(Int(first) ?? 99 <= 8)
      let pid = try #require(await harness.pids("h").first)
      kill(pid, SIGKILL)
      _ = await harness.waitForExit(of: pid)
      let second = try await harness.ask("h", "disk")
      #expect(Int(second) ?? 0 >= 7)
    }
  }

  @Test("A skill that only fails is left alone for a while, and then tried again")
  func rests() async throws {
    try await withPool(["h": .hostile("exit")], settings: { $0.failures = .init(limit: 3, restSeconds: 0.2) }) {
      harness async throws in
      for _ in 0..<3 { #expect(try await harness.fault("h", "echo x").code == .skillFailed) }
      let started = harness.startedCount
      let error = try await harness.fault("h", "echo x")
      #expect(error.code == .busy && error.message.en.contains("failed 3 times in a row"))
      #expect(error.message.en.contains("it ended with code 3"))
      #expect(try await harness.status("h").phase == .resting)
      #expect(harness.startedCount == started)
      harness.replace("h", with: .hostile("serve"))
      while try await harness.status("h").phase == .resting { await Task.yield() }
      try await harness.pool.reload("h")
      #expect(try await harness.ask("h", "echo on") == "on")
      #expect(try await harness.status("h").lastError == nil)
    }
  }
}
