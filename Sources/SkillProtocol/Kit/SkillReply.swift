import FoundationEssentials

/// What a skill answers.
///
/// A string literal is a reply of text: `return "Hola"`.
public struct SkillReply: Sendable, Hashable {
  /// Nil where the skill has no answer.
  public var output: SkillContent?
  /// What models computed for the answer, where the skill asked any.
  public var usage = SkillUsage()

  private init(_ output: SkillContent?) { self.output = output }

  /// The skill has no answer to this input. That is no error: others may be asked.
  public static let none = SkillReply(nil)

  /// A reply of text; a string literal is one as well.
  public static func text(_ text: String) -> SkillReply { SkillReply(.text(text)) }

  /// A reply of one JSON value, which is checked before it is sent.
  public static func json(_ json: String) -> SkillReply { SkillReply(.json(json)) }

  /// A reply of a value as JSON, with its keys in alphabetical order.
  ///
  /// - Throws: What the value's encoding throws.
  public static func json(encoding value: some Encodable) throws -> SkillReply {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return SkillReply(.json(String(decoding: try encoder.encode(value), as: UTF8.self)))
  }
}

extension SkillReply: ExpressibleByStringInterpolation {
  /// A reply of this text.
  public init(stringLiteral value: String) { self.init(.text(value)) }
}

/// Tokens that models computed for an answer.
public struct SkillUsage: Sendable, Hashable {
  /// How often a model was asked.
  public var modelCalls = 0
  /// Tokens of the prompts, cached ones among them.
  public var promptTokens = 0
  /// Of the prompt's tokens, those that came from a cache.
  public var cachedTokens = 0
  /// Tokens that models wrote.
  public var completionTokens = 0

  /// No use of models.
  public init() {}
}
