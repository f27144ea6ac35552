import SaraiCore

/// CSV files loaded into a database in memory: a file is a table.
enum CSVFolder {
  static let maximumBytes = 48 << 20
  private static let maximumFiles = 40
  private static let endings = [".csv", ".tsv", ".txt"]

  /// By its name.
  static func isCSV(_ path: String) -> Bool { endings.contains { path.lowercased().hasSuffix($0) } }

  /// - Parameter path: one file, or a folder whose files that end in .csv, .tsv or .txt are taken.
  /// - Throws: `SaraiError`, naming the file.
  static func open(_ path: String) throws -> Connection {
    let files: [String]
    if FileReading.isFolder(path) {
      files = try FileReading.names(in: path).filter(isCSV)
        .map { path + "/" + $0 }
    } else {
      files = [path]
    }
    guard (1...maximumFiles).contains(files.count) else {
      throw SaraiError(
        .notFound,
        es: "En \(path) hay \(files.count) archivos CSV y se admiten de 1 a \(maximumFiles). Elige otra carpeta.",
        en:
          "There are \(files.count) CSV files in \(path), and 1 to \(maximumFiles) are allowed. Choose another folder.",
        subject: path)
    }
    let connection = try Connection.inMemory(path: path)
    var room = maximumBytes
    var names: Set<String> = []
    for file in files {
      let bytes = try FileReading.contents(of: file, maximumBytes: room)
      room -= bytes.count
      try load(try CSVTable(CSVText(bytes, path: file), path: file), name: tableName(file, &names), into: connection)
    }
    try connection.forbidWriting()
    return connection
  }

  private static func tableName(_ file: String, _ names: inout Set<String>) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? file
    let stem = endings.first { last.lowercased().hasSuffix($0) }.map { String(last.dropLast($0.count)) } ?? last
    var base = CSVTable.clean(name: stem)
    if base.isEmpty || base.lowercased().hasPrefix("sqlite_") { base = "datos" }
    var name = base
    var number = 2
    while !names.insert(name.lowercased()).inserted {
      name = "\(base)_\(number)"
      number += 1
    }
    return name
  }

  private static func load(_ table: CSVTable, name: String, into connection: Connection) throws {
    let types: [Schema.Column.Kind: String] = [.integer: "INTEGER", .real: "REAL", .date: "DATE"]
    let columns = zip(table.names, table.kinds).map { name, kind in
      "\(SQLText.quoted(name: name)) \(types[kind] ?? "TEXT")"
    }
    // Dates stay texts: the declared type alone would make numbers of what looks like one.
    try connection.execute(
      "CREATE TABLE \(SQLText.quoted(name: name)) (\(columns.joined(separator: ", ")))")
    try connection.execute("BEGIN")
    let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    let insert = try Statement("INSERT INTO \(SQLText.quoted(name: name)) VALUES (\(places))", in: connection)
    try table.forEachRow { try insert.run($0) }
    try connection.execute("COMMIT")
  }
}
