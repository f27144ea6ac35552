import Foundation
import SaraiCore
import Testing
import TestSupport

@testable import SaraiInference

struct E5Tests {
  private func cosine(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private func load() async throws -> EmbeddingEngine {
    try await EmbeddingEngine.load(
      EngineOptions(
        modelPath: TestParts.e5.path, modelName: "e5", modelSHA256: nil, isTrusted: true, contextTokens: 512,
        cacheFolder: nil, threads: nil, maximumQueue: 4, log: { _, _ in }, onHang: { _ in }))
  }

  private func vectors(_ engine: EmbeddingEngine, _ texts: [String]) async throws -> [[Float]] {
    try await engine.embed(
      EmbeddingRequest(model: "", texts: texts, purpose: .passage, client: "test", requestID: "test")
    ).vectors
  }

  @Test func `sentences that mean the same are nearer, also across languages`() async throws {
    let engine = try await load()
    let found = try await vectors(
      engine,
      [
        "El gato duerme en el sofá.", "The cat is sleeping on the couch.", "Un felino descansa sobre el sillón.",
        "La bolsa de Nueva York cayó un dos por ciento.", "The stock market fell two percent.",
      ])
    #expect(cosine(found[0], found[1]) > cosine(found[0], found[3]))
    #expect(cosine(found[0], found[2]) > cosine(found[0], found[4]))
    #expect(cosine(found[3], found[4]) > cosine(found[3], found[1]))
    for vector in found {
      #expect(vector.count == 384)
      #expect(abs(cosine(vector, vector) - 1) < 1e-4)
    }
  }

  @Test func `hostile texts give a vector or a clear error`() async throws {
    let engine = try await load()
    // U+FDFA grows to eighteen characters: more than the C code reserves for its three bytes.
    let texts = [
      "", "\0", "a\0b", String(repeating: "\u{FDFA}", count: 300), String(repeating: "x", count: 5_000), "😀\u{202E}",
    ]
    for vector in try await vectors(engine, texts) { #expect(vector.allSatisfy { $0.isFinite }) }
    let long = await #expect(throws: SaraiError.self) {
      try await vectors(engine, [String(repeating: "palabra ", count: 20_000)])
    }
    #expect(long?.code == .contextOverflow)
    #expect(long?.message.en.contains("8192") == true)
  }

  @Test func `the number of texts decides nothing about a text's vector`() async throws {
    let engine = try await load()
    let alone = try await vectors(engine, ["hola mundo"])
    let together = try await vectors(engine, ["otra cosa", "hola mundo"])
    #expect(alone[0] == together[1])
  }

  @Test func `it does not pretend to write text`() async throws {
    let engine = try await load()
    #expect(!engine.description.generates)
    let error = await #expect(throws: SaraiError.self) {
      try await engine.generate(RealModel.request(.text("hola"))) { _ in }
    }
    #expect(error?.code == .notAvailable)
  }

  @Test func `every damaged header is refused before the C code sees it`() throws {
    let good = try Data(contentsOf: TestParts.e5, options: .mappedIfSafe)
    #expect(throws: Never.self) { try E5File(good) }
    func spoiled(_ offset: Int, _ bytes: [UInt8]) -> Data {
      var copy = Data(good)
      copy.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
      return copy
    }
    let minusOne = [UInt8](repeating: 0xFF, count: 4)
    // Each number of the header in turn, negative and zero; but for the token types (32), which nothing reads.
    for offset in stride(from: 0, to: 44, by: 4) where offset != 32 {
      #expect(throws: E5File.Fault.self) { try E5File(spoiled(offset, minusOne)) }
      #expect(throws: E5File.Fault.self) { try E5File(spoiled(offset, [0, 0, 0, 0])) }
    }
    #expect(throws: E5File.Fault.self) { try E5File(spoiled(64, [UInt8](repeating: 0x7F, count: 8))) }
    for count in [0, 3, 60, 5_000, 4_600_000, good.count - 1] {
      #expect(throws: E5File.Fault.self) { try E5File(good.prefix(count)) }
    }
  }
}
