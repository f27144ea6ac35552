import Glibc

/// Text as it is searched: without case and diacritics, so that «cancion» finds «Canción».
package enum SearchText {
  package static func folded(_ text: String) -> String {
    var result = ""
    for scalar in text.lowercased().unicodeScalars where !scalar.isCombiningMark {
      if scalar.value >= 0x80, let base = scalar.latinBase {
        result += base
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// One line of at most `maxLength` characters, without control characters that a terminal would obey.
  package static func singleLine(_ text: String, maxLength: Int) -> String {
    let words = text.prefix(maxLength * 8).split { $0.isWhitespace || $0.isNewline }
    let line = words.joined(separator: " ").withoutControlCharacters
    return line.count <= maxLength ? line : line.prefix(maxLength - 1) + "…"
  }

  /// Up to 80 characters around the first place where a folded word occurs.
  static func excerpt(of text: String, around word: Substring) -> String {
    let characters = Array(text)
    // Folding keeps the number of characters (but of æ and the like), so a folded prefix tells the place.
    let folded = Array(self.folded(text))
    let needle = Array(word)
    let place = folded.indices.first { folded[$0...].starts(with: needle) } ?? 0
    let start = max(0, min(place, characters.count) - 30)
    let part = String(characters[start..<min(characters.count, start + 80)])
    return (start > 0 ? "…" : "") + singleLine(part, maxLength: 80)
  }
}

extension Unicode.Scalar {
  /// The letter below a precomposed one's diacritics, taken from its Unicode name: `LATIN SMALL LETTER N WITH TILDE` is n.
  fileprivate var latinBase: String? {
    guard let name = properties.name, name.hasPrefix("LATIN SMALL LETTER "), let end = name.firstRange(of: " WITH ")
    else { return nil }
    return name[..<end.lowerBound].dropFirst("LATIN SMALL LETTER ".count).lowercased()
  }

  fileprivate var isCombiningMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: true
    default: false
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

extension String {
  /// Without the characters by which text could steer a terminal (C0, C1, DEL), and without the marks of writing
  /// direction, by which it could be shown in another order than it has; newlines and tabs stay.
  package var withoutControlCharacters: String {
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars
    where scalar == "\n" || scalar == "\t" || !scalar.isControl {
      scalars.append(scalar)
    }
    return String(scalars)
  }
}

/// A point in time in the machine's time zone.
package struct LocalTime {
  private let fields: tm

  package init(secondsSince1970 seconds: Int) {
    var time = time_t(seconds)
    var fields = tm()
    localtime_r(&time, &fields)
    self.fields = fields
  }

  /// 1...12 for the month, 1...31 for the day.
  package var day: (year: Int, month: Int, day: Int) {
    (Int(fields.tm_year) + 1900, Int(fields.tm_mon) + 1, Int(fields.tm_mday))
  }

  /// `20261122-183015`
  var compact: String { format("%Y%m%d-%H%M%S") }
  /// `2026-11-22 18:30`
  package var readable: String { format("%Y-%m-%d %H:%M") }

  /// `2026-11-22T18:30:15+0100`
  var stamp: String { format("%Y-%m-%dT%H:%M:%S%z") }

  private func format(_ pattern: String) -> String {
    var fields = fields
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = buffer.withUnsafeMutableBytes {
      strftime($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, pattern, &fields)
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
