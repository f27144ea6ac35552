import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct DownloaderTests {
  private static let bytes = sampleBytes(600_000)
  private static let hash = sha256(bytes)
  private static let file = OfferedFile(bytes: bytes)

  @Test func `a file arrives whole, and only then has its name`() async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request) }) { bench in
      let told = Recorder<TransferProgress>()
      let result = try await bench.download(sha256: Self.hash, size: 600_000) {
        #expect(!fileExists(bench.destination))
        told.add($0)
      }
      #expect(result == .init(sha256: Self.hash, isHashKnownBefore: true))
      #expect(try contents(bench.destination) == Self.bytes)
      #expect(!fileExists(bench.part) && !fileExists(bench.part + ".json"))
      #expect(told.all.last?.bytes == 600_000 && told.all.last?.totalBytes == 600_000)
      #expect(bench.server.requests.count == 1)
      #expect(bench.server.requests[0].headers["accept-encoding"] == "identity")
    }
  }

  @Test(arguments: 1...6)
  func `a connection cut at random places, again and again, costs no byte twice`(seed: UInt64) async throws {
    var generator = SeededGenerator(seed)
    let cuts = (0..<12).map { _ in Int.random(in: 0...90_000, using: &generator) }
    try await DownloadBench.with({ request, index in
      let reply = Self.file.reply(to: request)
      return index < cuts.count ? reply.cut(after: cuts[index]) : reply
    }) { bench in
      try await bench.download(sha256: seed.isMultiple(of: 2) ? Self.hash : nil, size: 600_000)
      #expect(try contents(bench.destination) == Self.bytes)
      var next = 0
      for request in bench.server.requests.dropFirst() {
        let start = request.rangeStart ?? 0
        #expect(start >= next)
        if start > 0 { #expect(request.headers["if-range"] == "\"v1\"") }
        next = start
      }
      #expect(next > 0)
    }
  }

  @Test func `a connection that drops at once with what it sent makes slower, not wrong`() async throws {
    try await DownloadBench.with({ request, index in
      let reply = Self.file.reply(to: request)
      return index < 20 ? reply.cut(after: 40_000, ending: .close) : reply
    }) { bench in
      try await bench.download(sha256: Self.hash, policy: bench.policy { $0.maximumIdleAttempts = 50 })
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `a download that was cancelled goes on from where it was, in another process too`() async throws {
    try await DownloadBench.with({ request, index in
      let reply = Self.file.reply(to: request)
      return index == 0 ? reply.cut(after: 250_000, ending: .hang) : reply
    }) { bench in
      let (arrived, arrive) = AsyncStream.makeStream(of: Int64.self)
      let task = Task {
        var policy = bench.policy()
        policy.spareBytes = 0
        let transport = HTTPTransport(proxies: ProxySettings(environment: [:]))
        defer { Task { await transport.shutdown() } }
        var part = try await PartFile.open(
          destination: bench.destination, url: bench.server.url + "/m.gguf", sha256: Self.hash)
        try part.restart()
        let downloader = Downloader(transport: transport, policy: policy)
        return try await downloader.download(
          .init(urls: [bench.server.url + "/m.gguf"], sha256: Self.hash), to: bench.destination
        ) { arrive.yield($0.bytes) }
      }
      for await _ in arrived { break }
      while try contents(bench.part).count < 250_000 { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      await bench.server.waitForHangUp()
      #expect(!fileExists(bench.destination))

      try await bench.download(sha256: Self.hash)
      #expect(bench.server.requests.last?.rangeStart == 250_000)
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `a server that ignores ranges is read from the start`() async throws {
    try await DownloadBench.with({ _, index in
      let reply = ScriptedServer.Reply.whole(200, ["ETag": "\"v1\""], body: Self.bytes)
      return index == 0 ? reply.cut(after: 100_000) : reply
    }) { bench in
      try await bench.download(sha256: Self.hash)
      #expect(bench.server.requests.map(\.rangeStart) == [nil, 100_000])
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `a file that changed meanwhile is not glued to the old one`() async throws {
    let newer = OfferedFile(bytes: sampleBytes(500_000, seed: 5), etag: "\"v2\"")
    try await DownloadBench.with({ request, index in
      index == 0 ? Self.file.reply(to: request).cut(after: 100_000) : newer.reply(to: request)
    }) { bench in
      let result = try await bench.download(sha256: nil)
      #expect(result == .init(sha256: sha256(newer.bytes), isHashKnownBefore: false))
      #expect(try contents(bench.destination) == newer.bytes)
    }
  }

  @Test func `a part with another validator than asked for is not glued either`() async throws {
    let newer = OfferedFile(bytes: sampleBytes(600_000, seed: 5), etag: "\"v2\"")
    try await DownloadBench.with({ request, index in
      if index == 0 { return Self.file.reply(to: request).cut(after: 100_000) }
      // Ignores If-Range: a broken cache.
      var careless = request
      careless.headers["if-range"] = nil
      return newer.reply(to: careless)
    }) { bench in
      try await bench.download(sha256: nil)
      #expect(bench.server.requests.map(\.rangeStart) == [nil, 100_000, nil])
      #expect(try contents(bench.destination) == newer.bytes)
    }
  }

  @Test func `without a validator and without a hash nothing is resumed by another process`() async throws {
    let plain = OfferedFile(bytes: Self.bytes, etag: nil)
    try await DownloadBench.with({ request, index in
      index == 0 ? plain.reply(to: request).cut(after: 100_000) : plain.reply(to: request)
    }) { bench in
      let impatient = bench.policy { $0.maximumAttempts = 1 }
      _ = try await bench.fault(sha256: nil, policy: impatient)
      try await bench.download(sha256: nil)
      #expect(bench.server.requests.map(\.rangeStart) == [nil, nil])
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `where the hash is known, another address goes on with the part of the first`() async throws {
    try await DownloadBench.with({ request, index in
      if request.target == "/first" {
        return index == 0 ? Self.file.reply(to: request).cut(after: 100_000) : .whole(404)
      }
      return OfferedFile(bytes: Self.bytes, etag: "\"other\"").reply(to: request)
    }) { bench in
      try await bench.download(sha256: Self.hash, urls: [bench.server.url + "/first", bench.server.url + "/second"])
      #expect(bench.server.requests.map(\.rangeStart) == [nil, 100_000, 100_000])
      #expect(bench.server.requests.last?.headers["if-range"] == nil)
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `a server that always sends less than it says is given up`() async throws {
    try await DownloadBench.with({ _, _ in
      ScriptedServer.Reply(200, ["Content-Length": "600000"], raw: Array(Self.bytes.prefix(1000)))
    }) { bench in
      let error = try await bench.fault(sha256: Self.hash, policy: bench.policy { $0.maximumAttempts = 20 })
      #expect(error.code == .network)
      #expect(bench.server.requests.count <= 20)
    }
  }

  @Test(arguments: [599_999, 600_001, 6_000_000_000_000_000, 1])
  func `a length that is not the catalogue's is refused before the body`(length: Int) async throws {
    try await DownloadBench.with({ _, _ in
      ScriptedServer.Reply(200, ["Content-Length": "\(length)"], raw: Self.bytes)
    }) { bench in
      let error = try await bench.fault(sha256: Self.hash, size: 600_000)
      #expect(error.code == .network)
      #expect(error.message.en.contains("\(length)") && error.message.en.contains("600000"))
      #expect(bench.server.requests.count == 1)
    }
  }

  @Test func `a body that goes on beyond its length does not reach the file`() async throws {
    try await DownloadBench.with({ _, _ in
      ScriptedServer.Reply(200, ["Content-Length": "1000"], raw: Array(Self.bytes.prefix(5000)))
    }) { bench in
      try await bench.download(sha256: sha256(Array(Self.bytes.prefix(1000))))
      #expect(try contents(bench.destination).count == 1000)
    }
  }

  @Test func `chunks beyond the known size are refused`() async throws {
    let chunk = Array("186a0\r\n".utf8) + Self.bytes.prefix(100_000) + Array("\r\n".utf8)
    try await DownloadBench.with({ _, _ in
      ScriptedServer.Reply(
        200, ["Transfer-Encoding": "chunked"], raw: chunk + chunk + chunk + Array("0\r\n\r\n".utf8))
    }) { bench in
      let error = try await bench.fault(sha256: Self.hash, size: 150_000)
      #expect(error.code == .network)
      #expect(bench.server.requests.count == 3)
    }
  }

  @Test func `chunks of an unknown size are a file where the hash says so`() async throws {
    let chunk = Array("186a0\r\n".utf8) + Self.bytes.prefix(100_000) + Array("\r\n0\r\n\r\n".utf8)
    try await DownloadBench.with({ _, _ in
      ScriptedServer.Reply(200, ["Transfer-Encoding": "chunked"], raw: chunk)
    }) { bench in
      try await bench.download(sha256: sha256(Array(Self.bytes.prefix(100_000))))
      #expect(try contents(bench.destination).count == 100_000)
    }
  }

  @Test func `an answer of no length needs a hash to be believed`() async throws {
    try await DownloadBench.with({ _, _ in ScriptedServer.Reply(200, [:], raw: Self.bytes) }) { bench in
      let error = try await bench.fault(sha256: nil)
      #expect(error.code == .network)
      try await bench.download(sha256: Self.hash)
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test(arguments: [
    "bytes 0-599999/600000", "bytes 100001-599999/600000", "bytes 100000-99999/600000", "bytes 100000-599999/1",
    "bytes 100000-599999/700000", "items 100000-599999/600000", "bytes -5-599999/600000", "bytes */600000", "",
    "bytes 100000-599999999999999999999/600000",
  ])
  func `a part that is not the one asked for is not written`(range: String) async throws {
    try await DownloadBench.with({ request, index in
      switch index {
      case 0: return Self.file.reply(to: request).cut(after: 100_000)
      case 1: return .whole(206, ["Content-Range": range, "ETag": "\"v1\""], body: Array(Self.bytes[100_000...]))
      default: return Self.file.reply(to: request)
      }
    }) { bench in
      try await bench.download(sha256: Self.hash)
      #expect(bench.server.requests.map(\.rangeStart) == [nil, 100_000, nil])
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `wrong bytes never get the name, and both hashes are told`() async throws {
    let wrong = OfferedFile(bytes: sampleBytes(600_000, seed: 99))
    try await DownloadBench.with({ request, _ in wrong.reply(to: request) }) { bench in
      let error = try await bench.fault(sha256: Self.hash, size: 600_000)
      #expect(error.code == .corruptFile)
      #expect(error.message.en.contains(Self.hash) && error.message.en.contains(sha256(wrong.bytes)))
      #expect(!fileExists(bench.part) && !fileExists(bench.part + ".json"))
    }
  }

  @Test func `wrong bytes in the rest of a file are fetched again from the start, once`() async throws {
    let wrong = OfferedFile(bytes: sampleBytes(600_000, seed: 99))
    try await DownloadBench.with({ request, index in
      switch index {
      case 0: Self.file.reply(to: request).cut(after: 100_000)
      case 1: wrong.reply(to: request)
      default: Self.file.reply(to: request)
      }
    }) { bench in
      try await bench.download(sha256: Self.hash)
      #expect(bench.server.requests.map(\.rangeStart) == [nil, 100_000, nil])
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test(arguments: ["", "{", "{\"url\":5}", "null"])
  func `a torn note beside a part means starting over`(note: String) async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request) }) { bench in
      try write(Array(repeating: 7, count: 1000), to: bench.part)
      try write(Array(note.utf8), to: bench.part + ".json")
      try await bench.download(sha256: Self.hash)
      #expect(bench.server.requests.map(\.rangeStart) == [nil])
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `a part that somebody damaged or lengthened is found by its hash`() async throws {
    for (damage, size) in [(true, 100_000), (false, 700_000), (false, 600_000)] {
      try await DownloadBench.with({ request, index in
        let reply = Self.file.reply(to: request)
        return index == 0 ? reply.cut(after: 100_000) : reply
      }) { bench in
        _ = try await bench.fault(sha256: Self.hash, policy: bench.policy { $0.maximumAttempts = 1 })
        var part = try contents(bench.part)
        #expect(part.count == 100_000)
        if damage { part[50] ^= 1 }
        part += Array(repeating: 0, count: size - part.count)
        try Data(part).write(to: URL(filePath: bench.part))
        try await bench.download(sha256: Self.hash, size: 600_000)
        #expect(try contents(bench.destination) == Self.bytes)
      }
    }
  }

  @Test func `a whole part whose process died before it got its name is not fetched again`() async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request).cut(after: 599_999) }) { bench in
      _ = try await bench.fault(sha256: Self.hash, policy: bench.policy { $0.maximumAttempts = 1 })
      try Data(Self.bytes).write(to: URL(filePath: bench.part))
      try await bench.download(sha256: Self.hash, size: 600_000)
      #expect(bench.server.requests.count == 1)
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test func `a link in the place of the part is not written through`() async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request) }) { bench in
      let victim = bench.destination + ".victim"
      try write(Array("precious".utf8), to: victim)
      try FileManager.default.createSymbolicLink(atPath: bench.part, withDestinationPath: victim)
      let error = try await bench.fault(sha256: Self.hash)
      #expect(error.code == .forbidden)
      #expect(try contents(victim) == Array("precious".utf8))
    }
  }
}
