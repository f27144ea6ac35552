import SaraiCore

extension SettingsTable {
  /// The text of `config/sarai.yaml`: every key at its default, explained in both languages.
  package static func defaultFile() -> String {
    var lines = [
      "# La configuración de SARAi. Manda lo más cercano: opción, variable SARAI_*, este fichero, valor por omisión.",
      "# SARAi's configuration. The nearest wins: flag, SARAI_* variable, this file, default.",
      "# «sarai config explain» dice cada valor y de dónde sale / tells each value and where it came from.",
    ]
    for section in sections {
      lines += ["", "# \(section.doc.es)", "# \(section.doc.en)", "\(section.name):"]
      var groups: [Substring] = []
      for setting in section.settings {
        let parts = setting.key.split(separator: ".").dropFirst()
        let path = Array(parts.dropLast())
        if path != groups, let group = path.last {
          lines.append("  \(group):")
        }
        groups = path
        let indent = String(repeating: "  ", count: parts.count)
        lines += comments(of: setting).map { indent + "# " + $0 }
        lines.append("\(indent)\(parts.last ?? ""): \(setting.fallback)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func comments(of setting: Setting) -> [String] {
    var lines = [setting.doc.es, setting.doc.en]
    switch setting.kind {
    case .choice(let choices) where choices.count > 1: lines.append(choices.joined(separator: " | "))
    case .integer(let range, let orAuto):
      lines.append((orAuto ? "auto | " : "") + "\(range.lowerBound) – \(range.upperBound)")
    case .number(let range, let orAuto):
      let (low, high) = (SettingValue.number(range.lowerBound), SettingValue.number(range.upperBound))
      lines.append((orAuto ? "auto | " : "") + "\(low) – \(high)")
    default: break
    }
    return lines
  }
}
