import FoundationEssentials
import SaraiCore

/// What goes into a skill and comes out of it.
public enum SkillContent: Sendable, Hashable {
  case text(String)
  /// One JSON value (RFC 8259).
  case json(String)

  var text: String {
    switch self {
    case .text(let text), .json(let text): text
    }
  }
}

extension SkillContent {
  /// - Throws: `invalidRequest` for what is missing, not UTF-8, or not JSON.
  init(_ content: Sarai_Skills_V1_Content) throws {
    switch content.value {
    case .text(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.notUTF8 }
      self = .text(text)
    case .json(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.notUTF8 }
      do { try Self.check(json: text) } catch { throw SkillError(error) }
      self = .json(text)
    case nil:
      throw SkillError(
        .invalidRequest, es: "La petición no trae entrada: envía texto o JSON.",
        en: "The request has no input: send text or JSON.", subject: "input")
    }
  }

  /// - Throws: `SaraiError.invalidRequest`, which says where the text stops being JSON.
  static func check(json: String) throws(SaraiError) {
    _ = try JSONValue(parsing: json, limits: JSONLimits(bytes: .max, values: .max))
  }

  private static var notUTF8: SkillError {
    SkillError(
      .invalidRequest, es: "La entrada no es UTF-8 válido. Envía texto en UTF-8.",
      en: "The input is not valid UTF-8. Send text as UTF-8.", subject: "input")
  }
}

extension Sarai_Skills_V1_Content {
  init(_ content: SkillContent) {
    self.init()
    switch content {
    case .text(let text): self.text = Data(text.utf8)
    case .json(let text): json = Data(text.utf8)
    }
  }
}
