import FoundationEssentials
import Glibc
import SaraiCore

/// A folder for a moment, outside of SARAi's own: what only looks must not write there.
enum Scratch {
  static func with<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: (String) async throws -> Result
  ) async throws -> Result {
    var template = Array("/tmp/sarai-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw PrivateFile.fault(writing: "/tmp") }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }
}
