import SaraiCore

/// Prometheus' text exposition format, version 0.0.4.
enum PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// Samples of one family stand together, whichever order they came in.
  static func write(_ samples: [MetricSample]) -> String {
    var families: [String] = []
    var members: [String: [MetricSample]] = [:]
    for sample in samples {
      let family = family(of: sample)
      if members[family] == nil { families.append(family) }
      members[family, default: []].append(sample)
    }
    var text = ""
    for family in families {
      guard let samples = members[family], let first = samples.first else { continue }
      text += "# HELP \(family) \(escape(first.help, quotes: false))\n# TYPE \(family) \(first.kind.rawValue)\n"
      for sample in samples { text += line(sample) }
    }
    return text
  }

  private static func family(of sample: MetricSample) -> String {
    guard sample.kind == .histogram else { return sample.name }
    let suffix = ["_bucket", "_count", "_sum"].first { sample.name.hasSuffix($0) } ?? ""
    return String(sample.name.dropLast(suffix.count))
  }

  private static func line(_ sample: MetricSample) -> String {
    let labels = sample.labels.map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
    return "\(sample.name)\(labels.isEmpty ? "" : "{\(labels)}") \(number(sample.value))\n"
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return Int64(exactly: value).map(String.init) ?? value.description
  }

  private static func escape(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
