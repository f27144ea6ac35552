import LoopProtocol
import SaraiAgent
import SaraiCore
import Testing

@testable import SaraiRuntime

@Suite struct LoopChecksTests {
  /// 2026-11-23 09:00 in UTC.
  private static let now: Int64 = 1_795_424_400

  private func findings(_ change: (inout Sarai_Loop_V1_Status) -> Void) -> [Finding] {
    var status = Sarai_Loop_V1_Status()
    status.state = "running"
    status.jobs = 16
    change(&status)
    return LoopChecks.findings(status, now: Self.now, zone: .utc)
  }

  @Test func `a loop that answers is well, and tells what comes next`() {
    let told = findings { status in
      status.nextAt = Double(Self.now + 19 * 3_600)
      status.nextAction = "backup_memory"
    }
    #expect(told.map(\.name) == ["loop"] && told[0].verdict == .ok && told[0].advice == nil)
    #expect(told[0].detail.en == "answers; 16 jobs; next: backup_memory, tomorrow, Tuesday the 24th, at 4:00 am")
    #expect(told[0].detail.es.hasSuffix("siguiente: backup_memory, mañana, martes 24, a las 4:00 de la madrugada"))
    #expect(findings { _ in }[0].detail.en == "answers; 16 jobs")
  }

  @Test func `what needs a hand is a warning with what to do`() {
    let told = findings { status in
      status.suspendedJobs = 2
      status.rowsSetAside = 1
    }
    #expect(told.map(\.name) == ["loop", "loop:jobs", "loop:rows"])
    #expect(told.map(\.verdict) == [.ok, .warning, .warning])
    #expect(told[1].advice?.en.contains("--enable") == true && told[2].advice?.es.contains("sarai job add") == true)
    let paused = findings { status in
      status.state = "paused"
      status.pausedUntil = Double(Self.now + 7_200)
    }
    #expect(paused[0].verdict == .warning && paused[0].detail.en == "paused until today at 11:00")
    #expect(paused[0].advice?.es.contains("sarai loop resume") == true)
  }

  @Test func `a loop that fails is a fault, with its own words`() {
    let told = findings { status in
      status.state = "error"
      (status.faultEs, status.faultEn) = ("El disco está lleno.", "The disk is full.")
    }
    #expect(told[0].verdict == .fault && told[0].detail.en == "The disk is full." && told[0].advice != nil)
    #expect(findings { $0.state = "error" }[0].detail.es == "con un fallo")
  }
}
