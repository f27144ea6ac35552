import SaraiCore

/// What a source wrote for a setting, before its type is known.
enum RawValue: Hashable {
  /// Unquoted YAML, a variable or a flag: may be a number or a truth value.
  case plain(String)
  /// Quoted YAML: text whatever it looks like.
  case quoted(String)
  case list([String])
  case mapping
  case null
}

extension Setting {
  /// Reads a raw value as this setting's type.
  ///
  /// - Returns: the value, or what is wrong with it, as an end of the sentence "`key` …".
  func value(of raw: RawValue) -> Result<SettingValue, InvalidValue> {
    guard let value = typed(raw) else {
      return .failure(
        InvalidValue(
          es: "no admite \(raw.shown(.spanish)); admite \(allowed(.spanish))",
          en: "cannot be \(raw.shown(.english)); allowed: \(allowed(.english))"))
    }
    if !isAvailable, value != fallback {
      return .failure(
        InvalidValue(
          es: "no está disponible en esta versión: esa función aún no existe; déjalo en \(fallback)",
          en: "is not available in this version: the feature does not exist yet; leave it at \(fallback)",
          code: .notAvailable))
    }
    return .success(value)
  }

  private func typed(_ raw: RawValue) -> SettingValue? {
    switch (kind, raw) {
    case (.boolean, .plain(let text)):
      switch text.lowercased() {
      case "true", "yes", "on", "y": .boolean(true)
      case "false", "no", "off", "n": .boolean(false)
      default: nil
      }
    case (.integer(_, orAuto: true), .plain("auto")), (.integer(_, orAuto: true), .quoted("auto")),
      (.number(_, orAuto: true), .plain("auto")), (.number(_, orAuto: true), .quoted("auto")):
      .auto
    case (.integer(let range, _), .plain(let text)):
      Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case (.number(let range, _), .plain(let text)):
      Double(text).flatMap { $0.isFinite && range.contains($0) ? .number($0) : nil }
    case (.choice(let choices), .plain(let text)), (.choice(let choices), .quoted(let text)):
      choices.contains(text) ? .text(text) : nil
    case (.text(let maxLength, let orEmpty), .plain(let text)), (.text(let maxLength, let orEmpty), .quoted(let text)):
      text.count <= maxLength && (orEmpty || !text.isEmpty) && !text.hasControlCharacters ? .text(text) : nil
    case (.path, .plain(let text)), (.path, .quoted(let text)):
      text.utf8.count < 4096 && !text.hasControlCharacters ? .text(text) : nil
    case (.list(let maxCount), .list(let values)):
      values.count <= maxCount && values.allSatisfy { !$0.isEmpty && $0.count <= 256 && !$0.hasControlCharacters }
        ? .list(values) : nil
    default: nil
    }
  }

  /// The values that the setting may have, in words.
  func allowed(_ language: Language) -> String {
    let auto = Localized(es: "auto o ", en: "auto or ")[language]
    switch kind {
    case .boolean: return Localized(es: "true o false", en: "true or false")[language]
    case .integer(let range, let orAuto):
      let text = Localized(
        es: "un entero de \(range.lowerBound) a \(range.upperBound)",
        en: "an integer from \(range.lowerBound) to \(range.upperBound)")
      return (orAuto ? auto : "") + text[language]
    case .number(let range, let orAuto):
      let (low, high) = (SettingValue.number(range.lowerBound), SettingValue.number(range.upperBound))
      return (orAuto ? auto : "")
        + Localized(es: "un número de \(low) a \(high)", en: "a number from \(low) to \(high)")[language]
    case .choice(let choices): return choices.joined(separator: ", ")
    case .text(let maxLength, _):
      return Localized(es: "texto de hasta \(maxLength) caracteres", en: "text of at most \(maxLength) characters")[
        language]
    case .path: return Localized(es: "la ruta de un fichero", en: "the path of a file")[language]
    case .list(let maxCount):
      return Localized(
        es: "una lista de hasta \(maxCount) textos", en: "a list of at most \(maxCount) texts")[language]
    }
  }
}

/// What is wrong with a value; the caller adds the key and the place.
struct InvalidValue: Error, Hashable {
  let message: Localized
  let code: SaraiError.Code

  init(es: String, en: String, code: SaraiError.Code = .invalidRequest) {
    message = Localized(es: es, en: en)
    self.code = code
  }
}

extension RawValue {
  /// A flag's or variable's text: lists are written with commas.
  init(argument text: String, for setting: Setting) {
    if case .list = setting.kind {
      self = .list(text.split(separator: ",").map { String($0.trimmingSpaces()) })
    } else {
      self = .plain(text)
    }
  }

  func shown(_ language: Language) -> String {
    switch self {
    case .plain(let text): String(text.prefix(80))
    case .quoted(let text):
      Localized(es: "el texto «\(text.prefix(80))»", en: "the text \"\(text.prefix(80))\"")[language]
    case .list: Localized(es: "una lista", en: "a list")[language]
    case .mapping: Localized(es: "un grupo de claves", en: "a group of keys")[language]
    case .null: Localized(es: "un valor vacío", en: "an empty value")[language]
    }
  }
}

extension StringProtocol {
  var hasControlCharacters: Bool { unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }

  func trimmingSpaces() -> SubSequence {
    let start = drop { $0.isWhitespace }
    return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? start.prefix(0)
  }
}
