import Foundation
import Glibc
import SaraiCore
import SaraiSandbox
import SkillProtocol
import Testing

@testable import SaraiSkills

@Suite(.timeLimit(.minutes(3))) struct PoolLifecycleTests {
  @Test("A reload lets calls end with the process that they began with, and gives later ones a new one")
  func reload() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let call = Task { try await harness.ask("c", "hold gate") }
      #expect(try await harness.ask("c", "held gate") == "held")
      let old = try #require(await harness.pids("c").first)
      harness.replace("c", with: .conformance { $0.limits.outputKiB = 1 })
      let generation = try #require(try await harness.pool.reload("c"))
      let new = try #require(await harness.pids("c").first)
      #expect(new != old)
      #expect(try await harness.status("c").processes.first { $0.pid == new }?.generation == generation)
      // The new manifest holds.
      #expect(try await harness.fault("c", "big 2000").code == .tooLarge)
      // The gate is in the old process, which no call can reach any more.
      call.cancel()
      _ = await call.result
      #expect(await harness.waitForExit(of: old) != nil)
      #expect(try await harness.ask("c", "echo on") == "on")
    }
  }

  @Test("Where the new version does not start, the old one goes on")
  func failedReload() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      _ = try await harness.ask("c", "echo x")
      let pids = await harness.pids("c")
      harness.replace("c", with: .hostile("exit"))
      await #expect { try await harness.pool.reload("c") } throws: { ($0 as? SaraiError)?.code == .skillFailed }
      #expect(await harness.pids("c") == pids)
      #expect(try await harness.ask("c", "echo on") == "on")
    }
  }

  @Test("A skill in Python is served as one in Swift is")
  func python() async throws {
    let skill = try TestSkill.pythonConformance { $0.isIdempotent = true }
    try await withPool(["p": skill]) { harness async throws in
      #expect(try await harness.ask("p", "echo ¿qué tal?") == "¿qué tal?")
      #expect(try await harness.pool.infer("p", SkillCall(.text("none"))).output == nil)
      #expect(try await harness.fault("p", "fail").code == .notFound)
      let call = Task { try await harness.ask("p", "hold gate") }
      #expect(try await harness.ask("p", "held gate") == "held")
      let pid = try #require(await harness.pids("p").first)
      kill(pid, SIGKILL)
      #expect(try await harness.ask("p", "held gate") == "held")
      #expect(try await harness.ask("p", "release gate") == "released")
      #expect(try await call.value == "heldlet go: none")
      let last = try #require(await harness.pids("p").first)
      kill(last, SIGTERM)
      #expect(try await harness.ask("p", "echo on") == "on")
      #expect(await harness.waitForExit(of: last)?.reason == .exited(code: 0))
    }
  }

  @Test("A skill that nobody asks any more ends, and starts again when somebody does")
  func keepWarm() async throws {
    try await withPool(["c": .conformance { $0.keepWarmSeconds = 0 }]) { harness async throws in
      _ = try await harness.ask("c", "echo x")
      let pid = try #require(await harness.pids("c").first)
      await harness.pool.lookAfter()
      #expect(await harness.waitForExit(of: pid)?.reason == .exited(code: 0))
      #expect(try await harness.status("c").phase == .stopped)
      #expect(try await harness.ask("c", "echo on") == "on")
    }
  }

  @Test("Skills that ask for it are started with the pool, and so are those that were used lately")
  func prefetch() async throws {
    let skills = [
      "asks": TestSkill.conformance { $0.prefetch = true }, "used": .conformance(), "other": .conformance(),
    ]
    try await withPool(skills) { harness async throws in
      let now = Int(Date().timeIntervalSince1970)
      let uses = harness.folder.appending(path: "before.json")
      try Data(#"{"last_used_unix_seconds":{"used":\#(now),"other":\#(now - 90_000),"gone":\#(now)}}"#.utf8)
        .write(to: uses)
      let pool = harness.poolLike(useFile: uses.path)
      await pool.begin()
      while await pool.status().filter({ $0.phase == .running }).map(\.name) != ["asks", "used"] {
        await Task.yield()
      }
      _ = try await pool.infer("other", SkillCall(.text("echo x")))
      await pool.close()
      let kept = try String(contentsOf: uses, encoding: .utf8)
      #expect(kept.contains("\"other\":\(now / 1_000)"))
    }
  }

  @Test("When memory is short, the skill that is missed least goes first, and none that is at work")
  func memory() async throws {
    let skills = [
      "first": TestSkill.conformance(), "second": .conformance { $0.prefetch = true }, "busy": .conformance(),
    ]
    try await withPool(skills) { harness async throws in
      _ = try await harness.ask("first", "echo x")
      let call = Task { try await harness.ask("busy", "hold gate") }
      #expect(try await harness.ask("busy", "held gate") == "held")
      _ = try await harness.ask("second", "echo x")
      let first = try #require(await harness.pids("first").first)
      // Enough, by either measure.
      harness.setMemory(MemoryState(availableBytes: 1 << 40, pressurePercent: 1))
      await harness.pool.lookAfter()
      #expect(await harness.pids("first") == [first])
      harness.setMemory(MemoryState(availableBytes: 1 << 20, pressurePercent: nil))
      await harness.pool.lookAfter()
      #expect(await harness.waitForExit(of: first) != nil)
      #expect(await harness.pids("second").count == 1)
      harness.setMemory(MemoryState(availableBytes: 1 << 40, pressurePercent: 60))
      await harness.pool.lookAfter()
      #expect(await harness.pids("second").isEmpty)
      await harness.pool.lookAfter()
      #expect(await harness.pids("busy").count == 1)
      #expect(try await harness.ask("busy", "release gate") == "released")
      _ = try await call.value
    }
  }

  @Test("A process that stops answering health checks is replaced")
  func health() async throws {
    let skills = ["h": TestSkill.hostile("serve")]
    try await withPool(skills, settings: { ($0.healthSeconds, $0.healthTimeoutSeconds) = (0.000_001, 1) }) {
      harness async throws in
      // It answers calls and has no health service.
      #expect(try await harness.ask("h", "echo on") == "on")
      let pid = try #require(await harness.pids("h").first)
      while await harness.pids("h").contains(pid) {
        await harness.pool.lookAfter()
        await Task.yield()
      }
      #expect(await harness.waitForExit(of: pid) != nil)
      #expect(try await harness.ask("h", "echo on") == "on")
    }
  }

  @Test("A skill that is stopped ends its calls first, and the next call starts it again")
  func stop() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      let call = Task { try await harness.ask("c", "hold gate") }
      #expect(try await harness.ask("c", "held gate") == "held")
      let released = try await harness.ask("c", "release gate")
      #expect(released == "released")
      await harness.pool.stop("c")
      let answer = try await call.value
      #expect(answer == "heldlet go: none")
      #expect(await harness.pids("c").isEmpty)
      #expect(try await harness.ask("c", "echo on") == "on")
    }
  }

  @Test("A closed pool says so")
  func closed() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      _ = try await harness.ask("c", "echo x")
      await harness.pool.close()
      #expect(try await harness.fault("c", "echo x").code == .busy)
      await #expect { _ = try await harness.pool.gate("c") } throws: { ($0 as? SaraiError)?.code == .busy }
    }
  }

  @Test("What a skill logs is kept in lines, in memory and in a file of limited size")
  func logs() async throws {
    try await withPool(["c": .conformance()], settings: { $0.logFileBytes = 4_096 }) { harness async throws in
      for number in 0..<40 { _ = try await harness.ask("c", "log line-\(number)", id: "id-\(number)") }
      while await harness.pool.logs("c", lines: 1).first?.contains("line-39") != true { await Task.yield() }
      let lines = await harness.pool.logs("c", lines: 3)
      #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("{") })
      #expect(lines[2].contains("\"request_id\":\"id-39~"))
      let file = harness.folder.appending(path: "logs/c.log")
      while !FileManager.default.fileExists(atPath: file.path + ".1") { await Task.yield() }
      for path in [file.path, file.path + ".1"] where FileManager.default.fileExists(atPath: path) {
        let bytes = try Data(contentsOf: URL(filePath: path)).count
        #expect(bytes < 3 * 4_096)
      }
    }
  }

  @Test("Metrics tell calls, processes and times by skill")
  func metrics() async throws {
    try await withPool(["c": .conformance()]) { harness async throws in
      _ = try await harness.ask("c", "echo x")
      _ = try await harness.fault("c", "fail")
      let samples = await harness.pool.samples()
      func value(_ name: String, _ label: String? = nil) -> Double? {
        samples.first { sample in
          sample.name == name && (label == nil || sample.labels.contains { $0.value == label })
        }?.value
      }
      #expect(value("skill_requests_total", "answered") == 1)
      #expect(value("skill_requests_total", "refused") == 1)
      #expect(value("sarai_skill_events_total", "start") == 1)
      #expect(value("sarai_skill_processes") == 1)
      #expect(value("skill_latency_seconds_count") == 2)
      #expect(value("skill_latency_seconds_bucket", "+Inf") == 2)
    }
  }
}
