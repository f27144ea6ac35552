import Foundation
import SaraiCore
import TestSupport
import Testing

/// Jobs and the inbox as clients of `sarai serve` have them.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LoopServingTests {
  private func json(
    _ server: ServedHome, _ method: String, _ path: String, _ body: JSONValue? = nil, status: Int = 200
  ) async throws -> JSONValue {
    let answer = try await server.ask(method, path, body)
    #expect(answer.status == status, "\(method) \(path): \(answer.body)")
    return try JSONValue(parsing: answer.body)
  }

  @Test func `A job is added in words, changed, done at once, told of in the inbox, and removed`() async throws {
    try await ServedHome.with { server in
      let status = try await json(server, "GET", "/api/loop")
      #expect(status["state"] == "running" && status["next_action"]?.stringValue != nil, "\(status)")
      let added = try await json(
        server, "POST", "/api/jobs",
        ["schedule": "cada martes a las 9", "action": "remind", "arguments": ["text": "regar las plantas"]])
      #expect(added["schedule"] == "0 9 * * 2" && added["source"] == "user", "\(added)")
      let id = try #require(added["id"]?.integerValue)
      let listed = try await json(server, "GET", "/api/jobs")["jobs"]?.arrayValue ?? []
      #expect(listed.contains(added) && listed.contains { $0["source"] == "builtin" })
      #expect(try await json(server, "GET", "/api/jobs?user=ana")["jobs"] == [])
      let edited = try await json(
        server, "PATCH", "/api/jobs/\(id)", ["schedule": "todos los días a las 7:30", "zone": "Asia/Tokyo"])
      #expect(edited["schedule"] == "30 7 * * *" && edited["zone"] == "Asia/Tokyo", "\(edited)")
      #expect(try await json(server, "GET", "/api/jobs/\(id)") == edited)

      let done = try await json(server, "POST", "/api/loop/run-now", ["job": .integer(id)])
      #expect(done["state"] == "done" && done["useful"] == true, "\(done)")
      let news = try await json(server, "GET", "/api/inbox")["items"]?.arrayValue ?? []
      let item = try #require(news.first { $0["kind"] == "reminder" }?["id"]?.integerValue, "\(news)")
      let why = try await json(server, "GET", "/api/inbox/\(item)")
      #expect(why["text_es"]?.stringValue?.contains("regar las plantas") == true, "\(why)")
      #expect(why["why_es"]?.stringValue?.isEmpty == false && why["read_at"] == .null)
      _ = try await json(server, "GET", "/api/inbox/\(item)?user=ana", status: 404)
      #expect(try await json(server, "PATCH", "/api/inbox/\(item)", ["mark": "read"])["read_at"] != .null)
      let never = try await json(server, "PATCH", "/api/inbox/\(item)", ["mark": "never"])
      #expect(never["dismissed_at"] != .null)
      #expect(
        try await json(server, "GET", "/api/inbox")["items"]?.arrayValue?.contains { $0["id"] == .integer(item) }
          == false)
      let history = try await json(server, "GET", "/api/loop/history?limit=50")["actions"]?.arrayValue ?? []
      #expect(history.contains { $0["job"] == .integer(id) && $0["state"] == "done" }, "\(history)")
      #expect(try await json(server, "DELETE", "/api/jobs/\(id)")["id"] == .integer(id))
      _ = try await json(server, "GET", "/api/jobs/\(id)", status: 404)
    }
  }

  @Test func `What is wrong is said by its field, and what is planned or paused is told`() async throws {
    try await ServedHome.with { server in
      let unknown = try await json(
        server, "POST", "/api/jobs", ["schedule": "@daily", "action": "dance"], status: 400)
      #expect(unknown["error"]?["param"] == "action", "\(unknown)")
      let empty = try await json(server, "POST", "/api/jobs", ["schedule": "@daily", "action": "remind"], status: 400)
      #expect(empty["error"]?["message"]?.stringValue?.contains("text") == true, "\(empty)")
      let jobs = try await json(server, "GET", "/api/jobs")["jobs"]?.arrayValue ?? []
      let builtin = try #require(jobs.first { $0["action"] == "backup_memory" }?["id"]?.integerValue)
      #expect(try await json(server, "DELETE", "/api/jobs/\(builtin)", status: 403)["error"] != nil)
      let off = try await json(server, "PATCH", "/api/jobs/\(builtin)", ["enabled": false])
      #expect(off["enabled"] == false && off["next_at"] == .null, "\(off)")
      let plan = try await json(server, "GET", "/api/loop/plan?hours=24")["actions"]?.arrayValue ?? []
      #expect(plan.contains { $0["action"] == "vacuum_memory" } && !plan.contains { $0["action"] == "backup_memory" })
      let paused = try await json(server, "POST", "/api/loop/pause", ["seconds": 7_200])
      #expect(paused["state"] == "paused" && paused["paused_until"] != .null, "\(paused)")
      #expect(try await json(server, "POST", "/api/loop/resume")["state"] == "running")
    }
  }

  @Test func `Switched off, clients learn how to switch it on`() async throws {
    try await ServedHome.with("--set", "phoenix.proactive_loop_enabled=false") { server in
      let refused = try await json(server, "GET", "/api/jobs", status: 503)
      #expect(refused["error"]?["param"] == "loop", "\(refused)")
      #expect(refused["error"]?["message"]?.stringValue?.contains("phoenix.proactive_loop_enabled: true") == true)
    }
  }
}
