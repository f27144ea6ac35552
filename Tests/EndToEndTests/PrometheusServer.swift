import Foundation
import FoundationNetworking
import SaraiCore
import TestSupport

/// A real Prometheus with the configuration that SARAi ships, but for its times, which are short, and its target.
final class PrometheusServer {
  struct Sample {
    let labels: [String: String]
    let value: Double
  }

  struct Refused: Error, CustomStringConvertible {
    let query: String
    let answer: String
    var description: String { "\(query): \(answer)" }
  }

  static let folder = TestParts.root.appending(path: "deploy/prometheus")

  private let process: WatchedProcess
  private let address: String

  /// A program of Debian's package, or of the machine's own.
  static func program(_ name: String) -> URL {
    let unpacked = TestParts.root.appending(path: ".deps/prometheus/usr/bin/\(name)")
    if FileManager.default.isExecutableFile(atPath: unpacked.path) { return unpacked }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { URL(filePath: "\($0)/\(name)") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? unpacked
  }

  /// Returns once it listens.
  ///
  /// - Parameters:
  ///   - folder: An existing one, for its files.
  ///   - target: Where SARAi listens, such as `127.0.0.1:8080`.
  init(in folder: URL, scraping target: String) async throws {
    let shipped = try String(contentsOf: Self.folder.appending(path: "prometheus.yml"), encoding: .utf8)
    try shipped.replacing("15s", with: "300ms").replacing("127.0.0.1:8080", with: target)
      .write(to: folder.appending(path: "prometheus.yml"), atomically: true, encoding: .utf8)
    let rules = try String(contentsOf: Self.folder.appending(path: "alerts.yml"), encoding: .utf8)
    try rules.replacing(/for: [0-9]+[smhd]/, with: "for: 0s")
      .write(to: folder.appending(path: "alerts.yml"), atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = Self.program("prometheus")
    process.arguments = [
      "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
      "--web.listen-address=127.0.0.1:0",
    ]
    self.process = try WatchedProcess(process)
    try await self.process.wait(for: "msg=\"Listening on\" address=")
    address =
      try await "http://"
      + self.process.wait(for: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
      .prefix { $0 != " " && $0 != "\n" }
  }

  func stop() async {
    process.signal(SIGTERM)
    _ = await process.end()
  }

  /// - Throws: `Refused` for a query that Prometheus does not take.
  func query(_ text: String) async throws -> [Sample] {
    var url = URLComponents(string: address + "/api/v1/query")
    url?.queryItems = [URLQueryItem(name: "query", value: text)]
    // A plus sign is a space in a query, and not one of the characters that are escaped by themselves.
    let escaped = url?.percentEncodedQuery?.replacing("+", with: "%2B")
    url?.percentEncodedQuery = escaped
    let answer = try await get(url?.url)
    guard answer["status"]?.stringValue == "success", let results = answer["data"]?["result"]?.arrayValue else {
      throw Refused(query: text, answer: answer.description)
    }
    return results.compactMap { result in
      guard let value = result["value"]?.arrayValue?.last?.stringValue.flatMap(Double.init) else { return nil }
      return Sample(labels: Self.labels(result["metric"]), value: value)
    }
  }

  /// Labels of the alerts that fire now.
  func firing() async throws -> [[String: String]] {
    let answer = try await get(URL(string: address + "/api/v1/alerts"))
    return (answer["data"]?["alerts"]?.arrayValue ?? []).filter { $0["state"]?.stringValue == "firing" }
      .map { Self.labels($0["labels"]) }
  }

  /// Waits for so many further looks at SARAi. Prometheus has no event for them: it is asked again and again.
  func awaitScrapes(_ count: Int) async throws {
    let before = try await scrapes()
    while try await scrapes() < before + Double(count) { try await Task.sleep(for: .milliseconds(50)) }
  }

  func awaitAlert(_ name: String) async throws {
    while try await !firing().contains(where: { $0["alertname"] == name }) {
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func scrapes() async throws -> Double {
    try await query(#"sum(count_over_time(sarai_uptime_seconds{job="sarai"}[1h]))"#).first?.value ?? 0
  }

  private func get(_ url: URL?) async throws -> JSONValue {
    guard let url else { throw Refused(query: address, answer: "no URL") }
    let (data, _) = try await URLSession.shared.data(from: url)
    return try JSONValue(parsing: String(decoding: data, as: UTF8.self))
  }

  private static func labels(_ value: JSONValue?) -> [String: String] {
    guard case .object(let object)? = value else { return [:] }
    return object.members.reduce(into: [:]) { $0[$1.key] = $1.value.stringValue }
  }
}
