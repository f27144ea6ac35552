import SkillProtocol

/// Greets whoever is named.
@main
struct __TYPE__: Skill {
  static let name = "__NAME__"

  private struct Settings: Decodable {
    var greeting: String?
  }

  private let greeting: String

  init(configuration: SkillConfiguration) throws {
    greeting = try configuration.decoded(as: Settings.self).greeting ?? "Hola"
  }

  func infer(_ request: SkillRequest) async throws -> SkillReply {
    let name = try request.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard !name.isEmpty else {
      throw SkillError(.invalidRequest, es: "¿A quién saludo?", en: "Whom do I greet?", subject: "input")
    }
    request.log.info("greeting", ["characters": "\(name.count)"])
    return "\(request.language.hasPrefix("en") ? "Hello" : greeting), \(name)!"
  }
}
