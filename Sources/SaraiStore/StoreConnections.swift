import CChecksumVFS
import GRDB
import SaraiCore
import Synchronization

/// The open connections of one file: one that writes, a few that read, one that empties the log.
final class StoreConnections: Sendable {
  let pool: DatabasePool
  /// Its checkpoints wait for no writer and no writer waits for them.
  private let checkpointer: DatabaseQueue
  private let frames: FrameCounter
  /// Frames of the log that the last checkpoint saw.
  private let checkpointedFrames = Mutex<Int32>(0)

  /// The file and its log as they were opened.
  private let path: String
  private let file: FileIdentity?
  private let log: FileIdentity?

  /// 48 MiB of log before it is copied into the database in the next pause.
  private static let checkpointFrames: Int32 = 12_288
  /// 128 MiB: writers came without a pause, and the next one makes one.
  private static let largestLogFrames: Int32 = 32_768

  init(_ options: StoreOptions) throws {
    let name = try Self.uri(options.path, options)
    let frames = FrameCounter()
    self.frames = frames
    path = options.path
    pool = try DatabasePool(path: name, configuration: Self.configuration(options, readers: options.readers))
    checkpointer = try DatabaseQueue(path: name, configuration: Self.configuration(options, readers: 1))
    try pool.writeWithoutTransaction { database in
      // Opening left it at NORMAL, by which the last commits before a power cut are lost.
      try database.execute(sql: "PRAGMA synchronous = FULL")
      sarai_count_log_frames(UnsafeMutableRawPointer(database.sqliteConnection), frames.pointer)
      options.onConnect?(database)
    }
    (file, log) = (FileIdentity(path), FileIdentity(path + "-wal"))
  }

  /// True where the file, or its log, no longer has its name: what is written goes where nobody finds it again.
  var isMoved: Bool { isFileMoved || log != nil && FileIdentity(path + "-wal") != log }

  private var isFileMoved: Bool { file != nil && FileIdentity(path) != file }

  /// True where another file has the name.
  var isReplaced: Bool { isFileMoved && FileIdentity(path) != nil }

  /// Waits for whoever reads or writes. The last checkpoint of all happens here, and the log is deleted.
  func close() throws {
    try pool.close()
    // The last one to close has to be one that may write: it is the one that copies the log and deletes it.
    try checkpointer.close()
  }

  /// True where the log has grown enough for a checkpoint.
  var needsCheckpoint: Bool {
    let now = frames.value
    return checkpointedFrames.withLock { now < $0 ? now > Self.checkpointFrames : now - $0 > Self.checkpointFrames }
  }

  var isLogTooLong: Bool { frames.value > Self.largestLogFrames }

  /// Copies what it can of the log into the database without making anybody wait.
  ///
  /// - Returns: Whether that was all of it, so that the log starts anew with the next write.
  func checkpoint() throws -> Bool {
    checkpointedFrames.withLock { $0 = frames.value }
    let result = try checkpointer.writeWithoutTransaction { try $0.checkpoint(.passive) }
    return result.checkpointedFrameCount >= frames.value
  }

  /// Copies all of the log into the database and cuts the log to nothing; waits for readers.
  func truncateLog() throws {
    _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    checkpointedFrames.withLock { $0 = 0 }
    frames.value = 0
  }

  // MARK: - Settings

  static func configuration(_ options: StoreOptions, readers: Int) -> Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(10)
    configuration.maximumReaderCount = max(1, readers)
    configuration.label = "sarai.store"
    // What people told belongs in no log.
    configuration.publicStatementArguments = false
    let cacheKiB = max(1024, options.pageCacheKiB)
    configuration.prepareDatabase { database in
      let code = sarai_prepare_connection(UnsafeMutableRawPointer(database.sqliteConnection))
      guard code == 0 else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
      if !database.configuration.readonly, try Int.fetchOne(database, sql: "PRAGMA page_count") == 0 {
        try database.execute(sql: "PRAGMA page_size = \(SARAI_PAGE_BYTES); PRAGMA auto_vacuum = INCREMENTAL")
      }
      try database.execute(
        sql: """
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          PRAGMA secure_delete = ON;
          PRAGMA synchronous = FULL;
          PRAGMA temp_store = MEMORY;
          PRAGMA mmap_size = 0;
          PRAGMA wal_autocheckpoint = 0;
          PRAGMA cache_size = -\(cacheKiB);
          """)
    }
    return configuration
  }

  /// The name by which SQLite opens a file with checksums.
  static func uri(_ path: String, _ options: StoreOptions) throws -> String {
    let vfs = options.baseVFS.map { "sarai-checksums-on-\($0)" } ?? "sarai-checksums"
    let code = sarai_checksum_vfs_register(vfs, options.baseVFS)
    guard code == 0 else {
      throw StoreFault.wrap(DatabaseError(resultCode: ResultCode(rawValue: code)), path: path)
    }
    var name = "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      default: name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return name + "?vfs=" + vfs
  }
}

/// A number that SQLite writes after each commit.
private final class FrameCounter: @unchecked Sendable {
  let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

  init() { pointer.initialize(to: 0) }

  // One aligned word: a stale value costs a checkpoint more or less.
  var value: Int32 {
    get { pointer.pointee }
    set { pointer.pointee = newValue }
  }

  deinit { pointer.deallocate() }
}
