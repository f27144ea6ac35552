import FoundationEssentials
package import SaraiCore
package import SkillProtocol

/// One request to a skill, as SARAi makes it.
package struct SkillCall: Sendable, Hashable {
  package var input: SkillContent
  package var language: Language
  /// The skill's own settings for this request.
  package var options: [String: String]
  package var grammar: SkillProtocol.SkillGrammar?
  /// From now until the answer is of no more use; nil leaves it to the skill's manifest, which also bounds it.
  package var timeoutSeconds: Double?
  /// At most 128 bytes, for logs; empty for that of the request that the task works for.
  package var requestID: String

  package init(
    _ input: SkillContent, language: Language = .spanish, options: [String: String] = [:],
    grammar: SkillProtocol.SkillGrammar? = nil, timeoutSeconds: Double? = nil, requestID: String = ""
  ) {
    self.input = input
    self.language = language
    self.options = options
    self.grammar = grammar
    self.timeoutSeconds = timeoutSeconds
    self.requestID = requestID
  }

  package var message: Sarai_Skills_V1_InferRequest {
    var message = Sarai_Skills_V1_InferRequest()
    message.requestID = requestID.isEmpty ? RequestID.current ?? "" : requestID
    switch input {
    case .text(let text): message.input.text = Data(text.utf8)
    case .json(let json): message.input.json = Data(json.utf8)
    }
    message.language = language.rawValue
    message.options = options
    if let grammar {
      message.grammar.gbnf = grammar.gbnf
      message.grammar.root = grammar.root
    }
    if let timeoutSeconds { message.timeoutMilliseconds = Self.milliseconds(timeoutSeconds) }
    return message
  }

  /// At least one: none means "as long as it may take".
  static func milliseconds(_ seconds: Double) -> UInt64 {
    seconds.isFinite ? UInt64(min(max(1, (seconds * 1_000).rounded(.up)), 1e12)) : UInt64(1e12)
  }
}

/// What a skill answered.
package struct SkillAnswer: Sendable, Hashable {
  /// Nil where the skill has no answer to this input.
  package var output: SkillContent?
  package var usage: SkillUsage
  /// Waiting for its turn in the skill, and in the skill's own code.
  package var queueSeconds: Double
  package var inferSeconds: Double

  package init(
    output: SkillContent?, usage: SkillUsage = SkillUsage(), queueSeconds: Double = 0, inferSeconds: Double = 0
  ) {
    self.output = output
    self.usage = usage
    self.queueSeconds = queueSeconds
    self.inferSeconds = inferSeconds
  }

  /// Reads what came from a skill's process, which is trusted with nothing.
  ///
  /// - Throws: `skillFailed` for an output that is not UTF-8, or not the JSON that it says it is.
  package init(_ reply: Sarai_Skills_V1_InferReply, skill: String) throws(SaraiError) {
    switch reply.output.value {
    case nil: output = nil
    case .text(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else { throw SkillFaults.nonsense(skill, "UTF-8") }
      output = .text(text)
    case .json(let bytes):
      guard let json = String(validating: bytes, as: UTF8.self) else { throw SkillFaults.nonsense(skill, "UTF-8") }
      do {
        _ = try JSONValue(parsing: json, limits: JSONLimits(bytes: .max, values: .max))
      } catch {
        throw SkillFaults.nonsense(skill, error.description)
      }
      output = .json(json)
    }
    usage = SkillUsage()
    usage.modelCalls = Int(reply.usage.modelCalls)
    usage.promptTokens = Int(clamping: reply.usage.promptTokens)
    usage.cachedTokens = Int(clamping: reply.usage.cachedTokens)
    usage.completionTokens = Int(clamping: reply.usage.completionTokens)
    queueSeconds = reply.timings.queueSeconds
    inferSeconds = reply.timings.inferSeconds
  }

  /// The output as text; nil where there is none.
  package var text: String? {
    switch output {
    case .text(let text), .json(let text): text
    case nil: nil
    }
  }
}

/// What answers calls to skills: the pool itself, or a client of the process that owns it.
package protocol SkillCalling: Sendable {
  /// - Parameter grants: What this call lets the skill touch beside its manifest's grants.
  /// - Throws: `SaraiError`; `CancellationError` where the task was cancelled.
  func infer(_ name: String, _ call: SkillCall, grants: SkillGrants) async throws -> SkillAnswer

  /// The same, with the output as it arises.
  ///
  /// - Parameter part: Gets the output's parts in order; the whole output is these and then the answer's text.
  func inferStream(
    _ name: String, _ call: SkillCall, grants: SkillGrants, part: @escaping @Sendable (String) -> Void
  ) async throws -> SkillAnswer
}

extension SkillCalling {
  package func infer(_ name: String, _ call: SkillCall) async throws -> SkillAnswer {
    try await infer(name, call, grants: SkillGrants())
  }
}
