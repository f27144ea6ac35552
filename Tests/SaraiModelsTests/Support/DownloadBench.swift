import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// One download against a scripted server, in a folder of its own.
struct DownloadBench: Sendable {
  let server: ScriptedServer
  let destination: String
  let pauses = Recorder<Double>()

  static func with(
    isolation: isolated (any Actor)? = #isolation, _ script: @escaping ScriptedServer.Script,
    _ body: (DownloadBench) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      try await ScriptedServer.with(script) { server in
        let bench = DownloadBench(server: server, destination: folder.appending(path: "m.gguf").path)
        server.watch(bench.part)
        try await body(bench)
      }
    }
  }

  var part: String { destination + ".part" }

  func policy(_ change: (inout Downloader.Policy) -> Void = { _ in }) -> Downloader.Policy {
    var policy = Downloader.Policy()
    policy.pause = { [pauses] in pauses.add($0) }
    change(&policy)
    return policy
  }

  @discardableResult
  func download(
    sha256: String?, size: Int64? = nil, urls: [String]? = nil, environment: [String: String] = [:],
    policy: Downloader.Policy? = nil, offline: Bool = false,
    progress: @Sendable (TransferProgress) -> Void = { _ in }
  ) async throws -> Downloader.Result {
    let transport = HTTPTransport(
      proxies: ProxySettings(environment: environment),
      policy: .init(connectTimeoutSeconds: 5, idleTimeoutSeconds: 20))
    let downloader = Downloader(transport: transport, policy: policy ?? self.policy(), isOffline: offline)
    let file = Downloader.File(urls: urls ?? [server.url + "/m.gguf"], sizeBytes: size, sha256: sha256)
    do {
      let result = try await downloader.download(file, to: destination, progress: progress)
      await transport.shutdown()
      return result
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  /// The error of a download that must not succeed, and must leave no file.
  func fault(
    sha256: String?, size: Int64? = nil, urls: [String]? = nil, environment: [String: String] = [:],
    policy: Downloader.Policy? = nil, offline: Bool = false
  ) async throws -> SaraiError {
    do {
      try await download(
        sha256: sha256, size: size, urls: urls, environment: environment, policy: policy, offline: offline)
    } catch let error as SaraiError {
      #expect(!fileExists(destination))
      #expect(error.message.es != error.message.en)
      return error
    }
    Issue.record("the download was accepted")
    throw CancellationError()
  }
}
