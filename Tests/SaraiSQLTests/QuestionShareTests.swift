import Foundation
import SaraiCore
import SaraiSQL
import TestSupport
import Testing

/// How many of the questions in `Benchmarks/sql` the rules answer right, answer wrong, and pass on.
@Suite struct QuestionShareTests {
  /// What was asked, and the half that it belongs to: odd questions of a file were looked at while the rules were
  /// written, even ones only counted.
  struct Entry {
    var language: Language
    var question: String
    var gold: String
    var isForTest: Bool
  }

  struct Shares: CustomStringConvertible {
    var right = 0
    var wrong: [String] = []
    var passed: [String] = []

    var count: Int { right + wrong.count + passed.count }
    var description: String { "\(count): \(right) right, \(wrong.count) wrong, \(passed.count) passed" }
  }

  private static let folder = TestParts.root.appending(path: "Benchmarks/sql")

  private static func entries(_ name: String) throws -> [Entry] {
    let lines = try String(contentsOf: folder.appending(path: name + ".tsv"), encoding: .utf8).split(separator: "\n")
    return try lines.filter { !$0.hasPrefix("#") }.enumerated().map { index, line in
      let fields = line.split(separator: "\t").map(String.init)
      try #require(fields.count == 3, "\(line)")
      return Entry(
        language: try #require(Language(tag: fields[0])), question: fields[1], gold: fields[2],
        isForTest: index % 2 == 1)
    }
  }

  private static func withData(_ name: String, _ body: (Database) throws -> Void) async throws {
    let csv = folder.appending(path: name + ".csv")
    guard FileManager.default.fileExists(atPath: csv.path) else {
      let sql = try String(contentsOf: folder.appending(path: name + ".sql"), encoding: .utf8)
      return try await Fixture.withDatabase(sql) { database, _ in try body(database) }
    }
    try body(try Database(path: csv.path))
  }

  /// Whether each row that was expected has a row of its own that holds its values, and none is left over.
  private static func holds(_ rows: [[SQLValue]], _ expected: [[SQLValue]]) -> Bool {
    guard rows.count == expected.count else { return false }
    var left = rows.map { Set($0.map(text)) }
    for row in expected {
      guard let index = left.firstIndex(where: { Set(row.map(text)).isSubset(of: $0) }) else { return false }
      left.remove(at: index)
    }
    return true
  }

  private static func text(_ value: SQLValue) -> String {
    switch value {
    case .null: "-"
    case .integer(let number): "\(Double(number))"
    case .real(let number): "\((number * 1e6).rounded() / 1e6)"
    case .text(let text): text
    case .blob(let bytes): "\(bytes) bytes"
    }
  }

  private static func count(_ names: [String]) async throws -> (development: Shares, test: Shares) {
    var halves = (development: Shares(), test: Shares())
    for name in names {
      let entries = try entries(name)
      try await withData(name) { database in
        let reader = QuestionReader(schema: database.schema)
        for entry in entries {
          let path = entry.isForTest ? \(development: Shares, test: Shares).test : \.development
          guard let sql = reader.sql(for: entry.question, language: entry.language) else {
            halves[keyPath: path].passed.append(entry.question)
            continue
          }
          let rows = try database.query(sql).rows
          if holds(rows, try database.query(entry.gold).rows) {
            halves[keyPath: path].right += 1
          } else {
            halves[keyPath: path].wrong.append("\(entry.question) → \(sql)")
          }
        }
      }
    }
    return halves
  }

  @Test("The rules answer most questions about five data sets, and next to none of them wrong")
  func shares() async throws {
    let (development, test) = try await Self.count(["store", "library", "clinica", "empleados", "readings"])
    print("sql rules, development: \(development); test: \(test)")
    #expect(development.count + test.count >= 180)
    #expect(Double(test.right) >= 0.8 * Double(test.count), "\(test)")
    #expect(Double(test.wrong.count) <= 0.02 * Double(test.count), "\(test)")
    #expect(Double(development.right) >= 0.9 * Double(development.count), "passed: \(development.passed)")
    #expect(development.wrong.isEmpty, "\(development.wrong)")
  }
  @Test("Data that nobody had in mind is asked with few passes, and next to none wrong", arguments: ["gym", "hotel"])
  func others(_ name: String) async throws {
    let (first, second) = try await Self.count([name])
    let (right, count) = (first.right + second.right, first.count + second.count)
    let wrong = first.wrong + second.wrong
    print("sql rules, \(name): \(count): \(right) right, \(wrong.count) wrong")
    #expect(Double(right) >= 0.7 * Double(count), "passed: \(first.passed + second.passed)")
    #expect(Double(wrong.count) <= 0.02 * Double(count), "\(wrong)")
  }
}
