import SaraiCore

/// A word, a number or a sign of a question.
struct Token: Sendable, Hashable {
  enum Kind: Sendable {
    /// Letters, or letters and digits that begin with a letter.
    case word
    /// Digits with the marks between them.
    case number
    case symbol
    /// A picture: it says nothing at either end of a question and makes nonsense within.
    case picture
  }

  var kind: Kind
  /// Lower case, without accents.
  var text: String
  /// Letters as they were typed, without accents: Mb is not MB.
  var typed: String
  var followsSpace: Bool

  func isSymbol(_ text: String) -> Bool { kind == .symbol && self.text == text }
}

/// Cuts a question into tokens, with one spelling for what people type in several.
struct Tokenizer {
  private var tokens: [Token] = []
  private var scalars: [Unicode.Scalar] = []
  private var followsSpace = true

  /// Nil for text that no question is made of: control characters, or more tokens than `Limits` allows.
  static func tokens(of question: String) -> [Token]? {
    var tokenizer = Tokenizer()
    for scalar in question.unicodeScalars {
      switch Self.plain(scalar) {
      case .kept(let scalar): tokenizer.scalars.append(scalar)
      case .replaced(let text): tokenizer.scalars.append(contentsOf: text.unicodeScalars)
      case .dropped: break
      case .refused: return nil
      }
    }
    tokenizer.scan()
    return tokenizer.tokens
  }

  private mutating func scan() {
    var position = 0
    while position < scalars.count {
      let scalar = scalars[position]
      if scalar == " " {
        followsSpace = true
        position += 1
      } else if Self.isDigit(scalar) || (scalar == "." && startsFraction(position)) {
        position = scanNumber(position)
      } else if Self.isLetter(scalar) {
        position = scanWord(position)
      } else {
        position = scanSymbol(position)
      }
    }
  }

  /// `.5` where no number is before it.
  private func startsFraction(_ position: Int) -> Bool {
    guard position + 1 < scalars.count, Self.isDigit(scalars[position + 1]) else { return false }
    return position == 0 || scalars[position - 1] == " " || scalars[position - 1] == "("
  }

  private mutating func scanNumber(_ start: Int) -> Int {
    var text = String.UnicodeScalarView()
    var position = start
    while position < scalars.count {
      let scalar = scalars[position]
      let joins =
        scalar == "." || scalar == ","
        ? position + 1 < scalars.count && Self.isDigit(scalars[position + 1]) : Self.isDigit(scalar)
      guard joins else { break }
      text.append(scalar)
      position += 1
    }
    append(.number, String(text), typed: String(text))
    return position
  }

  private mutating func scanWord(_ start: Int) -> Int {
    // 3x4: the x between two numbers stands alone.
    if scalars[start] == "x" || scalars[start] == "X", start + 1 < scalars.count, Self.isDigit(scalars[start + 1]),
      tokens.last?.kind == .number
    {
      append(.word, "x", typed: "x")
      return start + 1
    }
    var typed = String.UnicodeScalarView()
    var position = start
    while position < scalars.count {
      let scalar = scalars[position]
      if Self.isLetter(scalar) || Self.isDigit(scalar) {
        typed.append(scalar)
      } else if scalar != "'" || position + 1 >= scalars.count || !Self.isLetter(scalars[position + 1]) {
        break
      }
      position += 1
    }
    append(.word, String(typed).lowercased(), typed: String(typed))
    return position
  }

  private mutating func scanSymbol(_ position: Int) -> Int {
    let scalar = scalars[position]
    if scalar == "*", position + 1 < scalars.count, scalars[position + 1] == "*" {
      append(.symbol, "^", typed: "^")
      return position + 2
    }
    let isPicture = scalar.value >= 0x2190 && scalar != "√" && scalar != "∛"
    append(isPicture ? .picture : .symbol, String(scalar), typed: String(scalar))
    return position + 1
  }

  private mutating func append(_ kind: Token.Kind, _ text: String, typed: String) {
    tokens.append(Token(kind: kind, text: text, typed: typed, followsSpace: followsSpace))
    followsSpace = false
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) }
    return scalar.properties.isAlphabetic
  }
}

extension Tokenizer {
  private enum Plain {
    case kept(Unicode.Scalar)
    case replaced(String)
    case dropped
    case refused
  }

  /// The one spelling of a character.
  private static func plain(_ scalar: Unicode.Scalar) -> Plain {
    switch scalar.value {
    case 0x20...0x7E: return scalar == "`" ? .dropped : .kept(scalar)
    case 0x0A, 0x0D: return .replaced(" , ")
    case 0x09, 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: return .kept(" ")
    case 0..<0x20, 0x7F...0x9F: return .refused
    case _ where Folding.isAccent(scalar): return .dropped
    // The marks that open a question, marks of writing direction, joiners, variants of pictures.
    case 0xBF, 0xA1, 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x20E3, 0xFE00...0xFE0F, 0xFEFF:
      return .dropped
    case 0xFF01...0xFF5E:
      return Unicode.Scalar(scalar.value - 0xFEE0).map { .kept($0) } ?? .refused
    default: return spellings[scalar].map { .replaced($0) } ?? .kept(Folding.base(of: scalar) ?? scalar)
    }
  }

  private static let spellings: [Unicode.Scalar: String] = [
    "×": "*", "·": "*", "∙": "*", "⋅": "*", "✕": "*", "✖": "*", "÷": "/", "∕": "/", "⁄": "/", "➗": "/", "➕": "+",
    "➖": "-", "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "²": "^2", "³": "^3", "½": " 0.5 ", "¼": " 0.25 ",
    "¾": " 0.75 ", "º": "°", "’": "'", "‘": "'", "′": "'", "″": "\"", "“": "\"", "”": "\"", "…": ".", "π": " pi ",
    "℃": "°C", "℉": "°F", "μ": "µ",
  ]

}
