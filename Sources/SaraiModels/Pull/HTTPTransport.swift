import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import SaraiCore
import Synchronization

/// The way out to the network: GET and POST through the environment's proxies, redirects followed within limits.
final class HTTPTransport: Sendable {
  struct Policy: Sendable {
    var connectTimeoutSeconds: Int64 = 15
    /// The longest silence in the middle of an answer.
    var idleTimeoutSeconds: Int64 = 60
    var maximumRedirects = 8
  }

  struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: HTTPClientResponse.Body
    /// Where the answer came from, after redirects.
    var address: WebAddress
    /// What a model hub says of the file while it redirects to its storage: the SHA-256 of a Git LFS object.
    var linkedSHA256: String?
    var linkedSizeBytes: Int64?
  }

  private let proxies: ProxySettings
  private let policy: Policy
  private let clients = Mutex<[ProxySettings.Proxy?: HTTPClient]>([:])

  init(proxies: ProxySettings, policy: Policy = Policy()) {
    self.proxies = proxies
    self.policy = policy
  }

  deinit {
    // A client that is not shut down is a fault, even where nobody waits for it.
    for client in clients.withLock({ Array($0.values) }) { Task { try? await client.shutdown() } }
  }

  /// Closes all connections, and waits for that.
  func shutdown() async {
    let all = clients.withLock { clients in
      defer { clients = [:] }
      return Array(clients.values)
    }
    for client in all { try? await client.shutdown() }
  }

  /// - Throws: `SaraiError` for a redirect that is refused, `CancellationError`, or what the connection failed with.
  func get(_ start: WebAddress, headers: HTTPHeaders) async throws -> Answer {
    var address = start
    var linkedSHA256: String?
    var linkedSizeBytes: Int64?
    for _ in 0...policy.maximumRedirects {
      var request = HTTPClientRequest(url: address.text)
      request.headers = headers
      // A kept connection may close just as it is used again; these requests are few and long.
      request.headers.add(name: "connection", value: "close")
      // Keys for one server are not for the next.
      if address.host != start.host || address.port != start.port { request.headers.remove(name: "authorization") }
      let response = try await client(for: address).execute(request, deadline: .distantFuture)
      if address.isSecure || address.isLoopback {
        linkedSHA256 = response.headers.first(name: "x-linked-etag").flatMap(Self.digest) ?? linkedSHA256
        linkedSizeBytes = response.headers.first(name: "x-linked-size").flatMap { Int64($0) } ?? linkedSizeBytes
      }
      guard [301, 302, 303, 307, 308].contains(response.status.code) else {
        return Answer(
          status: Int(response.status.code), headers: response.headers, body: response.body, address: address,
          linkedSHA256: linkedSHA256, linkedSizeBytes: linkedSizeBytes)
      }
      guard let location = response.headers.first(name: "location"), let next = address.resolving(location),
        next.isSecure || (next.isLoopback && address.isLoopback)
      else { throw DownloadFault.unsafeRedirect(address, response.headers.first(name: "location")) }
      address = next
    }
    throw DownloadFault.tooManyRedirects(start)
  }

  func post(_ address: WebAddress, headers: HTTPHeaders, body: [UInt8]) async throws -> HTTPClientResponse {
    var request = HTTPClientRequest(url: address.text)
    request.method = .POST
    request.headers = headers
    request.headers.add(name: "connection", value: "close")
    request.body = .bytes(body)
    return try await client(for: address).execute(request, deadline: .distantFuture)
  }

  private static func digest(_ etag: String) -> String? {
    let text = etag.filter { $0 != "\"" }
    return SHA256Digest.isHex(text) ? text : nil
  }

  private func client(for address: WebAddress) -> HTTPClient {
    let proxy = proxies.proxy(for: address)
    return clients.withLock { clients in
      if let client = clients[proxy] { return client }
      let client = HTTPClient(
        eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration(proxy))
      clients[proxy] = client
      return client
    }
  }

  private func configuration(_ proxy: ProxySettings.Proxy?) -> HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(policy.connectTimeoutSeconds), read: .seconds(policy.idleTimeoutSeconds)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    if let proxy {
      let authorization = proxy.credentials.map { credentials in
        let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return HTTPClient.Authorization.basic(
          username: String(parts[0]), password: parts.count > 1 ? String(parts[1]) : "")
      }
      configuration.proxy =
        proxy.isSOCKS
        ? .socksServer(host: proxy.host, port: proxy.port)
        : .server(host: proxy.host, port: proxy.port, authorization: authorization)
    }
    return configuration
  }
}
