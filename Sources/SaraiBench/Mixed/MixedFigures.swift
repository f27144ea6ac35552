import SaraiCore

/// What was measured of everything together, and what it is to reach.
struct MixedFigures {
  var replies: [MixedBed.Reply] = []
  /// Turns that a skill answered, of all; nil where the server did not say.
  var skillHits: Proportion?
  /// By role, in megabytes, at each look.
  private(set) var memory: [ProcessRole: [Double]] = [:]
  /// The sum over SARAi's own roles at each look.
  private(set) var ownMemory: [Double] = []
  /// Milliseconds of a turn while the loop worked and while it was held back.
  var withLoop = PairedSample()
  /// What the loop did between and around those turns.
  var actionsDuringPairs = 0
  /// Of one core.
  var idlePercent: [ProcessRole: Double] = [:]
  var idleMemory: ProcessWatch.Sample?
  var availability = Proportion()
  var kills: [ProcessRole: Int] = [:]

  var hasSeenNlp: Bool { memory[.nlp]?.contains { $0 > 0 } ?? false }

  mutating func add(memory samples: [ProcessWatch.Sample]) {
    for sample in samples {
      for role in ProcessRole.allCases { memory[role, default: []].append(Double(sample[role] ?? 0) / 1e6) }
      ownMemory.append(Self.own(sample))
    }
  }

  private static func own(_ sample: ProcessWatch.Sample) -> Double {
    sample.filter { $0.key.isOwn }.reduce(0) { $0 + Double($1.value) / 1e6 }
  }

  static func quantile(_ share: Double, _ values: [Double]) -> Double? {
    values.isEmpty || values.contains { !$0.isFinite } ? nil : Summary.quantile(share, ofSorted: values.sorted())
  }

  // MARK: - The report

  func report(machine: Machine, settings: JSONObject, model: String) -> BenchReport {
    BenchReport(
      scenario: "mixed", machine: machine, settings: settings, rows: latencies + usage + loopAndRest, checks: checks,
      remarks: remarks(machine, model))
  }

  private var answered: [MixedBed.Reply] { replies.filter(\.isAnswered) }

  private var latencies: [BenchReport.Row] {
    var rows: [BenchReport.Row?] = []
    func add(_ name: String, _ replies: [MixedBed.Reply]) {
      let times = replies.map(\.milliseconds)
      rows.append(BenchReport.Row("latency_\(name)", unit: "ms", times))
      rows.append(BenchReport.Row("latency_\(name)_p99", unit: "ms", [Self.quantile(0.99, times)].compactMap { $0 }))
    }
    add("all", answered)
    for kind in MixedTurns.Kind.allCases { add(kind.rawValue, answered.filter { $0.turn.kind == kind }) }
    let chats = answered.filter { $0.turn.kind == .chat }
    rows.append(BenchReport.Row("first_token_chat", unit: "ms", chats.map(\.firstToken)))
    rows.append(BenchReport.Row("tokens_per_second", unit: "1/s", chats.compactMap(\.tokensPerSecond)))
    for kind in MixedTurns.Kind.allCases {
      let judged = answered.filter { $0.turn.kind == kind }.compactMap(\.isRight)
      let right = judged.isEmpty ? [] : [100 * Double(judged.count { $0 }) / Double(judged.count)]
      rows.append(BenchReport.Row("right_\(kind.rawValue)", unit: "%", right))
    }
    return rows.compactMap { $0 }
  }

  private var usage: [BenchReport.Row] {
    var rows: [BenchReport.Row?] = []
    for role in ProcessRole.allCases {
      let values = memory[role] ?? []
      rows.append(BenchReport.Row("pss_\(role.rawValue)", unit: "MB", values))
      rows.append(
        BenchReport.Row("pss_\(role.rawValue)_p99", unit: "MB", [Self.quantile(0.99, values)].compactMap { $0 }))
    }
    rows.append(BenchReport.Row("pss_own", unit: "MB", ownMemory))
    rows.append(BenchReport.Row("pss_all", unit: "MB", allMemory))
    if let idleMemory {
      rows.append(BenchReport.Row("pss_own_at_rest", unit: "MB", [Self.own(idleMemory)]))
    }
    return rows.compactMap { $0 }
  }

  private var allMemory: [Double] {
    ownMemory.indices.map { look in
      ProcessRole.allCases.reduce(0) { sum, role in
        let values = memory[role] ?? []
        return sum + (look < values.count ? values[look] : 0)
      }
    }
  }

  private var loopAndRest: [BenchReport.Row] {
    var rows: [BenchReport.Row?] = [
      BenchReport.Row("latency_with_loop_against_without", unit: "ms", withLoop),
      BenchReport.Row("actions_during_pairs", unit: "count", [Double(actionsDuringPairs)]),
    ]
    for role in ProcessRole.allCases {
      rows.append(BenchReport.Row("idle_\(role.rawValue)", unit: "%", idlePercent[role].map { [$0] } ?? []))
    }
    for role in ProcessRole.allCases {
      rows.append(BenchReport.Row("kills_\(role.rawValue)", unit: "count", kills[role].map { [Double($0)] } ?? []))
    }
    return rows.compactMap { $0 }
  }

  // MARK: - Targets

  /// Every target is there in every run: what was not measured does not hold, and says so.
  private var checks: [BenchReport.Check] {
    let times = answered.map(\.milliseconds)
    let nlp = (memory[.nlp] ?? []).max().flatMap { $0 > 0 ? $0 : nil }
    return [
      check("latency_p50", Self.quantile(0.5, times).map { $0 / 1000 }, "s", .atMost(10)),
      check("ram_p99", Self.quantile(0.99, allMemory).map { $0 / 1000 }, "GB", .atMost(10.2)),
      check("skill_hit_rate_at_least", skillHits.map { 100 * $0.share }, "%", .atLeast(40)),
      check("skill_hit_rate_at_most", skillHits.map { 100 * $0.share }, "%", .atMost(60)),
      check("own_pss_p99", Self.quantile(0.99, ownMemory), "MB", .atMost(120)),
      check("nlp_pss_warm", nlp, "MB", .atMost(170)),
      check("nlp_pss_idle", nlp == nil ? nil : idleMemory.map { Double($0[.nlp] ?? 0) / 1e6 }, "MB", .atMost(0)),
      check("latency_with_loop_ratio", Summary(withLoop.ratios)?.median, "×", .atMost(1.03)),
      check(
        "idle_processor", idlePercent.isEmpty ? nil : idlePercent.values.reduce(0, +), "%", .atMost(0.5)),
    ]
  }

  private func check(
    _ name: String, _ value: Double?, _ unit: String, _ target: BenchReport.Check.Target
  ) -> BenchReport.Check {
    var check = BenchReport.Check(name, value: value ?? .nan, unit: unit, target)
    if value == nil { check.whyNotMeasured = Localized(es: "no se llegó a medir", en: "it was not reached") }
    return check
  }

  private func remarks(_ machine: Machine, _ model: String) -> [Localized] {
    let available = availability.wilsonInterval
    let share = BenchText.number(100 * availability.share)
    let low = BenchText.number(100 * available.lowerBound)
    let high = BenchText.number(100 * available.upperBound)
    let killed = kills.values.reduce(0, +)
    var remarks = [
      Localized(
        es: "Modelo: \(model). Las cifras de la hoja de ruta (P50 10 s, RAM P99 10,2 GB) son de modelos mucho mayores.",
        en: "Model: \(model). The roadmap's figures (P50 10 s, RAM P99 10.2 GB) are of far larger models."),
      Localized(
        es: "\(availability.successes) de \(availability.trials) turnos respondidos con \(killed) procesos matados: "
          + "\(share) % [\(low)–\(high)].",
        en: "\(availability.successes) of \(availability.trials) turns answered while \(killed) processes were killed: "
          + "\(share) % [\(low)–\(high)]."),
      Localized(
        es: "De los turnos, 45 de cada 100 son para una habilidad: la tasa de acierto no puede pasar de ahí.",
        en: "Of the turns 45 in 100 are for a skill: the hit rate cannot exceed that."),
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
