import SaraiCore

/// The folder of backups. Their names say when and why: `memory-1763871234567-scheduled.db`.
enum StoreBackups {
  /// The latest first.
  static func list(_ options: StoreOptions) -> [StoreBackup] {
    let stem = stem(options)
    return StoreFiles.names(in: options.backupFolder).compactMap { name -> StoreBackup? in
      guard name.hasPrefix(stem), name.hasSuffix(".db") else { return nil }
      let parts = name.dropFirst(stem.count).dropLast(3).split(separator: "-", maxSplits: 1)
      guard parts.count == 2, let time = Int64(parts[0]) else { return nil }
      let path = options.backupFolder + "/" + name
      return StoreBackup(
        path: path, takenAtMilliseconds: time, reason: String(parts[1]), bytes: StoreFiles.bytes(path))
    }.sorted { $0.takenAtMilliseconds > $1.takenAtMilliseconds }
  }

  /// Backups that a crash cut short; with no backup being made, there should be none.
  static func parts(_ options: StoreOptions) -> [String] {
    let stem = stem(options)
    return StoreFiles.names(in: options.backupFolder).filter { $0.hasPrefix(stem) && $0.contains(".db.part") }
      .map { options.backupFolder + "/" + $0 }
  }

  /// - Parameter copy: writes a compact copy to a path at which an empty file lies.
  @discardableResult
  static func make(
    _ options: StoreOptions, reason: String, copy: (String) throws -> Void
  ) throws -> StoreBackup {
    // Two backups in one millisecond still come one after the other.
    let time = max(StoreFiles.nowMilliseconds(), (list(options).first?.takenAtMilliseconds ?? 0) + 1)
    let path = "\(options.backupFolder)/\(stem(options))\(time)-\(reason).db"
    let part = path + ".part"
    try StoreFiles.remove(part)
    do {
      try StoreFiles.createPrivate(part)
      try copy(part)
      try StoreFiles.sync(part)
      guard StoreOpener.isSound(part, options) else { throw StoreFault.damaged(part) }
      try StoreFiles.move(part, to: path)
    } catch {
      try? StoreFiles.remove(part)
      throw StoreFault.wrap(error, path: part)
    }
    for old in list(options).dropFirst(max(1, options.keptBackups)) { try StoreFiles.remove(old.path) }
    return StoreBackup(path: path, takenAtMilliseconds: time, reason: reason, bytes: StoreFiles.bytes(path))
  }

  private static func stem(_ options: StoreOptions) -> String {
    let name = StoreFiles.name(of: options.path)
    return (name.hasSuffix(".db") ? String(name.dropLast(3)) : name) + "-"
  }
}

extension Store {
  /// Its own backups, the latest first.
  package func backups() -> [StoreBackup] { StoreBackups.list(options) }

  /// Makes a backup in the store's own folder, and deletes the oldest beyond those to keep. Readers go on meanwhile.
  @discardableResult
  package func backup(reason: String = "manual") throws -> StoreBackup {
    try whileNobodyWrites { try makeBackup(reason: reason) }
  }

  /// Writes a compact copy wherever the person wants one. The store neither restores nor purges it by itself.
  package func export(to path: String) throws {
    guard !StoreFiles.exists(path) else {
      throw SaraiError(
        .invalidRequest, es: "Ya hay un archivo en \(path): elige otro nombre.",
        en: "There is a file at \(path) already: choose another name.", subject: path)
    }
    try whileNobodyWrites { try writeCopy(to: path) }
  }

  /// A time before which all copies were taken that there are now: what `purgeCopies` needs to find them again.
  package func copiesTaken() -> Int64 {
    let last = copies().map(\.time).max() ?? 0
    return max(StoreFiles.nowMilliseconds(), last + 1)
  }

  /// Deletes every backup and every damaged file put aside that was taken before a time, and makes one fresh backup:
  /// what was forgotten is in none of them.
  ///
  /// - Parameter time: As `copiesTaken` gave it; nil for all copies there are.
  /// - Returns: How many files are gone.
  package func purgeCopies(takenBefore time: Int64? = nil) throws -> Int {
    try whileNobodyWrites {
      let old = copies().filter { $0.time < time ?? .max }.map(\.path) + StoreBackups.parts(options)
      if !old.isEmpty { try makeBackup(reason: "after-forgetting") }
      for path in old where StoreFiles.exists(path) { try StoreFiles.remove(path) }
      if !old.isEmpty {
        try StoreFiles.sync(options.backupFolder)
        try StoreFiles.sync(StoreFiles.folder(of: options.path))
      }
      return old.count
    }
  }

  /// Backups, and what was put aside because it was damaged or in the file's place, its log and index included.
  private func copies() -> [(path: String, time: Int64)] {
    let folder = StoreFiles.folder(of: options.path)
    var found = backups().map { (path: $0.path, time: $0.takenAtMilliseconds) }
    for stem in [".damaged-", ".replaced-"].map({ StoreFiles.name(of: options.path) + $0 }) {
      for name in StoreFiles.names(in: folder) where name.hasPrefix(stem) {
        found.append((folder + "/" + name, Int64(name.dropFirst(stem.count).prefix { $0.isNumber }) ?? 0))
      }
    }
    return found
  }

  @discardableResult
  func makeBackup(reason: String) throws -> StoreBackup {
    try StoreBackups.make(options, reason: reason) { target in
      try vacuum(into: target)
    }
  }
}
