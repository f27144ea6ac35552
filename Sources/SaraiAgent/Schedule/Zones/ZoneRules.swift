import Glibc
package import SaraiCore

/// The rules of a time zone: its offset from UTC at any instant, and the instants of what a clock on the wall shows.
///
/// Instants are seconds since 1970, without leap seconds.
package struct ZoneRules: Sendable, Hashable {
  /// A name of the time zone database (`Europe/Madrid`), `UTC`, `UTC+01:00`, or a rule as POSIX writes `TZ`; makes the
  /// same rules again.
  package let identifier: String
  /// When the offset changes, ascending; the change to `offsets[i + 1]` is at `changes[i]`.
  private let changes: [Int64]
  /// In seconds ahead of UTC; the first one holds before all changes.
  private let offsets: [Int32]
  /// Whether the last 400 years of changes go on for ever.
  private let repeats: Bool

  package static let utc = ZoneRules(utcOffsetSeconds: 0)

  /// - Parameters:
  ///   - identifier: What `identifier` of another one says.
  ///   - folder: Of the time zone database.
  /// - Throws: `SaraiError`: `invalidRequest` for a name that is none, `notFound` for one that the database does not
  ///   have, `corruptFile`.
  package init(identifier: String, folder: String = "/usr/share/zoneinfo") throws {
    if let seconds = Self.fixedOffset(identifier) {
      self.init(utcOffsetSeconds: seconds)
    } else if identifier == Self.systemFile {
      try self.init(identifier: identifier, file: Self.systemFile)
    } else if Self.isName(identifier), Self.isFile("\(folder)/\(identifier)") {
      try self.init(identifier: identifier, file: "\(folder)/\(identifier)")
    } else if let rule = ZoneFooter(identifier), !Self.isMisleading(identifier, rule) {
      self.init(identifier: identifier, ZoneFile(rule: rule))
    } else {
      throw Self.isName(identifier) ? Self.unknown(identifier, folder: folder) : Self.noName(identifier)
    }
  }

  /// A clock that is never changed.
  package init(utcOffsetSeconds: Int) {
    let seconds = min(max(utcOffsetSeconds, -Self.maxOffsetSeconds), Self.maxOffsetSeconds)
    identifier = Self.name(ofOffset: seconds)
    changes = []
    offsets = [Int32(seconds)]
    repeats = false
  }

  /// The zone of this process: `TZ`, then `/etc/localtime`; UTC where neither says.
  package static func local() -> ZoneRules {
    if let value = getenv("TZ") {
      let text = String(cString: value)
      let name = text.hasPrefix(":") ? String(text.dropFirst()) : text
      if name.isEmpty { return .utc }
      return (try? ZoneRules(identifier: named(path: name) ?? name)) ?? .utc
    }
    var resolved = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard realpath(systemFile, &resolved) != nil else { return .utc }
    let path = String(decoding: resolved.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if let name = named(path: path), let zone = try? ZoneRules(identifier: name) { return zone }
    return (try? ZoneRules(identifier: systemFile)) ?? .utc
  }

  private init(identifier: String, file: String) throws {
    guard let bytes = ZoneFile.read(file), let read = ZoneFile(bytes: bytes) else {
      throw SaraiError(
        .corruptFile,
        es: "El fichero de zona horaria \(file) está dañado: vuelve a instalar el paquete «tzdata».",
        en: "The time zone file \(file) is damaged: install the package \"tzdata\" again.", subject: file)
    }
    self.init(identifier: identifier, read)
  }

  private init(identifier: String, _ file: ZoneFile) {
    self.identifier = identifier
    changes = file.changes
    offsets = file.offsets
    repeats = file.repeats
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.identifier == b.identifier && a.repeats == b.repeats && a.changes == b.changes && a.offsets == b.offsets
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(identifier) }

  // MARK: - Names

  private static let systemFile = "/etc/localtime"
  /// A day, and what no clock differs by.
  private static let maxOffsetSeconds = 86_399
  private static let maxNameBytes = 64

  private static func isName(_ text: String) -> Bool {
    guard (1...maxNameBytes).contains(text.utf8.count) else { return false }
    let letters = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "_+-/".unicodeScalars.contains($0))
    }
    return letters && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// What a path says behind `zoneinfo/`.
  private static func named(path: String) -> String? {
    guard path.hasPrefix("/") else { return nil }
    let parts = path.split(separator: "/")
    guard let root = parts.lastIndex(of: "zoneinfo") else { return nil }
    let name = parts[(root + 1)...].joined(separator: "/")
    return isName(name) ? name : nil
  }

  /// POSIX counts `UTC+1` to the west, and whoever writes it means the east.
  private static func isMisleading(_ text: String, _ rule: ZoneFooter) -> Bool {
    rule.summer == nil && (text.hasPrefix("UTC") || text.hasPrefix("GMT"))
  }

  /// `UTC` and `UTC+01:00`, `UTC-03:30`.
  private static func fixedOffset(_ text: String) -> Int? {
    if text == "UTC" { return 0 }
    let bytes = Array(text.utf8)
    guard bytes.count == 9 || bytes.count == 12, text.hasPrefix("UTC+") || text.hasPrefix("UTC-") else { return nil }
    let parts = text.dropFirst(4).split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap {
      $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } ? Int($0) : nil
    }
    guard numbers.count == parts.count, numbers[0] < 24, numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
    let seconds = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
    return bytes[3] == UInt8(ascii: "-") ? -seconds : seconds
  }

  private static func name(ofOffset seconds: Int) -> String {
    guard seconds != 0 else { return "UTC" }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let size = abs(seconds)
    let rest = size % 60 == 0 ? "" : ":" + two(size % 60)
    return "UTC\(seconds < 0 ? "-" : "+")\(two(size / 3600)):\(two(size / 60 % 60))\(rest)"
  }

  private static func unknown(_ name: String, folder: String) -> SaraiError {
    guard isFile("\(folder)/Europe/Madrid") else {
      return SaraiError(
        .notFound,
        es: "No hay zonas horarias en \(folder): instala el paquete «tzdata» (sudo apt install tzdata).",
        en: "There are no time zones in \(folder): install the package \"tzdata\" (sudo apt install tzdata).",
        subject: name)
    }
    return SaraiError(
      .notFound, es: "No conozco la zona horaria «\(name)»: mira los nombres en \(folder), como «Europe/Madrid».",
      en: "I do not know the time zone \"\(name)\": see the names in \(folder), such as \"Europe/Madrid\".",
      subject: name)
  }

  private static func noName(_ text: String) -> SaraiError {
    let shown = String(text.prefix(maxNameBytes))
    return SaraiError(
      .invalidRequest, es: "«\(shown)» no es el nombre de una zona horaria: escribe uno como «Europe/Madrid».",
      en: "\"\(shown)\" is no name of a time zone: write one such as \"Europe/Madrid\".", subject: shown)
  }
}

/// The instants at which a clock on the wall shows a date and time.
package enum ZoneInstants: Sendable, Hashable {
  case one(Int64)
  /// The clock was put forward over it: when it shows the first time behind the gap.
  case none(gapEnd: Int64)
  /// The clock was put back over it.
  case two(Int64, Int64)

  /// The only or the first one; of a time in a gap, the end of the gap.
  package var first: Int64 {
    switch self {
    case .one(let instant), .none(gapEnd: let instant), .two(let instant, _): instant
    }
  }
}

extension ZoneRules {
  /// How far the clock is ahead of UTC.
  package func utcOffsetSeconds(at instant: Int64) -> Int {
    let (position, _) = place(of: instant)
    return Int(offsets[position])
  }

  /// What the clock on the wall shows.
  package func civil(_ instant: Int64) -> CivilDateTime {
    let bounded = Self.bounded(instant)
    return CivilDateTime(secondsSince1970: Int(bounded), utcOffsetSeconds: utcOffsetSeconds(at: bounded))
  }

  /// - Parameter secondOfDay: 0..<86,400.
  package func instants(of date: CivilDate, secondOfDay: Int) -> ZoneInstants {
    instants(ofLocal: Int64(date.dayNumber) * 86_400 + Int64(secondOfDay))
  }

  /// - Parameter local: Seconds from 1 January 1970 by the clock on the wall.
  func instants(ofLocal local: Int64) -> ZoneInstants {
    var start = local - Self.widestOffset
    var offset = Int64(utcOffsetSeconds(at: start))
    var found: [Int64] = []
    var gapEnd: Int64?
    while found.count < 2, start <= local + Self.widestOffset {
      let change = nextChange(after: start)
      let instant = local - offset
      if instant >= start, change.map({ instant < $0 }) ?? true { found.append(instant) }
      guard let change else { break }
      let next = Int64(utcOffsetSeconds(at: change))
      if local - offset >= change, local - next < change { gapEnd = gapEnd ?? change }
      (start, offset) = (change, next)
    }
    switch found.count {
    case 0: return .none(gapEnd: gapEnd ?? local - offset)
    case 1: return .one(found[0])
    default: return .two(found[0], found[1])
    }
  }

  /// When the offset next changes, strictly after `instant`.
  func nextChange(after instant: Int64) -> Int64? {
    let (position, moved) = place(of: instant)
    return position < changes.count ? changes[position] + moved : nil
  }

  /// The index of the offset that holds, and how far the instant was moved back to be within the table.
  private func place(of instant: Int64) -> (position: Int, moved: Int64) {
    var instant = instant
    var moved: Int64 = 0
    if repeats, let last = changes.last, instant >= last {
      moved = ((instant - last) / Self.period + 1) * Self.period
      instant -= moved
    }
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return (low, moved)
  }

  /// 400 years of the calendar, after which dates fall on the same weekdays.
  static let period: Int64 = 146_097 * 86_400
  /// More than any offset, twice.
  private static let widestOffset: Int64 = 2 * 93_600
  /// The nearest instant of which there is a date.
  static func bounded(_ instant: Int64) -> Int64 { min(max(instant, -maxInstant), maxInstant) }

  /// Where `CivilDate` still has years to spare.
  private static let maxInstant: Int64 = 20_000_000_000_000
}
