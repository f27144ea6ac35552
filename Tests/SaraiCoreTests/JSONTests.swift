import SaraiCore
import Testing

@Suite struct JSONTests {
  // MARK: - Parsing

  @Test(arguments: [
    ("null", JSONValue.null), (" true\n", true), ("[]", .array([])),
    ("{}", .object(JSONObject())), ("0", 0), ("-0", .number(-0.0)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5e3", .number(1500)), ("1E-2", .number(0.01)),
    ("1e-999", .number(0)), (#""a\"\\\/\b\f\n\r\t\u00e9é""#, .string("a\"\\/\u{8}\u{c}\n\r\téé")),
    (#""\ud83d\ude00😀\uD83D\uDE00""#, "😀😀😀"), (#""\u0000""#, "\0"), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
    (#"{"b":1,"a":[true,null,{"":"x"}]}"#, ["b": 1, "a": [true, .null, ["": "x"]]] as JSONValue),
  ])
  func `valid JSON is read exactly`(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(arguments: [
    ("", 0), ("  ", 2), ("nul", 3), ("nulL", 3), ("tru", 3), ("True", 0), ("NaN", 0), ("Infinity", 0), ("-Infinity", 1),
    ("01", 1), ("+1", 0), ("1.", 2), (".5", 0), ("1e", 2), ("1e+", 3), ("-", 1), ("0x10", 1), ("1e999", 0),
    ("-1e999", 0), ("[1,]", 3), ("[1 2]", 3), ("[,]", 1), ("[", 1), ("[1", 2), ("]", 0), ("{", 1), ("{a:1}", 1),
    ("{'a':1}", 1), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), (#"{"a":1"#, 6), ("{1:2}", 1), ("{} {}", 3),
    ("1 1", 2), ("\"", 1), (#""\"#, 2), (#""\x""#, 2), (#""\u12"#, 5), (#""\u12g4""#, 5), (#""\ud800""#, 1),
    (#""\udc00""#, 1), (#""\ud800\ud800""#, 1), (#""\ud800\n""#, 1), ("\"\n\"", 1), ("\"\0\"", 1), ("\0", 0),
    ("/* */ 1", 0), ("\u{FEFF}1", 0), ("[1]\0", 3), (#"{"a":1,"b":2,"a":3}"#, 13),
    (#"{"a":1,"\u0061":2}"#, 7), (#"[{"é":1,"e\#u{301}":2}]"#, 9),
  ])
  func `anything else is refused at the byte where it goes wrong`(text: String, offset: Int) {
    let error = #expect(throws: SaraiError.self) { try JSONValue(parsing: text) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.message.en.hasSuffix("byte \(offset)).") == true, "\(String(describing: error))")
    #expect(error?.message.es.hasSuffix("byte \(offset)).") == true)
  }

  @Test(
    arguments: [
      ([0x22, 0xFF, 0x22], 1), ([0x22, 0x61, 0xC3, 0x22], 2), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
      ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0x5C, 0x6E, 0xC3, 0xA9, 0x80, 0x22], 5),
      ([0x22, 0xC3, 0x5C, 0x6E, 0x22], 1),
      ([0xEF, 0xBB, 0xBF, 0x31], 0), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
    ] as [([UInt8], Int)])
  func `bytes that are not UTF-8 are refused`(bytes: [UInt8], offset: Int) {
    let error = #expect(throws: SaraiError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.message.en.contains("byte \(offset))") == true, "\(String(describing: error))")
  }

  @Test func `a fault is located by line and column in characters`() {
    let error = #expect(throws: SaraiError.self) { try JSONValue(parsing: "{\n  \"ñandú\": x\n}") }
    #expect(error?.message.en == "Invalid JSON: expected a JSON value, found \"x\" (line 2, column 12, byte 15).")
    #expect(
      error?.message.es == "JSON no válido: se esperaba un valor JSON y hay «x» (línea 2, columna 12, byte 15).")
  }

  @Test func `a repeated key is named`() {
    let error = #expect(throws: SaraiError.self) { try JSONValue(parsing: #"{"model":1,"model":2}"#) }
    #expect(error?.subject == "model")
    #expect(error?.message.en.contains(#"the key "model" is repeated"#) == true)
  }

  @Test func `a repeated key is found among many`() {
    let members = (0..<1000).map { "\"k\($0)\":\($0)" }
    #expect(throws: Never.self) { try JSONValue(parsing: "{\(members.joined(separator: ","))}") }
    let error = #expect(throws: SaraiError.self) {
      try JSONValue(parsing: "{\(members.joined(separator: ",")),\"k500\":0}")
    }
    #expect(error?.subject == "k500")
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"\":["])
  func `nesting ten thousand deep is an error and no crash`(opening: String) {
    let error = #expect(throws: SaraiError.self) {
      try JSONValue(parsing: String(repeating: opening, count: 10_000), limits: JSONLimits(depth: .max))
    }
    #expect(error?.message.en.contains("more than 512 levels") == true)
  }

  @Test func `the depth limit counts containers`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
    #expect(throws: SaraiError.self) { try JSONValue(parsing: nested(65)) }
  }

  @Test func `size and number of values are limited`() {
    let bytes = #expect(throws: SaraiError.self) {
      try JSONValue(parsing: "[1,2,3]", limits: JSONLimits(bytes: 6))
    }
    #expect(bytes?.code == .tooLarge)
    let values = #expect(throws: SaraiError.self) {
      try JSONValue(parsing: "[1,2,3]", limits: JSONLimits(values: 3))
    }
    #expect(values?.code == .tooLarge)
    #expect(throws: SaraiError.self) { try JSONValue(parsing: String(repeating: "9", count: 401)) }
  }

  // MARK: - Writing

  @Test(
    arguments: [
      (JSONValue.number(0.1), "0.1"), (.number(1e21), "1e+21"), (.number(.leastNonzeroMagnitude), "5e-324"),
      (.number(-0.0), "-0.0"),
      (.number(.nan), "null"), (.number(.infinity), "null"), (.integer(.min), "-9223372036854775808"),
      ("\"\\/\u{8}\u{c}\n\r\t\0\u{1f}é😀", #""\"\\/\b\f\n\r\t\u0000\u001fé😀""#),
      (["a": [1, .object(JSONObject()), .array([])], "b": .null], #"{"a":[1,{},[]],"b":null}"#),
    ] as [(JSONValue, String)])
  func `values are written compactly`(value: JSONValue, text: String) {
    #expect(value.description == text)
  }

  @Test func `pretty JSON has one member a line`() {
    let value: JSONValue = ["a": [1, 2], "b": .object(JSONObject()), "c": ["d": true]]
    #expect(
      String(decoding: value.serialized(pretty: true), as: UTF8.self) == """
        {
          "a": [
            1,
            2
          ],
          "b": {},
          "c": {
            "d": true
          }
        }
        """)
  }

  @Test func `a writer serves again after removeAll`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("x", 1.5)
    writer.key("y")
    writer.removeAll()
    writer.beginArray()
    writer.value(Float(0.1))
    writer.value(UInt64.max)
    writer.endArray()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[0.1,18446744073709551615]")
  }

  // MARK: - Properties

  @Test(arguments: 0..<200)
  func `what is written is read back equal`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    let value = JSONValue.random(using: &random, depth: 5)
    #expect(try JSONValue(parsing: value.serialized()) == value)
    #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
  }

  @Test(arguments: 0..<200)
  func `damaged JSON is read or refused, and what is read is stable`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var bytes = JSONValue.random(using: &random, depth: 5).serialized()
    for _ in 0..<3 {
      let position = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes[position] = UInt8.random(in: .min ... .max, using: &random)
      case 1: bytes.insert(contentsOf: [0x22, 0x5C, 0x5B].shuffled(using: &random).prefix(1), at: position)
      default: bytes.removeSubrange(position...)
      }
      if bytes.isEmpty { break }
    }
    guard let value = try? JSONValue(parsing: bytes) else { return }
    #expect((try? JSONValue(parsing: value.serialized())) == value)
  }

  // MARK: - Values

  @Test func `whole numbers are recognised however they are written`() throws {
    #expect(try JSONValue(parsing: "3.0").integerValue == 3)
    #expect(try JSONValue(parsing: "3e2").integerValue == 300)
    #expect(try JSONValue(parsing: "3.5").integerValue == nil)
    #expect(try JSONValue(parsing: "1e300").integerValue == nil)
    #expect(try JSONValue(parsing: "\"3\"").integerValue == nil)
  }

  @Test func `an object keeps its order when members change, few or many`() {
    for count in [3, 40] {
      var object = JSONObject()
      for number in 0..<count { object["k\(number)"] = .integer(Int64(number)) }
      object["k1"] = nil
      object["k2"] = "two"
      object["new"] = true
      #expect(object["k1"] == nil && object["k2"] == "two" && object["k0"] == 0 && object["new"] == true)
      #expect(Array(object.keys) == (0..<count).filter { $0 != 1 }.map { "k\($0)" } + ["new"])
    }
  }
}

private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension JSONValue {
  fileprivate static func random(using random: inout SplitMix64, depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
    case 3: return .integer(Int64.random(in: -9...9, using: &random))
    case 4:
      let number = Double(bitPattern: random.next())
      // A whole number that fits is read back as an integer unless it is written with a fraction, as Swift does.
      return .number(number.isFinite ? number : 0.5)
    case 5: return .string(randomText(using: &random))
    case 6, 7:
      return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in .random(using: &random, depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0..<5, using: &random) {
        object[randomText(using: &random)] = .random(using: &random, depth: depth - 1)
      }
      return .object(object)
    }
  }

  private static func randomText(using random: inout SplitMix64) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0..<8, using: &random) {
      let range: ClosedRange<UInt32> =
        [0...0x7F, 0x80...0xD7FF, 0xE000...0x10FFFF].randomElement(using: &random) ?? 0...0
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
