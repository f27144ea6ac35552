import Dispatch
import SaraiCore
import Synchronization

/// What follows where somebody deletes, moves or replaces the file while it is open: what is open is still whole, and
/// is written again under its name.
extension Store {
  /// Reads look at most so often.
  static let lookNanoseconds: UInt64 = 1_000_000_000

  /// Before a read: who cannot write the file again can still read it.
  func lookAfterFile() {
    let now = DispatchTime.now().uptimeNanoseconds
    let last = lastLook.load(ordering: .relaxed)
    guard now &- last > Self.lookNanoseconds,
      lastLook.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged,
      connections.withLock({ $0 })?.isMoved == true
    else { return }
    try? writing.sync { try rewriteIfMoved() }
  }

  /// Within `writing` and not within `access`.
  func rewriteIfMoved() throws {
    guard connections.withLock({ $0 })?.isMoved == true else { return }
    try access.sync(flags: .barrier) {
      guard let open = connections.withLock({ $0 }), open.isMoved else { return }
      do { try rewrite(open) } catch { throw StoreFault.notRewritten(options.path, error) }
    }
  }

  private func rewrite(_ open: StoreConnections) throws {
    let (path, replacement) = (options.path, options.path + ".new")
    try StoreFiles.createFolder(StoreFiles.folder(of: path))
    try StoreFiles.createFolder(options.backupFolder)
    try lock.renew(path + ".lock")
    for suffix in ["", "-wal", "-shm", "-journal"] { try StoreFiles.remove(replacement + suffix) }
    try writeCopy(to: replacement)
    var other: String?
    if open.isReplaced {
      let aside = "\(path).replaced-\(StoreFiles.nowMilliseconds())"
      for suffix in ["-wal", "-shm"] where StoreFiles.exists(path + suffix) {
        try StoreFiles.move(path + suffix, to: aside + suffix)
      }
      try StoreFiles.keep(path, as: aside)
      other = aside
    }
    for suffix in ["-wal", "-shm"] { try StoreFiles.remove(path + suffix) }
    // Before the old connections end: there is a whole file under the name from here on. SQLite deletes no log beside a
    // file that is not its own.
    try StoreFiles.move(replacement, to: path)
    mustOpen.store(true, ordering: .releasing)
    try? open.close()
    connections.withLock { $0 = nil }
    var opener = StoreOpener(options)
    let opened = try opener.connect()
    connections.withLock { $0 = opened }
    mustOpen.store(false, ordering: .releasing)
    note(
      StoreOpening(
        isNew: false, wasInterrupted: false, recovery: .rewritten(otherFile: other), migrated: opener.report.migrated))
  }
}
