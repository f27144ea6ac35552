import Foundation
import SaraiCore
import TestSupport
import Testing

/// What SARAi does of her own accord, as a person meets it: in a conversation and on the command line.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LoopTests {
  @Test func `A reminder asked for in a conversation comes at its time, says why, and can be silenced`() async throws {
    try await CommandLineHome.with { home in
      let asked = try await home.run(
        "run", "sarai", "recuérdame mañana a las 8 llamar a mi madre", language: "es_ES.UTF-8")
      #expect(asked.output.contains("mañana") && asked.output.contains("8:00: llamar a tu madre"), "\(asked)")
      let listed = try await home.run("run", "sarai", "¿qué recordatorios tengo?", language: "es_ES.UTF-8")
      #expect(listed.output.contains("llamar a tu madre"), "\(listed)")
      let jobs = try JSONValue(parsing: try await home.run("job", "list", "--json").output).arrayValue ?? []
      let job = try #require(jobs.first { $0["source"] == "chat" })
      let id = try #require(job["id"]?.integerValue)

      let now = try await home.run("loop", "run-now", "\(id)", language: "es_ES.UTF-8")
      #expect(now.status == 0 && now.output.contains("hecho"), "\(now)")
      let inbox = try JSONValue(parsing: try await home.run("inbox", "--json", "--peek").output).arrayValue ?? []
      let item = try #require(inbox.first { $0["kind"] == "reminder" }, "\(inbox)")
      #expect(item["text_es"]?.stringValue?.contains("llamar a tu madre") == true)
      let number = try #require(item["id"]?.integerValue)
      let why = try await home.run("inbox", "why", "\(number)", language: "es_ES.UTF-8")
      #expect(why.output.contains("recuérdame mañana a las 8"), "\(why)")
      #expect(try await home.run("inbox", "never", "\(number)").status == 0)
      #expect(try await home.run("inbox").output == "Nothing new.\n")
    }
  }

  @Test func `Killed, the loop is there again at once, with all that it had`() async throws {
    try await CommandLineHome.with { home in
      let added = try await home.run("job", "add", "every Tuesday at 9", "remind", "water the plants")
      #expect(added.status == 0 && added.output.contains("every Tuesday at 9"), "\(added)")
      var last: Int32 = 0
      for _ in 0..<3 {
        let pid = try #require(try Self.loop(of: home), "the loop does not run")
        #expect(pid != last)
        last = pid
        kill(pid, SIGKILL)
        let jobs = try await home.run("job", "list")
        #expect(jobs.status == 0 && jobs.output.contains("water the plants"), "\(jobs)")
      }
    }
  }

  @Test func `What would be done is told, and nothing of it done`() async throws {
    try await CommandLineHome.with { home in
      let plan = try JSONValue(parsing: try await home.run("loop", "plan", "--json").output).arrayValue ?? []
      #expect(plan.contains { $0["action"] == "backup_memory" && $0["state"] == "planned" }, "\(plan)")
      let history = try JSONValue(parsing: try await home.run("loop", "history", "--json").output).arrayValue ?? []
      #expect(!history.contains { $0["action"] == "backup_memory" }, "\(history)")
      let paused = try await home.run("loop", "pause", "--for", "2h")
      #expect(paused.output.contains("paused until"), "\(paused)")
      #expect(try await home.run("loop", "resume").output.contains("running"))
    }
  }

  @Test func `Real upkeep leaves its measured effect in the history`() async throws {
    try await CommandLineHome.with { home in
      #expect(try await home.run("memory", "add", "Mi hermana vive en Madrid").status == 0)
      let jobs = try JSONValue(parsing: try await home.run("job", "list", "--json").output).arrayValue ?? []
      func run(_ action: String) async throws -> JSONValue {
        let id = try #require(jobs.first { $0["action"] == .string(action) }?["id"]?.integerValue)
        let outcome = try await home.run("loop", "run-now", "\(id)", "--json")
        #expect(outcome.status == 0, "\(action): \(outcome)")
        return try JSONValue(parsing: outcome.output)
      }
      let backup = try await run("backup_memory")
      #expect(backup["useful"] == true && backup["effect"]?["unit"] == "milliseconds", "\(backup)")
      // Nothing was told since.
      #expect(try await run("backup_memory")["useful"] == false)
      for action in ["vacuum_memory", "rotate_memory", "rotate_logs", "prune_caches"] {
        #expect(try await run(action)["state"] == "done")
      }
    }
  }

  @Test func `Switched off, it does nothing and says how to switch it on`() async throws {
    try await CommandLineHome.with { home in
      let off = ["--set", "phoenix.proactive_loop_enabled=false"]
      let jobs = try await home.run(["job", "list"] + off, language: "es_ES.UTF-8")
      #expect(jobs.status != 0 && jobs.errors.contains("phoenix.proactive_loop_enabled: true"), "\(jobs)")
      #expect(try Self.loop(of: home) == nil)
    }
  }

  @Test(arguments: ["cada luna llena", "0 0 30 2 *", "ayer a las 8"])
  func `A time that cannot be is refused with examples`(when: String) async throws {
    try await CommandLineHome.with { home in
      let refused = try await home.run("job", "add", when, "remind", "x", language: "es_ES.UTF-8")
      #expect(refused.status == 64 || refused.status == 65, "\(refused)")
      #expect(refused.errors.hasPrefix("error: "), "\(refused)")
    }
  }

  /// The process of the loop of a home.
  private static func loop(of home: CommandLineHome) throws -> Int32? {
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      guard let pid = Int32(name),
        let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
      else { continue }
      let words = line.split(separator: "\0").map(String.init)
      if words.first?.hasSuffix("/sarai-loop") == true, words.contains(where: { $0.hasPrefix(home.folder.path) }) {
        return pid
      }
    }
    return nil
  }
}
