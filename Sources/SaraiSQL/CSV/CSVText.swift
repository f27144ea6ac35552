import SaraiCore

/// A CSV file taken apart: RFC 4180 with any of the usual separators, line ends and encodings.
struct CSVText {
  /// The first record is among them.
  private(set) var records: [[String]] = []
  private(set) var separator: UInt8

  static let maximumRecords = 1_000_000
  static let maximumFields = 400
  /// Separators in the order in which a tie is decided.
  private static let separators: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|"),
  ]
  private static let quote = UInt8(ascii: "\"")

  /// - Throws: `SaraiError.invalidRequest` or `.tooLarge`, naming file and line.
  init(_ bytes: [UInt8], path: String) throws {
    let text = try Self.utf8(bytes, path: path)
    separator = UInt8(ascii: ",")
    separator = Self.separator(of: text)
    records = try Self.records(text, separator: separator, path: path)
  }

  /// Without a byte order mark; what is not UTF-8 is taken for Windows-1252, which spreadsheets in Spanish write.
  private static func utf8(_ bytes: [UInt8], path: String) throws -> [UInt8] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.contains(0) {
      throw SaraiError(
        .invalidRequest, es: "\(path) no es texto en UTF-8. Guárdalo como «CSV UTF-8».",
        en: "\(path) is not text in UTF-8. Save it as \"CSV UTF-8\".", subject: path)
    }
    if String(validating: bytes, as: UTF8.self) != nil { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 8)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
      } else {
        result.append(contentsOf: String(windows1252[byte] ?? Unicode.Scalar(byte)).utf8)
      }
    }
    return result
  }

  /// Where Windows-1252 differs from Latin-1 in what people write.
  private static let windows1252: [UInt8: Unicode.Scalar] = [
    0x80: "€", 0x85: "…", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x95: "•", 0x96: "–", 0x97: "—", 0x8A: "Š",
    0x8C: "Œ", 0x8E: "Ž", 0x99: "™", 0x9A: "š", 0x9C: "œ", 0x9E: "ž", 0x9F: "Ÿ",
  ]

  /// The one that cuts the first records into the same number of fields most often, and into more than one.
  private static func separator(of text: [UInt8]) -> UInt8 {
    var best = (separator: separators[0], score: -1)
    let head = text.prefix(64 << 10)
    for candidate in separators {
      var counts: [Int] = []
      var fields = 1
      var isQuoted = false
      for byte in head where counts.count < 20 {
        if byte == quote { isQuoted.toggle() }
        if isQuoted { continue }
        if byte == candidate { fields += 1 }
        if byte == UInt8(ascii: "\n") {
          counts.append(fields)
          fields = 1
        }
      }
      if counts.isEmpty { counts.append(fields) }
      guard counts[0] > 1 else { continue }
      let same = counts.filter { $0 == counts[0] }.count
      let score = same * 1_000 / counts.count * 1_000 + min(counts[0], 999)
      if score > best.score { best = (candidate, score) }
    }
    return best.separator
  }

  private static func records(_ text: [UInt8], separator: UInt8, path: String) throws -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var field: [UInt8] = []
    var line = 1
    var position = 0
    func endField() throws {
      guard record.count < maximumFields else { throw tooMany(path, fields: true) }
      record.append(String(decoding: field, as: UTF8.self))
      field.removeAll(keepingCapacity: true)
    }
    func endRecord() throws {
      try endField()
      // An empty line is no record.
      if record.count > 1 || !record[0].isEmpty {
        guard records.count < maximumRecords else { throw tooMany(path, fields: false) }
        records.append(record)
      }
      record.removeAll(keepingCapacity: true)
    }
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case quote where field.allSatisfy({ $0 == 0x20 }):
        // Quoted: blanks before the quote do not count, and doubled quotes are one.
        field.removeAll(keepingCapacity: true)
        let start = line
        var isOpen = true
        while isOpen, position < text.count {
          let byte = text[position]
          position += 1
          if byte == UInt8(ascii: "\n") { line += 1 }
          if byte != quote {
            field.append(byte)
          } else if position < text.count, text[position] == quote {
            field.append(quote)
            position += 1
          } else {
            isOpen = false
          }
        }
        guard !isOpen else { throw unclosed(path, line: start) }
      case separator: try endField()
      case UInt8(ascii: "\r") where position < text.count && text[position] == UInt8(ascii: "\n"): break
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        line += 1
        try endRecord()
      default: field.append(byte)
      }
    }
    if !field.isEmpty || !record.isEmpty { try endRecord() }
    return records
  }

  private static func unclosed(_ path: String, line: Int) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "En \(path), las comillas que se abren en la línea \(line) no se cierran. Corrígelo.",
      en: "In \(path), the quote that opens in line \(line) is never closed. Correct it.", subject: path)
  }

  private static func tooMany(_ path: String, fields: Bool) -> SaraiError {
    let what = fields ? Localized(es: "columnas", en: "columns") : Localized(es: "filas", en: "rows")
    let limit = fields ? maximumFields : maximumRecords
    return SaraiError(
      .tooLarge,
      Localized(
        es: "\(path) tiene más de \(limit) \(what.es). Divide los datos.",
        en: "\(path) has more than \(limit) \(what.en). Split the data."), subject: path)
  }
}
