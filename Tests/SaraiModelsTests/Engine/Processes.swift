import Foundation
import Logging
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// Real child processes for fault injection: shell scripts in the engine's place.
enum Processes {
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Writes an executable shell script; it finds the engine's arguments as its own, so `$3` is the socket.
  static func script(_ body: String, in folder: URL, name: String = "engine") throws -> String {
    let file = folder.appending(path: name)
    try "#!/bin/sh\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return file.path
  }

  static func specification(_ executable: String, in folder: URL) -> EngineSpecification {
    EngineSpecification(
      executable: executable, name: "stand-in", modelFile: "/nowhere.gguf", format: .gguf, contextTokens: 512,
      socket: folder.appending(path: "e.sock").path, cacheFolder: folder.path, sha256: nil, isTrusted: false,
      threads: nil, maxQueue: 4)
  }

  static func start(
    _ script: String, in folder: URL, timeoutSeconds: Double = 30, graceSeconds: Double = 5
  ) async throws -> EngineProcess {
    try await EngineProcess.start(
      specification(try Processes.script(script, in: folder), in: folder),
      launcher: DirectLauncher(graceSeconds: graceSeconds), environment: ProcessInfo.processInfo.environment,
      startTimeoutSeconds: timeoutSeconds, logger: logger)
  }

  /// Command lines of running processes that mention the folder: what a test has left behind.
  static func mentioning(_ folder: URL) -> [String] {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.filter { Int($0) != nil }.compactMap { process in
      guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return nil }
      let text = String(decoding: line.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
      return text.contains(folder.path) ? text : nil
    }
  }

  static func isRunning(_ pid: Int32) -> Bool {
    // A zombie is no longer running, and its status says so.
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return false }
    return !status.contains("State:\tZ")
  }
}

/// Waits until the condition holds. For what no event tells; a test that never gets there fails.
func eventually(
  within seconds: Double = 20, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < deadline {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  try #require(try await condition(), comment, sourceLocation: sourceLocation)
}

/// The `SaraiError` that the body throws.
func saraiError(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async throws -> SaraiError {
  do {
    _ = try await body()
  } catch let error as SaraiError {
    return error
  }
  let error: SaraiError? = nil
  return try #require(error, "nothing was thrown", sourceLocation: sourceLocation)
}
