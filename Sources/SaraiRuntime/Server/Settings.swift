import Glibc
import SaraiCore
import SaraiHTTP
import SaraiModels

extension ServerSettings {
  init(_ setup: Setup, token: String?) {
    let configuration = setup.configuration
    self.init(
      host: configuration.text("server.host"), port: configuration.integer("server.port") ?? 8080, token: token,
      allowedHosts: configuration.list("server.allowed_hosts"),
      allowedOrigins: configuration.list("server.allowed_origins"), memoryOwner: setup.memoryOwner,
      isPrivate: setup.isPrivate, allowsGrammars: configuration.flag("phoenix.grammar_constraints"),
      version: SaraiVersion.current)
    let limits: [(String, WritableKeyPath<ServerSettings, Int>)] = [
      ("max_body_bytes", \.maxBodyBytes), ("max_header_bytes", \.maxHeaderBytes),
      ("max_header_count", \.maxHeaderCount), ("max_connections", \.maxConnections),
      ("max_queued_requests", \.maxQueuedRequests),
    ]
    for (key, path) in limits {
      if let value = configuration.integer("server.\(key)") { self[keyPath: path] = value }
    }
    let times: [(String, WritableKeyPath<ServerSettings, Double>)] = [
      ("first_token_timeout_seconds", \.firstTokenTimeoutSeconds),
      ("request_timeout_seconds", \.requestTimeoutSeconds), ("idle_timeout_seconds", \.idleTimeoutSeconds),
      ("header_read_timeout_seconds", \.headerReadTimeoutSeconds),
      ("body_read_timeout_seconds", \.bodyReadTimeoutSeconds), ("drain_timeout_seconds", \.drainTimeoutSeconds),
    ]
    for (key, path) in times {
      if let value = configuration.number("server.\(key)") { self[keyPath: path] = value }
    }
  }
}

extension PoolSettings {
  init(_ setup: Setup, _ configuration: Configuration) {
    func id(_ role: ModelRole) -> String { configuration.text("models.\(role.rawValue).id") }
    var roles: [ModelRole: Role] = [:]
    for role in ModelRole.allCases where !id(role).isEmpty {
      // A conversation goes on with the small model where the one it is meant for cannot be had.
      let fallback = role == .expertShort || role == .expertLong ? [id(.tiny)] : []
      roles[role] = Role(
        model: id(role), contextTokens: configuration.integer("models.\(role.rawValue).context") ?? 1024,
        fallback: fallback.filter { !$0.isEmpty && $0 != id(role) })
    }
    let ttl = configuration.integer("memory.model_ttl_seconds") ?? 0
    self.init(
      roles: roles, maxConcurrentLLMs: configuration.integer("runtime.max_concurrent_llms") ?? 2,
      memoryBudgetBytes: configuration.number("memory.max_ram_gb").map { Int($0 * 1_073_741_824) },
      idleUnloadSeconds: ttl > 0 ? Double(ttl) : nil, engineExecutable: setup.installation.engine,
      cacheFolder: setup.folders.cache, socketFolder: setup.folders.run,
      threads: configuration.integer("runtime.threads"), maxQueue: configuration.integer("runtime.max_queue") ?? 64)
    // "none" rather than "off", which YAML reads as false.
    speculation = SpeculationMode(rawValue: configuration.text("runtime.speculation")) ?? .off
    drafts = configuration.flag("phoenix.speculative_draft_skill")
  }
}

/// The token that clients must bring, from a file: it is on no command line and in no environment.
enum AccessToken {
  /// - Returns: nil where the configuration names no file.
  /// - Throws: `SaraiError` where the file is missing, empty, or readable by others.
  static func read(_ setup: Setup) throws -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let workingDirectory = getcwd(&buffer, buffer.count).map { String(cString: $0) } ?? "/"
    guard
      let path = setup.configuration.path(
        "server.token_file", home: setup.folders.home, workingDirectory: workingDirectory)
    else { return nil }
    guard let bytes = try PrivateFile.read(path, maxBytes: 4096) else {
      throw SaraiError(
        .notFound,
        es: "No existe \(path), el fichero de la clave: créalo con «(umask 077; openssl rand -hex 32 > \(path))».",
        en: "\(path), the token's file, does not exist: make it with \"(umask 077; openssl rand -hex 32 > \(path))\".",
        subject: "server.token_file")
    }
    if let status = FileStatus(path), status.mode & 0o077 != 0 {
      throw SaraiError(
        .forbidden, es: "Otros usuarios pueden leer la clave de \(path): chmod 600 \(path).",
        en: "Other users can read the token in \(path): chmod 600 \(path).", subject: "server.token_file")
    }
    let token = String(decoding: bytes, as: UTF8.self).trimmingSpaces()
    guard !token.isEmpty else {
      throw SaraiError(
        .invalidRequest, es: "El fichero de la clave, \(path), está vacío: escribe en él una clave.",
        en: "The token's file, \(path), is empty: write a token into it.", subject: "server.token_file")
    }
    return String(token)
  }
}
