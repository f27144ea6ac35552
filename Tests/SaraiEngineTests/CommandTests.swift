import Foundation
import GRPCCore
import SkillProtocol
import Testing
import TestSupport

@Suite(.serialized) struct CommandTests {
  @Test func `a broken model ends in one line of JSON and code 65`() async throws {
    let good = try Data(contentsOf: TestParts.smolLM2, options: .mappedIfSafe)
    let broken: [(name: String, bytes: Data)] = [
      ("empty", Data()), ("magic", Data("not a model".utf8)), ("header", good.prefix(1_000_000)),
      ("weights", good.prefix(good.count - 1_000)),
      ("random", Data((0..<100_000).map { _ in UInt8.random(in: 0...255) })),
    ]
    for (name, bytes) in broken {
      try await withTemporaryFolder { folder in
        let model = folder.appending(path: "\(name).gguf")
        try bytes.write(to: model)
        let engine = try RunningEngine(in: folder, model: model)
        #expect(engine.waitForExit() == 65, "\(name)")
        let error = engine.firstLine.error
        #expect(error?.code == "corrupt_file", "\(name)")
        #expect(error?.message_es.contains(model.path) == true)
        #expect(error?.message_en.contains(model.path) == true)
        #expect(!FileManager.default.fileExists(atPath: engine.socket.path))

        let check = try RunningEngine.run(["check", model.path])
        #expect(check.status == 65)
        #expect(check.lines.first?.error?.code == "corrupt_file")
      }
    }
  }

  @Test func `a damaged embedding model is refused too`() async throws {
    try await withTemporaryFolder { folder in
      let model = folder.appending(path: "e5.bin")
      try Data(contentsOf: TestParts.e5, options: .mappedIfSafe).prefix(5_000_000).write(to: model)
      let engine = try RunningEngine(in: folder, model: model, arguments: ["--kind", "e5"])
      #expect(engine.waitForExit() == 65)
      #expect(engine.firstLine.error?.code == "corrupt_file")
    }
  }

  @Test func `a missing model and an impossible socket are told`() async throws {
    try await withTemporaryFolder { folder in
      let missing = try RunningEngine(in: folder, model: folder.appending(path: "none.gguf"))
      #expect(missing.waitForExit() == 65)
      #expect(missing.firstLine.error?.code == "not_found")
      let long = try RunningEngine.run([
        "serve", "--socket", "/tmp/" + String(repeating: "x", count: 200), "--model", TestParts.e5.path, "--kind", "e5",
      ])
      // Its standard input is empty, so it may have ended as an orphan before it came to the socket.
      #expect(long.status == 65 ? long.lines.first?.error?.code == "invalid_request" : long.status == 0)
    }
  }

  @Test func `check prints what the file holds`() throws {
    let check = try RunningEngine.run(["check", TestParts.smolLM2.path])
    #expect(check.status == 0)
    #expect(check.lines.count == 1)
    #expect(check.lines.first?.architecture == "llama")
    #expect(check.lines.first?.context_tokens == 8_192)
    #expect(check.lines.first?.has_chat_template == true)
  }

  @Test func `quantize tells its progress and writes a model`() async throws {
    try await withTemporaryFolder { folder in
      let output = folder.appending(path: "q8.gguf").path
      let quantize = try RunningEngine.run(["quantize", TestParts.smolLM2.path, output, "Q8_0"])
      #expect(quantize.status == 0)
      let shares = quantize.lines.compactMap(\.progress)
      #expect(shares.count > 10)
      #expect(shares.last == 1)
      #expect(try RunningEngine.run(["check", output]).lines.first?.quantisation == "Q8_0")
      let refused = try RunningEngine.run(["quantize", TestParts.smolLM2.path, output + "2", "Q99"])
      #expect(refused.status == 65)
      #expect(refused.lines.first?.error?.code == "invalid_request")
    }
  }

  @Test(arguments: [
    ["--context", "1"], ["--threads", "none"], ["--max-queue", "-1"], ["--kind", "onnx"], ["--log-level", "x"],
  ])
  func `a wrong option is refused before anything is loaded`(_ option: [String]) throws {
    let run = try RunningEngine.run(["serve", "--socket", "/tmp/x.sock", "--model", "x"] + option)
    #expect(run.status == 64)
    #expect(run.lines.isEmpty)
  }

  /// The default model with another chat template in the place of its own.
  private func model(withTemplate template: String, in folder: URL) throws -> URL {
    var bytes = try Data(contentsOf: TestParts.smolLM2)
    let key = try #require(bytes.firstRange(of: Data("tokenizer.chat_template".utf8)))
    // After the key: the value's type (4 bytes), the text's length (8 bytes), the text.
    let length = bytes[(key.upperBound + 4)..<(key.upperBound + 12)].reversed().reduce(0) { $0 << 8 | Int($1) }
    let padding = String(repeating: " ", count: length - template.utf8.count - 4)
    let place = (key.upperBound + 12)..<(key.upperBound + 12 + length)
    bytes.replaceSubrange(place, with: Data("\(template){#\(padding)#}".utf8))
    let file = folder.appending(path: "template.gguf")
    try bytes.write(to: file)
    return file
  }

  @Test(arguments: ["{% if %}", "{% for a in range(4000000000) %}x{% endfor %}", "constant"])
  func `a template that can't be used, or eats memory without end, gives way to a known one`(
    _ template: String
  ) async throws {
    try await withTemporaryFolder { folder in
      let file = try model(withTemplate: template, in: folder)
      let engine = try RunningEngine(in: folder, model: file, arguments: ["--context", "256", "--trusted"])
      #expect(engine.isReady)
      try await engine.withClient { calls, _ in
        let description = try await calls.describe(.init())
        #expect(description.templateSource == .fallback)
        #expect(description.warnings.contains { $0.contains("chatml") })
        let text = try await calls.generate(.chat("Say hello.")) { response in
          try await response.messages.reduce(into: "") { $0 += $1.text }
        }
        #expect(!text.isEmpty)
      }
      try engine.closeInput()
      #expect(engine.waitForExit() == 0)
    }
  }
}
