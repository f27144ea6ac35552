import Foundation
import SaraiCore
import SaraiHTTP
import TestSupport
import Testing

@testable import SaraiHTTP

@Suite(.timeLimit(.minutes(2))) struct ServiceTests {
  @Test func `models are listed with SARAi herself first, and found by id or role`() async throws {
    try await withServer { server in
      let list = try await server.ask("GET", "/v1/models?limit=5")
      let ids = list.json["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue }
      #expect(ids == ["sarai"] + TestModel.ids + ["vectors"])
      let model = try await server.ask("GET", "/v1/models/embeddings")
      #expect(model.json["id"] == "vectors")
      #expect(model.json["object"] == "model")
      #expect(model.json["sarai"]?["kind"] == "embeddings")
      #expect(try await server.ask("GET", "/v1/models/v%65ctors").json["id"] == "vectors")
      for path in ["/v1/models/no/such", "/v1/models/%zz", "/v1/models/%FF", "/v1/models/%+1"] {
        #expect(try await server.ask("GET", path).status == 404)
      }
    }
  }

  @Test func `readiness and health tell whether a model can answer`() async throws {
    try await withServer { server in
      #expect(try await server.ask("GET", "/readyz").json == ["status": "ready"])
      let health = try await server.ask("GET", "/health").json
      #expect(health["status"] == "ok")
      #expect(health["version"] == "1.2.3")
      #expect((health["uptime_seconds"]?.doubleValue ?? -1) > 0)
      #expect((health["memory"]?["proportional_bytes"]?.integerValue ?? 0) > 1 << 20)
      #expect(health["models"]?.arrayValue?.count == TestModel.ids.count + 1)
    }
    try await withServer(model: TestModel(hasChatModels: false)) { server in
      let reply = try await server.ask("GET", "/readyz")
      #expect(reply.status == 503)
      #expect(reply.message.contains("sarai pull"))
      #expect(try await server.ask("GET", "/health").json["status"] == "no_models")
      #expect(try await server.ask("GET", "/healthz").status == 200)
    }
  }

  @Test func `the front page says what runs here, in the reader's language`() async throws {
    try await withServer { server in
      let spanish = try await server.ask("GET", "/", headers: ["Accept-Language": "es"])
      #expect(spanish.headers["content-type"] == "text/html; charset=utf-8")
      #expect(spanish.body.contains("un asistente local") && spanish.body.contains("/v1/chat/completions"))
      #expect(try await server.ask("GET", "/").body.contains("a local assistant"))
    }
  }

  @Test func `metrics count what was done, by route and never by text`() async throws {
    try await withServer { server in
      _ = try await server.chat(["stream": true])
      _ = try await server.chat(["model": "secreto"])
      _ = try await server.ask("GET", "/secreto")
      _ = try await server.ask("PURGE", "/v1/models")
      try await eventually("the stream was not counted") {
        try await server.ask("GET", "/metrics").body.contains(
          #"route="/v1/chat/completions",method="POST",status="200""#)
      }
      let page = try await server.ask("GET", "/metrics")
      #expect(page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      for line in [
        #"sarai_http_requests_total{route="/v1/chat/completions",method="POST",status="200"} 1"#,
        #"sarai_http_requests_total{route="/v1/chat/completions",method="POST",status="404"} 1"#,
        #"sarai_http_requests_total{route="unmatched",method="GET",status="404"} 1"#,
        #"sarai_http_requests_total{route="/v1/models",method="other",status="405"} 1"#,
        #"sarai_tokens_total{kind="completion"} 3"#, #"sarai_tokens_total{kind="cached"} 4"#,
        "sarai_time_to_first_token_seconds_count 1", "sarai_http_requests_in_flight 1", "sarai_queue_requests 0",
        #"sarai_turns_total{answered_by="model"} 1"#,
        #"sarai_turns_total{answered_by="skill"} 0"#, "# TYPE sarai_http_request_duration_seconds histogram",
        #"sarai_errors_total{code="model_not_found"} 1"#,
        #"sarai_test_things{kind="a\"b\\c\nd"} 1.5"#,
      ] {
        #expect(page.body.contains(line + "\n"), "\(line)")
      }
      #expect(!page.body.contains("secreto"))
      let names = page.body.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
      #expect(Set(names).count == names.count, "a family is described twice")
    }
  }

  @Test func `histograms are cumulative and end in infinity`() {
    var histogram = Histogram(bounds: [1, 2])
    for value in [0.5, 1, 1.5, 9] { histogram.observe(value) }
    let text = PrometheusText.write(histogram.samples("x", help: "X.", labels: []))
    #expect(
      text == """
        # HELP x X.
        # TYPE x histogram
        x_bucket{le="1.0"} 2
        x_bucket{le="2.0"} 3
        x_bucket{le="+Inf"} 4
        x_sum 12
        x_count 4

        """)
  }

  // MARK: - OpenAPI

  @Test func `the OpenAPI document describes every route and every field`() async throws {
    try await withServer { server in
      let document = try await server.ask("GET", "/openapi.json").json
      #expect(document["openapi"] == "3.1.0")
      for route in Route.all {
        let operation = document["paths"]?[route.template]?[route.verb]
        #expect(operation != nil, "\(route.template)")
        let schema = operation?["requestBody"]?["content"]?["application/json"]?["schema"]
        #expect((schema?["properties"]?.objectValue.map { Array($0.keys) } ?? []) == (route.fields ?? []).map(\.name))
      }
      let temperature = document["paths"]?["/v1/chat/completions"]?["post"]?["requestBody"]?["content"]?[
        "application/json"]?["schema"]?["properties"]?["temperature"]
      #expect(temperature?["anyOf"]?.arrayValue?.first == ["type": "number", "minimum": 0.0, "maximum": 2.0])
    }
  }

  @Test func `the OpenAPI document is valid`() async throws {
    let python = TestParts.root.appending(path: ".deps/venv/bin/python")
    try #require(FileManager.default.fileExists(atPath: python.path), "set-up makes .deps/venv")
    for token in [nil, "secret"] {
      for language in Language.allCases {
        let document = OpenAPI.document(version: "1", hasToken: token != nil, language: language)
        try await withTemporaryFolder { folder in
          let file = folder.appending(path: "openapi.json")
          try Data(document.serialized()).write(to: file)
          let check = Process()
          check.executableURL = python
          check.arguments = ["-m", "openapi_spec_validator", file.path]
          let output = Pipe()
          check.standardOutput = output
          check.standardError = output
          try check.run()
          let said = output.fileHandleForReading.readDataToEndOfFile()
          check.waitUntilExit()
          #expect(check.terminationStatus == 0, "\(String(decoding: said, as: UTF8.self))")
        }
      }
    }
  }

  @Test func `every field is described in both languages, and its default passes its own check`() throws {
    func check(_ fields: [Field]) throws {
      for field in fields {
        #expect(!field.doc.es.isEmpty && !field.doc.en.isEmpty)
        if let value = field.defaultValue {
          var object = JSONObject()
          object[field.name] = value
          #expect(throws: Never.self) { try [field].check(object) }
        }
      }
    }
    for fields in [RequestFields.chat, RequestFields.completion, RequestFields.embedding, RequestFields.message] {
      #expect(Set(fields.map(\.name)).count == fields.count)
      try check(fields)
    }
  }

  @Test(arguments: [("", "abc", 3), ("temprature", "temperature", 1), ("stram", "stream", 1), ("a", "a", 0)])
  func `edit distance counts single letters`(one: String, other: String, distance: Int) {
    #expect(one.editDistance(to: other) == distance)
    #expect(other.editDistance(to: one) == distance)
  }
}
