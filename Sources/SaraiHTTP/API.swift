import HTTPTypes
import Hummingbird
import NIOCore
import SaraiAgent
import SaraiCore

/// What the endpoints work with.
struct API: Sendable {
  let turn: Turn
  let models: any ModelGateway
  /// Nil where nothing is remembered.
  let memory: (any MemoryGateway)?
  /// Nil where nothing is done unasked.
  let loop: (any LoopGateway)?
  let metrics: any MetricsSource
  let httpMetrics: HTTPMetrics
  let admission: Admission
  let connections: ConnectionRegistry
  let settings: ServerSettings
  let start = ContinuousClock.now

  var fingerprint: String { "sarai-\(settings.version)" }

  var uptimeSeconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Reads the body of a call and checks it against its route's table.
  ///
  /// - Returns: The members that the client gave.
  /// - Throws: `SaraiError`: `tooLarge`, `invalidRequest`, `notAvailable`.
  func body(of call: Call) async throws -> JSONObject {
    let limit = settings.maxBodyBytes
    let tooLarge = SaraiError(
      .tooLarge, es: "El cuerpo pasa de \(limit) bytes: envía menos texto.",
      en: "The body is over \(limit) bytes: send less text.")
    if let length = call.request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
    guard call.request.headers[.contentEncoding].map({ $0.lowercased() == "identity" }) ?? true else {
      throw SaraiError(
        .invalidRequest, es: "El cuerpo debe llegar sin comprimir.", en: "The body has to come uncompressed.",
        subject: "Content-Encoding")
    }
    let bytes: [UInt8]
    do {
      bytes = Array((try await call.request.body.collect(upTo: limit)).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
    guard !bytes.isEmpty else {
      throw SaraiError(
        .invalidRequest, es: "El cuerpo está vacío: envía un objeto JSON.", en: "The body is empty: send a JSON object."
      )
    }
    let value = try JSONValue(parsing: bytes, limits: JSONLimits(bytes: limit))
    guard let object = value.objectValue else {
      throw SaraiError(
        .invalidRequest, es: "El cuerpo debe ser un objeto JSON; llegó \(value.kind.es).",
        en: "The body must be a JSON object; got \(value.kind.en).")
    }
    return try (call.route.fields ?? []).check(object)
  }
}

/// One thing that the API answers.
struct Route: Sendable {
  let method: HTTPRequest.Method
  /// A path; `{id}` at its end stands for the rest, slashes included. Routes of one template have different methods.
  let template: String
  let doc: Localized
  /// What a request's body may hold; nil where it has none.
  var fields: [Field]?
  /// What may stand after the path's `?`; nil where it means nothing, and anything may.
  var query: [Field]?
  var needsToken = true
  let handle: @Sendable (API, Call) async throws -> Response

  /// The method as OpenAPI writes it.
  var verb: String { method.rawValue.lowercased() }

  /// The decoded text in place of `{id}`, empty for templates without; nil where the path is another.
  func parameter(in path: String) -> String? {
    guard template.hasSuffix("{id}") else { return path == template ? "" : nil }
    let prefix = template.dropLast("{id}".count)
    guard path.hasPrefix(prefix), path.count > prefix.count else { return nil }
    return Self.percentDecoded(path.dropFirst(prefix.count))
  }

  /// RFC 3986, 2.1; nil for what does not decode to UTF-8.
  static func percentDecoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      guard digits.count == 2 else { return nil }
      bytes.append(UInt8(digits[0] << 4 | digits[1]))
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  func accepts(_ method: HTTPRequest.Method) -> Bool {
    method == self.method || (method == .head && self.method == .get)
  }
}

extension Route {
  static let all: [Route] = models + memory + loop + service

  private static let models: [Route] = [
    Route(
      method: .get, template: "/", doc: Localized(es: "Qué corre aquí y dónde.", en: "What runs here and where."),
      needsToken: false, handle: { api, call in api.frontPage(call) }),
    Route(
      method: .post, template: "/v1/chat/completions",
      doc: Localized(es: "Responde a una conversación.", en: "Answers a conversation."), fields: RequestFields.chat,
      handle: { api, call in try await api.chat(call) }),
    Route(
      method: .post, template: "/v1/completions",
      doc: Localized(es: "Continúa un texto.", en: "Continues a text."), fields: RequestFields.completion,
      handle: { api, call in try await api.completion(call) }),
    Route(
      method: .post, template: "/v1/embeddings",
      doc: Localized(es: "Convierte textos en vectores.", en: "Turns texts into vectors."),
      fields: RequestFields.embedding, handle: { api, call in try await api.embeddings(call) }),
    Route(
      method: .get, template: "/v1/models", doc: Localized(es: "Los modelos que hay.", en: "The models there are."),
      handle: { api, call in await api.listModels(call) }),
    Route(
      method: .get, template: "/v1/models/{id}", doc: Localized(es: "Un modelo.", en: "One model."),
      handle: { api, call in try await api.model(call) }),
  ]

  private static let service: [Route] = [
    Route(
      method: .get, template: "/healthz",
      doc: Localized(es: "El proceso está en marcha.", en: "The process is running."), needsToken: false,
      handle: { _, call in .json(Array(#"{"status":"ok"}"#.utf8), language: call.language) }),
    Route(
      method: .get, template: "/readyz",
      doc: Localized(es: "Hay un modelo que puede responder.", en: "There is a model that can answer."),
      handle: { api, call in try await api.readiness(call) }),
    Route(
      method: .get, template: "/health",
      doc: Localized(es: "Versión, modelos y memoria.", en: "Version, models and memory."),
      handle: { api, call in await api.health(call) }),
    Route(
      method: .get, template: "/metrics",
      doc: Localized(es: "Métricas para Prometheus.", en: "Metrics for Prometheus."),
      handle: { api, call in await api.metricsPage(call) }),
    Route(
      method: .get, template: "/openapi.json",
      doc: Localized(es: "Este documento.", en: "This document."),
      handle: { api, call in api.openAPI(call) }),
  ]
}
