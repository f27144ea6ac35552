package import SaraiCore

/// What a benchmark found: written as JSON for machines, printed as a table for people.
package struct BenchReport: Sendable {
  /// One thing that was measured, on SARAi and, where there is one, on the other side.
  package struct Row: Sendable {
    package var name: String
    package var unit: String
    package var ours: Summary
    package var reference: Summary?
    /// Of the pairs, where the two were measured in turn.
    package var ratio: Summary?

    package init(_ name: String, unit: String, ours: Summary, reference: Summary? = nil, ratio: Summary? = nil) {
      self.name = name
      self.unit = unit
      self.ours = ours
      self.reference = reference
      self.ratio = ratio
    }

    /// Nil where nothing was measured.
    package init?(_ name: String, unit: String, _ sample: PairedSample) {
      guard let ours = Summary(sample.ours) else { return nil }
      self.init(
        name, unit: unit, ours: ours, reference: Summary(sample.reference), ratio: Summary(sample.ratios))
    }

    package init?(_ name: String, unit: String, _ values: [Double]) {
      guard let ours = Summary(values) else { return nil }
      self.init(name, unit: unit, ours: ours)
    }
  }

  /// A number that has to be reached.
  package struct Check: Sendable, Hashable {
    package enum Target: Sendable, Hashable {
      case atLeast(Double)
      case atMost(Double)
    }

    package var name: String
    package var value: Double
    package var unit: String
    package var target: Target
    /// For one whose value could not be had here: it does not hold.
    package var whyNotMeasured: Localized?

    package init(_ name: String, value: Double, unit: String, _ target: Target) {
      self.name = name
      self.value = value
      self.unit = unit
      self.target = target
    }

    package var holds: Bool {
      switch target {
      case .atLeast(let bound): value >= bound
      case .atMost(let bound): value <= bound
      }
    }

    var targetText: String {
      switch target {
      case .atLeast(let bound): "≥ \(BenchText.number(bound))"
      case .atMost(let bound): "≤ \(BenchText.number(bound))"
      }
    }
  }

  package var scenario: String
  package var machine: Machine
  /// What the run was made with: model, threads, number of pairs.
  package var settings: JSONObject
  package var rows: [Row]
  package var checks: [Check]
  /// What a reader has to know to read the figures.
  package var remarks: [Localized]

  package init(
    scenario: String, machine: Machine, settings: JSONObject = JSONObject(), rows: [Row], checks: [Check],
    remarks: [Localized] = []
  ) {
    self.scenario = scenario
    self.machine = machine
    self.settings = settings
    self.rows = rows
    self.checks = checks
    self.remarks = remarks
  }
}

extension BenchReport {
  package var json: JSONValue {
    [
      "scenario": .string(scenario),
      "machine": machine.json,
      "settings": .object(settings),
      "rows": .array(rows.map(\.json)),
      "checks": .array(checks.map(\.json)),
      "remarks": .array(remarks.map { .string($0.en) }),
    ]
  }

  /// The table that people read, with the checks under it.
  package func text(in language: Language) -> String {
    let head = [
      Localized(es: "medida", en: "measure"), Localized(es: "unidad", en: "unit"), Localized(es: "SARAi", en: "SARAi"),
      Localized(es: "referencia", en: "reference"), Localized(es: "razón", en: "ratio"),
      Localized(es: "n", en: "n"),
    ]
    let body = rows.map { row in
      [
        row.name, row.unit, BenchText.spread(row.ours), row.reference.map(BenchText.spread) ?? "",
        row.ratio.map(BenchText.spread) ?? "", String(row.ours.count),
      ]
    }
    var lines = BenchText.table([head.map { $0[language] }] + body)
    if !checks.isEmpty {
      lines.append("")
      lines += BenchText.table(
        checks.map { check in
          [
            check.holds ? "✓" : "✗", check.name, "\(BenchText.number(check.value)) \(check.unit)",
            check.targetText + (check.whyNotMeasured.map { "  (\($0[language]))" } ?? ""),
          ]
        })
    }
    if !remarks.isEmpty { lines.append("") }
    lines += remarks.map { "· " + $0[language] }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension BenchReport.Row {
  var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["unit"] = .string(unit)
    object["sarai"] = ours.json
    if let reference { object["reference"] = reference.json }
    if let ratio { object["ratio"] = ratio.json }
    return .object(object)
  }
}

extension BenchReport.Check {
  var json: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "value": .number(value), "unit": .string(unit), "target": .string(targetText),
      "holds": .bool(holds),
    ]
    if let whyNotMeasured { object["not_measured"] = .string(whyNotMeasured.en) }
    return .object(object)
  }
}

extension Summary {
  var json: JSONValue {
    [
      "median": .number(median), "lower_quartile": .number(lowerQuartile), "upper_quartile": .number(upperQuartile),
      "median_absolute_deviation": .number(medianAbsoluteDeviation), "minimum": .number(minimum),
      "maximum": .number(maximum), "count": .integer(Int64(count)),
    ]
  }
}

/// Numbers and tables as text.
package enum BenchText {
  /// Three significant digits, or all digits of the whole part where there are more.
  package static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    var digits = 0
    while digits < 3, abs(value) * scale < 100, value * scale != (value * scale).rounded() {
      scale *= 10
      digits += 1
    }
    let scaled = Int((abs(value) * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(scaled) }
    let fraction = String(scaled % Int(scale))
    return sign + "\(scaled / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  static func spread(_ summary: Summary) -> String {
    guard summary.count > 1 else { return number(summary.median) }
    return "\(number(summary.median)) [\(number(summary.lowerQuartile))–\(number(summary.upperQuartile))]"
  }

  /// Rows in columns as wide as their widest cell.
  static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined(separator: "  ")
    }
  }
}
