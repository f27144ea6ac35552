package import SaraiCore

/// One key of the configuration: the only place that knows its type, range, default, words and how it reloads.
package struct Setting: Sendable {
  package enum Kind: Sendable, Hashable {
    case boolean
    case integer(ClosedRange<Int>, orAuto: Bool = false)
    case number(ClosedRange<Double>, orAuto: Bool = false)
    case choice([String])
    /// Text of at most this many characters; may be empty where `orEmpty`.
    case text(maxLength: Int, orEmpty: Bool = false)
    /// A file's path: absolute, from `~/`, or relative to the configuration file's folder. Empty means none.
    case path
    case list(maxCount: Int)
  }

  package enum Reload: Sendable, Hashable {
    /// Applied by a running server.
    case live
    /// Read once when a server starts; a change is named in the log.
    case restart
    /// Read by each command when it starts: a running server has nothing to apply.
    case nextCommand
  }

  package let key: String
  package let kind: Kind
  package let fallback: SettingValue
  package let reload: Reload
  package let doc: Localized
  /// Values that stand for a feature which this version does not have: set to anything but the default, it is refused.
  package let isAvailable: Bool

  init(
    _ key: String, _ kind: Kind, _ fallback: SettingValue, reload: Reload = .restart, isAvailable: Bool = true,
    es: String, en: String
  ) {
    self.key = key
    self.kind = kind
    self.fallback = fallback
    self.reload = reload
    self.isAvailable = isAvailable
    self.doc = Localized(es: es, en: en)
  }

  /// `server.max_body_bytes` is set by `SARAI_SERVER_MAX_BODY_BYTES`; the port, the one most often set, by `SARAI_PORT`.
  package var environmentVariable: String {
    key == "server.port" ? "SARAI_PORT" : "SARAI_" + key.uppercased().replacing(".", with: "_")
  }
}

/// A value of the configuration.
package enum SettingValue: Sendable, Hashable {
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([String])
  /// SARAi chooses from what the machine offers.
  case auto
}

extension SettingValue: CustomStringConvertible {
  /// As it is written in a YAML file.
  package var description: String {
    switch self {
    case .boolean(let value): String(value)
    case .integer(let value): String(value)
    case .number(let value): value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    case .text(let value): Self.quoted(value)
    case .list(let values): "[" + values.map(Self.quoted).joined(separator: ", ") + "]"
    case .auto: "auto"
    }
  }

  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.first?.isLetter == true
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
      && !["true", "false", "yes", "no", "on", "off", "null", "y", "n", "auto"].contains(text.lowercased())
    if isPlain { return text }
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      default: scalar.value < 0x20 ? "?" : String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}

/// Where a value came from, from the strongest to the weakest.
package enum SettingOrigin: Sendable, Hashable {
  case flag(String)
  case environment(String)
  case file(String, line: Int)
  case fallback

  package func described(in language: Language) -> String {
    switch (self, language) {
    case (.flag(let name), .spanish): "opción \(name)"
    case (.flag(let name), .english): "flag \(name)"
    case (.environment(let name), .spanish): "variable \(name)"
    case (.environment(let name), .english): "variable \(name)"
    case (.file(let path, let line), .spanish): "fichero \(path):\(line)"
    case (.file(let path, let line), .english): "file \(path):\(line)"
    case (.fallback, .spanish): "valor por omisión"
    case (.fallback, .english): "default"
    }
  }
}
