import SaraiCore

/// Strings by their length, format or pattern.
extension SchemaCompiler {
  static let mostCharacters = 10_000

  mutating func string(_ schema: JSONObject, _ pointer: String) throws(SaraiError) -> GrammarExpression {
    let least = try count("minLength", schema, pointer) ?? 0
    let most = try count("maxLength", schema, pointer)
    try checkOrder(least, most, pointer)
    guard least <= Self.mostCharacters else {
      throw faults.tooLarge(
        pointer, es: "«minLength» llega a \(Self.mostCharacters)", en: "\"minLength\" goes to \(Self.mostCharacters)")
    }
    let hasLength = least > 0 || most != nil
    if let pattern = schema["pattern"] {
      guard !hasLength, schema["format"] == nil else {
        throw faults.unsupported(
          pointer, "pattern", es: "junto a una longitud o un formato; dilo todo en «pattern»",
          en: "beside a length or a format; say it all in \"pattern\"")
      }
      guard let text = pattern.stringValue else {
        throw faults.wrong(pointer, es: "«pattern» debe ser un texto", en: "\"pattern\" must be a string")
      }
      return try matching(text, pointer, keyword: "pattern")
    }
    if let format = schema["format"] {
      guard let name = format.stringValue else {
        throw faults.wrong(pointer, es: "«format» debe ser un texto", en: "\"format\" must be a string")
      }
      if Self.formatsOfNoShape.contains(name) { return freeString() }
      guard let pattern = Self.formats[name] else {
        throw faults.unsupported(
          pointer, "format",
          es: "«\(GrammarText.short(name))»; valen \(Self.formats.keys.sorted().joined(separator: ", "))",
          en:
            "\"\(GrammarText.short(name))\"; those supported are \(Self.formats.keys.sorted().joined(separator: ", "))")
      }
      // Lengths that the format keeps anyway are common in generated schemas; others are not.
      guard !hasLength || Self.fits(name, least, most) else {
        throw faults.unsupported(
          pointer, "minLength", es: "junto a «format»; usa «pattern»", en: "beside \"format\"; use \"pattern\"")
      }
      return try matching(pattern, pointer, keyword: "format")
    }
    guard hasLength else { return freeString() }
    let character = rules.share(JSONPieces.character)
    // What is longer than anything a model writes is no limit.
    let limit = most.flatMap { $0 <= Self.mostCharacters ? $0 : nil }
    guard most == nil || limit != nil else {
      throw faults.tooLarge(
        pointer, es: "«maxLength» llega a \(Self.mostCharacters)", en: "\"maxLength\" goes to \(Self.mostCharacters)")
    }
    return rules.share(.sequence([.text("\""), .repeated(character, least, limit), .text("\"")]))
  }

  private mutating func matching(
    _ pattern: String, _ pointer: String, keyword: String
  ) throws(SaraiError) -> GrammarExpression {
    var parser = PatternParser(pattern)
    do {
      let body = try parser.parse(anything: rules.share(.repeated(rules.share(JSONPieces.character), 0, nil)))
      return rules.share(.sequence([.text("\""), body, .text("\"")]))
    } catch {
      switch error {
      case .wrong(let es, let en):
        throw faults.wrong(
          pointer, es: "«\(keyword)» no es una expresión regular: \(es)",
          en: "\"\(keyword)\" is no regular expression: \(en)")
      case .unsupported(let es, let en): throw faults.unsupported(pointer, keyword, es: es, en: en)
      }
    }
  }

  /// Formats whose texts can be anything.
  private static let formatsOfNoShape: Set<String> = ["password", "binary", "text", "multi-line"]

  private static func fits(_ format: String, _ least: Int, _ most: Int?) -> Bool {
    let lengths = ["date": 10...10, "uuid": 36...36, "date-time": 20...32, "time": 9...21]
    return lengths[format].map { least <= $0.lowerBound && most ?? .max >= $0.upperBound } ?? false
  }

  private static let day = "(0[1-9]|1[0-9]|2[0-8])"
  private static let date =
    "([12][0-9]{3}-((0[1-9]|1[0-2])-\(day)|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    + "|[12][0-9](0[48]|[2468][048]|[13579][26])-02-29)"
  private static let time =
    "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
  private static let byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
  private static let label = "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
  private static let host = "\(label)(\\.\(label)){0,5}\\.[a-z]{2,12}"
  private static let path = "[A-Za-z0-9._~!$&'()*+,;=:@/-]*"

  /// Formats as patterns. Each is a part of what its standard allows: all that it gives is right.
  static let formats: [String: String] = [
    "date": "^\(date)$", "time": "^\(time)$", "date-time": "^\(date)T\(time)$",
    "duration": "^P([0-9]{1,4}W|([0-9]{1,4}D|[0-9]{1,3}M([0-9]{1,4}D)?|[0-9]{1,4}Y([0-9]{1,3}M)?([0-9]{1,4}D)?)"
      + "(T[0-9]{1,4}[HMS])?|T([0-9]{1,4}H([0-9]{1,4}M)?|[0-9]{1,4}M([0-9]{1,4}S)?|[0-9]{1,4}S))$",
    "uuid": "^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    "email": "^[A-Za-z0-9_+-]{1,32}(\\.[A-Za-z0-9_+-]{1,32}){0,3}@\(host)$",
    "hostname": "^\(host)$", "ipv4": "^\(byte)(\\.\(byte)){3}$",
    "ipv6": "^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$",
    "uri": "^https?://\(host)(:[1-9][0-9]{0,3})?(/\(path)(\\?\(path))?(#\(path))?)?$",
    "byte": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
  ]
}
