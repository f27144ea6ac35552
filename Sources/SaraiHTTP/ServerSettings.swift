package import SaraiCore

/// Where the API listens and how much it takes from its clients.
package struct ServerSettings: Sendable {
  /// A name or address. Anything but the loopback needs a token.
  package var host: String
  /// 0 lets the system choose; `HTTPServer` tells which.
  package var port: Int
  /// Clients send it as `Authorization: Bearer …`; nil asks for none.
  package var token: String?
  /// Values of the Host header that are answered besides the loopback names, with or without a port.
  package var allowedHosts: [String]
  /// Web origins (`https://example.org`) whose pages may call besides SARAi's own.
  package var allowedOrigins: [String]
  package var maxBodyBytes: Int
  /// Of all header names and values of one request together.
  package var maxHeaderBytes: Int
  package var maxHeaderCount: Int
  /// Connections beyond this wait in the system's queue.
  package var maxConnections: Int
  /// Generations and embeddings taken in at once; one more is answered with 429.
  package var maxQueuedRequests: Int
  /// From the end of the request to the model's first word.
  package var firstTokenTimeoutSeconds: Double
  /// From the end of the request to the end of the answer.
  package var requestTimeoutSeconds: Double
  /// A connection without a request, and one whose client reads nothing, is closed after this.
  package var idleTimeoutSeconds: Double
  /// From the first byte of a request to the end of its header.
  package var headerReadTimeoutSeconds: Double
  /// From the end of the header to the end of the body.
  package var bodyReadTimeoutSeconds: Double
  /// How long answers under way may take to end when the server stops.
  package var drainTimeoutSeconds: Double
  /// SARAi's version, for `/health` and `system_fingerprint`.
  package var version: String

  /// Whose memory a request uses that names no user; nil where none uses any.
  package var memoryOwner: String?
  /// Whether conversations leave nothing in the memory.
  package var isPrivate: Bool
  /// Whether answers may be bound by a grammar: JSON by a schema, calls of tools.
  package var allowsGrammars: Bool

  package init(
    host: String = "127.0.0.1", port: Int = 8080, token: String? = nil, allowedHosts: [String] = [],
    allowedOrigins: [String] = [], maxBodyBytes: Int = 2 << 20, maxHeaderBytes: Int = 32 << 10,
    maxHeaderCount: Int = 100, maxConnections: Int = 512, maxQueuedRequests: Int = 64,
    firstTokenTimeoutSeconds: Double = 300, requestTimeoutSeconds: Double = 1800, idleTimeoutSeconds: Double = 60,
    headerReadTimeoutSeconds: Double = 10, bodyReadTimeoutSeconds: Double = 60, drainTimeoutSeconds: Double = 10,
    memoryOwner: String? = "local", isPrivate: Bool = false, allowsGrammars: Bool = true, version: String
  ) {
    self.host = host
    self.port = port
    self.token = token
    self.allowedHosts = allowedHosts
    self.allowedOrigins = allowedOrigins
    self.maxBodyBytes = maxBodyBytes
    self.maxHeaderBytes = maxHeaderBytes
    self.maxHeaderCount = maxHeaderCount
    self.maxConnections = maxConnections
    self.maxQueuedRequests = maxQueuedRequests
    self.firstTokenTimeoutSeconds = firstTokenTimeoutSeconds
    self.requestTimeoutSeconds = requestTimeoutSeconds
    self.idleTimeoutSeconds = idleTimeoutSeconds
    self.headerReadTimeoutSeconds = headerReadTimeoutSeconds
    self.bodyReadTimeoutSeconds = bodyReadTimeoutSeconds
    self.drainTimeoutSeconds = drainTimeoutSeconds
    self.memoryOwner = memoryOwner
    self.isPrivate = isPrivate
    self.allowsGrammars = allowsGrammars
    self.version = version
  }
}

extension ServerSettings {
  /// - Throws: `SaraiError`: `forbidden` for an open address without a token, `invalidRequest` for values that cannot
  ///   work; its subject is the property.
  package func validate() throws(SaraiError) {
    try validateToken()
    guard (0...65535).contains(port) else {
      throw SaraiError(
        .invalidRequest, es: "El puerto \(port) no existe: usa uno de 1 a 65535, o 0 para uno libre.",
        en: "There is no port \(port): use one from 1 to 65535, or 0 for a free one.", subject: "port")
    }
    let limits = [
      ("maxBodyBytes", maxBodyBytes), ("maxHeaderBytes", maxHeaderBytes), ("maxHeaderCount", maxHeaderCount),
      ("maxConnections", maxConnections), ("maxQueuedRequests", maxQueuedRequests),
    ]
    for (name, value) in limits where value < 1 {
      throw SaraiError(
        .invalidRequest, es: "El límite «\(name)» debe ser al menos 1, y es \(value).",
        en: "The limit \"\(name)\" must be at least 1; it is \(value).", subject: name)
    }
    let timeouts = [
      ("firstTokenTimeoutSeconds", firstTokenTimeoutSeconds), ("requestTimeoutSeconds", requestTimeoutSeconds),
      ("idleTimeoutSeconds", idleTimeoutSeconds), ("headerReadTimeoutSeconds", headerReadTimeoutSeconds),
      ("bodyReadTimeoutSeconds", bodyReadTimeoutSeconds), ("drainTimeoutSeconds", drainTimeoutSeconds),
    ]
    for (name, value) in timeouts where !(0.001...1_000_000).contains(value) {
      throw SaraiError(
        .invalidRequest, es: "El plazo «\(name)» debe ser de 0,001 a 1.000.000 segundos, y es \(value).",
        en: "The time \"\(name)\" must be from 0.001 to 1,000,000 seconds; it is \(value).", subject: name)
    }
  }

  private func validateToken() throws(SaraiError) {
    guard let token else {
      if isLoopback { return }
      throw SaraiError(
        .forbidden,
        es: "«\(host)» es accesible desde otras máquinas, y sin token cualquiera podría usar SARAi: pon un token o "
          + "escucha en 127.0.0.1.",
        en: "\"\(host)\" can be reached from other machines, and without a token anyone could use SARAi: set a token, "
          + "or listen on 127.0.0.1.", subject: "host")
    }
    guard !token.isEmpty, token.utf8.allSatisfy({ 0x21..<0x7F ~= $0 }) else {
      throw SaraiError(
        .invalidRequest, es: "El token debe tener caracteres ASCII visibles, sin espacios, y no estar vacío.",
        en: "The token must be visible ASCII characters without spaces, and not empty.", subject: "token")
    }
  }

  /// True where only this machine can connect.
  package var isLoopback: Bool {
    let host = host.lowercased()
    if host == "localhost" || host == "::1" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
