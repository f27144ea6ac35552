/// A YAML document as plain values with their lines: what untrusted YAML is turned into before anything looks at it.
indirect enum YAMLValue: Sendable, Hashable {
  case scalar(Scalar)
  case list([YAMLValue], line: Int)
  case mapping([Member], line: Int)

  struct Scalar: Sendable, Hashable {
    var text: String
    /// Written without quotes, so that it may stand for a number, a truth value or nothing.
    var isPlain: Bool
    var line: Int

    /// What it stands for by the core schema of YAML 1.2, in which `no` and `on` are texts.
    var meaning: Meaning {
      guard isPlain else { return .text }
      switch text {
      case "", "~", "null", "Null", "NULL": return .nothing
      case "true", "True", "TRUE": return .truth(true)
      case "false", "False", "FALSE": return .truth(false)
      default: break
      }
      let sign = text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0
      guard let first = text.dropFirst(sign).utf8.first, (0x30...0x39).contains(first) || first == 0x2E else {
        return .text
      }
      if text.utf8.dropFirst(sign).allSatisfy({ (0x30...0x39).contains($0) }) {
        return Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) } ?? .text
      }
      let isDecimal = text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
      }
      guard isDecimal, let number = Double(text), number.isFinite else { return .text }
      return .number(number)
    }
  }

  enum Meaning: Sendable, Hashable {
    case nothing
    case truth(Bool)
    case integer(Int64)
    case number(Double)
    case text
  }

  struct Member: Sendable, Hashable {
    var key: String
    var line: Int
    var value: YAMLValue
  }

  var line: Int {
    switch self {
    case .scalar(let scalar): scalar.line
    case .list(_, let line), .mapping(_, let line): line
    }
  }

  var isNothing: Bool {
    if case .scalar(let scalar) = self { scalar.meaning == .nothing } else { false }
  }
}
