import Glibc
import SaraiCore

/// A minimal HTTP/1.1 client over blocking sockets: the same few instructions stand between the clock and either
/// server, and no event loop competes with them for the processor.
struct StreamingClient: Sendable {
  let port: UInt16
  /// For each read: a server that says nothing for longer has failed.
  var timeoutSeconds = 120

  /// One streamed chat completion as its client sees it.
  struct Stream {
    /// From the first byte sent to the first text received.
    var firstTokenSeconds: Double
    /// From the first text to the last.
    var decodeSeconds: Double
    var text: String
    var promptTokens: Int
    var completionTokens: Int
    /// The server said that the answer is whole.
    var isFinished = false

    /// Tokens a second after the first; nil for an answer too short to tell.
    var tokensPerSecond: Double? {
      completionTokens > 8 && decodeSeconds > 0 ? Double(completionTokens - 1) / decodeSeconds : nil
    }
  }

  struct Response {
    var status: Int
    var body: [UInt8]
  }

  /// A whole exchange.
  ///
  /// - Throws: `SaraiError` (`network`, `timeout`).
  func request(_ method: String, _ path: String, body: JSONValue? = nil) throws -> Response {
    var connection = try Connection(port: port, timeoutSeconds: timeoutSeconds)
    defer { connection.close() }
    try connection.send(Self.message(method, path, body: body, port: port))
    let status = try connection.readHead()
    var bytes: [UInt8] = []
    while let piece = try connection.readBody() { bytes += piece }
    return Response(status: status, body: bytes)
  }

  /// True once the server answers 200 at that path.
  func isReady(_ path: String) -> Bool {
    (try? request("GET", path))?.status == 200
  }

  /// Whether SARAi's server has this model in memory.
  func hasLoaded(_ id: String) -> Bool {
    guard let reply = try? request("GET", "/health"), reply.status == 200,
      let health = try? JSONValue(parsing: reply.body)
    else { return false }
    return health["models"]?.arrayValue?.contains { $0["id"] == .string(id) && $0["loaded"] == true } ?? false
  }

  /// Streams `/v1/chat/completions`.
  ///
  /// - Throws: `SaraiError` (`network`, `timeout`; `internalFault` for an answer other than 200).
  func stream(_ body: JSONValue) throws -> Stream {
    var connection = try Connection(port: port, timeoutSeconds: timeoutSeconds)
    defer { connection.close() }
    let message = Self.message("POST", "/v1/chat/completions", body: body, port: port)
    let start = Monotonic.seconds()
    try connection.send(message)
    let status = try connection.readHead()
    guard status == 200 else {
      var bytes: [UInt8] = []
      while let piece = try connection.readBody() { bytes += piece }
      throw SaraiError(
        .internalFault,
        Localized(
          es: "Un servidor medido contestó \(status): \(String(decoding: bytes.prefix(500), as: UTF8.self))",
          en: "A measured server answered \(status): \(String(decoding: bytes.prefix(500), as: UTF8.self))"))
    }
    var events = ServerSentEvents()
    var result = Stream(firstTokenSeconds: 0, decodeSeconds: 0, text: "", promptTokens: 0, completionTokens: 0)
    var first: Double?
    var last = start
    while let piece = try connection.readBody() {
      let now = Monotonic.seconds()
      for event in events.add(piece) {
        guard let value = try? JSONValue(parsing: event) else { continue }
        if let text = value["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue, !text.isEmpty {
          first = first ?? now
          last = now
          result.text += text
        }
        if value["choices"]?.arrayValue?.first?["finish_reason"]?.stringValue != nil { result.isFinished = true }
        if let usage = value["usage"], !usage.isNull {
          result.promptTokens = Int(usage["prompt_tokens"]?.integerValue ?? 0)
          result.completionTokens = Int(usage["completion_tokens"]?.integerValue ?? 0)
        }
      }
    }
    guard let first else {
      throw SaraiError(
        .internalFault, Localized(es: "Una respuesta medida no trajo texto.", en: "A measured answer had no text."))
    }
    result.firstTokenSeconds = first - start
    result.decodeSeconds = last - first
    return result
  }

  static func message(_ method: String, _ path: String, body: JSONValue?, port: UInt16) -> [UInt8] {
    let bytes = body?.serialized() ?? []
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    if body != nil { head += "Content-Type: application/json\r\nContent-Length: \(bytes.count)\r\n" }
    return Array((head + "\r\n").utf8) + bytes
  }
}

/// Splits a byte stream into the data of its events (HTML Standard, 9.2), as far as JSON streams use them.
struct ServerSentEvents {
  private var pending: [UInt8] = []

  /// The data of every event line that is now complete, in order; the `[DONE]` mark is left out.
  mutating func add(_ bytes: [UInt8]) -> [[UInt8]] {
    pending += bytes
    var events: [[UInt8]] = []
    var start = pending.startIndex
    while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = pending[start..<end]
      start = end + 1
      guard line.starts(with: "data:".utf8) else { continue }
      let data = line.dropFirst(5).drop { $0 == UInt8(ascii: " ") }
      if !data.starts(with: "[DONE]".utf8) { events.append(Array(data)) }
    }
    pending.removeSubrange(..<start)
    return events
  }
}
