import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SaraiSandbox
import SaraiSkills
import SkillProtocol
import Synchronization
import TestSupport
import Testing

/// The skill `nlp` as its folder describes it, and its own tests.
@Suite(.timeLimit(.minutes(5))) struct NlpTests {
  private struct Analysis: Decodable {
    struct Token: Decodable {
      var text: String
      var start: Int
      var end: Int
      var lemma: String
      var dep: String
      var head: Int
    }
    struct Entity: Decodable, Equatable {
      var label: String
      var text: String
    }

    var parsed: Bool
    var sentences: [[String: JSONAny]]
    var tokens: [Token]
    var entities: [Entity]
  }

  /// A member that is not looked at.
  private struct JSONAny: Decodable {
    init(from decoder: any Decoder) throws {}
  }

  private var places: SkillPlaces {
    let root = TestParts.root.resolvingSymlinksInPath()
    return SkillPlaces(
      builtIn: root.appending(path: "skills").path, installed: "/nowhere",
      programs: TestParts.executable("sarai-confine").deletingLastPathComponent().path,
      grammars: root.appending(path: "grammars").path,
      pythonEnvironments: [root.appending(path: ".deps/python").path])
  }

  /// Starts the skill in a sandbox with what its manifest grants, and ends it.
  private func withNlp(
    _ body: @Sendable (Sarai_Skills_V1_Skill.Client<HTTP2ClientTransport.Posix>) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let backend = try BubblewrapBackend(
        .init(confine: TestParts.executable("sarai-confine").path, runtimeFolder: folder.path))
      let launch = try SkillLauncher(places: places).launch(SkillRegistry(places: places).skill("nlp"))
      let (lines, line) = AsyncStream<Void>.makeStream()
      let printed = Mutex("")
      let skill = try await backend.launch(launch) { output in
        switch output {
        case .standardOutput(let bytes), .standardError(let bytes):
          printed.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        if case .standardOutput = output { line.yield() }
      }
      let end = Task {
        let exit = await skill.waitForExit()
        line.finish()
        return exit
      }
      for await _ in lines { break }
      #expect(printed.withLock { $0 }.contains(#""ready": true"#), "\(printed.withLock { $0 })")
      let socket = try #require(skill.socket)
      try await withGRPCClient(
        transport: .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext)
      ) { try await body(Sarai_Skills_V1_Skill.Client(wrapping: $0)) }
      await skill.terminate(graceSeconds: 20)
      #expect(await end.value.reason == .exited(code: 0), "\(printed.withLock { $0 })")
      await backend.close()
    }
  }

  @Test("nlp reads Spanish from a sandbox with the limits of its manifest, and its longest text fits in them")
  func sandbox() async throws {
    try await withNlp { calls in
      var request = Sarai_Skills_V1_InferRequest()
      let text = "Ana García compró tres manzanas 🍎 en Sevilla."
      request.input.text = Data(text.utf8)
      let found = try JSONDecoder().decode(Analysis.self, from: try await calls.infer(request).output.json)
      #expect(found.parsed && found.sentences.count == 1)
      let said = found.tokens.map { "\($0.lemma) \($0.dep) \(found.tokens[$0.head].lemma)" }
      #expect(said.contains("Ana nsubj comprar") && said.contains("manzana obj comprar"), "\(said)")
      #expect(found.entities.contains(.init(label: "PER", text: "Ana García")))
      // The places count code points, as Swift's unicode scalars do.
      let scalars = Array(text.unicodeScalars)
      for token in found.tokens {
        #expect(String(String.UnicodeScalarView(scalars[token.start..<token.end])) == token.text)
      }
      request.input.text = Data(String(repeating: "Los niños comieron pan y bebieron leche. ", count: 780).utf8)
      let longest = try JSONDecoder().decode(Analysis.self, from: try await calls.infer(request).output.json)
      #expect(longest.sentences.count == 780 && longest.tokens.count == 780 * 8)
    }
  }

  @Test("nlp's own tests pass")
  func pytest() async throws {
    let report = try await runPython(tests: "skills/nlp/tests")
    #expect(report.status == 0, "\(report.text)")
  }

  private func runPython(tests: String) async throws -> (status: Int32, text: Substring) {
    let python = TestParts.root.appending(path: ".deps/venv/bin/python")
    try #require(FileManager.default.fileExists(atPath: python.path), "set-up makes .deps/venv")
    return try await withTemporaryFolder { folder in
      let report = folder.appending(path: "report.txt")
      try Data().write(to: report)
      let process = Process()
      process.executableURL = python
      process.arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", TestParts.root.appending(path: tests).path]
      process.environment = ProcessInfo.processInfo.environment.merging([
        "PYTHONPATH": TestParts.root.appending(path: "skills/python-kit/src").path, "PYTHONDONTWRITEBYTECODE": "1",
      ]) { $1 }
      let output = try FileHandle(forWritingTo: report)
      process.standardOutput = output
      process.standardError = output
      let status: Int32 = try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { continuation.resume(throwing: error) }
      }
      return (status, try String(contentsOf: report, encoding: .utf8).suffix(6_000))
    }
  }
}
