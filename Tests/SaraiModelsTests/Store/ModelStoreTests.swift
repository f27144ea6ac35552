import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct ModelStoreTests {
  private struct Place {
    let folder: URL
    let store: ModelStore

    init(_ folder: URL, _ entries: [CatalogueEntry]) throws {
      self.folder = folder
      store = ModelStore(
        catalogue: try Catalogue(entries: entries), folder: folder.appending(path: "models").path,
        stateFolder: folder.appending(path: "state").path)
      try FileManager.default.createDirectory(
        at: folder.appending(path: "models"), withIntermediateDirectories: true)
    }

    @discardableResult
    func put(_ name: String, _ bytes: [UInt8], in sub: String = "models") throws -> String {
      let url = folder.appending(path: "\(sub)/\(name)")
      try Data(bytes).write(to: url)
      return url.path
    }
  }

  private static let facts = ModelFacts(
    name: "Mine", architecture: "llama", contextTokens: 2048, parameterCount: 7, generates: true)

  private func code(_ body: () throws -> Void) -> SaraiError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? SaraiError)?.code
    }
  }

  @Test func `files of the catalogue are found; the others are named with how to fetch them`() async throws {
    try await withTemporaryFolder { folder in
      let bytes = sampleBytes(1000)
      let place = try Place(
        folder, [sampleEntry("a", sha256: sha256(bytes)), sampleEntry("b"), sampleEntry("e", backend: .e5)])
      #expect(try place.store.installed().isEmpty)
      let path = try place.put("a.gguf", bytes)
      try place.put("stranger.gguf", bytes)
      #expect(try place.store.installed().map(\.id) == ["a"])
      let model = try place.store.find("a")
      #expect(model.path == path)
      #expect(model.sizeBytes == 1000)
      #expect(model.expectedSHA256 == sha256(bytes))
      #expect(try await place.store.verify(model) == sha256(bytes))
      do {
        let error = try #require(await fault { _ = try place.store.find("b") })
        #expect(error.code == .modelNotFound)
        #expect(error.message.es.contains("sarai pull b") && error.message.en.contains("sarai pull b"))
        let embedder = try #require(await fault { _ = try place.store.find("e") })
        #expect(embedder.message.en.contains("sarai pull e"))
      }
      #expect(code { _ = try place.store.find("zzz") } == .modelNotFound)
      #expect(code { _ = try place.store.find(String(repeating: "é", count: 5000)) } == .modelNotFound)
    }
  }

  @Test func `a file that is not what the catalogue says is named with both hashes and the command`() async throws {
    try await withTemporaryFolder { folder in
      let bytes = sampleBytes(1000)
      let place = try Place(folder, [sampleEntry("a", size: 1000, sha256: sha256(bytes))])
      let path = try place.put("a.gguf", sampleBytes(1000, seed: 2))
      do {
        let error = try #require(await fault { _ = try await place.store.verify(try place.store.find("a")) })
        #expect(error.code == .corruptFile)
        for part in [path, sha256(bytes), sha256(sampleBytes(1000, seed: 2)), "sarai pull a"] {
          #expect(error.message.en.contains(part) && error.message.es.contains(part))
        }
      }
      // The wrong size is found without reading.
      try place.put("a.gguf", [1])
      await #expect(throws: SaraiError.self) { try await place.store.verify(try place.store.find("a")) }
    }
  }

  @Test func `a registered file stays where it is, keeps its hash, and is only forgotten`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [sampleEntry("a")])
      let path = try place.put("My Model (v2).gguf", sampleBytes(500), in: "")
      let model = try await place.store.register(file: path, facts: Self.facts)
      #expect(model.id == "my-model--v2-")
      #expect(model.isExternal)
      #expect(model.entry.contextTokens == 2048)
      // Again, and from another process's view: the same.
      #expect(try await place.store.register(file: path, facts: Self.facts) == model)
      #expect(try Place(folder, [sampleEntry("a")]).store.installed() == [model])

      try place.put("My Model (v2).gguf", sampleBytes(500, seed: 9), in: "")
      await #expect(throws: SaraiError.self) { try await place.store.verify(try place.store.find(model.id)) }

      let removal = try place.store.remove(model.id)
      #expect(removal == .init(id: model.id, path: path, freedBytes: 0, isFileKept: true))
      #expect(fileExists(path))
      #expect(try place.store.installed().isEmpty)
      #expect(code { _ = try place.store.remove(model.id) } == .modelNotFound)
    }
  }

  @Test func `a registered file that has gone is said to be gone, and can be removed`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [])
      let path = try place.put("x.gguf", sampleBytes(500), in: "")
      _ = try await place.store.register(file: path, facts: Self.facts)
      try FileManager.default.removeItem(atPath: path)
      #expect(try place.store.installed().isEmpty)
      do {
        let error = try #require(await fault { _ = try place.store.find("x") })
        #expect(error.message.en.contains("is gone") && error.message.en.contains("sarai rm x"))
      }
      #expect(try place.store.remove("x").isFileKept)
    }
  }

  @Test func `a file with the hash of a catalogue entry becomes that entry, whatever its name`() async throws {
    try await withTemporaryFolder { folder in
      let bytes = sampleBytes(1000)
      let place = try Place(folder, [sampleEntry("a", sha256: sha256(bytes))])
      let path = try place.put("from-a-stick.gguf", bytes, in: "")
      let model = try await place.store.register(file: path, facts: Self.facts)
      #expect(model.id == "a" && model.path == path && model.isExternal)
      #expect(try place.store.find("a") == model)
    }
  }

  @Test func `two files cannot share an id, nor take one of the catalogue`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [sampleEntry("a")])
      try FileManager.default.createDirectory(
        at: folder.appending(path: "other"), withIntermediateDirectories: true)
      let first = try place.put("x.gguf", sampleBytes(10), in: "")
      let second = try place.put("x.gguf", sampleBytes(20), in: "other")
      let third = try place.put("a.gguf", sampleBytes(20), in: "other")
      _ = try await place.store.register(file: first, facts: Self.facts)
      await #expect(throws: SaraiError.self) { try await place.store.register(file: second, facts: Self.facts) }
      await #expect(throws: SaraiError.self) { try await place.store.register(file: third, facts: Self.facts) }
      #expect(try place.store.find("x").path == first)
    }
  }

  @Test func `removing deletes the file, says what it frees, and touches nothing outside`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [sampleEntry("a"), sampleEntry("b")])
      let path = try place.put("a.gguf", sampleBytes(1234))
      let outside = try place.put("outside.gguf", sampleBytes(10), in: "")
      try FileManager.default.createSymbolicLink(
        atPath: folder.appending(path: "models/b.gguf").path, withDestinationPath: outside)
      for hostile in ["../outside.gguf", "/etc/passwd", "..", ".", "", "a/../b", "a\u{0}b", "registry.json"] {
        #expect(code { _ = try place.store.remove(hostile) } == .modelNotFound)
      }
      #expect(try place.store.remove("a").freedBytes == 1234)
      #expect(!fileExists(path))
      // A link is taken away, what it points to is not.
      _ = try place.store.remove("b")
      #expect(fileExists(outside))
    }
  }

  @Test func `what a given-up download left is removed too`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [sampleEntry("a")])
      try place.put("a.gguf.part", sampleBytes(70))
      try place.put("a.gguf.part.json", [1])
      try place.put(".a.whl.part", sampleBytes(30))
      #expect(try place.store.remove("a").freedBytes == 100)
      let left = try FileManager.default.contentsOfDirectory(atPath: place.store.folder)
      #expect(left.filter { !$0.hasSuffix(".lock") }.isEmpty)
    }
  }

  @Test func `a model that is being fetched cannot be removed`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [sampleEntry("a")])
      try place.put("a.gguf", [1])
      let lock = try place.store.lockIfFree("a")
      #expect(lock != nil)
      #expect(code { _ = try place.store.remove("a") } == .busy)
      withExtendedLifetime(lock) {}
    }
  }

  @Test(arguments: ["", "{", "[]", "{\"version\":9,\"models\":{}}", "{\"version\":1}"])
  func `a damaged registry is named with what to do, and never overwritten`(junk: String) async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [sampleEntry("a")])
      let path = try place.put("registry.json", Array(junk.utf8))
      #expect(code { _ = try place.store.installed() } == .corruptFile)
      #expect(code { try place.store.pin("a", sha256: "0") } == .corruptFile)
      #expect(try contents(path) == Array(junk.utf8))
    }
  }

  @Test func `a registry written by a stranger cannot name files with impossible ids`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [])
      let record = """
        {"version":1,"models":{"../x":{"path":"/etc/passwd","sha256":"0","createdSeconds":0,"local":{"name":"x",
        "kind":"chat","contextTokens":1}}}}
        """
      try place.put("registry.json", Array(record.utf8))
      #expect(try place.store.installed().isEmpty)
    }
  }

  @Test func `many writers at once lose nothing`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, (0..<20).map { sampleEntry("m\($0)") })
      await withTaskGroup(of: Void.self) { group in
        for index in 0..<20 {
          let store = place.store
          group.addTask { #expect(throws: Never.self) { try store.pin("m\(index)", sha256: "\(index)") } }
        }
      }
      #expect(try place.store.registry.records().count == 20)
    }
  }

  @Test(arguments: [
    ("Qwen3-4B-Q4_K_M.gguf", "qwen3-4b-q4_k_m"), ("ñandú.gguf", "and-"), ("...gguf", "local-"),
    ("tiny.gguf", "local-tiny"),
    (String(repeating: "x", count: 300) + ".GGUF", String(repeating: "x", count: 60)),
  ])
  func `a file's name becomes an id`(name: String, id: String) {
    #expect(ModelStore.identifier(forFile: name) == id)
  }

  @Test(
    arguments: [
      (0, "0 B"), (999, "999 B"), (1000, "1,0 kB"), (92_871_040, "93 MB"), (5_027_783_488, "5,0 GB"),
      (9_960_000, "10 MB"),
      (999_600, "1,0 MB"),
    ] as [(Int64, String)])
  func `sizes read well`(bytes: Int64, text: String) {
    #expect(byteSize(bytes).es == text)
    #expect(byteSize(bytes).en == text.replacing(",", with: "."))
  }
}
