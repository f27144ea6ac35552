import FoundationEssentials
import Glibc
import SaraiCore
import SaraiMemory

/// What was typed in earlier chats, for the up key: a JSON string a line, in the state folder.
package struct InputHistory: Sendable {
  /// Nil keeps nothing.
  private let path: String?

  private static let maxLines = 500
  private static let maxBytes = 4 << 20

  package init(path: String?) { self.path = path }

  package func lines() -> [String] {
    guard let path, let bytes = try? PrivateFile.read(path, maxBytes: Self.maxBytes) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).suffix(Self.maxLines)
      .compactMap { (try? JSONValue(parsing: Array($0)))?.stringValue }.filter { !$0.isEmpty }
  }

  /// Convenience, not data: where it cannot be written, the chat goes on.
  package func add(_ line: String) {
    guard let path else { return }
    try? PrivateFile.locked(path) {
      let kept = (lines() + [line]).suffix(Self.maxLines)
      try PrivateFile.replace(path, with: kept.flatMap { JSONValue.string($0).serialized() + [UInt8(ascii: "\n")] })
    }
  }

  /// Writes over the lines that tell what was forgotten.
  ///
  /// - Returns: How many there were.
  func leaveOut(_ words: ForgottenWords) throws -> Int {
    guard let path, FileStatus(path) != nil else { return 0 }
    return try PrivateFile.locked(path) {
      try removeUnfinished(path)
      var count = 0
      try PrivateFile.overwrite(path, maxBytes: Self.maxBytes) { line in
        let text = (try? JSONValue(parsing: Array(line)))?.stringValue
        guard text != "", words.areSaid(in: text ?? String(decoding: line, as: UTF8.self)) else { return nil }
        count += 1
        return []
      }
      return count
    }
  }

  /// Takes away what a chat that was killed was writing.
  private func removeUnfinished(_ path: String) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last else { return }
    let folder = parts.dropLast().joined(separator: "/")
    for found in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where found.hasPrefix(name + ".") && found.hasSuffix(".new") { unlink("\(folder)/\(found)") }
  }
}
