import SaraiCore

/// Facts and turns as lines of JSON.
enum Exchange {
  enum Record {
    case turn(Int64, NewTurn)
    case fact(Int64, Fact)
  }

  // MARK: - Writing

  static func line(_ turn: Turn) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", "turn")
    writer.member("id", turn.id.rawValue)
    writer.member("conversation", turn.conversation)
    writer.member("role", turn.role.rawValue)
    writer.member("speaker", turn.speaker)
    writer.member("said_at_ms", turn.saidAt.milliseconds)
    writer.member("text", turn.text)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  static func line(_ fact: Fact) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", "fact")
    writer.member("id", fact.id.rawValue)
    writer.member("subject", fact.subject.text)
    writer.member("verb", fact.verb.text)
    writer.member("object", fact.object.text)
    writer.member("negated", fact.isNegated)
    writer.member("confidence", fact.confidence)
    writer.member("source", fact.source.rawValue)
    writer.member("extractor", fact.extractor.rawValue)
    writer.member("standing", fact.standing.rawValue)
    writer.member("private", fact.isPrivate)
    if let turn = fact.turn { writer.member("turn", turn.rawValue) }
    writer.member("said_at_ms", fact.saidAt.milliseconds)
    if let from = fact.validFrom { writer.member("valid_from_ms", from.milliseconds) }
    if let to = fact.validTo { writer.member("valid_to_ms", to.milliseconds) }
    if let next = fact.supersededBy { writer.member("superseded_by", next.rawValue) }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  // MARK: - Reading

  static func record(_ line: String) throws(SaraiError) -> Record {
    let fields = Fields(value: try JSONValue(parsing: line))
    switch try fields.text("type") {
    case "turn":
      let turn = NewTurn(
        conversation: try fields.text("conversation"), role: try fields.choice("role"),
        speaker: fields.value["speaker"]?.stringValue ?? "", saidAt: try fields.time("said_at_ms"),
        text: try fields.text("text"))
      try Limits.check(turn)
      return .turn(try fields.number("id"), turn)
    case "fact": return .fact(try fields.number("id"), try fact(fields))
    case let other: throw Fields.wrong("type", other)
    }
  }

  private static func fact(_ fields: Fields) throws(SaraiError) -> Fact {
    let id = FactID(rawValue: try fields.number("id"))
    let fact = Fact(
      id: id, subject: Term(try fields.text("subject")), verb: Term(try fields.text("verb")),
      object: Term(fields.value["object"]?.stringValue ?? ""), isNegated: fields.value["negated"]?.boolValue ?? false,
      confidence: fields.value["confidence"]?.doubleValue ?? 1, source: try fields.choice("source"),
      extractor: try fields.choice("extractor"), standing: try fields.choice("standing"),
      isPrivate: fields.value["private"]?.boolValue ?? false,
      turn: fields.value["turn"]?.integerValue.map(TurnID.init(rawValue:)), saidAt: try fields.time("said_at_ms"),
      validFrom: fields.value["valid_from_ms"]?.integerValue.map(Timestamp.init(milliseconds:)),
      validTo: fields.value["valid_to_ms"]?.integerValue.map(Timestamp.init(milliseconds:)),
      supersededBy: fields.value["superseded_by"]?.integerValue.map(FactID.init(rawValue:)))
    try Limits.check(
      NewFact(
        fact.subject, fact.verb, fact.object, confidence: fact.confidence, validFrom: fact.validFrom,
        validTo: fact.validTo))
    return fact
  }
}

/// The members of one line, each asked for with its type.
private struct Fields {
  let value: JSONValue

  func text(_ key: String) throws(SaraiError) -> String {
    guard let text = value[key]?.stringValue else { throw Self.wrong(key, nil) }
    return text
  }

  func number(_ key: String) throws(SaraiError) -> Int64 {
    guard let number = value[key]?.integerValue else { throw Self.wrong(key, nil) }
    return number
  }

  func time(_ key: String) throws(SaraiError) -> Timestamp {
    let time = Timestamp(milliseconds: try number(key))
    try Limits.check(time, key)
    return time
  }

  func choice<Choice: RawRepresentable<String>>(_ key: String) throws(SaraiError) -> Choice {
    let text = try text(key)
    guard let choice = Choice(rawValue: text) else { throw Self.wrong(key, text) }
    return choice
  }

  static func wrong(_ key: String, _ found: String?) -> SaraiError {
    let shown = found.map { " («\($0.prefix(40))»)" } ?? ""
    return SaraiError(
      .invalidRequest, es: "«\(key)» falta o no es válido\(shown).", en: "`\(key)` is missing or not valid\(shown).",
      subject: key)
  }
}
