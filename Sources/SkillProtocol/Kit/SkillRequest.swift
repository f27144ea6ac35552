import FoundationEssentials
import Logging

/// One request to a skill.
public struct SkillRequest: Sendable {
  /// The caller's name for the request; log lines carry it.
  public let id: String
  /// What the skill is asked.
  public let input: SkillContent
  /// The language to answer in, as an IETF tag: "es", "en-GB", …
  public let language: String
  /// The skill's own settings for this request.
  public let options: [String: String]
  /// What the output must obey; only ever there where the skill says that it obeys grammars.
  public let grammar: SkillGrammar?
  /// When the answer is of no more use. The task is cancelled then.
  public let deadline: ContinuousClock.Instant
  /// Writes lines of JSON that name the skill and the request.
  public let log: SkillLog

  let sink: @Sendable (String) throws -> Void

  init(
    id: String, input: SkillContent, language: String, options: [String: String], grammar: SkillGrammar?,
    deadline: ContinuousClock.Instant, log: SkillLog, sink: @escaping @Sendable (String) throws -> Void
  ) {
    self.id = id
    self.input = input
    self.language = language
    self.options = options
    self.grammar = grammar
    self.deadline = deadline
    self.log = log
    self.sink = sink
  }

  /// A request for tests of a skill: the kit makes those that callers send.
  ///
  /// - Parameter sink: Gets the parts that the skill sends.
  public init(
    _ input: SkillContent, language: String = "es", options: [String: String] = [:], grammar: SkillGrammar? = nil,
    sink: @escaping @Sendable (String) throws -> Void = { _ in }
  ) {
    self.init(
      id: "test", input: input, language: language, options: options, grammar: grammar, deadline: .now + .seconds(60),
      log: SkillLog(logger: Logger(label: "test")), sink: sink)
  }

  /// The input, which has to be text.
  ///
  /// - Throws: `SkillError.invalidRequest` where it is JSON.
  public var text: String {
    get throws {
      guard case .text(let text) = input else {
        throw SkillError(
          .invalidRequest, es: "La habilidad espera texto, no JSON.", en: "The skill expects text, not JSON.",
          subject: "input")
      }
      return text
    }
  }

  /// The input, which has to be JSON, as a value.
  ///
  /// - Throws: `SkillError.invalidRequest` where it is text, or JSON of another shape.
  public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    guard case .json(let json) = input else {
      throw SkillError(
        .invalidRequest, es: "La habilidad espera JSON, no texto.", en: "The skill expects JSON, not text.",
        subject: "input")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(json.utf8))
    } catch {
      throw SkillError(
        .invalidRequest, es: "El JSON de la entrada no tiene la forma que la habilidad espera.",
        en: "The input's JSON does not have the shape that the skill expects.", subject: "input", cause: error)
    }
  }

  /// Sends a part of the output ahead of the rest; who asked for a stream gets it at once.
  ///
  /// The whole output is the parts in order and then the reply's text.
  ///
  /// - Throws: `SkillError` once the answer is longer than allowed, or nobody waits for it any more.
  public func send(_ part: String) throws { try sink(part) }
}

/// A grammar in llama.cpp's GBNF.
public struct SkillGrammar: Sendable, Hashable {
  /// The rules.
  public let gbnf: String
  /// The rule to start from.
  public let root: String

  /// A grammar that starts from `root`.
  public init(gbnf: String, root: String = "root") {
    self.gbnf = gbnf
    self.root = root
  }
}
