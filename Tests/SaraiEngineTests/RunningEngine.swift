import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SkillProtocol
import Testing
import TestSupport

/// A line of the engine's standard output: any of what its commands print.
struct EngineLine: Decodable, Sendable {
  struct Detail: Decodable, Sendable {
    var code: String
    var message_es: String
    var message_en: String
    var subject: String?
    var cause: String?
  }

  var ready: Bool?
  var error: Detail?
  var progress: Double?
  var architecture: String?
  var quantisation: String?
  var context_tokens: Int?
  var has_chat_template: Bool?
}

/// A `sarai-engine` process as whoever starts it sees it.
final class RunningEngine: Sendable {
  let process: Process
  let socket: URL
  /// The first line of its standard output.
  let firstLine: EngineLine
  private let input: Pipe

  /// Starts `sarai-engine serve` and waits for its first line.
  init(in folder: URL, model: URL = TestParts.smolLM2, arguments: [String] = []) throws {
    socket = folder.appending(path: "engine.sock")
    input = Pipe()
    let output = Pipe()
    process = Self.process(
      ["serve", "--socket", socket.path, "--model", model.path, "--cache-dir", folder.appending(path: "cache").path]
        + arguments)
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    firstLine = try Self.object(Self.readLine(output.fileHandleForReading))
  }

  var isReady: Bool { firstLine.ready == true }

  /// Ends it as its parent's death would.
  func closeInput() throws { try input.fileHandleForWriting.close() }

  func waitForExit() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Runs `body` with a client of this engine.
  @discardableResult
  func withClient<Result: Sendable>(
    _ body:
      @Sendable (Sarai_Engine_V1_Engine.Client<HTTP2ClientTransport.Posix>, GRPCClient<HTTP2ClientTransport.Posix>)
      async throws -> Result
  ) async throws -> Result {
    try await withGRPCClient(
      transport: .http2NIOPosix(target: .unixDomainSocket(path: socket.path), transportSecurity: .plaintext)
    ) { client in
      try await body(Sarai_Engine_V1_Engine.Client(wrapping: client), client)
    }
  }

  /// Runs another of the executable's commands to its end.
  static func run(_ arguments: [String]) throws -> (status: Int32, lines: [EngineLine]) {
    let process = process(arguments)
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, try text.split(separator: "\n").map { try object(String($0)) })
  }

  private static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = TestParts.executable("sarai-engine")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging([
      "GGML_NO_BACKTRACE": "1", "SWIFT_BACKTRACE": "enable=no",
      "LLVM_PROFILE_FILE": coverageFile,
    ]) { $1 }
    return process
  }

  /// Beside the profiles of the tests, so that coverage counts what runs in the children.
  private static let coverageFile =
    ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"]?.replacing("%p", with: "engine-%p") ?? "/dev/null"

  private static func readLine(_ file: FileHandle) throws -> String {
    var bytes = Data()
    while let byte = try file.read(upToCount: 1), byte != Data("\n".utf8) { bytes += byte }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func object(_ line: String) throws -> EngineLine {
    try JSONDecoder().decode(EngineLine.self, from: Data(line.utf8))
  }
}

extension Sarai_Engine_V1_GenerateRequest {
  static func chat(_ text: String, _ change: (inout Sarai_Engine_V1_Sampling) -> Void = { _ in }) -> Self {
    var request = Self()
    request.client = "test"
    var message = Sarai_Engine_V1_Message()
    message.role = "user"
    message.content = text
    request.chat.messages = [message]
    request.sampling.maxTokens = 24
    change(&request.sampling)
    return request
  }
}

/// Starts an engine for one test and makes sure that it is gone at the end.
func withEngine<Result>(
  model: URL = TestParts.smolLM2, arguments: [String] = [], _ body: (RunningEngine) async throws -> Result
) async throws -> Result {
  try await withTemporaryFolder { folder in
    let engine = try RunningEngine(in: folder, model: model, arguments: arguments)
    defer {
      if engine.process.isRunning { kill(engine.process.processIdentifier, SIGKILL) }
      engine.process.waitUntilExit()
    }
    return try await body(engine)
  }
}
