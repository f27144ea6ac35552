import Glibc
import SaraiCore
import SaraiMemory

extension ConversationStore {
  /// Stand in the place of messages that were forgotten; the first that fits into what the message took.
  private static let ellipses = [ellipsis, "…", ""]
  static let ellipsis = "[…]"

  static func isForgotten(_ message: Message) -> Bool { ellipses.contains(message.content) }

  /// Writes over every message that tells what was forgotten, where it stands in its file, so that a chat that has the
  /// file open goes on writing to it. What answers such a message goes with it. Where everything is forgotten, the files
  /// that no chat has open go too.
  ///
  /// - Returns: How many messages there were.
  /// - Throws: `SaraiError`, after all other conversations.
  func leaveOut(_ words: ForgottenWords) throws -> Int {
    var count = 0
    var fault: (any Error)?
    for id in ids() {
      do {
        count += try leaveOut(words, of: id)
        if words.isEverything { try removeUnlessOpen(id) }
      } catch {
        fault = error
      }
    }
    if let fault { throw fault }
    return count
  }

  private func leaveOut(_ words: ForgottenWords, of id: String) throws -> Int {
    var count = 0
    var isFirst = true
    var goesOn = false
    try PrivateFile.overwrite(try path(of: id), maxBytes: Self.maxFileBytes) { line in
      defer { isFirst = false }
      guard !isFirst || Header(line: line) == nil else { return nil }
      guard let message = Self.message(line: line) else {
        // A torn end, or damage.
        let isBlank = line.allSatisfy { $0 == UInt8(ascii: " ") }
        return !isBlank && words.areSaid(in: String(decoding: line, as: UTF8.self), conversation: id) ? [] : nil
      }
      let isGone = Self.isForgotten(message)
      let goes = words.areSaid(in: message.content, conversation: id) || (goesOn && message.role == .assistant)
      goesOn = goes && message.role == .user
      guard goes, !isGone else { return nil }
      count += 1
      return Self.ellipses.lazy.map { Self.json(Message(message.role, $0)).serialized() }.first {
        $0.count <= line.count
      } ?? []
    }
    return count
  }

  private func removeUnlessOpen(_ id: String) throws {
    let path = try path(of: id)
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { try delete(id) }
  }
}

extension PrivateFile {
  /// Writes over lines of a file in place, each with something no longer, filled up with spaces; then all of it is on
  /// disk. Nothing happens where the file is gone.
  ///
  /// - Parameter replacement: Given each line without its end, the last one even where it has none; nil leaves it.
  static func overwrite(
    _ path: String, maxBytes: Int, replacement: (ArraySlice<UInt8>) throws -> [UInt8]?
  ) throws {
    guard let bytes = try read(path, maxBytes: maxBytes) else { return }
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT { return }
      throw fault(writing: path)
    }
    defer { close(descriptor) }
    var isChanged = false
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let new = try replacement(line), new.count <= line.count else { continue }
      let padded = new + [UInt8](repeating: UInt8(ascii: " "), count: line.count - new.count)
      try write(padded, at: line.startIndex, to: descriptor, path: path)
      isChanged = true
    }
    guard !isChanged || fsync(descriptor) == 0 else { throw fault(writing: path) }
  }

  private static func write(_ bytes: [UInt8], at place: Int, to descriptor: Int32, path: String) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress, $0.count, off_t(place + written))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw fault(writing: path)
      }
      written += count
    }
  }

  /// Runs `body` while no other process does so for the same file.
  static func locked<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    let name = path + ".lock"
    let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw fault(writing: name) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw fault(writing: name) }
    }
    return try body()
  }
}
