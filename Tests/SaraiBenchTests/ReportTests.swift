import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiBench

@Suite struct ReportTests {
  private func report() throws -> BenchReport {
    var sample = PairedSample()
    for value in [1.0, 2, 3] { sample.add(ours: value, reference: 2 * value) }
    return BenchReport(
      scenario: "sample", machine: Machine.current(),
      rows: [try #require(BenchReport.Row("speed", unit: "1/s", sample))],
      checks: [
        BenchReport.Check("fast", value: 0.5, unit: "×", .atLeast(0.97)),
        BenchReport.Check("small", value: 40, unit: "MB", .atMost(40)),
      ])
  }

  @Test func `the file has the scenario, the machine, the rows and the checks`() async throws {
    let report = try report()
    try await withTemporaryFolder { folder in
      let path = try report.write(to: folder.appending(path: "deep/er").path)
      let bytes = try Array(Data(contentsOf: URL(filePath: path)))
      let value = try JSONValue(parsing: bytes)
      #expect(value["scenario"]?.stringValue == "sample")
      #expect(value["machine"]?["cores"]?.integerValue ?? 0 >= 1)
      #expect(value["rows"]?.arrayValue?.first?["ratio"]?["median"]?.doubleValue == 0.5)
      let checks = try #require(value["checks"]?.arrayValue)
      #expect(checks.map { $0["holds"]?.boolValue } == [false, true])
      for key in ["name", "value", "unit", "target", "holds"] { #expect(checks[0][key] != nil, "\(key)") }
    }
  }

  @Test(arguments: Language.allCases)
  func `the table says which target is missed`(language: Language) throws {
    let text = try report().text(in: language)
    #expect(text.contains("✗  fast"))
    #expect(text.contains("✓  small"))
    #expect(text.contains("2 [1.5–2.5]"))
  }

  @Test func `a folder that cannot be written is named`() throws {
    let report = try report()
    #expect {
      try report.write(to: "/proc/nowhere")
    } throws: {
      ($0 as? SaraiError)?.subject == "/proc/nowhere/sample.json"
    }
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1"), (0.97, "0.97"), (12.345, "12.3"), (0.12345, "0.123"), (99.96, "100.0"), (1234.4, "1234"),
    (-2.5, "-2.5"), (.infinity, "–"),
  ])
  func `numbers have three digits that matter`(value: Double, text: String) {
    #expect(BenchText.number(value) == text)
  }

  @Test func `memory that maps the model's file is counted apart, and the program's own pages whole`() throws {
    let smaps = [
      "5500-5501 r-xp 00000000 08:01 9  /bin/sarai", "Rss: 7 kB", "Pss:                   2 kB",
      "7f00-7f01 r--s 00000000 08:01 1  /models/a.gguf", "Rss: 900 kB", "Pss:                 100 kB",
      "7f01-7f02 rw-p 00000000 00:00 0", "Pss:                  20 kB", "Pss_Dirty: 20 kB",
      "ffff-0000 r-xp 00000000 00:00 0  [vdso]", "Pss:                   1 kB",
    ]
    let footprint = try #require(ProcessFootprint(smaps: smaps, modelFile: "/elsewhere/a.gguf", program: "/bin/sarai"))
    #expect(footprint.proportionalBytes == 128 * 1024)
    #expect(footprint.weightBytes == 100 * 1024)
    #expect(footprint.besidesWeightsBytes == 28 * 1024)
    #expect(ProcessFootprint(smaps: [], modelFile: "a.gguf", program: "/bin/sarai") == nil)
  }

  @Test func `this process has a footprint`() throws {
    let footprint = try #require(ProcessFootprint(pid: getpid(), modelFile: "none.gguf"))
    #expect(footprint.proportionalBytes > 1_000_000)
    #expect(footprint.weightBytes == 0)
  }
}
