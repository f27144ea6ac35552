/// How much JSON a reader takes from someone it does not trust.
package struct JSONLimits: Sendable, Hashable {
  /// Arrays and objects within each other; at most 512, so that no input can exhaust the stack.
  package var depth: Int
  package var bytes: Int
  /// Values in all: an element of a few bytes of text costs many more in memory.
  package var values: Int

  package init(depth: Int = 64, bytes: Int = 16 << 20, values: Int = 200_000) {
    self.depth = min(depth, 512)
    self.bytes = bytes
    self.values = values
  }
}

extension JSONValue {
  /// Parses one JSON text, strictly by RFC 8259; duplicate keys, lone surrogates and numbers beyond a `Double` are
  /// refused as well, since readers disagree on what they mean.
  ///
  /// - Throws: `SaraiError`: `invalidRequest` with the byte offset (from 0), line and column (from 1, in Unicode
  ///   scalars), and `tooLarge` for text over a limit.
  package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(SaraiError) {
    guard bytes.count <= limits.bytes else {
      throw SaraiError(
        .tooLarge, es: "El JSON ocupa \(bytes.count) bytes y se admiten \(limits.bytes).",
        en: "The JSON is \(bytes.count) bytes long; at most \(limits.bytes) are allowed.")
    }
    var parser = JSONParser(bytes: bytes, limits: limits)
    self = try parser.document()
  }

  package init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(SaraiError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }
}

/// A recursive descent over bytes; `limits.depth` bounds the recursion.
private struct JSONParser {
  let bytes: [UInt8]
  let limits: JSONLimits
  var position = 0
  var valueCount = 0
  /// Collects strings that hold escapes; kept between them.
  var scratch: [UInt8] = []

  init(bytes: [UInt8], limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  mutating func document() throws(SaraiError) -> JSONValue {
    skipWhitespace()
    let value = try value(depth: 0)
    skipWhitespace()
    guard position == bytes.count else {
      throw expected(es: "el final del texto tras el valor", en: "the end of the text after the value")
    }
    return value
  }

  // MARK: - Values

  private mutating func value(depth: Int) throws(SaraiError) -> JSONValue {
    valueCount += 1
    guard valueCount <= limits.values else {
      throw SaraiError(
        .tooLarge, es: "El JSON tiene más de \(limits.values) valores.",
        en: "The JSON has more than \(limits.values) values.")
    }
    guard let byte = peek else { throw expected(es: "un valor JSON", en: "a JSON value") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw expected(es: "un valor JSON", en: "a JSON value")
    }
  }

  private mutating func object(depth: Int) throws(SaraiError) -> JSONValue {
    try checkDepth(depth)
    position += 1
    var object = JSONObject()
    skipWhitespace()
    if take("}") { return .object(object) }
    while true {
      let keyPosition = position
      guard peek == UInt8(ascii: "\"") else {
        throw expected(es: "una clave entre comillas", en: "a key in double quotes")
      }
      let key = try string()
      skipWhitespace()
      guard take(":") else { throw expected(es: "«:» tras la clave", en: "\":\" after the key") }
      skipWhitespace()
      guard object.insert(key, try value(depth: depth)) else { throw duplicate(key, at: keyPosition) }
      skipWhitespace()
      if take("}") { return .object(object) }
      guard take(",") else { throw expected(es: "«,» o «}»", en: "\",\" or \"}\"") }
      skipWhitespace()
    }
  }

  private mutating func array(depth: Int) throws(SaraiError) -> JSONValue {
    try checkDepth(depth)
    position += 1
    var elements: [JSONValue] = []
    skipWhitespace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth))
      skipWhitespace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw expected(es: "«,» o «]»", en: "\",\" or \"]\"") }
      skipWhitespace()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(SaraiError) -> JSONValue {
    for offset in 0..<word.utf8CodeUnitCount {
      guard peek == word.utf8Start[offset] else { throw expected(es: "«\(word)»", en: "\"\(word)\"") }
      position += 1
    }
    return value
  }

  // MARK: - Numbers

  private mutating func number() throws(SaraiError) -> JSONValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    var isWhole = true
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    guard position - start <= 400 else {
      throw fault(
        at: start, es: "un número de más de 400 caracteres", en: "a number of more than 400 characters")
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, text != "-0", let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw fault(
        at: start, es: "el número \(text.prefix(40)) no cabe en 64 bits",
        en: "the number \(text.prefix(40)) does not fit 64 bits")
    }
    return .number(value)
  }

  private mutating func digits() throws(SaraiError) {
    let start = position
    while let byte = peek, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
    guard position > start else { throw expected(es: "una cifra", en: "a digit") }
  }

  // MARK: - Strings

  private mutating func string() throws(SaraiError) -> String {
    position += 1
    var runStart = position
    var hasEscapes = false
    while true {
      guard let byte = peek else {
        throw expected(es: "la comilla que cierra el texto", en: "the quote that ends the string")
      }
      switch byte {
      case UInt8(ascii: "\""):
        let run = bytes[runStart..<position]
        let text = try decode(run, startingAt: runStart)
        position += 1
        guard hasEscapes else { return text }
        scratch.append(contentsOf: run)
        return String(decoding: scratch, as: UTF8.self)
      case UInt8(ascii: "\\"):
        if !hasEscapes { scratch.removeAll(keepingCapacity: true) }
        hasEscapes = true
        _ = try decode(bytes[runStart..<position], startingAt: runStart)
        scratch.append(contentsOf: bytes[runStart..<position])
        position += 1
        try escape()
        runStart = position
      case 0..<0x20:
        throw fault(
          at: position, es: "carácter de control sin escapar (\(hexadecimal(UInt32(byte)))) dentro de un texto",
          en: "unescaped control character (\(hexadecimal(UInt32(byte)))) inside a string")
      default:
        position += 1
      }
    }
  }

  private mutating func escape() throws(SaraiError) {
    guard let byte = peek else { throw expected(es: "un escape", en: "an escape") }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(byte)
    case UInt8(ascii: "b"): scratch.append(0x08)
    case UInt8(ascii: "f"): scratch.append(0x0C)
    case UInt8(ascii: "n"): scratch.append(0x0A)
    case UInt8(ascii: "r"): scratch.append(0x0D)
    case UInt8(ascii: "t"): scratch.append(0x09)
    case UInt8(ascii: "u"):
      try unicodeEscape()
      return
    default:
      throw expected(
        es: "uno de \" \\ / b f n r t u tras la barra invertida", en: "one of \" \\ / b f n r t u after the backslash")
    }
    position += 1
  }

  /// `\uXXXX`, or two of them where the first is a high surrogate (RFC 8259, section 7).
  private mutating func unicodeEscape() throws(SaraiError) {
    let start = position - 1
    position += 1
    var code = try fourHexDigits()
    if 0xD800..<0xDC00 ~= code, peek == UInt8(ascii: "\\"), position + 1 < bytes.count,
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try fourHexDigits()
      guard 0xDC00..<0xE000 ~= low else { throw loneSurrogate(code, at: start) }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate(code, at: start) }
    scratch.append(contentsOf: scalar.utf8)
  }

  private mutating func fourHexDigits() throws(SaraiError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw expected(es: "cuatro cifras hexadecimales", en: "four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  private func decode(_ slice: ArraySlice<UInt8>, startingAt start: Int) throws(SaraiError) -> String {
    if let text = String(validating: slice, as: UTF8.self) { return text }
    var iterator = slice.makeIterator()
    var decoder = UTF8()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
    throw fault(
      at: start + offset, es: "bytes que no son UTF-8 válido", en: "bytes that are not valid UTF-8")
  }

  // MARK: - Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  // MARK: - Faults

  private func checkDepth(_ depth: Int) throws(SaraiError) {
    guard depth > limits.depth else { return }
    throw fault(
      at: position, es: "más de \(limits.depth) niveles de listas y objetos",
      en: "more than \(limits.depth) levels of arrays and objects")
  }

  private func duplicate(_ key: String, at offset: Int) -> SaraiError {
    fault(
      at: offset, es: "la clave «\(key.prefix(80))» está repetida", en: "the key \"\(key.prefix(80))\" is repeated",
      subject: String(key.prefix(80)))
  }

  private func loneSurrogate(_ code: UInt32, at offset: Int) -> SaraiError {
    fault(
      at: offset, es: "medio par sustituto suelto (\\u\(hexadecimal(code).dropFirst(2)))",
      en: "a lone surrogate (\\u\(hexadecimal(code).dropFirst(2)))")
  }

  private func expected(es: String, en: String) -> SaraiError {
    let found = foundHere
    return fault(
      at: position, es: "se esperaba \(es) y hay \(found.es)", en: "expected \(en), found \(found.en)")
  }

  private var foundHere: Localized {
    guard let byte = peek else { return Localized(es: "el final del texto", en: "the end of the text") }
    guard 0x21..<0x7F ~= byte else {
      return Localized(es: "el byte \(hexadecimal(UInt32(byte)))", en: "the byte \(hexadecimal(UInt32(byte)))")
    }
    let character = Character(Unicode.Scalar(byte))
    return Localized(es: "«\(character)»", en: "\"\(character)\"")
  }

  private func fault(at offset: Int, es: String, en: String, subject: String? = nil) -> SaraiError {
    let before = bytes[..<min(offset, bytes.count)]
    let line = 1 + before.lazy.filter { $0 == 0x0A }.count
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    // Continuation bytes belong to the scalar before them.
    let column = 1 + before[lineStart...].lazy.filter { $0 & 0xC0 != 0x80 }.count
    return SaraiError(
      .invalidRequest,
      es: "JSON no válido: \(es) (línea \(line), columna \(column), byte \(offset)).",
      en: "Invalid JSON: \(en) (line \(line), column \(column), byte \(offset)).", subject: subject)
  }

  private func hexadecimal(_ code: UInt32) -> String {
    let digits = String(code, radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: max(0, 2 - digits.count)) + digits
  }
}
