import Logging
import SaraiAgent
import SaraiCore
import SaraiHTTP
import ServiceLifecycle
import Testing

/// A server on a port of its own, with the test model behind it.
struct TestServer {
  let port: Int
  let model: TestModel
  let group: ServiceGroup

  static let settings = ServerSettings(port: 0, version: "1.2.3")

  /// Sends one request and reads its answer.
  func ask(
    _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil
  ) async throws -> Wire.Reply {
    let wire = try await Wire.connect(port: port)
    try await wire.send(request(method, path, headers: headers, body: body))
    let reply = try await wire.reply(toHead: method == "HEAD")
    try? await wire.hangUp()
    return reply
  }

  func post(_ path: String, _ body: JSONValue, headers: [String: String] = [:]) async throws -> Wire.Reply {
    try await ask("POST", path, headers: headers, body: body.description)
  }

  func chat(_ fields: JSONValue = [:] as JSONValue) async throws -> Wire.Reply {
    try await post("/v1/chat/completions", Self.chat(fields))
  }

  /// A chat request with these fields laid over a plain one.
  static func chat(_ fields: JSONValue) -> JSONValue {
    var object: JSONObject = ["model": "parrot", "messages": [["role": "user", "content": "uno dos tres"]]]
    for member in fields.objectValue?.members ?? [] { object[member.key] = member.value }
    return .object(object)
  }

  func request(_ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil) -> String {
    var headers = headers
    headers["Host"] = headers["Host"] ?? "127.0.0.1:\(port)"
    if let body { headers["Content-Length"] = "\(body.utf8.count)" }
    let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
    return "\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body ?? "")"
  }

  /// What must hold after anything that a client does.
  func expectHealthy(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let reply = try await ask("GET", "/healthz")
    #expect(reply.status == 200, sourceLocation: sourceLocation)
    #expect(reply.body == #"{"status":"ok"}"#, sourceLocation: sourceLocation)
    let answer = try await chat(["stream": false])
    #expect(answer.json["choices"] != nil, sourceLocation: sourceLocation)
  }
}

func withServer(
  _ settings: ServerSettings = TestServer.settings, model: TestModel = TestModel(),
  loop: (any LoopGateway)? = nil, language: Language = .english,
  _ body: @Sendable @escaping (TestServer) async throws -> Void
) async throws {
  let (ports, continuation) = AsyncStream<Int>.makeStream()
  let server = try HTTPServer(
    settings: settings, turn: Turn(models: model), models: model, loop: loop, metrics: TestMetrics(),
    language: language,
    logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
    onListening: { continuation.yield($0) })
  let group = ServiceGroup(
    services: [server], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask {
      defer { continuation.finish() }
      try await group.run()
    }
    var iterator = ports.makeAsyncIterator()
    if let port = await iterator.next() {
      try await body(TestServer(port: port, model: model, group: group))
    }
    tasks.cancelAll()
    do { try await tasks.waitForAll() } catch is CancellationError {}
  }
}

/// Waits until `condition` holds, for as long as tests may reasonably take.
func eventually(
  _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(20)
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      Issue.record(what, sourceLocation: sourceLocation)
      return
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}
