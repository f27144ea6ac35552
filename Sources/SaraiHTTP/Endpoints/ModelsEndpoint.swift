import Hummingbird
import SaraiAgent
import SaraiCore

extension API {
  /// GET /v1/models
  func listModels(_ call: Call) async -> Response {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("object", "list")
    writer.key("data")
    writer.beginArray()
    for model in await knownModels() { Self.write(model, to: &writer) }
    writer.endArray()
    writer.endObject()
    return .json(writer.bytes, language: call.language)
  }

  /// GET /v1/models/{id}: by id, or by a role that it fills.
  func model(_ call: Call) async throws -> Response {
    let models = await knownModels()
    let name = call.parameter
    guard let model = models.first(where: { $0.id == name }) ?? models.first(where: { $0.roles.contains(name) }) else {
      let known = models.map(\.id).joined(separator: ", ")
      throw SaraiError(
        .modelNotFound, es: "No hay ningún modelo «\(name.prefix(100))». Hay: \(known).",
        en: "There is no model \"\(name.prefix(100))\". There is: \(known).", subject: "model")
    }
    var writer = JSONWriter()
    Self.write(model, to: &writer)
    return .json(writer.bytes, language: call.language)
  }

  /// The models of the gateway, and SARAi herself where there is one to speak with.
  private func knownModels() async -> [ModelSummary] {
    let models = await models.models()
    guard var own = models.first(where: { $0.roles.contains("expert_short") }) else { return models }
    own.id = Turn.sarai
    own.roles = []
    return [own] + models
  }

  private static func write(_ model: ModelSummary, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", model.id)
    writer.member("object", "model")
    writer.member("created", model.created)
    writer.member("owned_by", model.isRemote ? "remote" : "local")
    writer.key("sarai")
    writer.beginObject()
    writer.member("kind", model.kind.rawValue)
    writer.member("roles", .array(model.roles.map(JSONValue.string)))
    writer.member("context_tokens", model.contextTokens)
    writer.member("languages", .array(model.languages.map(JSONValue.string)))
    writer.member("licence", model.licence)
    writer.member("loaded", model.isLoaded)
    writer.endObject()
    writer.endObject()
  }
}
