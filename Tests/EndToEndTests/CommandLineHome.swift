import Foundation
import TestSupport

/// A SARAI_HOME of its own with the real models linked into it, and the real `sarai` to run in it.
struct CommandLineHome {
  let folder: URL

  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  static func with<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: (CommandLineHome) async throws -> Result
  ) async throws -> Result {
    try await withTemporaryFolder { folder in
      let models = folder.appending(path: "models")
      try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
      for model in [TestParts.smolLM2, TestParts.e5] {
        try FileManager.default.createSymbolicLink(
          at: models.appending(path: model.lastPathComponent), withDestinationURL: model)
      }
      let home = CommandLineHome(folder: folder)
      do {
        let result = try await body(home)
        try await home.stop()
        return result
      } catch {
        try await home.stop()
        throw error
      }
    }
  }

  /// What commands leave warm for the next one ends with the home.
  private func stop() async throws {
    let outcome = try await run("stop")
    if outcome.status != 0 { throw Unstoppable(errors: outcome.errors) }
  }

  struct Unstoppable: Error {
    let errors: String
  }

  func environment(_ language: String) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("SARAI_") }
    environment["SARAI_HOME"] = folder.path
    environment["LC_ALL"] = language
    environment["SWIFT_BACKTRACE"] = "enable=no"
    return environment
  }

  func process(_ arguments: [String], language: String = "en_US.UTF-8") -> Process {
    let process = Process()
    process.executableURL = TestParts.executable("sarai")
    process.arguments = arguments
    process.environment = environment(language)
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs `sarai` to its end.
  func run(_ arguments: String..., input: String? = nil, language: String = "en_US.UTF-8") async throws -> Outcome {
    try await run(arguments, input: input.map { Data($0.utf8) }, language: language)
  }

  func run(_ arguments: [String], input: Data? = nil, language: String = "en_US.UTF-8") async throws -> Outcome {
    let process = process(arguments, language: language)
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    let inputFile = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: inputFile) }
    if let input {
      if input.count < Self.pipeBytes {
        let pipe = Pipe()
        process.standardInput = pipe
        try pipe.fileHandleForWriting.write(contentsOf: input)
        try pipe.fileHandleForWriting.close()
      } else {
        try input.write(to: inputFile)
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
      }
    }
    try process.run()
    async let said = Self.text(output)
    async let told = Self.text(errors)
    let (outputText, errorText) = await (said, told)
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: outputText, errors: errorText)
  }

  /// What a pipe takes without anybody who reads it.
  private static let pipeBytes = 32 << 10

  private static func text(_ pipe: Pipe) async -> String {
    let handle = pipe.fileHandleForReading
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let data = (try? handle.readToEnd()) ?? Data()
        continuation.resume(returning: String(decoding: data, as: UTF8.self))
      }
    }
  }
}

/// A process whose output is awaited piece by piece, and whose input is written to meanwhile.
final class WatchedProcess {
  private let process: Process
  private let input = Pipe()
  private var pieces: AsyncStream<String>.Iterator
  /// All that it has written so far, and how much of it was awaited.
  private(set) var text = ""
  private var seen: String.Index

  var pid: Int32 { process.processIdentifier }

  init(_ process: Process) throws {
    self.process = process
    let output = Pipe()
    let (stream, continuation) = AsyncStream.makeStream(of: String.self)
    pieces = stream.makeAsyncIterator()
    seen = text.startIndex
    process.standardOutput = output
    process.standardError = output
    process.standardInput = input
    output.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty {
        handle.readabilityHandler = nil
        continuation.finish()
      } else {
        continuation.yield(String(decoding: data, as: UTF8.self))
      }
    }
    try process.run()
  }

  /// A `sarai` in a terminal of its own, made by script(1).
  convenience init(inTerminal arguments: [String], home: CommandLineHome, language: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/script")
    let command = ([TestParts.executable("sarai").path] + arguments).joined(separator: " ")
    process.arguments = ["--quiet", "--return", "--flush", "--command", command, "/dev/null"]
    process.environment = home.environment(language).merging(["TERM": "xterm"]) { $1 }
    try self.init(process)
  }

  /// Waits until it has written this after what was awaited before.
  ///
  /// - Throws: `Ended` where it ends first.
  @discardableResult
  func wait(for expected: String) async throws -> String {
    while true {
      if let found = text[seen...].firstRange(of: expected) {
        defer { seen = found.upperBound }
        return String(text[seen..<found.upperBound])
      }
      guard let piece = await pieces.next() else { throw Ended(expected: expected, text: text) }
      let offset = text.distance(from: text.startIndex, to: seen)
      text += piece
      seen = text.index(text.startIndex, offsetBy: offset)
    }
  }

  struct Ended: Error, CustomStringConvertible {
    let expected: String
    let text: String
    var description: String { "it ended before it wrote \(expected.debugDescription); it wrote: \(text)" }
  }

  func type(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  func signal(_ number: Int32) { kill(pid, number) }

  /// Waits for its end, and reads what it still writes.
  func end() async -> Int32 {
    while let piece = await pieces.next() { text += piece }
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Ends it where it has not ended by itself.
  func stop() {
    try? input.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
  }
}
