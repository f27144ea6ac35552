import Foundation
import SaraiCore
import TestSupport

/// Other people's parsers and validators, by way of the tests' own Python.
enum Python {
  /// Runs a script over JSON values, one a line on its standard input. Returns all that it prints.
  static func run(_ script: String, lines: [JSONValue]) throws -> String {
    let input = FileManager.default.temporaryDirectory.appending(path: "sarai-python-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: input) }
    try Data((lines.map(\.description).joined(separator: "\n") + "\n").utf8).write(to: input)
    let process = Process()
    process.executableURL = TestParts.root.appending(path: ".deps/venv/bin/python")
    process.arguments = ["-c", script]
    process.standardInput = try FileHandle(forReadingFrom: input)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: said, as: UTF8.self)
  }
}
