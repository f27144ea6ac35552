import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SaraiAgent
import SaraiCore
import Synchronization

/// One request on its way through the API.
struct Call: Sendable {
  let request: Request
  let route: Route
  /// What the `{id}` of the route's template stands for.
  let parameter: String
  let language: Language
  let requestID: String
  /// The address that the request came from.
  let peer: String
  let connection: Connection
  let deadlines: Deadlines
  let record: RequestRecord

  /// The client as the queue knows it: the user that the request names, or else its address.
  func client(_ given: JSONObject) -> String {
    given["user"]?.stringValue.map { "user:\($0)" } ?? "peer:\(peer)"
  }
}

/// What is measured of one request. It is closed when it is let go, which is after the last byte of a streamed answer,
/// and also when its client went away before.
final class RequestRecord: Sendable {
  /// What programs ask every few seconds.
  private static let routine: Set = ["/metrics", "/healthz", "/readyz", "/health"]

  private struct State {
    var route = "unmatched"
    var status = 499
    var hasFirstToken = false
  }

  private let metrics: HTTPMetrics
  private let method: String
  private let id: String
  private let log: Logger
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(_ metrics: HTTPMetrics, method: HTTPRequest.Method, id: String, log: Logger) {
    self.metrics = metrics
    self.id = id
    self.log = log
    let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .options, .patch]
    self.method = known.contains(method) ? method.rawValue : "other"
    metrics.begin()
  }

  deinit {
    let state = state.withLock { $0 }
    let seconds = seconds
    metrics.end(route: state.route, method: method, status: state.status, seconds: seconds)
    // The route's template and never the path, which may hold a person's words.
    log.log(
      level: Self.routine.contains(state.route) ? .debug : .info, "request",
      metadata: [
        "request": "\(id)", "route": "\(state.route)", "method": "\(method)", "status": "\(state.status)",
        "seconds": "\((seconds * 1e6).rounded() / 1e6)",
      ])
  }

  func answer(route: String?, status: HTTPResponse.Status) {
    state.withLock { state in
      state.route = route ?? state.route
      state.status = status.code
    }
  }

  func firstToken() {
    let isFirst = state.withLock { state in
      defer { state.hasFirstToken = true }
      return !state.hasFirstToken
    }
    if isFirst { metrics.firstToken(afterSeconds: seconds) }
  }

  func answered(_ reply: Turn.Reply) {
    metrics.answered(by: reply.intent.map { $0.skill == "memory" ? .memory : .skill } ?? .model)
  }

  func add(_ usage: Usage) {
    metrics.add(usage)
  }

  func fail(_ error: SaraiError) {
    metrics.fault(error.code)
  }

  private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
}

extension Response {
  static func json(_ body: [UInt8], status: HTTPResponse.Status = .ok, language: Language) -> Response {
    text(body, "application/json", status: status, language: language)
  }

  static func text(
    _ body: [UInt8], _ contentType: String, status: HTTPResponse.Status = .ok, language: Language
  ) -> Response {
    let headers: HTTPFields = [
      .contentType: contentType, .contentLanguage: language.rawValue, .cacheControl: "no-store",
    ]
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
