import Logging
import SaraiAgent
import SaraiCore
import SaraiHTTP
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(3))) struct ConnectionTests {
  // MARK: - Hanging up

  @Test(arguments: ["stuck", "mute", "endless"], [true, false])
  func `a client that hangs up stops the generation`(model: String, isStreamed: Bool) async throws {
    try await withServer { server in
      let wire = try await Wire.connect(port: server.port)
      let body = TestServer.chat(["model": .string(model), "stream": .bool(isStreamed), "n": 2])
      try await wire.send(server.request("POST", "/v1/chat/completions", body: body.description))
      try await eventually("it never started") { server.model.running == 1 }
      if isStreamed, model != "stuck" { try await wire.waitFor("data: ") }
      try await wire.hangUp()
      try await eventually("the generation went on") { server.model.running == 0 }
      #expect(server.model.seen.started == 1, "the second choice was begun for nobody")
      try await server.expectHealthy()
    }
  }

  @Test func `a thousand clients that hang up mid-stream leave nothing behind`() async throws {
    try await withServer { server in
      for _ in 0..<20 {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<50 {
            group.addTask {
              let wire = try await Wire.connect(port: server.port)
              let body = TestServer.chat(["model": "endless", "stream": true])
              try await wire.send(server.request("POST", "/v1/chat/completions", body: body.description))
              try await wire.waitFor("bla")
              try await wire.hangUp()
            }
          }
          try await group.waitForAll()
        }
        try await eventually("generations went on") { server.model.running == 0 }
      }
      #expect(server.model.seen.started == 1000)
      try await eventually("connections or requests stayed") {
        let health = try await server.ask("GET", "/health").json
        return health["connections"] == 1 && health["requests_in_flight"] == 1
      }
      try await server.expectHealthy()
    }
  }

  @Test func `a client that reads nothing is cut off`() async throws {
    var settings = TestServer.settings
    settings.idleTimeoutSeconds = 0.2
    try await withServer(settings) { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.stopReading()
      let body = TestServer.chat(["model": "endless", "stream": true])
      try await wire.send(server.request("POST", "/v1/chat/completions", body: body.description))
      try await eventually("it never started") { server.model.seen.started == 1 }
      try await eventually("the generation went on") { server.model.running == 0 }
      try await server.expectHealthy()
    }
  }

  // MARK: - Slow and idle clients

  @Test(arguments: ["G", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", "POST / HTTP/1.1\r\n"])
  func `a header that does not end in time is answered with 408`(beginning: String) async throws {
    var settings = TestServer.settings
    settings.headerReadTimeoutSeconds = 0.1
    try await withServer(settings) { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send(beginning)
      let reply = try await wire.reply()
      #expect(reply.status == 408)
      #expect(reply.error["code"] == "timeout")
      #expect(reply.headers["connection"] == "close")
      #expect(await wire.rest().isEmpty)
      try await server.expectHealthy()
    }
  }

  @Test func `a byte now and then does not keep a header alive`() async throws {
    var settings = TestServer.settings
    settings.headerReadTimeoutSeconds = 0.2
    try await withServer(settings) { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send("GET /healthz HTTP/1.1\r\nX-Slow: ")
      let sender = wire.keepSending("a")
      #expect(try await wire.reply().status == 408)
      sender.cancel()
    }
  }

  @Test func `a body that does not end in time is answered with 408`() async throws {
    var settings = TestServer.settings
    settings.bodyReadTimeoutSeconds = 0.1
    try await withServer(settings) { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:\(server.port)\r\nContent-Length: 100\r\n\r\n{")
      let reply = try await wire.reply()
      #expect(reply.status == 408)
      try await server.expectHealthy()
    }
  }

  @Test func `a connection without a request is closed after a while`() async throws {
    var settings = TestServer.settings
    settings.idleTimeoutSeconds = 0.1
    try await withServer(settings) { server in
      let silent = try await Wire.connect(port: server.port)
      #expect(await silent.rest().isEmpty)
      let used = try await Wire.connect(port: server.port)
      try await used.send(server.request("GET", "/healthz"))
      #expect(try await used.reply().status == 200)
      #expect(await used.rest().isEmpty)
    }
  }

  // MARK: - HTTP itself

  @Test func `requests sent ahead are answered in their order`() async throws {
    try await withServer { server in
      let wire = try await Wire.connect(port: server.port)
      let chat = server.request("POST", "/v1/chat/completions", body: TestServer.chat(["stream": true]).description)
      try await wire.send(server.request("GET", "/healthz") + chat + server.request("GET", "/nothing"))
      #expect(try await wire.reply().body == #"{"status":"ok"}"#)
      #expect(try await wire.reply().events.last == "[DONE]")
      #expect(try await wire.reply().status == 404)
      try await wire.send(server.request("GET", "/healthz"))
      #expect(try await wire.reply().status == 200)
    }
  }

  @Test func `an HTTP/1_0 client gets whole answers and a closed connection`() async throws {
    try await withServer { server in
      let plain = try await Wire.connect(port: server.port)
      try await plain.send("GET /healthz HTTP/1.0\r\nHost: localhost:\(server.port)\r\n\r\n")
      let text = await plain.rest()
      #expect(text.hasPrefix("HTTP/1.0 200"))
      #expect(text.hasSuffix("\r\n\r\n{\"status\":\"ok\"}"))

      let streamed = try await Wire.connect(port: server.port)
      let body = TestServer.chat(["stream": true]).description
      try await streamed.send(
        "POST /v1/chat/completions HTTP/1.0\r\nHost: localhost:\(server.port)\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
          + body)
      let events = await streamed.rest()
      #expect(!events.lowercased().contains("transfer-encoding"))
      #expect(events.hasSuffix("data: [DONE]\n\n"))
    }
  }

  @Test func `a client that asks for the connection to close gets it closed`() async throws {
    try await withServer { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send(server.request("GET", "/healthz", headers: ["Connection": "Close"]))
      let reply = try await wire.reply()
      #expect(reply.headers["connection"] == "close")
      #expect(await wire.rest().isEmpty)
    }
  }

  @Test func `a client that closes its sending side still gets a plain answer`() async throws {
    try await withServer { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send(server.request("GET", "/healthz"))
      try await wire.closeSending()
      #expect(await wire.rest().hasSuffix(#"{"status":"ok"}"#))
    }
  }

  @Test func `a client that asks before it sends is told to go on, unless it is too much`() async throws {
    try await withServer { server in
      let body = TestServer.chat([:] as JSONValue).description
      let wire = try await Wire.connect(port: server.port)
      let head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:\(server.port)\r\nExpect: 100-continue\r\n"
      try await wire.send(head + "Content-Length: \(body.utf8.count)\r\n\r\n")
      #expect(try await wire.reply().status == 100)
      try await wire.send(body)
      #expect(try await wire.reply().status == 200)
      try await wire.send(head + "Content-Length: 100000000\r\n\r\n")
      #expect(try await wire.reply().status == 413)
    }
  }

  @Test(arguments: [
    ("GARBAGE\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 505), ("GET  / HTTP/1.1\r\nBad Header\r\n\r\n", 400),
    (
      "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400
    ),
    ("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", 400),
    ("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST /v1/completions HTTP/1.1\r\nHost: localhost:PORT\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + String(repeating: "a", count: 300_000) + "\r\n\r\n", 431),
    ("GET / HTTP/1.1\r\n" + String(repeating: "X-A: b\r\n", count: 5000) + "\r\n", 431),
    ("GET /" + String(repeating: "a", count: 300_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431),
  ])
  func `what is not HTTP is answered in the API's shape and closed`(bytes: String, status: Int) async throws {
    try await withServer { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send(bytes.replacing("PORT", with: "\(server.port)"))
      let reply = try await wire.reply()
      #expect(reply.status == status || (status == 431 && reply.status == 421))
      #expect(reply.error["message"]?.stringValue?.isEmpty == false)
      try await server.expectHealthy()
    }
  }

  @Test func `connections beyond the limit wait for a place`() async throws {
    var settings = TestServer.settings
    settings.maxConnections = 2
    try await withServer(settings) { server in
      let first = try await Wire.connect(port: server.port)
      let second = try await Wire.connect(port: server.port)
      for wire in [first, second] {
        try await wire.send(server.request("GET", "/healthz"))
        #expect(try await wire.reply().status == 200)
      }
      let third = try await Wire.connect(port: server.port)
      try await third.send(server.request("GET", "/healthz"))
      try await first.hangUp()
      #expect(try await third.reply().status == 200)
    }
  }

  // MARK: - Starting and stopping

  @Test func `a taken port is an error that names it`() async throws {
    try await withServer { server in
      var settings = TestServer.settings
      settings.port = server.port
      let error = await #expect(throws: SaraiError.self) { try await withServer(settings) { _ in } }
      #expect(error?.code == .busy)
      #expect(error?.message.en.contains("\(server.port)") == true)
    }
  }

  @Test func `a stop lets answers end, and takes no new connection`() async throws {
    try await withServer { server in
      let wire = try await Wire.connect(port: server.port)
      let body = TestServer.chat(["model": "endless", "stream": true])
      try await wire.send(server.request("POST", "/v1/chat/completions", body: body.description))
      try await wire.waitFor("bla")
      await server.group.triggerGracefulShutdown()
      try await eventually("new connections are taken") { (try? await Wire.connect(port: server.port)) == nil }
      let before = wire.received.count
      try await wire.waitForBytes(before + 100_000)
      try await wire.hangUp()
      try await eventually("the generation went on") { server.model.running == 0 }
    }
  }

  @Test func `a stop cuts what does not end within its time`() async throws {
    var settings = TestServer.settings
    settings.drainTimeoutSeconds = 0.1
    try await withServer(settings) { server in
      let wire = try await Wire.connect(port: server.port)
      let body = TestServer.chat(["model": "mute", "stream": true])
      try await wire.send(server.request("POST", "/v1/chat/completions", body: body.description))
      try await wire.waitFor("Empiezo")
      await server.group.triggerGracefulShutdown()
      _ = await wire.rest()
      #expect(server.model.running == 0)
    }
  }
}
