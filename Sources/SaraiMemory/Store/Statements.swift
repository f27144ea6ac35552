import GRDB
import SaraiCore

extension Database {
  /// Runs a statement that stays compiled.
  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// The first column of the first row.
  func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
    try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments)
  }

  /// The first column of all rows.
  func numbers(_ sql: String, _ arguments: StatementArguments = []) throws -> [Int64] {
    try Int64.fetchAll(cachedStatement(sql: sql), arguments: arguments)
  }

  func rows(_ sql: String, _ arguments: StatementArguments = [], _ body: (Row) throws -> Void) throws {
    let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
    while let row = try cursor.next() { try body(row) }
  }
}

/// Numbers as they stand in the database.
extension FactSource {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension Extractor {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension Standing {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension TurnRole {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension Operation.Kind {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}

extension CaseIterable {
  /// The case that a stored number stands for; the first one for a number that no version wrote.
  static func stored(_ code: Int64) -> Self {
    let cases = Array(allCases)
    return cases.indices.contains(Int(code)) ? cases[Int(code)] : cases[0]
  }
}

/// A 64-bit hash that is the same in every process (FNV-1a): equal hashes are compared by what they hash.
func stableHash(_ seed: UInt64, _ bytes: some Sequence<UInt8>) -> UInt64 {
  var hash = (0xCBF2_9CE4_8422_2325 as UInt64) ^ (seed &* 0x9E37_79B9_7F4A_7C15)
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
  return hash
}
