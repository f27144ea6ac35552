import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SkillProtocol
import Synchronization
import TestSupport
import Testing

/// The two kits that the contract holds for, and a skill that is built in.
enum Kit: String, Sendable, CustomTestStringConvertible {
  case swift, python, calc

  static let allCases: [Kit] = [.swift, .python]

  var testDescription: String { rawValue }

  fileprivate func command() throws -> [String] {
    switch self {
    case .swift: return [TestParts.executable("conformance-skill").path]
    case .calc: return [TestParts.executable("sarai-skill").path, "calc"]
    case .python:
      let python = TestParts.root.appending(path: ".deps/venv/bin/python").path
      try #require(FileManager.default.fileExists(atPath: python), "set-up makes .deps/venv")
      return [python, TestParts.root.appending(path: "Tests/SkillProtocolTests/python/conformance_skill.py").path]
    }
  }
}

/// The line of JSON that a skill says at its start.
struct SkillLine: Decodable, Sendable {
  struct Detail: Decodable, Sendable {
    var code: String
    var message_es: String
    var message_en: String
    var subject: String?
  }

  var ready: Bool?
  var skill: String?
  var contract: Int?
  var error: Detail?
}

/// A skill's process as whoever starts it sees it.
final class RunningSkill: Sendable {
  typealias Calls = Sarai_Skills_V1_Skill.Client<HTTP2ClientTransport.Posix>
  typealias Health = Grpc_Health_V1_Health.Client<HTTP2ClientTransport.Posix>

  let process: Process
  let socket: URL
  let configuration: URL
  let firstLine: SkillLine
  private let input = Pipe()
  private let log: URL

  /// Starts the conformance skill and waits for its first line.
  init(
    _ kit: Kit, in folder: URL, configuration: String = "{}", environment: [String: String] = [:],
    arguments: [String] = []
  ) throws {
    socket = folder.appending(path: "skill.sock")
    self.configuration = folder.appending(path: "skill.json")
    log = folder.appending(path: "log")
    try Data(configuration.utf8).write(to: self.configuration)
    try Data().write(to: log)
    let command = try kit.command()
    process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = command.dropFirst() + arguments
    process.environment = ProcessInfo.processInfo.environment.merging([
      "SARAI_SKILL_SOCKET": socket.path, "SARAI_SKILL_CONFIGURATION": self.configuration.path,
      "SWIFT_BACKTRACE": "enable=no", "PYTHONDONTWRITEBYTECODE": "1",
      "PYTHONPATH": TestParts.root.appending(path: "skills/python-kit/src").path,
    ]) { $1 }.merging(environment) { $1 }
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    firstLine = try JSONDecoder().decode(SkillLine.self, from: Self.readLine(output.fileHandleForReading))
  }

  var pid: Int32 { process.processIdentifier }

  func closeInput() throws { try input.fileHandleForWriting.close() }

  /// Waits for its end.
  func waitForExit() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// What it has logged so far, a dictionary a line; throws where a line is no JSON object.
  func logLines() throws -> [[String: String]] {
    try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map { line in
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
      return object.mapValues { "\($0)" }
    }
  }

  /// Runs `body` with a client of its own.
  func withClient<Result: Sendable>(_ body: @Sendable (Calls, Health) async throws -> Result) async throws -> Result {
    var config = HTTP2ClientTransport.Posix.Config.defaults
    config.backoff = .init(initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    return try await withGRPCClient(
      transport: .http2NIOPosix(
        target: .unixDomainSocket(path: socket.path), transportSecurity: .plaintext, config: config)
    ) { client in
      try await body(Calls(wrapping: client), Health(wrapping: client))
    }
  }

  /// The output of one request of text, over a connection of its own.
  func ask(_ text: String) async throws -> String { try await withClient { calls, _ in try await calls.ask(text) } }

  private static func readLine(_ file: FileHandle) throws -> Data {
    var bytes = Data()
    while let byte = try file.read(upToCount: 1), byte != Data("\n".utf8) { bytes += byte }
    return bytes
  }
}

/// Starts a skill for one test, and makes sure that it is gone at the end.
func withSkill<Result: Sendable>(
  _ kit: Kit, configuration: String = "{}", environment: [String: String] = [:], arguments: [String] = [],
  _ body: (RunningSkill) async throws -> Result
) async throws -> Result {
  try await withTemporaryFolder { folder in
    let skill = try RunningSkill(
      kit, in: folder, configuration: configuration, environment: environment, arguments: arguments)
    defer {
      if skill.process.isRunning { kill(skill.pid, SIGKILL) }
      skill.process.waitUntilExit()
    }
    return try await body(skill)
  }
}

extension Sarai_Skills_V1_InferRequest {
  static func text(_ text: String, id: String = "", _ change: (inout Self) -> Void = { _ in }) -> Self {
    var request = Self()
    request.requestID = id
    request.input.text = Data(text.utf8)
    change(&request)
    return request
  }
}

extension Sarai_Skills_V1_InferReply {
  var text: String { String(decoding: output.text, as: UTF8.self) }
}

extension RunningSkill.Calls {
  /// The output of one request of text.
  func ask(_ text: String) async throws -> String { try await infer(.text(text)).text }

  /// Asks for the metrics until they are as wanted: the test's time limit is the only one.
  func waitForMetrics(_ condition: (Sarai_Skills_V1_Metrics) -> Bool) async throws {
    while !condition(try await describe(.init()).metrics) { await Task.yield() }
  }
}

/// The error that a call ends with, and the detail that it carries.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async throws -> (code: RPCError.Code, detail: Sarai_Skills_V1_ErrorDetail?) {
  let error = await #expect(throws: RPCError.self, sourceLocation: sourceLocation) { _ = try await body() }
  let rpcError = try #require(error)
  return (rpcError.code, Sarai_Skills_V1_ErrorDetail(rpcError))
}

/// A named pipe: a request that reads it is under way once `writer` is open, and ends when `finish` is called.
final class NamedPipe: Sendable {
  let path: String
  private let file: FileHandle

  /// Waits until a reader has opened the pipe.
  static func open(_ path: String) async throws -> NamedPipe {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { NamedPipe(path, try FileHandle(forWritingTo: URL(filePath: path))) })
      }
    }
  }

  static func make(in folder: URL) throws -> String {
    let path = folder.appending(path: "pipe-\(UInt32.random(in: .min ... .max))").path
    try #require(mkfifo(path, 0o600) == 0)
    return path
  }

  private init(_ path: String, _ file: FileHandle) {
    self.path = path
    self.file = file
  }

  func finish(_ text: String) throws {
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
