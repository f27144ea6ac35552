import Glibc
import SaraiCore
import Testing

@testable import SaraiBench

@Suite struct SkillsFiguresTests {
  @Test("What was not measured does not hold, says why, and is not left out")
  func notMeasured() throws {
    var figures = SkillsFigures()
    for skill in SkillsFigures.skills {
      figures.missing.append((.docker, skill, Localized(es: "no hay Docker", en: "there is no Docker")))
    }
    let report = figures.report(machine: .current(), settings: [:])
    #expect(report.rows.isEmpty)
    #expect(report.checks.count == 13)
    #expect(report.checks.allSatisfy { !$0.holds && $0.whyNotMeasured != nil })
    #expect(Set(report.checks.map(\.name)).count == report.checks.count)
    let docker = try #require(report.checks.first { $0.name == "cold_start_docker_calc_over_docker_run" })
    #expect(docker.whyNotMeasured?.en == "there is no Docker")
    #expect(report.text(in: .english).contains("(there is no Docker)"))
    let json = try JSONValue(parsing: report.json.serialized())
    let checks = try #require(json["checks"]?.arrayValue)
    #expect(checks.allSatisfy { $0["value"]?.isNull == true && $0["not_measured"]?.stringValue != nil })
  }

  @Test("The sums of a process's memory are read, its private pages clean and written")
  func memory() throws {
    let lines = """
      55d0c0000000-7ffd00000000 ---p 00000000 00:00 0    [rollup]
      Rss:               10000 kB
      Pss:                4000 kB
      Pss_Dirty:          2000 kB
      Shared_Clean:       7000 kB
      Private_Clean:       500 kB
      Private_Dirty:      1500 kB
      """.split(separator: "\n").map(String.init)
    let rollup = try #require(SkillMemory.Rollup(lines: lines))
    #expect(rollup.proportionalBytes == 4_000 * 1024)
    #expect(rollup.privateBytes == 2_000 * 1024)
    #expect(SkillMemory.Rollup(lines: []) == nil)
    let own = try #require(SkillMemory.Rollup(pid: getpid()))
    #expect(own.privateBytes > 1 << 20 && own.proportionalBytes >= own.privateBytes)
  }

  @Test("Each round begins with another one and leaves none out")
  func order() {
    #expect(
      (0..<4).map { SkillsScenario.rotated(["a", "b", "c"], by: $0) } == [
        ["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"],
      ])
    #expect(SkillsScenario.rotated([Int](), by: 5) == [])
  }

  @Test("The slowest of a hundred is what the 99th percentile shows")
  func percentile() {
    #expect(SkillsFigures.percentile99((1...101).map(Double.init)) == 100)
    #expect(SkillsFigures.percentile99([]).isNaN)
  }
}
