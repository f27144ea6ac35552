import SaraiCore
import Testing

@Suite struct ISOTimeTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (1_795_419_192_000, "2026-11-23T07:33:12Z"), (253_402_300_800_000, "+010000-01-01T00:00:00Z"),
      (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func `a time is written in UTC and read back`(milliseconds: Int64, text: String) {
    #expect(ISOTime.text(milliseconds) == text)
    #expect(ISOTime.milliseconds(text) == milliseconds)
  }

  @Test func `what can be stored at all is written without a trap`() {
    for time in [Int64.min, -31_556_952_000_000_000, 31_556_952_000_000_000, Int64.max] {
      #expect(ISOTime.text(time).hasSuffix("Z"))
    }
  }

  @Test(arguments: [
    ("2026", "2026-01-01T00:00:00Z"), ("2026-11", "2026-11-01T00:00:00Z"), ("2026-11-23", "2026-11-23T00:00:00Z"),
    ("2026-11-23T07:33", "2026-11-23T07:33:00Z"), ("2026-11-23 07:33:12", "2026-11-23T07:33:12Z"),
    ("2026-11-23T07:33:12.5Z", "2026-11-23T07:33:12.500Z"),
    ("2026-11-23T07:33:12.123456789Z", "2026-11-23T07:33:12.123Z"),
    ("2026-11-23T07:33:00+01:00", "2026-11-23T06:33:00Z"), ("2026-11-23T07:33:00-0330", "2026-11-23T11:03:00Z"),
    ("2026-11-23T00:33+02", "2026-11-22T22:33:00Z"), ("2026-11-23T07:33+0030", "2026-11-23T07:03:00Z"),
  ])
  func `every usual way to write a time is read`(text: String, meant: String) {
    #expect(ISOTime.milliseconds(text).map(ISOTime.text) == meant)
  }

  @Test func `a time without a zone is the clock's on the wall`() {
    #expect(ISOTime.milliseconds("2026-11-23", utcOffsetSeconds: 3600).map(ISOTime.text) == "2026-11-22T23:00:00Z")
    #expect(
      ISOTime.milliseconds("2026-11-23T00:00Z", utcOffsetSeconds: 3600).map(ISOTime.text) == "2026-11-23T00:00:00Z")
  }

  @Test(arguments: [
    "", "ayer", "26-11-23", "2026-13-01", "2026-02-29", "2026-1-1", "2026-11-23T", "2026-11-23T25:00",
    "2026-11-23T24:00", "2026-11-23T07", "2026-11-23T07:60", "2026-11-23T07:33:60", "2026-11-23T07:33:12.Z",
    "2026-11-23T07:33+1", "2026-11-23T07:33+24:00", "2026-11-23T07:33+010", "2026-11-23T07:33Z ", "2026-11-23x",
    "99999999999999999999", "٢٠٢٦-١١-٢٣",
  ])
  func `what is no time is none`(text: String) {
    #expect(ISOTime.milliseconds(text) == nil)
  }
}
