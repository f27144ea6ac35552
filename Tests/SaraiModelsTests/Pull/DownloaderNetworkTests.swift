import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// Servers that refuse, redirect or are not there; proxies; disks.
@Suite struct DownloaderNetworkTests {
  private static let bytes = sampleBytes(600_000)
  private static let hash = sha256(bytes)
  private static let file = OfferedFile(bytes: bytes)

  @Test(arguments: [404, 410, 403, 401, 451, 400])
  func `a refusal is told with what to do, and the next address is tried`(status: Int) async throws {
    try await DownloadBench.with({ request, _ in
      request.target == "/m.gguf" ? Self.file.reply(to: request) : .whole(status, text: "no")
    }) { bench in
      let error = try await bench.fault(sha256: Self.hash, urls: [bench.server.url + "/gone"])
      #expect(error.message.en.contains("\(status)"))
      #expect(error.code == (status == 404 || status == 410 ? .notFound : .network))
      try await bench.download(sha256: Self.hash, urls: [bench.server.url + "/gone", bench.server.url + "/m.gguf"])
      #expect(try contents(bench.destination) == Self.bytes)
    }
  }

  @Test(arguments: [500, 502, 503, 504, 429, 408])
  func `a server in trouble is asked again, with longer and longer pauses`(status: Int) async throws {
    try await DownloadBench.with({ request, index in
      index < 4 ? .whole(status, text: "later") : Self.file.reply(to: request)
    }) { bench in
      try await bench.download(sha256: Self.hash)
      #expect(bench.pauses.all == [1, 2, 4, 8])
    }
    try await DownloadBench.with({ _, _ in .whole(status, text: "never") }) { bench in
      let error = try await bench.fault(sha256: Self.hash)
      #expect(error.message.en.contains("\(status)"))
      #expect(bench.server.requests.count == 6)
    }
  }

  @Test func `Retry-After is waited for, within reason`() async throws {
    try await DownloadBench.with({ request, index in
      index == 0 ? .whole(429, ["Retry-After": "17"]) : Self.file.reply(to: request)
    }) { bench in
      try await bench.download(sha256: Self.hash)
      #expect(bench.pauses.all == [17])
    }
    for patience in ["86400", "99999999999999999999"] {
      try await DownloadBench.with({ _, _ in .whole(503, ["Retry-After": patience]) }) { bench in
        _ = try await bench.fault(sha256: Self.hash, policy: bench.policy { $0.maximumIdleAttempts = 2 })
        #expect(bench.pauses.all.allSatisfy { $0 < 121 })
      }
    }
  }

  @Test func `a range that does not exist leads back to the start`() async throws {
    try await DownloadBench.with({ request, index in
      switch index {
      case 0: Self.file.reply(to: request).cut(after: 100_000)
      case 1: .whole(416, ["Content-Range": "bytes */10"])
      default: Self.file.reply(to: request)
      }
    }) { bench in
      try await bench.download(sha256: Self.hash)
      #expect(try contents(bench.destination) == Self.bytes)
    }
    try await DownloadBench.with({ _, _ in .whole(416) }) { bench in
      let error = try await bench.fault(sha256: Self.hash)
      #expect(error.message.en.contains("416"))
      #expect(bench.server.requests.count == 3)
    }
  }

  @Test func `redirects are followed, and the hub's own hash is held against the file`() async throws {
    let script: @Sendable (String) -> ScriptedServer.Script = { etag in
      { request, _ in
        request.target == "/storage"
          ? Self.file.reply(to: request)
          : .whole(302, ["Location": "/storage", "X-Linked-ETag": "\"\(etag)\"", "X-Linked-Size": "600000"])
      }
    }
    try await DownloadBench.with(script(Self.hash)) { bench in
      let result = try await bench.download(sha256: nil)
      #expect(result == .init(sha256: Self.hash, isHashKnownBefore: true))
    }
    try await DownloadBench.with(script(String(repeating: "0", count: 64))) { bench in
      let error = try await bench.fault(sha256: nil)
      #expect(error.code == .corruptFile)
    }
    try await DownloadBench.with(script("not-a-hash")) { bench in
      let result = try await bench.download(sha256: nil)
      #expect(result.isHashKnownBefore == false)
    }
  }

  @Test(arguments: [
    "http://example.invalid/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://user:key@127.0.0.1/", "", "http://",
    "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://127.0.0.1:0/",
  ])
  func `a redirect to an unsafe address is not followed`(location: String) async throws {
    try await DownloadBench.with({ _, _ in .whole(302, ["Location": location]) }) { bench in
      let error = try await bench.fault(sha256: Self.hash, policy: bench.policy { $0.maximumIdleAttempts = 1 })
      #expect(error.code == .network)
      #expect(bench.server.requests.count <= 10)
    }
  }

  @Test func `redirects without end are cut`() async throws {
    try await DownloadBench.with({ _, index in .whole(302, ["Location": "/again-\(index)"]) }) { bench in
      let error = try await bench.fault(sha256: Self.hash)
      #expect(error.message.en.contains("too many times"))
      #expect(bench.server.requests.count == 9)
    }
  }

  @Test(arguments: ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
  func `a proxy variable leads through the proxy, NO_PROXY past it`(variable: String) async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request) }) { bench in
      // Nobody listens there: only the proxy can answer.
      let url = "http://127.0.0.1:9/m.gguf"
      let proxy = bench.server.url.replacing("http://", with: "http://user:p%40ss@")
      try await bench.download(sha256: Self.hash, urls: [url], environment: [variable: proxy])
      let connect = try #require(bench.server.requests.first)
      #expect(connect.method == "CONNECT" && connect.target == "127.0.0.1:9")
      #expect(connect.headers["proxy-authorization"] == "Basic " + Data("user:p@ss".utf8).base64EncodedString())
      #expect(bench.server.requests.last?.tunnel == "127.0.0.1:9")

      try FileManager.default.removeItem(atPath: bench.destination)
      try await bench.download(
        sha256: Self.hash, environment: [variable: "http://127.0.0.1:9", "NO_PROXY": "example.com,127.0.0.1"])
      #expect(bench.server.requests.last?.tunnel == nil)
    }
  }

  @Test func `offline means offline`() async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request) }) { bench in
      let error = try await bench.fault(sha256: Self.hash, offline: true)
      #expect(error.message.es.contains("--offline") && error.message.en.contains("--offline"))
      #expect(bench.server.requests.isEmpty)
    }
  }

  @Test func `a disk without room is told before anything is written`() async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request) }) { bench in
      let error = try await bench.fault(sha256: Self.hash, policy: bench.policy { $0.freeBytes = { _ in 1_000_000 } })
      #expect(error.code == .insufficientResources)
      #expect(error.message.es.contains("1,0 MB") && error.message.en.contains("sarai rm"))
      #expect(try contents(bench.part).isEmpty)
    }
  }

  @Test func `a server that nobody runs is told as such`() async throws {
    try await DownloadBench.with({ request, _ in Self.file.reply(to: request) }) { bench in
      let error = try await bench.fault(sha256: Self.hash, urls: ["http://127.0.0.1:9/x"])
      #expect(error.code == .network && error.cause != nil)
      #expect(bench.pauses.all.count == 5)
    }
  }

  @Test(arguments: ["http://example.com/x", "https://", "gopher://x", "", "http://127.0.0.1:99999/x", "nonsense"])
  func `an unsafe or impossible address is refused`(url: String) async throws {
    try await DownloadBench.with({ _, _ in .whole(200) }) { bench in
      _ = try await bench.fault(sha256: Self.hash, urls: [url], policy: bench.policy { $0.maximumIdleAttempts = 1 })
    }
  }

  @Test func `compression that nobody asked for is refused`() async throws {
    try await DownloadBench.with({ _, _ in .whole(200, ["Content-Encoding": "gzip"], body: Self.bytes) }) { bench in
      let error = try await bench.fault(sha256: Self.hash)
      #expect(error.message.en.contains("compresses"))
    }
  }
}
