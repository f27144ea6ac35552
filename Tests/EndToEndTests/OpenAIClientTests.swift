import Foundation
import SaraiCore
import TestSupport
import Testing

/// Runs `python/`, with the official OpenAI client and hostile ones, against `sarai serve` with the default models.
@Suite(.serialized, .timeLimit(.minutes(15))) struct OpenAIClientTests {
  @Test(arguments: ["test_openai_client.py", "test_bad_input.py"])
  func `clients in Python find what OpenAI promises and what SARAi adds`(file: String) async throws {
    let python = TestParts.root.appending(path: ".deps/venv/bin/python")
    try #require(FileManager.default.fileExists(atPath: python.path), "set-up makes .deps/venv")
    try await withTemporaryFolder { folder in
      let token = "end-to-end"
      let tokenFile = folder.appending(path: "token")
      try Data(token.utf8).write(to: tokenFile)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: tokenFile.path)
      let server = try RunningServer(home: folder, tokenFile: tokenFile)
      defer { server.stop() }
      let address = try await server.address()
      let report = folder.appending(path: "report.txt")
      let status = try await run(
        python,
        [
          "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
          TestParts.root.appending(path: "Tests/EndToEndTests/python/\(file)").path,
        ], environment: ["SARAI_TEST_URL": address, "SARAI_TEST_TOKEN": token, "PYTHONDONTWRITEBYTECODE": "1"],
        output: report)
      let said = try String(contentsOf: report, encoding: .utf8).suffix(6000)
      #expect(status == 0, "\(said)")
    }
  }

  private func run(
    _ program: URL, _ arguments: [String], environment: [String: String], output: URL
  ) async throws -> Int32 {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try Data().write(to: output)
    let file = try FileHandle(forWritingTo: output)
    process.standardOutput = file
    process.standardError = file
    return try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
  }
}

/// A `sarai serve` of this test's own, which ends with it.
private final class RunningServer {
  private let process = Process()
  private let lines: AsyncStream<String>

  init(home: URL, tokenFile: URL) throws {
    let output = Pipe()
    let (lines, continuation) = AsyncStream<String>.makeStream()
    self.lines = lines
    process.executableURL = TestParts.executable("sarai")
    process.arguments = ["serve", "--port", "0", "--token-file", tokenFile.path]
    process.environment = ProcessInfo.processInfo.environment.merging([
      "SARAI_HOME": home.path, "SARAI_MODELS_DIR": TestParts.smolLM2.deletingLastPathComponent().path, "LANG": "C",
      "SARAI_RUNTIME_LINGER_SECONDS": "0",
    ]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    output.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      for line in String(decoding: data, as: UTF8.self).split(separator: "\n") { continuation.yield(String(line)) }
      if data.isEmpty {
        handle.readabilityHandler = nil
        continuation.finish()
      }
    }
    try process.run()
  }

  /// Where it listens, once it does.
  func address() async throws -> String {
    let announcement = "SARAi listens on "
    for await line in lines where line.hasPrefix(announcement) { return String(line.dropFirst(announcement.count)) }
    throw SaraiError(.engineFailed, es: "sarai serve acabó", en: "sarai serve ended")
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
