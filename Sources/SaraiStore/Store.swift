import Dispatch
package import GRDB
import SaraiCore
import Synchronization

/// One SQLite database that keeps what it acknowledged, whatever happens to the process, the power or the file.
///
/// Every call waits for the disk and keeps its thread meanwhile. Calls do not nest: none may be made within the
/// closure of another.
package final class Store: Sendable {
  package let options: StoreOptions
  package let opening: StoreOpening

  /// Readers and writers side by side; who puts another file in place, alone.
  let access = DispatchQueue(label: "sarai.store.access", attributes: .concurrent)
  /// One writer at a time; compaction holds it from its copy to the change of files.
  let writing = DispatchQueue(label: "sarai.store.writing")
  private let checkpointing = DispatchQueue(label: "sarai.store.checkpoints", qos: .utility)
  private let isCheckpointing = Atomic(false)
  private let transactions = Atomic<UInt64>(0)
  let connections: Mutex<StoreConnections?>
  /// How often damage was repaired while it ran, and how the last time.
  private let repairs = Atomic<UInt64>(0)
  private let lastRecovery = Mutex<StoreOpening.Recovery?>(nil)
  /// True where the file was closed to be replaced and could not be opened again: the next call tries to.
  let mustOpen = Atomic(false)
  /// Repairs of which nobody was told yet.
  private let untold = Mutex<[StoreOpening]>([])
  /// When a read last looked whether the file still has its name.
  let lastLook = Atomic<UInt64>(0)
  /// As long as this without a write is a pause.
  private static let quiet = DispatchTimeInterval.milliseconds(200)
  let lock: ProcessLock

  /// Opens the database and makes it whole: finishes what a crash interrupted, checks every page, brings back the last
  /// backup where the file is damaged, and runs the migrations that are new, each after a backup.
  ///
  /// - Throws: `SaraiError`: `busy` where another process has it, `corruptFile` where there is a file that is no
  ///   database of SARAi's, `notAvailable` where a newer SARAi wrote it.
  package init(_ asked: StoreOptions) throws {
    var options = asked
    options.path = try StoreFiles.resolved(asked.path)
    try StoreFiles.createFolder(StoreFiles.folder(of: options.path))
    try StoreFiles.createFolder(options.backupFolder)
    lock = try ProcessLock(options.path + ".lock")
    self.options = options
    var opener = StoreOpener(options)
    let opened = try StoreFault.wrapping(path: options.path) { try opener.open() }
    opening = opener.report
    connections = Mutex(opened)
  }

  deinit { try? connections.withLock { $0 }?.close() }

  /// Ends all use, and leaves one file without a log.
  package func close() throws {
    defer { tellRepairs() }
    try writing.sync {
      // What was acknowledged outlives its file; what cannot be written again is as lost as it was.
      try? rewriteIfMoved()
      try access.sync(flags: .barrier) {
        let open = connections.withLock { $0 }
        guard open != nil || mustOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
        try StoreFault.wrapping(path: options.path) { try open?.close() }
        connections.withLock { $0 = nil }
        lock.release()
      }
    }
  }

  // MARK: - Reading and writing

  /// Reads one state of the database, untouched by who writes meanwhile.
  package func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try mending {
      lookAfterFile()
      return try access.sync {
        let pool = try current().pool
        return try StoreFault.wrapping(path: options.path) { try pool.read(body) }
      }
    }
  }

  /// Runs one transaction: all of it or, where the closure throws, nothing. When this returns, it is on the disk.
  package func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try mending { try writeOnce(body) }
  }

  private func writeOnce<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try writing.sync {
      let (result, open) = try access.sync {
        let open = try current()
        return (try StoreFault.wrapping(path: options.path) { try open.pool.write(body) }, open)
      }
      transactions.add(1, ordering: .relaxed)
      // Before it is acknowledged: what was written is in whatever file was opened.
      if open.isMoved {
        try rewriteIfMoved()
        return result
      }
      // The transaction is acknowledged whatever becomes of its log: the next write asks again.
      if open.isLogTooLong {
        try? emptyLog()
      } else if open.needsCheckpoint {
        startCheckpoint()
      }
      return result
    }
  }

  /// The connection that writes, outside of a transaction: for statements that have one of their own.
  package func withWriter<Result>(_ body: (Database) throws -> Result) throws -> Result {
    defer { tellRepairs() }
    return try writing.sync {
      let result = try access.sync {
        let pool = try current().pool
        return try StoreFault.wrapping(path: options.path) { try pool.writeWithoutTransaction(body) }
      }
      try rewriteIfMoved()
      return result
    }
  }

  /// Copies the log into the database and cuts it to nothing, so that nothing deleted is left in it.
  package func truncateLog() throws { try writing.sync { try emptyLog() } }

  /// Within `writing`; after the checkpoint that may be under way, since SQLite refuses a second one.
  private func emptyLog() throws {
    try checkpointing.sync {
      try access.sync {
        let open = try current()
        try StoreFault.wrapping(path: options.path) { try open.truncateLog() }
      }
    }
  }

  private func current() throws -> StoreConnections {
    guard let open = connections.withLock({ $0 }) else { throw StoreFault.closed(options.path) }
    return open
  }

  /// Once nobody writes: who commits while the copy is synced waits for the disk.
  private func startCheckpoint() {
    guard !isCheckpointing.exchange(true, ordering: .acquiring) else { return }
    let seen = transactions.load(ordering: .relaxed)
    checkpointing.asyncAfter(deadline: .now() + Self.quiet) { [weak self] in
      guard let self else { return }
      guard transactions.load(ordering: .relaxed) == seen else {
        return isCheckpointing.store(false, ordering: .releasing)
      }
      // A checkpoint that fails leaves the log as it is; the next write asks again.
      let isWhole = access.sync { try? self.connections.withLock { $0 }?.checkpoint() } ?? true
      guard !isWhole else { return isCheckpointing.store(false, ordering: .releasing) }
      // Who wrote meanwhile kept the log from starting anew, and a log that grows costs more than one that is written
      // over. What is left is little.
      writing.async { [self] in
        access.sync { _ = try? self.connections.withLock { $0 }?.checkpoint() }
        isCheckpointing.store(false, ordering: .releasing)
      }
    }
  }

  // MARK: - Damage

  /// Runs a call, and where it meets damage of the file does what opening would do: the call fails, the next one works.
  private func mending<Result>(_ body: () throws -> Result) throws -> Result {
    let before = repairs.load(ordering: .acquiring)
    defer { tellRepairs() }
    if mustOpen.load(ordering: .acquiring), let told = try mend(seen: before, cause: "opened again") { throw told }
    do {
      return try body()
    } catch let fault as SaraiError where fault.code == .corruptFile {
      throw try mend(seen: before, cause: "\(fault)") ?? fault
    }
  }

  /// - Parameter seen: The repairs before the call that met damage: of several that meet the same, one repairs it.
  /// - Returns: What to tell whoever met it; nil where the file is whole.
  private func mend(seen: UInt64, cause: String) throws -> SaraiError? {
    let recovery: StoreOpening.Recovery? = try writing.sync {
      try access.sync(flags: .barrier) {
        guard repairs.load(ordering: .acquiring) == seen else { return lastRecovery.withLock { $0 } }
        if let open = connections.withLock({ $0 }) {
          // What is in the log goes into the file, where that can be; a log that cannot is looked at by opening.
          try? open.truncateLog()
          try? open.close()
          connections.withLock { $0 = nil }
        } else if !mustOpen.load(ordering: .acquiring) {
          throw StoreFault.closed(options.path)
        }
        mustOpen.store(true, ordering: .releasing)
        var opener = StoreOpener(options)
        let opened = try StoreFault.wrapping(path: options.path) { try opener.open() }
        connections.withLock { $0 = opened }
        mustOpen.store(false, ordering: .releasing)
        note(opener.report)
        return opener.report.recovery
      }
    }
    return recovery.map { StoreFault.mended(options.path, $0, cause: cause) }
  }

  /// Keeps what a repair found until nobody waits for the store any more.
  func note(_ report: StoreOpening) {
    guard let recovery = report.recovery else { return }
    lastRecovery.withLock { $0 = recovery }
    repairs.add(1, ordering: .releasing)
    untold.withLock { $0.append(report) }
  }

  /// Outside of all queues: who is told may use the store.
  private func tellRepairs() {
    let reports = untold.withLock { reports in
      defer { reports = [] }
      return reports
    }
    for report in reports { options.onRepair?(self, report) }
  }

  // MARK: - Putting another file in place

  /// Makes a compact copy of the database at a path where nothing lies, synced and checked.
  func writeCopy(to target: String) throws {
    try StoreFault.wrapping(path: target) {
      let part = target + ".part"
      try StoreFiles.remove(part)
      do {
        try StoreFiles.createPrivate(part)
        try vacuum(into: part)
        try StoreFiles.sync(part)
        guard StoreOpener.isSound(part, options) else { throw StoreFault.damaged(part) }
        try StoreFiles.move(part, to: target)
      } catch {
        try? StoreFiles.remove(part)
        throw error
      }
    }
  }

  /// Within `whileNobodyWrites`: a compact copy into an empty file.
  func vacuum(into path: String) throws {
    try current().pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
  }

  /// Keeps writers away while the closure runs; readers go on.
  func whileNobodyWrites<Result>(_ body: () throws -> Result) throws -> Result {
    try writing.sync { try access.sync(execute: body) }
  }

  /// Writes a compact copy and puts it in the place of the file. Readers wait only for the change of files.
  package func compact() throws {
    let replacement = options.path + ".new"
    defer { tellRepairs() }
    try writing.sync {
      try rewriteIfMoved()
      try access.sync {
        try StoreFiles.remove(replacement)
        try writeCopy(to: replacement)
      }
      try replaceFile(with: replacement)
    }
  }

  /// Puts a backup in the place of the database, which becomes a backup itself, and migrates it where it is old.
  ///
  /// - Throws: `corruptFile` where the file is damaged or no backup of such a database, `notAvailable` where a newer
  ///   version made it; then the database stays as it is.
  package func restore(_ path: String) throws {
    guard StoreFiles.exists(path), StoreOpener.isSound(path, options) else { throw StoreFault.noBackup(path) }
    let replacement = options.path + ".new"
    defer { tellRepairs() }
    try writing.sync {
      try rewriteIfMoved()
      do {
        try access.sync {
          try StoreFiles.copy(path, to: replacement)
          do {
            try StoreFault.wrapping(path: path) { try StoreSchema.adopt(replacement, options) }
          } catch let fault as SaraiError where fault.code == .corruptFile {
            throw StoreFault.noBackup(path, cause: fault)
          }
          try StoreFiles.sync(replacement)
          try makeBackup(reason: "before-restore")
        }
      } catch {
        for suffix in ["", "-wal", "-shm", "-journal"] { try? StoreFiles.remove(replacement + suffix) }
        throw error
      }
      try replaceFile(with: replacement)
    }
  }

  private func replaceFile(with replacement: String) throws {
    try access.sync(flags: .barrier) {
      guard let open = connections.withLock({ $0 }) else { throw StoreFault.closed(options.path) }
      try StoreFault.wrapping(path: options.path) {
        // The log of the old file must be gone before the new one has its name, or it would be played into it.
        try open.truncateLog()
        try open.close()
        connections.withLock { $0 = nil }
        let change = Result {
          try StoreFiles.remove(options.path + "-wal")
          try StoreFiles.remove(options.path + "-shm")
          try StoreFiles.move(replacement, to: options.path)
        }
        // Whichever file has the name now, it is whole.
        mustOpen.store(true, ordering: .releasing)
        var opener = StoreOpener(options)
        let opened = try opener.connect()
        connections.withLock { $0 = opened }
        mustOpen.store(false, ordering: .releasing)
        try change.get()
      }
    }
  }
}
