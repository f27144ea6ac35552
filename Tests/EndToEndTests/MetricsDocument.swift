import Foundation
import TestSupport

/// The families of metrics: as docs/Metrics.md has them, and as a page of /metrics.
struct MetricFamily: Hashable {
  let name: String
  let kind: String
  let labels: Set<String>
  /// When it is absent; empty where it never is.
  var absence = ""

  /// The rows `| name | kind | labels | meaning | absent |`.
  static func documented() throws -> [MetricFamily] {
    let text = try String(contentsOf: TestParts.root.appending(path: "docs/Metrics.md"), encoding: .utf8)
    return text.split(separator: "\n").compactMap { row in
      let cells = row.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 7, ["counter", "gauge", "histogram"].contains(cells[2]) else { return nil }
      let labels = cells[3].split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
      return MetricFamily(
        name: cells[1].trimmingCharacters(in: CharacterSet(charactersIn: "`")), kind: cells[2],
        labels: Set(labels), absence: cells[5])
    }
  }

  static func exported(_ page: String) -> [MetricFamily] {
    var kinds: [(name: String, kind: String)] = []
    var labels: [String: Set<String>] = [:]
    for line in page.split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("# TYPE "), words.count == 4 {
        kinds.append((String(words[2]), String(words[3])))
      } else if !line.hasPrefix("#"), let family = kinds.last {
        let names = line.matches(of: /([a-z_]+)="(?:[^"\\]|\\.)*"/).map { String($0.1) }
        labels[family.name, default: []].formUnion(family.kind == "histogram" ? names.filter { $0 != "le" } : names)
      }
    }
    return kinds.map { MetricFamily(name: $0.name, kind: $0.kind, labels: labels[$0.name] ?? []) }
  }
}

/// The panels of a dashboard of deploy/grafana, as Grafana would read them.
struct Dashboard: Decodable {
  struct Panel: Decodable {
    struct Target: Decodable {
      let refId: String
      let expr: String
    }

    struct Place: Decodable {
      let x: Int
      let y: Int
      let w: Int
      let h: Int

      func overlaps(_ other: Place) -> Bool {
        x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h
      }
    }

    let id: Int
    let type: String
    let title: String
    let gridPos: Place
    let targets: [Target]
    let datasource: Source
  }

  struct Source: Decodable {
    let type: String
    let uid: String
  }

  struct Variables: Decodable {
    struct Variable: Decodable {
      let name: String
      let type: String
    }

    let list: [Variable]
  }

  let uid: String
  let title: String
  let schemaVersion: Int
  let templating: Variables
  let panels: [Panel]

  static func all() throws -> [Dashboard] {
    let folder = TestParts.root.appending(path: "deploy/grafana/dashboards")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
      .map { try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: folder.appending(path: $0))) }
  }

  /// A query as Grafana sends it where everything is chosen.
  static func substituted(_ query: String) -> String {
    ["$instance", "$model", "$skill"].reduce(query.replacing("$__rate_interval", with: "2m")) {
      $0.replacing($1, with: ".*")
    }
  }
}
