import Hummingbird
import SaraiCore

extension API {
  /// GET /readyz
  func readiness(_ call: Call) async throws -> Response {
    let models = models
    let isReady = try await call.deadlines.firstToken.limit { await models.models().contains { $0.kind == .chat } }
    guard isReady else {
      throw SaraiError(
        .engineFailed, es: "No hay ningún modelo que pueda responder: instala uno con «sarai pull».",
        en: "There is no model that can answer: install one with \"sarai pull\".")
    }
    return .json(Array(#"{"status":"ready"}"#.utf8), language: call.language)
  }

  /// GET /health
  func health(_ call: Call) async -> Response {
    let models = await models.models()
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", models.contains { $0.kind == .chat } ? "ok" : "no_models")
    writer.member("version", settings.version)
    writer.member("uptime_seconds", uptimeSeconds)
    writer.key("models")
    writer.beginArray()
    for model in models {
      writer.beginObject()
      writer.member("id", model.id)
      writer.member("roles", .array(model.roles.map(JSONValue.string)))
      writer.member("loaded", model.isLoaded)
      writer.endObject()
    }
    writer.endArray()
    if let memory = ProcessMemory.now() {
      writer.key("memory")
      writer.beginObject()
      writer.member("resident_bytes", memory.residentBytes)
      writer.member("proportional_bytes", memory.proportionalBytes)
      writer.endObject()
    }
    writer.member("requests_in_flight", httpMetrics.inFlight)
    writer.member("connections", connections.count)
    writer.endObject()
    return .json(writer.bytes, language: call.language)
  }

  /// GET /metrics
  func metricsPage(_ call: Call) async -> Response {
    var samples = await httpMetrics.samples()
    samples.append(
      MetricSample(
        "sarai_queue_requests", .gauge, help: "Requests for a model that are being worked on or wait.",
        value: Double(admission.count)))
    samples.append(
      MetricSample("sarai_http_connections", .gauge, help: "Open connections.", value: Double(connections.count)))
    samples.append(
      MetricSample("sarai_uptime_seconds", .gauge, help: "Since the server started.", value: uptimeSeconds))
    if let memory = ProcessMemory.now() {
      samples.append(
        MetricSample(
          "process_resident_memory_bytes", .gauge, help: "Resident memory of this process.",
          value: Double(memory.residentBytes)))
      samples.append(
        MetricSample(
          "sarai_process_memory_bytes", .gauge, help: MetricSample.processMemoryHelp, labels: [("role", "serve")],
          value: Double(memory.proportionalBytes)))
    }
    // Asked every few seconds: the calls that it takes are not worth a line each.
    samples += await RequestID.$current.withValue(nil) { await metrics.samples() }
    return .text(Array(PrometheusText.write(samples).utf8), PrometheusText.contentType, language: call.language)
  }
}
