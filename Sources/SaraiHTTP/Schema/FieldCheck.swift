import SaraiCore

extension [Field] {
  /// Checks an object against this table.
  ///
  /// - Parameter path: Where the object is, for messages: empty for the body itself, else `messages[0]` and the like.
  /// - Returns: The members that were given and mean something: without nulls of optional fields.
  /// - Throws: `SaraiError`: `invalidRequest` or `notAvailable`, its subject the field.
  @discardableResult
  func check(_ object: JSONObject, path: String = "") throws(SaraiError) -> JSONObject {
    for member in object.members where !contains(where: { $0.name == member.key }) {
      throw unknown(member.key, path: path)
    }
    var given = JSONObject()
    for field in self {
      let fieldPath = path.isEmpty ? field.name : "\(path).\(field.name)"
      guard let value = object[field.name] else {
        if field.isRequired { throw missing(field, path: fieldPath) }
        continue
      }
      if value.isNull, !field.isRequired, !field.shape.isKind(of: .null) { continue }
      try field.check(value, path: fieldPath)
      given[field.name] = value
    }
    return given
  }

  private func unknown(_ key: String, path: String) -> SaraiError {
    let shown = key.prefix(64)
    let place = path.isEmpty ? Localized(es: "", en: "") : Localized(es: " en «\(path)»", en: " in \"\(path)\"")
    let nearest = map(\.name).min { $0.editDistance(to: key) < $1.editDistance(to: key) }
    let hint =
      if let nearest, key.count <= 64, nearest.editDistance(to: key) <= Swift.max(1, nearest.count / 3) {
        Localized(es: "¿Querías decir «\(nearest)»?", en: "Did you mean \"\(nearest)\"?")
      } else {
        Localized(
          es: "Los campos conocidos son: \(map(\.name).joined(separator: ", ")).",
          en: "The known fields are: \(map(\.name).joined(separator: ", ")).")
      }
    return SaraiError(
      .invalidRequest, es: "El campo «\(shown)»\(place.es) no se conoce. \(hint.es)",
      en: "The field \"\(shown)\"\(place.en) is unknown. \(hint.en)",
      subject: path.isEmpty ? String(shown) : "\(path).\(shown)")
  }

  private func missing(_ field: Field, path: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "Falta «\(path)»: debe ser \(field.shape.expectation.es).",
      en: "\"\(path)\" is missing: it must be \(field.shape.expectation.en).", subject: path)
  }
}

extension Field {
  fileprivate func check(_ value: JSONValue, path: String) throws(SaraiError) {
    guard case .neutral(let neutral) = availability else { return try shape.check(value, path: path) }
    guard !value.isNull, !neutral.contains(value) else { return }
    throw SaraiError(
      .notAvailable, es: "«\(path)» todavía no está disponible en SARAi: quítalo de la petición.",
      en: "\"\(path)\" is not available in SARAi yet: leave it out of the request.", subject: path)
  }
}

extension Shape {
  fileprivate func check(_ value: JSONValue, path: String) throws(SaraiError) {
    switch (self, value) {
    case (.any, _), (.boolean, .bool), (.null, .null): return
    case (.integer(let range), _):
      guard let number = value.integerValue, range.contains(number) else { throw wrong(value, path: path) }
    case (.number(let interval), _):
      guard let number = value.doubleValue, interval.contains(number) else { throw wrong(value, path: path) }
    case (.string(let bytes), .string(let text)):
      guard bytes.contains(text.utf8.count) else { throw wrong(value, path: path) }
    case (.choice(let allowed, let later), .string(let text)):
      if later.contains(text) { throw notAvailable(text, path: path) }
      guard allowed.contains(text) else { throw wrong(value, path: path) }
    case (.list(let element, let count), .array(let elements)):
      guard count.contains(elements.count) else { throw wrong(value, path: path) }
      for (index, value) in elements.enumerated() { try element.check(value, path: "\(path)[\(index)]") }
    case (.object(let fields), .object(let object)):
      try fields.check(object, path: path)
    case (.numbersByID(let ids, let values, let maxCount), .object(let object)):
      guard object.count <= maxCount else { throw wrong(value, path: path) }
      for member in object.members {
        guard let id = Int64(member.key), ids.contains(id), let number = member.value.doubleValue,
          values.contains(number)
        else { throw wrong(value, path: path) }
      }
    case (.texts(let maxCount, let bytes), .object(let object)):
      guard object.count <= maxCount else { throw wrong(value, path: path) }
      var size = 0
      for member in object.members {
        guard !member.key.isEmpty, let text = member.value.stringValue else { throw wrong(value, path: path) }
        size += member.key.utf8.count + text.utf8.count
      }
      guard size <= bytes else { throw wrong(value, path: path) }
    case (.oneOf(let shapes), _):
      guard let shape = shapes.first(where: { $0.isKind(of: value) }) else { throw wrong(value, path: path) }
      try shape.check(value, path: path)
    default: throw wrong(value, path: path)
    }
  }

  private func wrong(_ value: JSONValue, path: String) -> SaraiError {
    let got = value.shown
    return SaraiError(
      .invalidRequest, es: "«\(path)» debe ser \(expectation.es); llegó \(got.es).",
      en: "\"\(path)\" must be \(expectation.en); got \(got.en).", subject: path)
  }

  private func notAvailable(_ choice: String, path: String) -> SaraiError {
    SaraiError(
      .notAvailable, es: "«\(choice)» todavía no está disponible en «\(path)»: usa \(expectation.es).",
      en: "\"\(choice)\" is not available in \"\(path)\" yet: use \(expectation.en).", subject: path)
  }
}

extension JSONValue {
  /// A value as an error message shows it: short ones whole, long ones by their kind and size.
  fileprivate var shown: Localized {
    switch self {
    case .string(let text) where text.utf8.count > 60:
      Localized(es: "un texto de \(text.utf8.count) bytes", en: "a string of \(text.utf8.count) bytes")
    case .array(let elements):
      Localized(es: "una lista de \(elements.count) elementos", en: "an array of \(elements.count) elements")
    case .object: kind
    default: Localized(es: description, en: description)
    }
  }
}

extension String {
  /// Levenshtein's distance: single characters to insert, delete or replace.
  func editDistance(to other: String) -> Int {
    let (from, to) = (Array(self.prefix(80)), Array(other.prefix(80)))
    var previous = Array(0...to.count)
    for (row, character) in from.enumerated() {
      var current = [row + 1]
      for (column, candidate) in to.enumerated() {
        let replaced = previous[column] + (character == candidate ? 0 : 1)
        current.append(Swift.min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[to.count]
  }
}
