import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

@Suite struct GGUFInspectorTests {
  @Test func `the default model passes and its facts are right`() throws {
    let facts = try GGUFInspector.inspect(path: TestParts.smolLM2.path)
    #expect(facts.version == 3)
    #expect(facts.architecture == "llama")
    #expect(facts.quantisation == "Q4_1")
    #expect(facts.parameterCount == 134_515_008)
    #expect(facts.tensorCount == 272)
    #expect(facts.contextTokens == 8192)
    #expect(facts.embeddingLength == 576)
    #expect(facts.blockCount == 30)
    #expect(facts.headCount == 9)
    #expect(facts.kvHeadCount == 3)
    #expect(facts.vocabularySize == 49152)
    #expect(facts.hasChatTemplate)
    #expect(!facts.isEmbeddingModel)
    let size = try FileManager.default.attributesOfItem(atPath: TestParts.smolLM2.path)[.size] as? Int
    #expect(facts.fileBytes == size)
    #expect(facts.weightBytes < facts.fileBytes && facts.weightBytes > facts.fileBytes * 9 / 10)
    // 30 layers × 3 heads × (64 + 64) numbers of 2 bytes a token.
    #expect(facts.kvBytes(contextTokens: 1024) == 30 * 3 * 128 * 2 * 1024)
    #expect(facts.kvBytes(contextTokens: .max) == .max)
    #expect(facts.kvBytes(contextTokens: -1) == 0)
  }

  @Test func `the default model's weights are all finite`() throws {
    try GGUFInspector.scanForNonFinite(path: TestParts.smolLM2.path)
  }

  @Test func `the default model cut anywhere is refused by name in both languages`() async throws {
    let whole = try Data(contentsOf: TestParts.smolLM2, options: .mappedIfSafe)
    let headerBytes = try GGUFHeader(path: TestParts.smolLM2.path).dataStart
    var random = SeededGenerator(seed: 50)
    let cuts =
      [0, 1, 3, 4, 8, 16, 24, headerBytes - 1, headerBytes, whole.count - 1]
      + (0..<rounds(20, soak: 1000)).map { _ in Int.random(in: 24..<headerBytes, using: &random) }
      + (0..<rounds(20, soak: 1000)).map { _ in Int.random(in: headerBytes..<whole.count, using: &random) }
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "cut.gguf")
      try whole.prefix(headerBytes).write(to: file)
      // Largest first: shrinking keeps the header; what lies behind it is a hole.
      for cut in cuts.sorted(by: >) {
        #expect(truncate(file.path, cut) == 0)
        let error = #expect(throws: SaraiError.self) { try GGUFInspector.inspect(path: file.path) }
        #expect(error?.code == .corruptFile, "cut at \(cut)")
        #expect(error?.message.es.contains("cut.gguf") == true && error?.message.en.contains("cut.gguf") == true)
        #expect(error?.message.es.contains("sarai pull") == true && error?.subject == file.path)
      }
    }
  }

  @Test func `a cut tensor is named with both sizes`() async throws {
    var sample = GGUFSample()
    sample.extraBytes = -100
    try await withTemporaryFolder { folder in
      let bytes = sample.file()
      let error = try #require(try inspectionError(of: bytes, in: folder))
      #expect(error.message.es.contains("«blk.1.ffn_up.weight»") && error.message.es.contains("\(bytes.count)"))
      #expect(error.message.en.contains("“blk.1.ffn_up.weight”") && error.message.en.contains("is cut"))
    }
  }

  @Test func `a header with per-layer heads, own head lengths and a pooling type is understood`() async throws {
    var sample = GGUFSample()
    sample["llama.attention.head_count"] = .int32s([4, 8])
    sample["llama.attention.head_count_kv"] = .int32s([2, 4])
    sample["llama.attention.key_length"] = .uint32(48)
    sample["llama.attention.value_length"] = .uint32(16)
    sample["llama.pooling_type"] = .uint32(1)
    sample["tokenizer.chat_template"] = .string(String(repeating: "x", count: 5000))
    try await withTemporaryFolder { folder in
      try expectAccepted(sample.file(), in: folder)
      let facts = try GGUFInspector.inspect(path: folder.appending(path: "x.gguf").path)
      #expect(facts.name == "Tiny" && facts.headCount == 8 && facts.kvHeadCount == 4 && facts.kvHeadTotal == 6)
      #expect(facts.keyLength == 48 && facts.valueLength == 16 && facts.isEmbeddingModel && facts.hasChatTemplate)
      #expect(facts.kvBytes(contextTokens: 10) == 6 * (48 + 16) * 2 * 10)
      // The file does not say; two kilobytes of 32-bit floats outweigh the rest.
      #expect(facts.quantisation == "F32")
    }
  }

  @Test func `a recurrent model needs no attention heads`() async throws {
    var sample = GGUFSample()
    sample["llama.attention.head_count"] = nil
    sample["llama.attention.head_count_kv"] = nil
    sample["llama.ssm.state_size"] = .uint32(16)
    try await withTemporaryFolder { folder in
      try expectAccepted(sample.file(), in: folder)
      let facts = try GGUFInspector.inspect(path: folder.appending(path: "x.gguf").path)
      #expect(facts.headCount == 0 && facts.kvBytes(contextTokens: 100) == 0)
    }
  }

  @Test func `what is no regular file is refused at once`() async throws {
    try await withTemporaryFolder { folder in
      let fifo = folder.appending(path: "fifo.gguf").path
      #expect(mkfifo(fifo, 0o600) == 0)
      for path in [fifo, folder.path, "/dev/zero"] {
        let error = #expect(throws: SaraiError.self) { try GGUFInspector.inspect(path: path) }
        #expect(error?.code == .corruptFile && error?.message.en.contains("not a regular file") == true)
      }
      let missing = #expect(throws: SaraiError.self) { try GGUFInspector.inspect(path: folder.path + "/none.gguf") }
      #expect(missing?.code == .notFound && missing?.cause != nil)
    }
  }

  @Test func `control characters of a hostile name do not reach the terminal`() async throws {
    var sample = GGUFSample()
    sample.tensors[1].name = "\u{1B}[2Jboo\u{202E}"
    sample.tensors[1].type = 99
    try await withTemporaryFolder { folder in
      let error = try #require(try inspectionError(of: sample.file(), in: folder))
      #expect(error.message.en.contains("boo"))
      #expect(!error.message.en.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
    }
  }
}
