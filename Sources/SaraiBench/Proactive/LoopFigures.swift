import SaraiCore
import SaraiLoop

/// What was measured of what is done unasked, and what it is to reach.
struct LoopFigures {
  /// From the kill to the first answer of the process in its place.
  var restartMilliseconds: [Double] = []
  var crossings = Proportion()
  var day: LoopDay.Outcome?
  /// What the simulated day took of the real one.
  var daySeconds = 0.0

  struct Tally: Hashable {
    var action: LoopActionKind
    var ended = 0
    var useful = 0
    var failed = 0
    var gains: [ActionEffect.Unit: Int64] = [:]
  }

  /// What ended, by action.
  static func tallies(_ records: [LoopRecord]) -> [Tally] {
    Dictionary(grouping: records, by: \.action.action).map { action, records in
      var tally = Tally(action: action)
      tally.ended = records.count
      tally.useful = records.count { $0.isUseful }
      tally.failed = records.count { $0.state == .failed }
      for effect in records.filter(\.isUseful).compactMap(\.effect) {
        tally.gains[effect.unit, default: 0] += effect.gain
      }
      return tally
    }.sorted { $0.action.rawValue < $1.action.rawValue }
  }

  func report(machine: Machine, settings: JSONObject) -> BenchReport {
    BenchReport(
      scenario: "loop", machine: machine, settings: settings, rows: rows, checks: checks, remarks: remarks(machine))
  }

  private var rows: [BenchReport.Row] {
    var rows = [
      BenchReport.Row("restart_to_ready", unit: "ms", restartMilliseconds),
      BenchReport.Row("restart_to_ready_maximum", unit: "ms", [restartMilliseconds.max()].compactMap { $0 }),
    ]
    guard let day else { return rows.compactMap { $0 } }
    rows.append(BenchReport.Row("day_turns", unit: "count", [Double(day.turns)]))
    rows.append(BenchReport.Row("day_took", unit: "s", [daySeconds]))
    for tally in Self.tallies(day.records) {
      rows.append(BenchReport.Row("\(tally.action.rawValue)_ended", unit: "count", [Double(tally.ended)]))
      rows.append(BenchReport.Row("\(tally.action.rawValue)_useful", unit: "count", [Double(tally.useful)]))
      if tally.failed > 0 {
        rows.append(BenchReport.Row("\(tally.action.rawValue)_failed", unit: "count", [Double(tally.failed)]))
      }
      for (unit, gain) in tally.gains.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        rows.append(BenchReport.Row("\(tally.action.rawValue)_gain", unit: unit.rawValue, [Double(gain)]))
      }
    }
    let own = day.records.count { $0.isUseful && !day.isPersonal($0) }
    rows.append(BenchReport.Row("useful_an_hour_of_own_jobs", unit: "1/h", [Double(own) / day.hours]))
    return rows.compactMap { $0 }
  }

  private var checks: [BenchReport.Check] {
    let useful = day.map { day in Double(day.records.count { $0.isUseful }) / day.hours }
    return [
      check("restart_to_ready_median", Summary(restartMilliseconds)?.median, "ms", .atMost(100)),
      check("restart_to_ready_maximum", restartMilliseconds.max(), "ms", .atMost(100)),
      check("threshold_crossings_right", Double(crossings.successes), "of 100", .atLeast(100)),
      check("useful_actions_an_hour", useful, "1/h", .atLeast(7)),
    ]
  }

  private func check(
    _ name: String, _ value: Double?, _ unit: String, _ target: BenchReport.Check.Target
  ) -> BenchReport.Check {
    var check = BenchReport.Check(name, value: value ?? .nan, unit: unit, target)
    if value == nil { check.whyNotMeasured = Localized(es: "no se llegó a medir", en: "it was not reached") }
    return check
  }

  private func remarks(_ machine: Machine) -> [Localized] {
    var remarks = [
      Localized(
        es: "Útil es lo que deja un efecto medido: bytes, filas, milisegundos o mensajes.",
        en: "Useful is what leaves a measured effect: bytes, rows, milliseconds or messages.")
    ]
    if machine.isBusy {
      remarks.append(
        Localized(
          es: "La máquina estaba ocupada al empezar: las cifras son órdenes de magnitud.",
          en: "The machine was busy at the start: the figures are sizes."))
    }
    return remarks
  }
}

extension LoopDay.Outcome {
  func isPersonal(_ record: LoopRecord) -> Bool { record.action.job.map { personal.contains($0) } ?? false }
}
