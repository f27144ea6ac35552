import Foundation
import TestSupport
import Testing

/// Runs the Python kit's own tests, among them that its generated code is in step with `proto/`.
@Suite(.timeLimit(.minutes(5))) struct PythonKitTests {
  @Test("The Python kit's own tests pass")
  func pytest() async throws {
    let python = TestParts.root.appending(path: ".deps/venv/bin/python")
    try #require(FileManager.default.fileExists(atPath: python.path), "set-up makes .deps/venv")
    try await withTemporaryFolder { folder in
      let report = folder.appending(path: "report.txt")
      try Data().write(to: report)
      let kit = TestParts.root.appending(path: "skills/python-kit")
      let process = Process()
      process.executableURL = python
      process.arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", kit.appending(path: "tests").path]
      process.environment = ProcessInfo.processInfo.environment.merging([
        "PYTHONPATH": kit.appending(path: "src").path, "PYTHONDONTWRITEBYTECODE": "1",
      ]) { $1 }
      let output = try FileHandle(forWritingTo: report)
      process.standardOutput = output
      process.standardError = output
      let status: Int32 = try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { continuation.resume(throwing: error) }
      }
      let said = try String(contentsOf: report, encoding: .utf8).suffix(6_000)
      #expect(status == 0, "\(said)")
    }
  }
}
