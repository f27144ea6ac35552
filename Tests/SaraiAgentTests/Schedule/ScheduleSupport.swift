import Foundation
import SaraiAgent
import SaraiCore
import Testing

/// SplitMix64: equal seeds give equal tests.
struct ScheduleRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// Seconds since 1970 of a time in UTC.
func instant(_ text: String) throws -> Int64 {
  try #require(ISOTime.milliseconds(text), "not a time: \(text)") / 1000
}

/// `2026-11-23 23:30:00`, by the zone's clock.
func clock(_ instant: Int64, _ zone: ZoneRules) -> String {
  let time = zone.civil(instant)
  let text = ISOTime.text(CivilDateTime(date: time.date, secondOfDay: time.secondOfDay).milliseconds)
  return String(text.dropLast().replacing("T", with: " "))
}

let madrid: ZoneRules = {
  // Without it there is nothing to test.
  // swift-format-ignore
  try! ZoneRules(identifier: "Europe/Madrid")
}()
