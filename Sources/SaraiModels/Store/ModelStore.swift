import Glibc
package import SaraiCore

/// The model files on this machine: those of the catalogue in the models folder, and files that the user registered.
/// Safe to use from several processes at once.
package struct ModelStore: Sendable {
  package let catalogue: Catalogue
  /// Absolute, without a trailing slash.
  package let folder: String
  package let hashes: HashMemo
  package let tunings: TuningStore
  let registry: ModelRegistry

  package init(catalogue: Catalogue, folder: String, stateFolder: String) {
    self.catalogue = catalogue
    self.folder = folder
    hashes = HashMemo(stateFolder: stateFolder)
    tunings = TuningStore(stateFolder: stateFolder)
    registry = ModelRegistry(folder: folder)
  }

  /// Every installed model, in the catalogue's order and then the user's own by id.
  package func installed() throws(SaraiError) -> [InstalledModel] {
    let records = try registry.records()
    let known = catalogue.entries.compactMap { model(for: $0, records[$0.id]) }
    let own = records.keys.sorted().filter { catalogue[$0] == nil }.compactMap { id in
      records[id].flatMap { record in Self.entry(id, record).flatMap { model(for: $0, record) } }
    }
    return known + own
  }

  /// The installed model of that id.
  ///
  /// - Throws: `modelNotFound`, saying how to get it.
  package func find(_ id: String) throws(SaraiError) -> InstalledModel {
    let record = try registry.records()[id]
    if let entry = catalogue[id] {
      if let model = model(for: entry, record) { return model }
      throw Self.notInstalled(entry)
    }
    guard let record, let entry = Self.entry(id, record) else { throw unknown(id) }
    guard let model = model(for: entry, record) else {
      let path = record.path ?? folder
      throw SaraiError(
        .modelNotFound,
        es: "El archivo del modelo «\(id)», \(path), ya no está. Devuélvelo a su sitio, o quita el modelo con "
          + "«sarai rm \(id)».",
        en: "The file of the model \"\(id)\", \(path), is gone. Put it back, or take the model away with "
          + "\"sarai rm \(id)\".",
        subject: id)
    }
    return model
  }

  /// Checks the file against the hash that is expected of it; a file already checked in its present state costs nothing.
  ///
  /// - Returns: the file's SHA-256.
  /// - Throws: `corruptFile`, naming the file, what was expected and what was found.
  package func verify(_ model: InstalledModel, progress: HashMemo.Progress = { _, _ in }) async throws -> String {
    guard let facts = FileSystem.facts(of: model.path) else { throw FileSystem.readFault(model.path) }
    if let expected = model.entry.sizeBytes, !model.isExternal, expected != facts.sizeBytes {
      throw Self.corrupt(model, expected: "\(expected) bytes", found: "\(facts.sizeBytes) bytes")
    }
    let found = try await hashes.sha256(of: model.path, progress: progress)
    if let expected = model.expectedSHA256, expected != found {
      throw Self.corrupt(model, expected: "SHA-256 \(expected)", found: found)
    }
    return found
  }

  package struct Removal: Sendable, Hashable {
    package var id: String
    /// The file that was deleted, or that stays where the user has it.
    package var path: String
    package var freedBytes: Int64
    package var isFileKept: Bool
  }

  /// Takes a model away. A file outside of the models folder is only forgotten, never deleted.
  ///
  /// - Throws: `modelNotFound`; `busy` while the model is being downloaded.
  package func remove(_ id: String) throws(SaraiError) -> Removal {
    let record = try registry.records()[id]
    guard let entry = catalogue[id] ?? record.flatMap({ Self.entry(id, $0) }) else { throw unknown(id) }
    // What a download that was given up left behind counts as there.
    let paths = entry.file.map { [folder + "/" + $0, wheelPath(id)] } ?? []
    guard record != nil || paths.contains(where: { FileSystem.exists($0) || FileSystem.exists($0 + ".part") }) else {
      throw Self.notInstalled(entry)
    }
    guard let lock = try lockIfFree(id) else { throw Self.beingPulled(id) }
    defer { withExtendedLifetime(lock) {} }

    var removal = Removal(id: id, path: record?.path ?? paths.first ?? "", freedBytes: 0, isFileKept: true)
    if record?.path == nil {
      removal.isFileKept = false
      for path in paths {
        removal.freedBytes += FileSystem.facts(of: path)?.sizeBytes ?? 0
        guard unlink(path) == 0 || errno == ENOENT else { throw FileSystem.writeFault(path) }
        removal.freedBytes += PartFile.discard(destination: path)
      }
      removal.freedBytes += removeWorkFolder(id)
    }
    if record != nil { try registry.update { (models) throws(SaraiError) in models[id] = nil } }
    return removal
  }

  /// Registers a file of the user's. It stays where it is; its hash is noted, so that a later change is found.
  ///
  /// A file with the hash of a catalogue entry becomes that entry, whatever its name.
  package func register(
    file path: String, facts: ModelFacts, progress: HashMemo.Progress = { _, _ in }
  ) async throws -> InstalledModel {
    guard let canonical = FileSystem.canonical(path), let file = FileSystem.facts(of: canonical) else {
      throw FileSystem.readFault(path)
    }
    let hash = try await hashes.sha256(of: canonical, progress: progress)
    let created = Int(file.modifiedNanoseconds / 1_000_000_000)
    if let entry = catalogue.entries.first(where: { $0.sha256 == hash }) {
      if let model = model(for: entry, nil) { return model }
      try registry.update { (models) throws(SaraiError) in
        models[entry.id] = ModelRegistry.Record(path: canonical, sha256: hash, createdSeconds: created)
      }
      return try find(entry.id)
    }
    let name = String(canonical.split(separator: "/").last ?? "model")
    let local = ModelRegistry.Local(
      name: facts.name ?? name, kind: facts.generates ? "chat" : "embeddings",
      contextTokens: facts.contextTokens, parameterCount: facts.parameterCount)
    let id = Self.identifier(forFile: name)
    guard catalogue[id] == nil else {
      throw SaraiError(
        .invalidRequest,
        es: "«\(id)» ya es un modelo del catálogo y este archivo no es el suyo. Dale otro nombre a \(path).",
        en: "\"\(id)\" is already a model of the catalogue and this is not its file. Give \(path) another name.",
        subject: path)
    }
    try registry.update { (models) throws(SaraiError) in
      if let other = models[id], other.path != canonical, let path = other.path, FileSystem.exists(path) {
        throw SaraiError(
          .invalidRequest,
          es:
            "Ya hay un modelo «\(id)», en \(path). Quítalo antes con «sarai rm \(id)», o dale otro nombre al archivo.",
          en: "There already is a model \"\(id)\", at \(path). Take it away first with \"sarai rm \(id)\", or give the "
            + "file another name.",
          subject: id)
      }
      models[id] = ModelRegistry.Record(path: canonical, sha256: hash, createdSeconds: created, local: local)
    }
    return try find(id)
  }

  /// Notes the hash of a file that was downloaded or made without one to expect.
  func pin(_ id: String, sha256: String) throws(SaraiError) {
    try registry.update { (models) throws(SaraiError) in
      models[id] = ModelRegistry.Record(path: nil, sha256: sha256, createdSeconds: Int(time(nil)))
    }
  }

  /// Notes a model that was made of another one; its file is `ID.gguf` in the folder.
  func registerVariant(
    _ id: String, of base: InstalledModel, type: QuantisationType, sha256: String
  ) throws(SaraiError) -> InstalledModel {
    let entry = base.entry
    let local = ModelRegistry.Local(
      name: "\(entry.name) (\(type.rawValue))", kind: entry.kind == .embeddings ? "embeddings" : "chat",
      contextTokens: entry.contextTokens, parameterCount: entry.parameterCount,
      variant: .init(base: base.id, type: type.rawValue, licence: entry.licence, languages: entry.languages))
    try registry.update { (models) throws(SaraiError) in
      models[id] = ModelRegistry.Record(path: nil, sha256: sha256, createdSeconds: Int(time(nil)), local: local)
    }
    return try find(id)
  }

  /// Makes an empty folder in which a model's file is made.
  func makeWorkFolder(_ id: String) throws(SaraiError) -> String {
    removeWorkFolder(id)
    let work = folder + "/.\(id).making"
    guard mkdir(work, 0o700) == 0 else { throw FileSystem.writeFault(work) }
    return work
  }

  /// Takes the folder away with the one file that may be in it.
  ///
  /// - Returns: The bytes that this freed.
  @discardableResult
  func removeWorkFolder(_ id: String) -> Int64 {
    let work = folder + "/.\(id).making"
    let bytes = FileSystem.ownFacts(of: Self.workFile(in: work))?.sizeBytes ?? 0
    unlink(Self.workFile(in: work))
    rmdir(work)
    return bytes
  }

  static func workFile(in workFolder: String) -> String { workFolder + "/model.gguf" }

  /// Where the wheel is kept out of which a model is taken.
  func wheelPath(_ id: String) -> String { folder + "/.\(id).whl" }

  /// The hash noted for a model whose entry has none.
  func pinnedSHA256(_ id: String) throws(SaraiError) -> String? { try registry.records()[id]?.sha256 }

  /// The lock under which a model's file is made or removed.
  func lockIfFree(_ id: String) throws(SaraiError) -> FileLock? {
    try FileSystem.createFolder(folder)
    return try FileLock.acquireIfFree(folder + "/.\(id).lock")
  }

  // MARK: Parts

  private func model(for entry: CatalogueEntry, _ record: ModelRegistry.Record?) -> InstalledModel? {
    let path: String
    if let external = record?.path {
      path = external
    } else if let file = entry.file {
      path = folder + "/" + file
    } else {
      return nil
    }
    guard let facts = FileSystem.facts(of: path) else { return nil }
    return InstalledModel(
      entry: entry, path: path, sizeBytes: facts.sizeBytes,
      created: record?.createdSeconds ?? Int(facts.modifiedNanoseconds / 1_000_000_000),
      expectedSHA256: entry.sha256 ?? record?.sha256, isExternal: record?.path != nil)
  }

  /// The entry of a model that only the registry knows.
  private static func entry(_ id: String, _ record: ModelRegistry.Record) -> CatalogueEntry? {
    guard let local = record.local, CatalogueReader.isIdentifier(id) else { return nil }
    if record.path == nil { return variant(id, record, local) }
    return CatalogueEntry(
      id: id, name: local.name, kind: local.kind == "embeddings" ? .embeddings : .chat, backend: .llama, file: nil,
      sizeBytes: nil, sha256: record.sha256, licence: "", languages: [],
      contextTokens: local.contextTokens, parameterCount: local.parameterCount, roles: [], draft: nil, source: .local,
      notes: nil)
  }

  /// A model that was made here of another one. Its file's name follows from its id.
  private static func variant(
    _ id: String, _ record: ModelRegistry.Record, _ local: ModelRegistry.Local
  ) -> CatalogueEntry? {
    guard let variant = local.variant, let type = QuantisationType(rawValue: variant.type) else { return nil }
    return CatalogueEntry(
      id: id, name: local.name, kind: local.kind == "embeddings" ? .embeddings : .chat, backend: .llama,
      file: id + ".gguf", sizeBytes: nil, sha256: nil, licence: variant.licence, languages: variant.languages,
      contextTokens: local.contextTokens, parameterCount: local.parameterCount, roles: [], draft: nil,
      source: .derived(from: variant.base, type: type), notes: nil)
  }

  /// An id for a file that came without one: its name in lower case, everything unusual turned into a hyphen.
  static func identifier(forFile name: String) -> String {
    let stem = name.lowercased().hasSuffix(".gguf") ? String(name.dropLast(5)) : name
    var id = String(
      stem.lowercased().unicodeScalars.map { scalar -> Character in
        CatalogueReader.isIdentifier("a\(Character(scalar))") ? Character(scalar) : "-"
      })
    id = String(id.drop { !CatalogueReader.isIdentifier(String($0)) }.prefix(60))
    return id.isEmpty || id == "sarai" || ModelRole(rawValue: id) != nil ? "local-\(id)" : id
  }
}
