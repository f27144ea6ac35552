import Logging

extension SkillHost {
  private static let maximumIDBytes = 128

  /// A request of the contract, checked, as an attempt that has not begun.
  ///
  /// - Parameters:
  ///   - callTimeout: The time that the gRPC call has, where it has a deadline.
  ///   - forward: Gets the parts of the output as they come; nil keeps them for the reply.
  /// - Throws: `SkillError`; the refusal has been counted then.
  func attempt(
    _ message: Sarai_Skills_V1_InferRequest, callTimeout: Duration?, forward: (@Sendable (String) -> Void)? = nil
  ) throws -> Attempt {
    let arrival = ContinuousClock.now
    do {
      try check(message)
      let input = try SkillContent(message.input)
      let id = message.requestID.isEmpty ? Self.newID() : message.requestID
      var limit = Duration.seconds(options.timeoutSeconds)
      if message.timeoutMilliseconds > 0 {
        limit = min(limit, .milliseconds(Int64(clamping: min(message.timeoutMilliseconds, 1 << 40))))
      }
      if let callTimeout { limit = min(limit, callTimeout) }
      let parts = SkillParts(maximumBytes: options.maximumReplyBytes, forward: forward)
      var log = log
      log[metadataKey: "request_id"] = .string(id)
      let request = SkillRequest(
        id: id, input: input, language: message.language.isEmpty ? "es" : message.language, options: message.options,
        grammar: message.hasGrammar ? SkillGrammar(message.grammar) : nil, deadline: arrival + limit,
        log: SkillLog(logger: log),
        sink: { try parts.add($0) })
      return Attempt(request, parts: parts, arrival: arrival, host: self)
    } catch {
      metrics.count(.refused, seconds: (ContinuousClock.now - arrival).seconds)
      throw error
    }
  }

  private func check(_ message: Sarai_Skills_V1_InferRequest) throws {
    guard message.requestID.utf8.count <= Self.maximumIDBytes else {
      throw SkillError(
        .invalidRequest, es: "El identificador de la petición pasa de \(Self.maximumIDBytes) bytes. Usa uno más corto.",
        en: "The request's id exceeds \(Self.maximumIDBytes) bytes. Use a shorter one.", subject: "request_id")
    }
    let bytes =
      switch message.input.value {
      case .text(let bytes), .json(let bytes): bytes.count
      case nil: 0
      }
    guard bytes <= options.maximumRequestBytes else {
      throw SkillError.tooLarge(input: bytes, limit: options.maximumRequestBytes)
    }
    guard message.hasGrammar else { return }
    guard type.obeysGrammars else {
      throw SkillError(
        .notAvailable, es: "Esta habilidad no sabe ceñirse a una gramática. Pide sin ella.",
        en: "This skill can't obey a grammar. Ask without one.", subject: "grammar")
    }
    guard !message.grammar.gbnf.isEmpty else {
      throw SkillError(
        .invalidRequest, es: "La gramática está vacía. Envía una en GBNF, o ninguna.",
        en: "The grammar is empty. Send one in GBNF, or none.", subject: "grammar")
    }
  }

  private static func newID() -> String {
    String(UInt64.random(in: .min ... .max), radix: 16)
  }
}

extension SkillGrammar {
  init(_ grammar: Sarai_Skills_V1_Grammar) {
    self.init(gbnf: grammar.gbnf, root: grammar.root.isEmpty ? "root" : grammar.root)
  }
}
