import Foundation
import SaraiCore
import Testing

@testable import SaraiAgent

@Suite struct ZoneRulesTests {
  static let zones = [
    "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
    "America/Caracas", "Europe/Dublin", "Pacific/Apia", "Antarctica/Troll", "America/Santiago", "Asia/Gaza",
  ]

  /// What the program `date` says of many instants: `2026-11-23 23:30:00 +01:00:00`.
  private func system(_ instants: [Int64], _ zone: String) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID().uuidString)")
    try instants.map { "@\($0)" }.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/date")
    process.arguments = ["-f", file.path(), "+%Y-%m-%d %H:%M:%S %::z"]
    process.environment = ["TZ": zone, "LC_ALL": "C"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func own(_ instant: Int64, _ zone: ZoneRules) -> String {
    let offset = zone.utcOffsetSeconds(at: instant)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let size = abs(offset)
    return clock(instant, zone)
      + " \(offset < 0 ? "-" : "+")\(two(size / 3600)):\(two(size / 60 % 60)):\(two(size % 60))"
  }

  @Test(arguments: zones)
  func `the clock shows what the system's does, at random and around every change`(name: String) throws {
    let zone = try ZoneRules(identifier: name)
    var random = ScheduleRandom(seed: 6)
    let range = try instant("1902-01-01")..<instant("2490-01-01")
    var instants = (0..<2000).map { _ in Int64.random(in: range, using: &random) }
    var change = zone.nextChange(after: range.lowerBound)
    while let found = change, found < range.upperBound {
      instants += [found - 1, found, found + 1]
      change = zone.nextChange(after: found)
    }
    let expected = try system(instants, name)
    try #require(expected.count == instants.count)
    for (instant, line) in zip(instants, expected) {
      // The zone of a place where nobody was yet is "-00".
      #expect(own(instant, zone) == line.replacing(" -00:00:00", with: " +00:00:00"), "\(instant)")
    }
  }

  @Test(arguments: zones)
  func `the instants of what a clock shows are those at which it does`(name: String) throws {
    let zone = try ZoneRules(identifier: name)
    var random = ScheduleRandom(seed: 7)
    let range = try instant("1990-01-01")..<instant("2090-01-01")
    var seeds = (0..<500).map { _ in Int64.random(in: range, using: &random) }
    var change = zone.nextChange(after: range.lowerBound)
    while let found = change, found < range.upperBound {
      seeds += (0..<8).map { _ in Int64.random(in: (found - 8000)...(found + 8000), using: &random) }
      change = zone.nextChange(after: found)
    }
    for seed in seeds {
      let shown = zone.civil(seed)
      switch zone.instants(of: shown.date, secondOfDay: shown.secondOfDay) {
      case .one(let found): #expect(found == seed)
      case .two(let first, let second):
        #expect(first == seed || second == seed)
        #expect(first < second)
        #expect(clock(first, zone) == clock(second, zone))
      case .none: Issue.record("\(seed) is not found again")
      }
      // Of the time an hour later by the clock, which may be skipped.
      let local = Int64(shown.date.dayNumber) * 86_400 + Int64(shown.secondOfDay) + 3600
      if case .none(gapEnd: let end) = zone.instants(ofLocal: local) {
        let before = zone.civil(end - 1)
        let after = zone.civil(end)
        #expect(Int64(before.date.dayNumber) * 86_400 + Int64(before.secondOfDay) < local)
        #expect(Int64(after.date.dayNumber) * 86_400 + Int64(after.secondOfDay) > local)
      }
    }
  }

  @Test func `the zone of the process is the one that the system's clock shows`() {
    let now = CivilDateTime.current()
    #expect(ZoneRules.local().utcOffsetSeconds(at: now.milliseconds / 1000) == now.utcOffsetSeconds)
  }

  @Test func `hours that are skipped and hours that come twice are told as such`() throws {
    let spring = try #require(CivilDate(year: 2026, month: 3, day: 29))
    #expect(madrid.instants(of: spring, secondOfDay: 9000) == .none(gapEnd: try instant("2026-03-29T01:00Z")))
    let autumn = try #require(CivilDate(year: 2026, month: 10, day: 25))
    #expect(
      madrid.instants(of: autumn, secondOfDay: 9000)
        == .two(try instant("2026-10-25T00:30Z"), try instant("2026-10-25T01:30Z")))
    let apia = try ZoneRules(identifier: "Pacific/Apia")
    let skipped = try #require(CivilDate(year: 2011, month: 12, day: 30))
    #expect(apia.instants(of: skipped, secondOfDay: 0) == .none(gapEnd: try instant("2011-12-30T10:00Z")))
  }

  @Test(arguments: ["UTC", "UTC+01:00", "UTC-03:30", "Europe/Madrid", "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3"])
  func `an identifier makes the same rules again`(identifier: String) throws {
    let zone = try ZoneRules(identifier: identifier)
    #expect(zone.identifier == identifier)
    #expect(try ZoneRules(identifier: zone.identifier) == zone)
  }

  @Test func `a rule of POSIX is the zone's for all years`() throws {
    let rule = try ZoneRules(identifier: "CET-1CEST,M3.5.0,M10.5.0/3")
    for day in stride(from: Int64(900_000_000), to: 20_000_000_000, by: 100_003) {
      #expect(rule.utcOffsetSeconds(at: day) == madrid.utcOffsetSeconds(at: day))
    }
    let always = try ZoneRules(identifier: "EST5EDT,0/0,J365/25")
    for day in stride(from: Int64(0), to: 2_000_000_000, by: 100_003) {
      #expect(always.utcOffsetSeconds(at: day) == -4 * 3600)
    }
    #expect(ZoneRules(utcOffsetSeconds: -12_600).identifier == "UTC-03:30")
  }

  @Test(arguments: [
    "../../etc/passwd", "/etc/passwd", "", "Europe/", "Europe//Madrid", ".", "Europe/Madrid\0", "Marte/Olimpo",
    "Europe", "zone1970.tab", "UTC+25:00", "UTC+1", String(repeating: "a/", count: 200) + "a",
    "CET-1CEST,M13.5.0,M10.5.0",
  ])
  func `what is no zone is refused`(identifier: String) {
    let error = #expect(throws: SaraiError.self) { try ZoneRules(identifier: identifier) }
    #expect(error?.code == .invalidRequest || error?.code == .notFound)
  }

  @Test func `where there is no database, the error names the package`() {
    let error = #expect(throws: SaraiError.self) {
      try ZoneRules(identifier: "Europe/Madrid", folder: "/nowhere")
    }
    #expect(error?.message.es.contains("tzdata") == true)
    #expect(error?.message.en.contains("tzdata") == true)
  }

  @Test func `a damaged file is refused or read, and never more`() throws {
    let whole = try #require(ZoneFile.read("/usr/share/zoneinfo/Europe/Madrid"))
    for count in stride(from: 0, to: whole.count, by: 7) { #expect(ZoneFile(bytes: Array(whole.prefix(count))) == nil) }
    var random = ScheduleRandom(seed: 8)
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let file = ZoneFile(bytes: bytes) else { continue }
      #expect(file.offsets.count == file.changes.count + 1)
      #expect(zip(file.changes, file.changes.dropFirst()).allSatisfy { $0 < $1 })
    }
    var huge = whole
    huge.replaceSubrange(32..<36, with: [0x7F, 0xFF, 0xFF, 0xFF])
    #expect(ZoneFile(bytes: huge) == nil)
    #expect(ZoneFile.read("/dev/zero") == nil)
    #expect(ZoneFile.read("/usr/share/zoneinfo") == nil)
  }
}
