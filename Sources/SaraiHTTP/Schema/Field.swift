import SaraiCore

/// One field of a request: what it may hold and what it means.
///
/// The tables made of these check every request, and `/openapi.json` is written from them: the two cannot drift apart.
struct Field: Sendable {
  enum Availability: Sendable {
    case available
    /// Known to OpenAI's clients and not to SARAi: taken only with a value that asks for nothing.
    case neutral([JSONValue])
  }

  let name: String
  let shape: Shape
  var isRequired = false
  /// What holds when the field is absent; nil where its absence has a meaning of its own.
  var defaultValue: JSONValue?
  var availability = Availability.available
  let doc: Localized

  static func required(_ name: String, _ shape: Shape, es: String, en: String) -> Field {
    Field(name: name, shape: shape, isRequired: true, doc: Localized(es: es, en: en))
  }

  static func optional(
    _ name: String, _ shape: Shape, default defaultValue: JSONValue? = nil, es: String, en: String
  ) -> Field {
    Field(name: name, shape: shape, defaultValue: defaultValue, doc: Localized(es: es, en: en))
  }

  static func notAvailable(_ name: String, unless neutral: JSONValue...) -> Field {
    Field(
      name: name, shape: .any, availability: .neutral(neutral),
      doc: Localized(es: "Todavía no disponible.", en: "Not available yet."))
  }
}

/// The values that a field may hold.
indirect enum Shape: Sendable {
  case any
  case boolean
  case integer(ClosedRange<Int64>)
  case number(Interval)
  /// Length in bytes of UTF-8.
  case string(ClosedRange<Int>)
  /// One of `allowed`; those of `later` are known and not available yet.
  case choice(_ allowed: [String], later: [String] = [])
  case list(Shape, count: ClosedRange<Int>)
  case object([Field])
  /// An object from whole numbers, written as strings, to numbers.
  case numbersByID(ids: ClosedRange<Int64>, values: Interval, maxCount: Int)
  /// An object of texts, none of whose names is empty; `bytes` is what names and texts may take together.
  case texts(maxCount: Int, bytes: Int)
  /// The first alternative of the value's kind decides.
  case oneOf([Shape])
  case null

  struct Interval: Sendable {
    var lower: Double
    var upper: Double
    var excludesLower = false
    var excludesUpper = false

    func contains(_ value: Double) -> Bool {
      (excludesLower ? value > lower : value >= lower) && (excludesUpper ? value < upper : value <= upper)
    }
  }

  static func number(_ range: ClosedRange<Double>) -> Shape {
    .number(Interval(lower: range.lowerBound, upper: range.upperBound))
  }
}

extension Shape {
  /// What is expected, in words that follow "must be".
  var expectation: Localized {
    switch self {
    case .any: Localized(es: "cualquier valor", en: "any value")
    case .boolean: Localized(es: "true o false", en: "true or false")
    case .integer(let range):
      Localized(
        es: "un número entero de \(range.lowerBound) a \(range.upperBound)",
        en: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    case .number(let interval): interval.expectation
    case .string(let bytes):
      bytes.lowerBound > 0
        ? Localized(
          es: "un texto no vacío de \(bytes.upperBound) bytes como mucho",
          en: "a non-empty string of at most \(bytes.upperBound) bytes")
        : Localized(
          es: "un texto de \(bytes.upperBound) bytes como mucho", en: "a string of at most \(bytes.upperBound) bytes")
    case .choice(let allowed, _):
      Localized(
        es: "uno de " + allowed.map { "«\($0)»" }.joined(separator: ", "),
        en: "one of " + allowed.map { "\"\($0)\"" }.joined(separator: ", "))
    case .list(_, let count):
      Localized(
        es: "una lista de \(count.lowerBound) a \(count.upperBound) elementos",
        en: "an array of \(count.lowerBound) to \(count.upperBound) elements")
    case .object: Localized(es: "un objeto", en: "an object")
    case .numbersByID(let ids, let values, let maxCount):
      Localized(
        es: "un objeto de hasta \(maxCount) claves de \(ids.lowerBound) a \(ids.upperBound), cada una con "
          + values.expectation.es,
        en: "an object of at most \(maxCount) keys from \(ids.lowerBound) to \(ids.upperBound), each with "
          + values.expectation.en)
    case .texts(let maxCount, let bytes):
      Localized(
        es: "un objeto de hasta \(maxCount) textos, de \(bytes) bytes en total como mucho",
        en: "an object of at most \(maxCount) strings, of at most \(bytes) bytes in all")
    case .oneOf(let shapes):
      Localized(
        es: shapes.map(\.expectation.es).joined(separator: ", o "),
        en: shapes.map(\.expectation.en).joined(separator: ", or "))
    case .null: Localized(es: "null", en: "null")
    }
  }

  /// Whether the value is of the JSON type that this shape describes, whatever its range.
  func isKind(of value: JSONValue) -> Bool {
    switch (self, value) {
    case (.any, _), (.boolean, .bool), (.null, .null), (.string, .string), (.choice, .string), (.object, .object),
      (.numbersByID, .object), (.texts, .object):
      true
    case (.integer, .integer), (.integer, .number), (.number, .integer), (.number, .number): true
    case (.list(let element, _), .array(let elements)): elements.first.map(element.isKind) ?? true
    case (.oneOf(let shapes), _): shapes.contains { $0.isKind(of: value) }
    default: false
    }
  }
}

extension Shape.Interval {
  var expectation: Localized {
    let (from, to) = (Self.words(lower), Self.words(upper))
    return switch (excludesLower, excludesUpper) {
    case (false, false): Localized(es: "un número de \(from) a \(to)", en: "a number from \(from) to \(to)")
    case (true, false):
      Localized(es: "un número mayor que \(from) y hasta \(to)", en: "a number above \(from) and up to \(to)")
    case (false, true):
      Localized(es: "un número desde \(from) y menor que \(to)", en: "a number from \(from) to below \(to)")
    case (true, true):
      Localized(es: "un número mayor que \(from) y menor que \(to)", en: "a number above \(from) and below \(to)")
    }
  }

  private static func words(_ number: Double) -> String {
    Int64(exactly: number).map(String.init) ?? number.description
  }
}
