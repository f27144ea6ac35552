import SaraiCore
import SaraiHTTP
import Testing

@Suite(.timeLimit(.minutes(2))) struct GateTests {
  @Test func `only loopback names with the port are answered, and those that were allowed`() async throws {
    var settings = TestServer.settings
    settings.allowedHosts = ["sarai.lan", "Casa.lan:1234"]
    try await withServer(settings) { server in
      let port = server.port
      for host in [
        "127.0.0.1:\(port)", "localhost:\(port)", "LOCALHOST:\(port)", "[::1]:\(port)", "sarai.lan",
        "sarai.lan:\(port)", "casa.lan:1234",
      ] {
        #expect(try await server.ask("GET", "/v1/models", headers: ["Host": host]).status == 200, "\(host)")
      }
      for host in [
        "evil.example", "evil.example:\(port)", "127.0.0.1", "localhost:1", "127.0.0.1:\(port)0", "127.0.0.2:\(port)",
        "localhost:\(port).evil.example", "127.0.0.1:\(port)@evil.example", "casa.lan", "0.0.0.0:\(port)",
      ] {
        let reply = try await server.ask("GET", "/v1/models", headers: ["Host": host])
        #expect(reply.status == 421, "\(host)")
        #expect(reply.error["code"] == "forbidden")
        #expect(reply.message.contains("allowed hosts"))
      }
      try await server.expectHealthy()
    }
  }

  @Test(arguments: [
    "", "Host:\r\n", "Host: localhost:PORT\r\nHost: evil.example\r\n", "Host: localhost:PORT\r\nhOST: x\r\n",
  ])
  func `none or several Host headers are refused`(lines: String) async throws {
    try await withServer { server in
      let wire = try await Wire.connect(port: server.port)
      let headers = lines.replacing("PORT", with: "\(server.port)")
      try await wire.send("GET /v1/models HTTP/1.1\r\n\(headers)\r\n")
      let reply = try await wire.reply()
      #expect(reply.status == 400)
      #expect(reply.message.contains("exactly one Host"))
    }
  }

  @Test func `an absolute target counts instead of the Host header`() async throws {
    try await withServer { server in
      for (target, status) in [
        ("http://localhost:\(server.port)/v1/models", 200), ("HTTP://127.0.0.1:\(server.port)/healthz?x=1", 200),
        ("http://evil.example/v1/models", 421), ("http://evil.example", 421),
        ("http://localhost:\(server.port)@evil.example/", 421), ("https://localhost:\(server.port)/healthz", 404),
      ] {
        let reply = try await server.ask("GET", target)
        #expect(reply.status == status || (status == 404 && reply.status == 200), "\(target)")
      }
    }
  }

  @Test func `pages of listed origins are answered, and all others refused`() async throws {
    var settings = TestServer.settings
    settings.allowedOrigins = ["https://app.example"]
    try await withServer(settings) { server in
      for origin in ["https://app.example", "http://localhost:\(server.port)", "http://127.0.0.1:\(server.port)"] {
        let reply = try await server.ask("GET", "/v1/models", headers: ["Origin": origin])
        #expect(reply.status == 200)
        #expect(reply.headers["access-control-allow-origin"] == origin)
        #expect(reply.headers["vary"]?.contains("Origin") == true)
      }
      for origin in [
        "null", "https://evil.example", "http://app.example", "https://app.example.evil", "http://localhost",
        "https://localhost:\(server.port)", "",
      ] {
        let reply = try await server.ask("GET", "/v1/models", headers: ["Origin": origin])
        #expect(reply.status == 403, "\(origin)")
        #expect(reply.headers["access-control-allow-origin"] == nil)
      }
      #expect(try await server.ask("GET", "/v1/models").headers["access-control-allow-origin"] == nil)
    }
  }

  @Test func `a preflight is answered for listed origins only, and needs no token`() async throws {
    var settings = TestServer.settings
    settings.allowedOrigins = ["https://app.example"]
    settings.token = "secret"
    try await withServer(settings) { server in
      let asked = ["Access-Control-Request-Method": "POST", "Origin": "https://app.example"]
      let listed = try await server.ask("OPTIONS", "/v1/chat/completions", headers: asked)
      #expect(listed.status == 204)
      #expect(listed.headers["access-control-allow-origin"] == "https://app.example")
      #expect(listed.headers["access-control-allow-headers"]?.contains("authorization") == true)
      let other = try await server.ask(
        "OPTIONS", "/v1/chat/completions",
        headers: ["Access-Control-Request-Method": "POST", "Origin": "https://evil.example"])
      #expect(other.status == 403)
    }
  }

  @Test func `with a token nothing but healthz and the front page is answered without it`() async throws {
    var settings = TestServer.settings
    settings.token = "s3cret"
    try await withServer(settings) { server in
      for path in ["/v1/models", "/v1/models/parrot", "/metrics", "/health", "/readyz", "/openapi.json"] {
        for value in [
          nil, "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cret ", "Bearer s3crets", "s3cret", "Basic s3cret",
        ] {
          let headers = value.map { ["Authorization": $0] } ?? [:]
          let reply = try await server.ask("GET", path, headers: headers)
          // White space around a field's value is no part of it (RFC 9110, 5.5).
          let isRight = value == "Bearer s3cret "
          #expect(reply.status == (isRight ? 200 : 401), "\(path) \(value ?? "-")")
          #expect(isRight || reply.error["code"] == "invalid_api_key")
          #expect(isRight || reply.headers["www-authenticate"] == "Bearer")
        }
        #expect(try await server.ask("GET", path, headers: ["Authorization": "bearer s3cret"]).status == 200)
      }
      let chat = try await server.post("/v1/chat/completions", TestServer.chat([:] as JSONValue))
      #expect(chat.status == 401)
      #expect(try await server.ask("GET", "/healthz").status == 200)
      #expect(try await server.ask("GET", "/").status == 200)
      #expect(try await server.ask("GET", "/nothing").status == 404)
    }
  }

  @Test func `methods and routes that are not there are named with those that are`() async throws {
    try await withServer { server in
      for (method, path, allow) in [
        ("GET", "/v1/chat/completions", "POST"), ("DELETE", "/v1/models/parrot", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"), ("OPTIONS", "/v1/embeddings", "POST"), ("HEAD", "/v1/completions", "POST"),
        ("PUT", "/metrics", "GET, HEAD"), ("TRACE", "/", "GET, HEAD"),
      ] {
        let reply = try await server.ask(method, path)
        #expect(reply.status == 405, "\(method) \(path)")
        #expect(reply.headers["allow"] == allow)
        #expect(method == "HEAD" || reply.message.contains(allow))
      }
      let head = try await server.ask("HEAD", "/v1/models")
      #expect(head.status == 200 && head.body.isEmpty && head.headers["content-length"] != "0")
      for path in ["/v2", "/v1", "/v1/", "/v1/models/", "/../etc/passwd", "/v1/chat/completions/", "//healthz", "/%00"]
      {
        let reply = try await server.ask("GET", path)
        #expect(reply.status == 404, "\(path)")
        #expect(path.contains("models") || reply.message.contains("/v1/chat/completions"))
      }
    }
  }

  // MARK: - Settings

  @Test(arguments: ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.evil.example", "1270.0.0.1", "127.1", ""])
  func `an address that others can reach needs a token`(host: String) {
    let error = #expect(throws: SaraiError.self) {
      try ServerSettings(host: host, port: 1, version: "1").validate()
    }
    #expect(error?.code == .forbidden)
    #expect(throws: Never.self) { try ServerSettings(host: host, port: 1, token: "t", version: "1").validate() }
  }

  @Test(arguments: ["127.0.0.1", "localhost", "LocalHost", "::1", "[::1]", "127.8.9.10"])
  func `the loopback needs none`(host: String) {
    #expect(throws: Never.self) { try ServerSettings(host: host, port: 1, version: "1").validate() }
  }

  @Test func `settings that cannot work are refused by name`() {
    func refused(_ change: (inout ServerSettings) -> Void) -> String? {
      var settings = TestServer.settings
      change(&settings)
      return #expect(throws: SaraiError.self) { try settings.validate() }?.subject
    }
    #expect(refused { $0.port = 65536 } == "port")
    #expect(refused { $0.port = -1 } == "port")
    #expect(refused { $0.token = "" } == "token")
    #expect(refused { $0.token = "two words" } == "token")
    #expect(refused { $0.maxBodyBytes = 0 } == "maxBodyBytes")
    #expect(refused { $0.maxConnections = -1 } == "maxConnections")
    #expect(refused { $0.idleTimeoutSeconds = .nan } == "idleTimeoutSeconds")
    #expect(refused { $0.requestTimeoutSeconds = 0 } == "requestTimeoutSeconds")
    #expect(refused { $0.drainTimeoutSeconds = .infinity } == "drainTimeoutSeconds")
  }
}
