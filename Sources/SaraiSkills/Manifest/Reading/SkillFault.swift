import SaraiCore

/// Errors about a skill's files: which file, which line, what is wrong there.
enum SkillFault {
  /// - Parameters:
  ///   - line: Nil where the fault has no line.
  ///   - key: Where it lies in the document, as in `limits.memoryMiB`; empty for none.
  ///   - es: A clause without a full stop.
  static func error(_ file: String, _ line: Int?, _ key: String, es: String, en: String) -> SaraiError {
    let place = key.isEmpty ? "" : "\(key): "
    return SaraiError(
      .corruptFile,
      Localized(
        es: "\(file)\(line.map { ", línea \($0)" } ?? ""): \(place)\(ended(es)) Corrígelo y vuelve a intentarlo.",
        en: "\(file)\(line.map { ", line \($0)" } ?? ""): \(place)\(ended(en)) Mend it and try again."),
      subject: key.isEmpty ? file : key)
  }

  /// A question has its mark already.
  private static func ended(_ clause: String) -> String { clause.hasSuffix("?") ? clause : clause + "." }

  /// What a stranger wrote, fit for a message: short, on one line, without anything that steers a terminal.
  static func shown(_ text: String, maxLength: Int = 60) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      guard index < maxLength else { return result + "…" }
      let isPlain =
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator, .unassigned: false
        default: true
        }
      result.unicodeScalars.append(isPlain ? scalar : "\u{FFFD}")
    }
    return result
  }
}

/// The name among some that was probably meant.
package enum NearestName {
  /// Nil where none is near: of a short word no more than a letter or two may differ, of a long one a third.
  package static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
    guard name.utf8.count <= 100 else { return nil }
    let word = Array(name.lowercased().unicodeScalars)
    let nearest = candidates.map { ($0, distance(word, Array($0.lowercased().unicodeScalars))) }
      .min { ($0.1, $0.0) < ($1.1, $1.0) }
    guard let (candidate, distance) = nearest, distance <= max(1, min(word.count, candidate.count) / 3) else {
      return nil
    }
    return candidate
  }

  /// Insertions, deletions, replacements, and neighbours that changed places.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var before: [Int] = []
    var previous = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      before = previous
      previous = row
    }
    return previous[b.count]
  }
}
