import SaraiAgent
import SaraiCore
import Testing

@testable import SaraiHTTP

/// What the routes of the loop take and refuse, and what they ask of it.
@Suite(.timeLimit(.minutes(2))) struct LoopRouteTests {
  @Test(
    arguments: [
      ("POST", "/api/loop/pause", ["seconds": 0], "seconds", "from 1 to"),
      ("POST", "/api/loop/run-now", [:], "job", "is missing"),
      ("POST", "/api/loop/run-now", ["job": 0], "job", "got 0"),
      ("POST", "/api/jobs", ["action": "remind"], "schedule", "is missing"),
      ("POST", "/api/jobs", ["schedule": "tomorrow at 8"], "action", "is missing"),
      ("POST", "/api/jobs", ["schedule": "every full moon", "action": "remind"], "schedule", "every Tuesday at 9"),
      ("POST", "/api/jobs", ["schedule": "yesterday at 8", "action": "remind"], "schedule", "yesterday"),
      (
        "POST", "/api/jobs", ["schedule": "tomorrow at 8", "action": "remind", "zone": "Europe/Nowhere"], "zone",
        "do not know the time zone"
      ),
      (
        "POST", "/api/jobs", ["schedule": "tomorrow at 8", "action": "remind", "arguments": ["text": 5]], "arguments",
        "an object of at most 32 strings"
      ),
      (
        "POST", "/api/jobs",
        [
          "schedule": "tomorrow at 8", "action": "remind",
          "arguments": ["text": .string(String(repeating: "x", count: 16_384))],
        ], "arguments", "16384 bytes"
      ),
      ("POST", "/api/jobs", ["schedule": "tomorrow", "action": "remind", "priority": 11], "priority", "from 1 to 10"),
      ("POST", "/api/jobs", ["schedule": "tomorrow", "action": "remind", "catch_up": "x"], "catch_up", #"got "x""#),
      ("POST", "/api/jobs", ["schedule": "tomorrow", "action": "remind", "user": ""], "user", "non-empty"),
      ("PATCH", "/api/jobs/1", [:], "schedule", "Say what to change"),
      ("PATCH", "/api/jobs/1", ["user": "ana"], "schedule", "Say what to change"),
      ("PATCH", "/api/jobs/1", ["zone": "../etc/passwd"], "zone", "is no name of a time zone"),
      ("PATCH", "/api/jobs/1", ["enabled": "yes"], "enabled", "true or false"),
      ("PATCH", "/api/inbox/1", [:], "mark", "is missing"),
      ("PATCH", "/api/inbox/1", ["mark": "always"], "mark", #"got "always""#),
      ("GET", "/api/loop?user=ana", nil, "user", "unknown"),
      ("GET", "/api/loop/plan?hours=169", nil, "hours", "from 1 to 168"),
      ("GET", "/api/loop/history?limit=1001", nil, "limit", "from 1 to 1000"),
      ("GET", "/api/inbox?all=maybe", nil, "all", "true or false"),
      ("GET", "/api/jobs?user=", nil, "user", "non-empty"),
    ] as [(String, String, JSONValue?, String, String)])
  func `what cannot be is refused by name, and the loop not asked`(
    method: String, path: String, body: JSONValue?, param: String, reason: String
  ) async throws {
    let loop = TestLoop()
    try await withServer(loop: loop) { server in
      let reply = try await server.ask(method, path, body: body?.description)
      #expect(reply.status == 400, "\(reply.body)")
      #expect(reply.error["param"] == .string(param), "\(reply.message)")
      #expect(reply.message.contains(reason), "\(reply.message)")
      #expect(loop.asked.isEmpty)
    }
  }

  @Test func `each route asks one thing of the loop, for one owner`() async throws {
    let loop = TestLoop()
    try await withServer(loop: loop) { server in
      for (method, path, body, asked) in [
        ("GET", "/api/loop", nil, "status"), ("POST", "/api/loop/pause", "{}", "pause -"),
        ("POST", "/api/loop/pause", #"{"seconds":7200}"#, "pause 7200.0"), ("POST", "/api/loop/resume", nil, "resume"),
        ("GET", "/api/loop/history?limit=5", nil, "history local 5"), ("GET", "/api/loop/plan", nil, "plan local 24"),
        ("GET", "/api/loop/plan?hours=48&user=ana", nil, "plan ana 48"),
        ("POST", "/api/loop/run-now", #"{"job":3,"user":"ana"}"#, "run 3 ana"), ("GET", "/api/jobs", nil, "jobs local"),
        ("GET", "/api/inbox", nil, "inbox local new 100"),
        ("GET", "/api/inbox?all=true&limit=3&user=ana", nil, "inbox ana all 3"),
        ("GET", "/api/inbox/7", nil, "item 7 local"),
        ("PATCH", "/api/inbox/7", #"{"mark":"never","user":"ana"}"#, "mark 7 never ana"),
      ] {
        let reply = try await server.ask(method, path, body: body)
        #expect(reply.status == 200, "\(method) \(path) \(reply.body)")
        #expect(loop.asked.last == asked)
      }
    }
  }

  @Test func `a job is added as a person says it, kept in its canonical form, changed and removed`() async throws {
    let loop = TestLoop()
    try await withServer(loop: loop) { server in
      let added = try await server.post(
        "/api/jobs",
        ["schedule": "cada martes a las 9", "action": "remind", "arguments": ["text": "regar"], "language": "es"])
      #expect(added.status == 200 && added.json["schedule"] == "0 9 * * 2", "\(added.body)")
      #expect(loop.lastJob?.name == "regar" && loop.lastJob?.arguments == ["text": "regar"])

      let canonical = try await server.post(
        "/api/jobs",
        [
          "schedule": "on user_idle", "action": "run_prompt", "arguments": ["prompt": "¿Qué hay hoy?"],
          "zone": "America/New_York", "priority": 2, "limit_seconds": 90, "catch_up": "skip", "name": "hoy",
          "user": "ana", "language": "es",
        ])
      #expect(canonical.json["schedule"] == "on user_idle", "\(canonical.body)")
      #expect(
        loop.lastJob
          == LoopJobRequest(
            name: "hoy", schedule: "on user_idle", action: "run_prompt",
            arguments: ["prompt": "¿Qué hay hoy?", "language": "es"], zone: "America/New_York", catchUp: "skip",
            priority: 2, limitSeconds: 90))

      #expect(try await server.ask("GET", "/api/jobs/2").status == 404)
      #expect(try await server.ask("GET", "/api/jobs/2?user=ana").json["zone"] == "America/New_York")
      let edited = try await server.ask(
        "PATCH", "/api/jobs/1", body: #"{"schedule":"every day at 7:30","enabled":false,"arguments":{"text":"x"}}"#)
      #expect(edited.status == 200, "\(edited.body)")
      var change = LoopJobChange()
      (change.schedule, change.isEnabled, change.arguments) = ("30 7 * * *", false, ["text": "x"])
      #expect(loop.lastChange == change)
      #expect(try await server.ask("DELETE", "/api/jobs/1").status == 200)
      #expect(try await server.ask("DELETE", "/api/jobs/1").status == 404)
      #expect(try await server.ask("GET", "/api/jobs").json["jobs"] == [])
    }
  }

  /// Kiritimati and Niue are a day apart: of one moment, a date there is never the same here.
  @Test func `a new time of a job that has a zone is one of that zone`() async throws {
    let loop = TestLoop()
    try await withServer(loop: loop) { server in
      func instant(_ zone: String?, of job: JSONValue) async throws -> String {
        var body = job.objectValue ?? [:]
        body["zone"] = zone.map { .string($0) }
        let reply = try await server.post("/api/jobs", .object(body))
        return try #require(reply.json["schedule"]?.stringValue, "\(reply.body)")
      }
      let job: JSONValue = ["schedule": "2099-05-03 10:00", "action": "remind", "arguments": ["text": "x"]]
      #expect(try await instant("Pacific/Kiritimati", of: job) == "at 2099-05-02T20:00:00Z")
      #expect(try await instant("Pacific/Niue", of: job) == "at 2099-05-03T21:00:00Z")
      _ = try await server.ask("PATCH", "/api/jobs/1", body: #"{"schedule":"2099-05-04 10:00"}"#)
      #expect(loop.lastChange?.schedule == "at 2099-05-03T20:00:00Z")
      _ = try await server.ask("PATCH", "/api/jobs/1", body: #"{"schedule":"2099-05-04 10:00","zone":"UTC"}"#)
      #expect(loop.lastChange?.schedule == "at 2099-05-04T10:00:00Z")
    }
  }

  @Test func `without a loop, and with one that is switched off, the error says what to do`() async throws {
    for (loop, advice) in [(nil, "sarai serve"), (TestLoop(isOff: true), "phoenix.proactive_loop_enabled: true")] {
      try await withServer(loop: loop) { server in
        for (method, path, body) in [
          ("GET", "/api/loop", nil), ("POST", "/api/loop/pause", "{}"), ("POST", "/api/loop/resume", nil),
          ("GET", "/api/loop/history", nil), ("GET", "/api/loop/plan", nil),
          ("POST", "/api/loop/run-now", #"{"job":1}"#), ("GET", "/api/jobs", nil),
          ("POST", "/api/jobs", #"{"schedule":"@daily","action":"remind","arguments":{"text":"x"}}"#),
          ("GET", "/api/jobs/1", nil), ("PATCH", "/api/jobs/1", #"{"enabled":true}"#), ("DELETE", "/api/jobs/1", nil),
          ("GET", "/api/inbox", nil), ("GET", "/api/inbox/1", nil), ("PATCH", "/api/inbox/1", #"{"mark":"read"}"#),
        ] {
          let reply = try await server.ask(method, path, body: body)
          #expect(reply.status == 503, "\(method) \(path) \(reply.body)")
          #expect(reply.error["code"] == "not_available" && reply.error["param"] == "loop")
          #expect(reply.message.contains(advice) && !reply.body.contains("/home/"), "\(reply.message)")
        }
      }
    }
  }

  @Test func `only numbers name jobs and messages`() async throws {
    try await withServer(loop: TestLoop()) { server in
      for id in ["abc", "0", "-1", "1.0", "9223372036854775808", "1/2", "%00"] {
        for path in ["jobs", "inbox"] {
          let reply = try await server.ask("GET", "/api/\(path)/\(id)")
          #expect(reply.status == 404 && reply.error["code"] == "not_found", "\(id): \(reply.body)")
        }
      }
    }
  }

  @Test func `the loop wants the token where there is one`() async throws {
    var settings = TestServer.settings
    settings.token = "s3cret"
    let loop = TestLoop()
    try await withServer(settings, loop: loop) { server in
      for (method, path) in [("GET", "loop"), ("POST", "loop/pause"), ("DELETE", "jobs/1"), ("GET", "inbox")] {
        let reply = try await server.ask(method, "/api/\(path)")
        #expect(reply.status == 401, "\(method) \(path)")
      }
      #expect(loop.asked.isEmpty)
    }
  }

  @Test func `every field of the loop is described in both languages, and its default passes its own check`() throws {
    for route in Route.loop {
      let fields = (route.fields ?? []) + (route.query ?? [])
      #expect(Set(fields.map(\.name)).count == fields.count)
      for field in fields {
        #expect(!field.doc.es.isEmpty && !field.doc.en.isEmpty)
        guard let value = field.defaultValue else { continue }
        var object = JSONObject()
        object[field.name] = value
        #expect(throws: Never.self) { try [field].check(object) }
      }
    }
    #expect(!LoopFields.edit.contains { $0.isRequired || $0.defaultValue != nil && $0.name != "user" })
  }
}
