import SaraiCore

/// What was measured of a memory's speed and size, and what it is to reach.
struct MemoryFigures {
  enum Measure: String, CaseIterable {
    case fact = "lookup_subject_verb_object"
    case subjectVerb = "lookup_subject_verb"
    case subject = "lookup_subject"
    case busySubject = "lookup_busy_subject"
    case duringUpkeep = "lookup_subject_during_upkeep"
    case sandboxed = "lookup_through_sandbox"
    case words = "recall_words"
    case hybrid = "recall_hybrid"
    case hybridDuringUpkeep = "recall_hybrid_during_upkeep"
    case insert = "insert"

    /// Lookups are told in microseconds, the rest in milliseconds.
    var isLookup: Bool { rawValue.hasPrefix("lookup") }
    var unit: String { isLookup ? "µs" : "ms" }
  }

  /// Milliseconds; the references beside them, where there is one.
  private(set) var ours: [Measure: [Double]] = [:]
  private(set) var references: [Measure: [Double]] = [:]
  /// Other numbers by name, with their unit.
  private(set) var values: [(name: String, value: Double, unit: String)] = []
  var notMeasured: [Measure: Localized] = [:]
  var entityRecall: EntityRecall?

  mutating func add(_ measure: Measure, milliseconds: Double, reference: Double? = nil) {
    ours[measure, default: []].append(milliseconds)
    if let reference { references[measure, default: []].append(reference) }
  }

  mutating func set(_ name: String, _ value: Double, _ unit: String) { values.append((name, value, unit)) }

  func value(_ name: String) -> Double? { values.last { $0.name == name }?.value }

  func percentile99(_ measure: Measure) -> Double? {
    ours[measure].map { Summary.quantile(0.99, ofSorted: $0.sorted()) }
  }

  func referencePercentile99(_ measure: Measure) -> Double? {
    references[measure].map { Summary.quantile(0.99, ofSorted: $0.sorted()) }
  }

  /// The slow insert over the slow sync of the same run.
  var insertRatio: Double? {
    guard let insert = percentile99(.insert), let sync = referencePercentile99(.insert), sync > 0 else { return nil }
    return insert / sync
  }

  // MARK: - The report

  func report(machine: Machine, settings: JSONObject) -> BenchReport {
    var rows: [BenchReport.Row] = []
    for measure in Measure.allCases {
      guard let row = row(measure) else { continue }
      rows.append(row)
      rows += [percentileRow(measure)].compactMap { $0 }
    }
    rows += values.compactMap { BenchReport.Row($0.name, unit: $0.unit, [$0.value]) }
    return BenchReport(
      scenario: "memory", machine: machine, settings: settings, rows: rows, checks: checks,
      remarks: remarks(machine))
  }

  private func scaled(_ values: [Double], _ measure: Measure) -> [Double] {
    measure.isLookup ? values.map { 1000 * $0 } : values
  }

  private func row(_ measure: Measure) -> BenchReport.Row? {
    guard let own = ours[measure], let summary = Summary(scaled(own, measure)) else { return nil }
    let reference = references[measure] ?? []
    let ratios = zip(own, reference).compactMap { $1 > 0 ? $0 / $1 : nil }
    return BenchReport.Row(
      measure.rawValue, unit: measure.unit, ours: summary, reference: Summary(scaled(reference, measure)),
      ratio: Summary(ratios))
  }

  private func percentileRow(_ measure: Measure) -> BenchReport.Row? {
    guard let own = percentile99(measure), let summary = Summary(scaled([own], measure)) else { return nil }
    let reference = referencePercentile99(measure)
    return BenchReport.Row(
      "\(measure.rawValue)_p99", unit: measure.unit, ours: summary,
      reference: reference.flatMap { Summary(scaled([$0], measure)) },
      ratio: reference.flatMap { $0 > 0 ? Summary([own / $0]) : nil })
  }

  // MARK: - Targets

  /// Every target is there in every run: what was not measured does not hold, and says why.
  private var checks: [BenchReport.Check] {
    var checks: [BenchReport.Check] = []
    func check(_ name: String, _ value: Double?, _ unit: String, _ target: BenchReport.Check.Target, _ why: Localized?)
    {
      var check = BenchReport.Check(name, value: value ?? .nan, unit: unit, target)
      if value == nil {
        check.whyNotMeasured = why ?? Localized(es: "no se llegó a medir", en: "it was not reached")
      }
      checks.append(check)
    }
    func percentile(_ measure: Measure, atMost bound: Double) {
      let value = percentile99(measure).map { scaled([$0], measure)[0] }
      check("\(measure.rawValue)_p99", value, measure.unit, .atMost(bound), notMeasured[measure])
    }
    for measure in [Measure.fact, .subjectVerb, .subject, .busySubject, .duringUpkeep] {
      percentile(measure, atMost: 100)
    }
    percentile(.sandboxed, atMost: 2_000)
    percentile(.hybrid, atMost: 10)
    percentile(.hybridDuringUpkeep, atMost: 10)
    check("insert_p99_over_fsync_p99", insertRatio, "×", .atMost(2), notMeasured[.insert])
    check("database_besides_vectors", value("database_besides_vectors"), "MB", .atMost(500), nil)
    check("vacuum_freed_after_90_days", value("vacuum_freed_after_90_days"), "share", .atLeast(0.3), nil)
    let recall = entityRecall.flatMap { recall in recall.verdicts.contains { $0.0.isTest } ? recall : nil }
    let noCases = Localized(
      es: "no están los casos: Benchmarks/memory/entity-recall.jsonl",
      en: "the cases are not there: Benchmarks/memory/entity-recall.jsonl")
    check("entity_recall_right", recall?.share(.right, isTest: true), "share", .atLeast(0.95), noCases)
    check("entity_recall_wrong", recall?.share(.wrong, isTest: true), "share", .atMost(0.02), noCases)
    return checks
  }

  private func remarks(_ machine: Machine) -> [Localized] {
    var remarks = [
      Localized(
        es: "Referencia de lookup_…: una tabla (subject, verb, object TEXT) con un índice por columna; de recall_…: "
          + "la consulta OR de FTS5 con todas las palabras; de insert: 4 KiB y fsync.",
        en: "Reference of lookup_…: a table (subject, verb, object TEXT) with an index on each column; of recall_…: "
          + "FTS5's OR query with all words; of insert: 4 KiB and an fsync."),
      Localized(
        es: "lookup_busy_subject pregunta por cada sujeto tantas veces como hechos tiene, y lee hasta 100.",
        en: "lookup_busy_subject asks for each subject as often as it has facts, and reads up to 100."),
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
