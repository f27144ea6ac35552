import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// Variants of models, made by the real quantiser.
@Suite struct VariantTests {
  private static func store(_ folder: URL, _ entries: [CatalogueEntry]) throws -> ModelStore {
    let store = ModelStore(
      catalogue: try Catalogue(entries: entries), folder: folder.appending(path: "models").path,
      stateFolder: folder.appending(path: "state").path)
    try FileManager.default.createDirectory(atPath: store.folder, withIntermediateDirectories: true)
    return store
  }

  private static func puller(
    _ store: ModelStore, freeBytes: Int64? = nil, engine: String = TestParts.executable("sarai-engine").path
  ) -> Puller {
    var policy = Downloader.Policy()
    if let freeBytes { policy.freeBytes = { _ in freeBytes } }
    return Puller(
      store: store, engine: EngineTool(executable: engine, environment: ProcessInfo.processInfo.environment),
      environment: [:], isOffline: true, policy: policy)
  }

  @Test func `a variant is installed under an id of its own, kept, found again and removed`() async throws {
    try await withTemporaryFolder { folder in
      let store = try Self.store(folder, [sampleEntry("base", file: "base.gguf")])
      try FileManager.default.createSymbolicLink(
        atPath: store.folder + "/base.gguf", withDestinationPath: TestParts.smolLM2.path)
      let told = Recorder<Double>()
      let puller = Self.puller(store)
      let model = try await puller.quantise("base", as: .q2K) {
        if case .quantising(_, let fraction) = $0 { told.add(fraction) }
      }
      #expect(model.id == "base-q2_k" && model.path == store.folder + "/base-q2_k.gguf")
      #expect(model.sizeBytes < 98_362_432)
      #expect(model.entry.source == .derived(from: "base", type: .q2K) && !model.isExternal)
      #expect(model.expectedSHA256 == (try await HashMemo.compute(model.path) { _, _ in }))
      #expect(told.all.last == 1 && told.all == told.all.sorted())
      #expect(!fileExists(store.folder + "/.base-q2_k.making"))
      #expect(try store.installed().map(\.id) == ["base", "base-q2_k"])

      // There already: nothing is made.
      let again = try await puller.quantise("base", as: .q2K) {
        if case .quantising = $0 { Issue.record("made again") }
      }
      #expect(again == model)
      // Damaged: made again.
      try write([1, 2, 3], to: model.path)
      #expect(try await puller.quantise("base", as: .q2K).sizeBytes == model.sizeBytes)

      let removal = try store.remove("base-q2_k")
      #expect(removal.freedBytes == model.sizeBytes && !fileExists(model.path))
      #expect(await fault { _ = try store.find("base-q2_k") }?.code == .modelNotFound)
    }
  }

  @Test func `a variant that the catalogue knows gets its id there`() async throws {
    try await withTemporaryFolder { folder in
      let store = try Self.store(
        folder,
        [sampleEntry("base", file: "base.gguf"), sampleEntry("small", source: .derived(from: "base", type: .q4_0))])
      try FileManager.default.createSymbolicLink(
        atPath: store.folder + "/base.gguf", withDestinationPath: TestParts.smolLM2.path)
      #expect(try await Self.puller(store).quantise("base", as: .q4_0).id == "small")
    }
  }

  @Test func `what makes no sense is refused before anything is made`() async throws {
    try await withTemporaryFolder { folder in
      let store = try Self.store(
        folder,
        [
          sampleEntry("base", file: "base.gguf"), sampleEntry("other", file: "other.gguf"),
          CatalogueEntry(
            id: "e5", name: "e5", kind: .embeddings, backend: .e5, file: "e5.bin", sizeBytes: nil, sha256: nil,
            licence: "", languages: [], contextTokens: 512, parameterCount: nil, roles: [], draft: nil, source: .local,
            notes: nil),
        ])
      try FileManager.default.createSymbolicLink(
        atPath: store.folder + "/base.gguf", withDestinationPath: TestParts.smolLM2.path)
      try write([1], to: store.folder + "/e5.bin")
      let puller = Self.puller(store)
      // The file is Q4_1: neither the same again nor more bits.
      for type in [QuantisationType.q4_1, .q5_0, .q6K, .q8_0] {
        let error = await fault { _ = try await puller.quantise("base", as: type) }
        #expect(error?.code == .invalidRequest && error?.message.en.contains("Q4_1 already") == true, "\(type)")
        #expect(error?.message.es.contains("Q4_0") == true)
      }
      for name in ["", "Große", "other", "base", "draft", "../x", String(repeating: "a", count: 65)] {
        let error = await fault { _ = try await puller.quantise("base", as: .q4_0, name: name) }
        #expect(error?.code == .invalidRequest, "\(name)")
      }
      #expect(await fault { _ = try await puller.quantise("e5", as: .q4_0) }?.code == .invalidRequest)
      #expect(await fault { _ = try await puller.quantise("other", as: .q4_0) }?.code == .modelNotFound)
      #expect(await fault { _ = try await puller.quantise("nobody", as: .q4_0) }?.code == .modelNotFound)
      let full = Self.puller(store, freeBytes: 1_000)
      #expect(await fault { _ = try await full.quantise("base", as: .q4_0) }?.code == .insufficientResources)
      #expect(throws: SaraiError.self) { try QuantisationType(asking: "Q9_9") }
      #expect(try QuantisationType(asking: "q4_k_m") == .q4KM)

      // Files that nobody registered are not written over.
      try write([7], to: store.folder + "/mine.gguf")
      #expect(await fault { _ = try await puller.quantise("base", as: .q4_0, name: "mine") }?.code == .invalidRequest)
      #expect(try contents(store.folder + "/mine.gguf") == [7])
      #expect(try store.installed().map(\.id) == ["base", "e5"])
    }
  }

  @Test func `libllama's names of types are ours`() {
    #expect(QuantisationType(libraryName: "Q4_1") == .q4_1)
    #expect(QuantisationType(libraryName: "Q4_K - Medium") == .q4KM)
    #expect(QuantisationType(libraryName: "Q4_K - Small") == .q4KS)
    #expect(QuantisationType(libraryName: "F16") == nil)
  }
}
