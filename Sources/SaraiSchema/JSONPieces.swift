import SaraiCore

/// JSON as it is written here: on one line, a space after each colon and comma. One layout, so that all that is not a
/// value is known beforehand and costs no choice.
enum JSONPieces {
  /// Characters that stand for themselves in a string.
  static let plain: [ClosedRange<UInt32>] = [0x20...0x21, 0x23...0x5B, 0x5D...0x7E, 0xA0...0xD7FF, 0xE000...0x10FFFF]

  /// One character of a string. Halves of surrogate pairs are not among the escapes: whatever needs one can be written
  /// as it is.
  static let character: GrammarExpression = {
    let hexadecimal = GrammarExpression.set([0x30...0x39, 0x41...0x46, 0x61...0x66])
    let escape = GrammarExpression.choice([
      .set([0x22...0x22, 0x2F...0x2F, 0x5C...0x5C, 0x62...0x62, 0x66...0x66, 0x6E...0x6E, 0x72...0x72, 0x74...0x74]),
      .sequence([
        .text("u"),
        .choice([
          .sequence([
            .set([0x30...0x39, 0x41...0x43, 0x45...0x46, 0x61...0x63, 0x65...0x66]), .repeated(hexadecimal, 3, 3),
          ]),
          .sequence([.set([0x44...0x44, 0x64...0x64]), .set([0x30...0x37]), .repeated(hexadecimal, 2, 2)]),
        ]),
      ]),
    ])
    return .choice([.set(plain), .sequence([.text("\\"), escape])])
  }()

  /// Digits that every reader of JSON keeps exactly.
  static let mostDigits = 15

  static let fraction = GrammarExpression.sequence([.text("."), .repeated(.digit, 1, mostDigits)])

  static let integer = GrammarExpression.sequence([
    .optional(.text("-")),
    .choice([.text("0"), .sequence([.set([0x31...0x39]), .repeated(.digit, 0, mostDigits - 1)])]),
  ])

  static let number = GrammarExpression.sequence([
    integer, .optional(fraction),
    .optional(
      .sequence([
        .set([0x45...0x45, 0x65...0x65]), .optional(.set([0x2B...0x2B, 0x2D...0x2D])), .repeated(.digit, 1, 2),
      ])),
  ])

  /// A value as the grammar's layout writes it.
  static func written(_ value: JSONValue) -> String {
    switch value {
    case .array(let elements): return "[" + elements.map(written).joined(separator: ", ") + "]"
    case .object(let object):
      return "{" + object.members.map { written(.string($0.key)) + ": " + written($0.value) }.joined(separator: ", ")
        + "}"
    default:
      var writer = JSONWriter()
      writer.value(value)
      return String(decoding: writer.bytes, as: UTF8.self)
    }
  }
}
