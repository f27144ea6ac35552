import Glibc
import SaraiCore
import Synchronization

/// Data that can be asked and never changed: a SQLite file, a CSV file, or a folder of CSV files.
///
/// SQLite itself is used, and no layer above it, since all that keeps a statement harmless (authorizer, progress
/// handler, limits, defensive mode) is SQLite's own. Callers on several threads take turns.
package final class Database: @unchecked Sendable {
  package let schema: Schema
  package let path: String
  private let lock = Mutex(())
  private let connection: Connection

  private static let magic = Array("SQLite format 3\0".utf8)

  /// - Parameter path: absolute.
  /// - Throws: `SaraiError`: `notFound`, `corruptFile`, `tooLarge`, `invalidRequest` for a CSV that can't be read.
  package init(path: String) throws {
    self.path = path
    if FileReading.isFolder(path) {
      connection = try CSVFolder.open(path)
    } else {
      let start = try FileReading.start(of: path, count: 20)
      if start.starts(with: Self.magic) {
        let (opened, note) = try Self.openFile(path, usesWAL: start.count == 20 && start[18] == 2)
        connection = opened
        var schema = try SchemaReader(connection: opened).read()
        if let note { schema.notes.append(note) }
        self.schema = schema
        return
      }
      // What is called a CSV file and is none is told so where it is read.
      guard !start.contains(0) || CSVFolder.isCSV(path) else {
        throw SQLFault.corrupt(path, cause: "neither SQLite nor CSV")
      }
      connection = try CSVFolder.open(path)
    }
    schema = try SchemaReader(connection: connection).read()
  }

  /// Changes when the data does, as far as sizes and times of files tell.
  ///
  /// - Throws: `SaraiError.notFound` where there is nothing.
  package static func identity(ofDataAt path: String) throws -> String {
    guard FileReading.isFolder(path) else {
      return try FileReading.identity(of: path) + ((try? FileReading.identity(of: path + "-wal")) ?? "")
    }
    return try FileReading.names(in: path).map { "\($0) " + ((try? FileReading.identity(of: path + "/" + $0)) ?? "") }
      .joined(separator: "\n")
  }

  /// Runs one statement that came from a person or a model.
  ///
  /// - Parameter isCancelled: asked now and then while it runs.
  /// - Throws: `SaraiError`: `invalidRequest` with subject "sql" for what SQLite does not understand, `forbidden` for
  ///   what would do more than read, `timeout`, `cancelled`, `tooLarge`, `corruptFile`.
  package func query(
    _ sql: String, limits: QueryLimits = QueryLimits(), isCancelled: @escaping () -> Bool = { false }
  ) throws -> QueryResult {
    try lock.withLock { _ in try connection.query(sql, limits: limits, isCancelled: isCancelled) }
  }

  /// A database that lies on a read-only mount can be locked but can't have the files beside it that a write-ahead log
  /// needs; nobody else's changes can be seen there in any case.
  private static func openFile(_ path: String, usesWAL: Bool) throws -> (Connection, Schema.Note?) {
    do {
      let connection = try Connection.file(path, isImmutable: false)
      try connection.forbidWriting()
      try connection.rows("SELECT count(*) FROM sqlite_schema") { _ in }
      return (connection, nil)
    } catch let error as SaraiError where usesWAL && error.code == .notFound {
      let connection = try Connection.file(path, isImmutable: true)
      try connection.forbidWriting()
      return (connection, .journalUnread)
    }
  }
}
