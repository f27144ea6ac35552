import Foundation
import Glibc
import SaraiCore
import SaraiSandbox
import SkillProtocol
import Testing

@testable import SaraiSkills

@Suite(.timeLimit(.minutes(3))) struct PoolCallTests {
  @Test("A skill is started by its first call, and the next ones find it warm")
  func warm() async throws {
    try await withPool(["calc": .calc()]) { harness async throws in
      let answer = try await harness.ask("calc", "¿Cuánto es el 21 % de 340?")
      #expect(answer.contains("71,4"))
      let pids = await harness.pids("calc")
      #expect(pids.count == 1)
      let call = SkillCall(.text("twelve times seven"), language: .english)
      #expect(try await harness.pool.infer("calc", call).text?.contains("84") == true)
      #expect(await harness.pids("calc") == pids)
      let status = try await harness.status("calc")
      #expect(status.phase == .running)
      #expect(status.totals.calls == 2 && status.totals.answered == 2 && status.totals.starts == 1)
      #expect(status.totals.availability == 1)
      #expect(status.upSeconds > 0)
      #expect(status.processes.first?.memoryBytes ?? 0 > 0)
    }
  }

  @Test("No answer is no error, and a skill's own error comes through as it is")
  func ownErrors() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      #expect(try await harness.pool.infer("c", SkillCall(.text("none"))).output == nil)
      let error = try await harness.fault("c", "fail")
      #expect(error.code == .notFound && error.subject == "thing")
      #expect(error.message == Localized(es: "No hay tal cosa.", en: "There is no such thing."))
      let json = try await harness.pool.infer("c", SkillCall(.json("[1,{}]")))
      #expect(json.output == .json("[1,{}]"))
      #expect(try await harness.fault("nobody", "x").code == .notFound)
      let totals = try await harness.status("c").totals
      #expect(totals.refused == 1 && totals.answered == 2)
    }
  }

  @Test("Many callers at once get each their own answer, also where they chose the same id")
  func own() async throws {
    try await withPool(["c": .conformance { $0.instances = 2 }]) { harness async throws in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for caller in 0..<8 {
          tasks.addTask { () async throws in
            for number in 0..<50 {
              let text = "\(caller)-\(number)"
              #expect(try await harness.ask("c", "echo \(text)", id: "\(number)") == text)
            }
          }
        }
        try await tasks.waitForAll()
      }
      #expect(try await harness.status("c").totals.answered == 400)
    }
  }

  @Test("Calls are shared between the instances that the manifest asks for")
  func instances() async throws {
    try await withPool(["c": .conformance { $0.instances = 2 }]) { harness async throws in
      let first = Task { try await harness.ask("c", "hold a") }
      // It goes to the process that is busy, and so lets the second start.
      #expect(try await harness.ask("c", "held a") == "held")
      while try await harness.status("c").processes.count < 2 { await Task.yield() }
      let second = Task { try await harness.ask("c", "hold b") }
      while try await harness.status("c").processes.map(\.runningCalls) != [1, 1] { await Task.yield() }
      for call in [first, second] {
        call.cancel()
        _ = await call.result
      }
      #expect(harness.startedCount == 2)
    }
  }

  @Test("A call that is given up ends at once, and its process serves the others")
  func cancel() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let call = Task { try await harness.ask("c", "hold gate") }
      #expect(try await harness.ask("c", "held gate") == "held")
      call.cancel()
      await #expect(throws: CancellationError.self) { try await call.value }
      #expect(try await harness.ask("c", "echo on") == "on")
      #expect(try await harness.status("c").totals.cancelled == 1)
      #expect(harness.startedCount == 1)
    }
  }

  @Test("A call ends at its deadline: the caller's, or the manifest's")
  func deadline() async throws {
    try await withPool(["c": .conformance { $0.limits.timeoutSeconds = 0.2 }]) { harness async throws in
      #expect(try await harness.ask("c", "echo x", seconds: 10) == "x")
      let short = try await harness.fault("c", "hold gate", seconds: 0.05)
      #expect(short.code == .timeout)
      let own = try await harness.fault("c", "hold gate")
      #expect(own.code == .timeout)
      #expect(try await harness.ask("c", "echo on") == "on")
      #expect(try await harness.status("c").totals.timedOut == 2)
    }
  }

  @Test("A streamed answer comes in its parts")
  func stream() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let (parts, continuation) = AsyncStream<String>.makeStream()
      let answer = try await harness.pool.inferStream("c", SkillCall(.text("parts uno dos")), grants: SkillGrants()) {
        continuation.yield($0)
      }
      continuation.finish()
      #expect(await parts.reduce(into: []) { $0.append($1) } == ["uno", "dos"])
      #expect(answer.text == "end")
      await #expect {
        _ = try await harness.pool.inferStream("c", SkillCall(.text("fail")), grants: SkillGrants()) { _ in }
      } throws: {
        ($0 as? SaraiError)?.code == .notFound
      }
      // It floods until somebody stops it.
      await #expect {
        _ = try await harness.pool.inferStream("c", SkillCall(.text("flood")), grants: SkillGrants()) { _ in }
      } throws: {
        ($0 as? SaraiError)?.code == .tooLarge
      }
      #expect(try await harness.ask("c", "echo on") == "on")
    }
  }

  @Test("What a call grants, a process of its own has, and no other")
  func grants() async throws {
    try await withPool(["c": .conformance()], settings: { $0.grantedKeepWarmSeconds = 0 }) { harness async throws in
      let file = harness.folder.appending(path: "data.txt")
      try Data("granted".utf8).write(to: file)
      let grants = SkillGrants(files: [.init(path: file.path)])
      #expect(try await harness.ask("c", "read /data\(file.path)", grants: grants) == "granted")
      #expect(try await harness.fault("c", "read /data\(file.path)").code == .skillFailed)
      let groups = await harness.pool.status()
      #expect(groups.map(\.grants) == [SkillGrants(), grants])
      #expect(Set(groups.flatMap(\.processes).map(\.pid)).count == 2)
      // Nobody asks it any more.
      let pid = try #require(groups.last?.processes.first?.pid)
      await harness.pool.lookAfter()
      #expect(await harness.waitForExit(of: pid)?.reason == .exited(code: 0))
    }
  }
}
