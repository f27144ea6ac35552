import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SaraiCore

/// Where every request enters and every answer leaves: the gate, the choice of the route, and errors put into words.
struct Edge: Sendable {
  let api: API
  let gate: Gate
  let routes: [Route]
  let language: Language
  let logger: Logger

  func respond(to request: Request, peer: String) async -> Response {
    let language = request.headers[.acceptLanguage].flatMap { Language(acceptLanguage: $0) } ?? language
    let requestID = RequestID.new("req")
    return await RequestID.$current.withValue(requestID) {
      await respond(to: request, peer: peer, language: language, requestID: requestID)
    }
  }

  private func respond(
    to request: Request, peer: String, language: Language, requestID: String
  ) async -> Response {
    let record = RequestRecord(api.httpMetrics, method: request.method, id: requestID, log: logger)
    var response: Response
    var origin: String?
    do {
      try gate.checkHost(request.head)
      origin = try gate.checkOrigin(request.headers)
      if let origin, let preflight = preflight(request, origin: origin) {
        response = preflight
      } else {
        response = try await answer(
          request, peer: peer, language: language, requestID: requestID, record: record)
      }
    } catch let refusal as MethodRefusal {
      response = self.response(for: refusal.error, status: .methodNotAllowed, language: language)
      response.headers[.allow] = refusal.allowed
    } catch {
      let fault = SaraiError(anything: error)
      record.fail(fault)
      log(fault, requestID: requestID)
      response = self.response(for: fault, status: Self.status(of: fault), language: language)
      if fault.code == .cancelled { response.status = Self.clientClosedRequest }
    }
    record.answer(route: nil, status: response.status)
    finish(&response, origin: origin, requestID: requestID)
    return request.method == .head ? response.createHeadResponse() : response
  }

  // MARK: - Route

  private func answer(
    _ request: Request, peer: String, language: Language, requestID: String, record: RequestRecord
  ) async throws -> Response {
    let (route, parameter) = try route(request, record: record)
    if route.needsToken { try gate.checkToken(request.headers) }
    guard let connection = Connection.current else {
      throw SaraiError(.internalFault, es: "La petición no tiene conexión.", en: "The request has no connection.")
    }
    let call = Call(
      request: request, route: route, parameter: parameter, language: language, requestID: requestID,
      peer: peer, connection: connection, deadlines: Deadlines(api.settings, on: connection.eventLoop),
      record: record)
    return try await route.handle(api, call)
  }

  private func route(_ request: Request, record: RequestRecord) throws -> (Route, String) {
    // Everything before the query; Hummingbird's own view of the path is already without it.
    let path = request.uri.path
    let matches = routes.compactMap { route in route.parameter(in: path).map { (route, $0) } }
    guard let any = matches.first else {
      let templates = routes.map(\.template)
      let known = templates.indices.filter { !templates[..<$0].contains(templates[$0]) }.map { templates[$0] }
        .joined(separator: ", ")
      throw SaraiError(
        .notFound, es: "Aquí no hay nada en «\(path.prefix(100))». Hay: \(known).",
        en: "There is nothing at \"\(path.prefix(100))\". There is: \(known).")
    }
    record.answer(route: any.0.template, status: Self.clientClosedRequest)
    if let match = matches.first(where: { $0.0.accepts(request.method) }) { return match }
    let allowed = Self.names(of: matches.map(\.0))
    throw MethodRefusal(
      allowed: allowed,
      error: SaraiError(
        .invalidRequest, es: "«\(any.0.template)» se pide con \(allowed).",
        en: "\"\(any.0.template)\" takes \(allowed)."))
  }

  /// The methods of routes, each once, in their order.
  private static func names(of routes: [Route]) -> String {
    routes.map { $0.method == .get ? "GET, HEAD" : $0.method.rawValue }.joined(separator: ", ")
  }

  private struct MethodRefusal: Error {
    let allowed: String
    let error: SaraiError
  }

  /// The question that a browser asks before a page's own request (Fetch, 3.2.2).
  private func preflight(_ request: Request, origin: String) -> Response? {
    guard request.method == .options, request.headers[.accessControlRequestMethod] != nil else { return nil }
    let matches = routes.filter { $0.parameter(in: request.uri.path) != nil }
    let headers: HTTPFields = [
      // For a path that is not there the page learns so from its own request.
      .accessControlAllowMethods: matches.isEmpty ? "GET, POST" : Self.names(of: matches),
      .accessControlAllowHeaders: "authorization, content-type",
      .accessControlMaxAge: "600",
    ]
    return Response(status: .noContent, headers: headers)
  }

  // MARK: - Answers

  private func response(for fault: SaraiError, status: HTTPResponse.Status, language: Language) -> Response {
    var error = ErrorResponse(fault, language: language)
    error.status = status
    var headers = error.headers
    headers[.contentLanguage] = language.rawValue
    headers[.cacheControl] = "no-store"
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: error.body)))
  }

  private static func status(of fault: SaraiError) -> HTTPResponse.Status {
    switch (fault.code, fault.subject) {
    case (.forbidden, "Host"): .misdirectedRequest
    case (.notAvailable, API.memoryPart), (.notAvailable, API.loopPart): .serviceUnavailable
    default: ErrorResponse(fault, language: .english).status
    }
  }

  private func finish(_ response: inout Response, origin: String?, requestID: String) {
    if let origin {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.vary] = "Origin, Accept-Language"
    } else {
      response.headers[.vary] = "Accept-Language"
    }
    response.headers[.xContentTypeOptions] = "nosniff"
    if let name = Self.requestIDField { response.headers[name] = requestID }
  }

  private func log(_ fault: SaraiError, requestID: String) {
    let level: Logger.Level = fault.code == .internalFault ? .error : .debug
    logger.log(
      level: level, "request failed",
      metadata: [
        "request": "\(requestID)", "code": "\(fault.code.rawValue)", "error": "\(SaraiError.logged(fault))",
      ])
  }

  static func randomHexadecimal() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// What proxies write in their logs for a client that left; nobody reads it as an answer.
  private static let clientClosedRequest = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
  private static let requestIDField = HTTPField.Name(RequestID.key)
}
