import CChecksumVFS
package import GRDB
import SaraiCore

/// From whatever lies in the folder to open connections on a sound, migrated database.
struct StoreOpener {
  private let options: StoreOptions
  private(set) var report = StoreOpening(isNew: false, wasInterrupted: false, recovery: nil, migrated: [])

  init(_ options: StoreOptions) { self.options = options }

  mutating func open() throws -> StoreConnections {
    let path = options.path
    // Copies that a crash cut short. They may hold what was forgotten since.
    for copy in [path + ".new", path + ".new.part"] {
      for suffix in ["", "-wal", "-shm", "-journal"] { try StoreFiles.remove(copy + suffix) }
    }
    for part in StoreBackups.parts(options) { try StoreFiles.remove(part) }
    report.wasInterrupted = StoreFiles.bytes(path + "-wal") > 0
    let isMissing = !StoreFiles.exists(path)
    report.isNew = isMissing || StoreFiles.bytes(path) == 0 && !report.wasInterrupted
    if report.isNew {
      // A log without its file is of no use, and would be played into the next one.
      if isMissing { for suffix in ["-wal", "-shm"] { try StoreFiles.remove(path + suffix) } }
      if try refill() { return try connect() }
      try StoreFiles.createPrivate(path)
      try StoreFiles.sync(StoreFiles.folder(of: path))
    } else {
      try StoreFiles.makePrivate(path)
      try mend()
    }
    return try connect()
  }

  /// Opens connections and runs the migrations that are new.
  mutating func connect() throws -> StoreConnections {
    let open = try StoreConnections(options)
    do {
      try migrate(open)
      return open
    } catch {
      try? open.close()
      throw error
    }
  }

  // MARK: - Damage

  private mutating func mend() throws {
    // Asked before SQLite is: it takes a short file for an empty database and would write over it.
    if try isForeign() { return try recover(isForeign: true) }
    let isBlank: Bool
    do {
      isBlank = try playLog() == 0
    } catch {
      guard (StoreFault.wrap(error, path: options.path) as? SaraiError)?.code == .corruptFile else { throw error }
      return try recover(isForeign: false)
    }
    // The log of a file that was emptied since is worth nothing without it.
    if isBlank {
      report.isNew = true
      for suffix in ["-wal", "-shm"] { try StoreFiles.remove(options.path + suffix) }
      if try refill() { return }
    }
    switch Self.state(options.path) {
    case SARAI_FILE_SOUND: break
    case SARAI_FILE_FOREIGN: try recover(isForeign: true)
    case SARAI_FILE_UNREADABLE: throw StoreFiles.failed(options.path)
    default: try recover(isForeign: false)
    }
  }

  /// A file that was there when the backups were made, and is not now, was lost: nobody deletes what they told by
  /// deleting half of it.
  private mutating func refill() throws -> Bool {
    let backups = StoreBackups.list(options)
    guard !backups.isEmpty else { return false }
    guard let sound = backups.first(where: { Self.isSound($0.path, options) }) else {
      report.recovery = .lostAll(damagedFile: nil, damagedBackups: backups.count)
      return false
    }
    try StoreFiles.copy(sound.path, to: options.path + ".new")
    try StoreFiles.move(options.path + ".new", to: options.path)
    report.isNew = false
    report.recovery = .refilled(from: sound)
    return true
  }

  private func isForeign() throws -> Bool {
    let head = try StoreFiles.head(options.path, 24)
    // What was never copied out of the log yet.
    if head.isEmpty || report.wasInterrupted && head.allSatisfy({ $0 == 0 }) { return false }
    return head.count < 24 || Array(head.prefix(16)) != Array("SQLite format 3\0".utf8)
      || Int(head[16]) << 8 | Int(head[17]) != SARAI_PAGE_BYTES || head[20] != SARAI_CHECKSUM_BYTES
  }

  /// Lets SQLite copy into the file what a crash left in the log, so that the file alone can be judged.
  ///
  /// - Returns: How many tables and indexes there are then.
  private func playLog() throws -> Int {
    guard StoreFiles.bytes(options.path) > 0 || report.wasInterrupted else { return 0 }
    let queue = try DatabaseQueue(
      path: StoreConnections.uri(options.path, options),
      configuration: StoreConnections.configuration(options, readers: 1))
    do {
      let count = try queue.writeWithoutTransaction { database in
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if report.wasInterrupted { _ = try database.checkpoint(.truncate) }
        return count
      }
      try queue.close()
      return count
    } catch {
      try? queue.close()
      throw error
    }
  }

  private mutating func recover(isForeign: Bool) throws {
    let path = options.path
    let backups = StoreBackups.list(options)
    let sound = backups.first { Self.isSound($0.path, options) }
    // Somebody else's file is not ours to put aside, unless our backups say that it was ours once.
    if isForeign, sound == nil {
      throw SaraiError(
        .corruptFile,
        es: "Este archivo no es una memoria de SARAi, o su comienzo está dañado, y no hay copia: muévelo a otro sitio.",
        en: "This file is no memory of SARAi's, or its beginning is damaged, and there is no backup: move it away.",
        subject: path)
    }
    let aside = "\(path).damaged-\(StoreFiles.nowMilliseconds())"
    // Whatever interrupts this, there is a file under the name, the damaged one or the whole one, and never its log
    // beside another file: the next opening begins anew.
    if let sound {
      try StoreFiles.copy(sound.path, to: path + ".new")
    } else {
      try StoreFiles.createPrivate(path + ".new")
    }
    for suffix in ["-wal", "-shm"] where StoreFiles.exists(path + suffix) {
      try StoreFiles.move(path + suffix, to: aside + suffix)
    }
    try StoreFiles.keep(path, as: aside)
    try StoreFiles.move(path + ".new", to: path)
    if let sound {
      report.recovery = .restored(from: sound, damagedFile: aside)
    } else if backups.isEmpty {
      report.recovery = .startedEmpty(damagedFile: aside)
    } else {
      report.recovery = .lostAll(damagedFile: aside, damagedBackups: backups.count)
    }
  }

  /// True for a whole database with the checksums that it was written with.
  static func isSound(_ path: String, _ options: StoreOptions) -> Bool {
    StoreFiles.bytes(path) > 0 && state(path) == SARAI_FILE_SOUND
  }

  private static func state(_ path: String) -> sarai_file_state {
    var page: Int64 = 0
    return sarai_checksum_scan(path, &page)
  }

  // MARK: - Migrations

  private mutating func migrate(_ open: StoreConnections) throws {
    let migrator = StoreSchema.migrator(options)
    let known = options.migrations.map(\.name)
    let applied = try StoreSchema.applied(open.pool, options)
    for name in known where !applied.contains(name) {
      if !applied.isEmpty {
        try StoreBackups.make(options, reason: "before-\(name)") { target in
          try open.pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [target]) }
        }
      }
      try migrator.migrate(open.pool, upTo: name)
      report.migrated.append(name)
    }
  }
}

extension Store {
  /// Reads what can be read of a file that may be damaged, and changes nothing in it.
  package static func inspect<Result>(
    _ path: String, options: StoreOptions, _ body: (Database) throws -> Result
  ) throws -> Result {
    var configuration = StoreConnections.configuration(options, readers: 1)
    configuration.readonly = true
    let name = try StoreConnections.uri(path, options) + "&immutable=1"
    return try StoreFault.wrapping(path: path) {
      try DatabaseQueue(path: name, configuration: configuration).read(body)
    }
  }
}
