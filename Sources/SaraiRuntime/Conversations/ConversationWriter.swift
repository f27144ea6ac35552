import Glibc
package import SaraiCore

/// Appends to one conversation's file, line by line, each synced to disk before `append` returns.
///
/// It holds a lock on the file, so that two terminals cannot weave into one conversation.
package final class ConversationWriter {
  private let store: ConversationStore
  private let header: ConversationStore.Header
  private let isNew: Bool
  private var descriptor: Int32 = -1

  init(store: ConversationStore, header: ConversationStore.Header, isNew: Bool) {
    self.store = store
    self.header = header
    self.isNew = isNew
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  package var id: String { header.id }

  /// - Throws: `SaraiError.busy` where another process writes to the conversation, `forbidden`, `insufficientResources`.
  package func append(_ messages: [Message]) throws {
    let path = try store.path(of: header.id)
    if descriptor < 0 { try openFile(path) }
    try write(messages.flatMap { ConversationStore.json($0).serialized() + [UInt8(ascii: "\n")] }, path: path)
  }

  /// Opens (and locks) the file now, so that a conversation in use elsewhere is told before the first question.
  package func open() throws {
    if descriptor < 0, !isNew { try openFile(try store.path(of: header.id)) }
  }

  private func openFile(_ path: String) throws {
    let flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (isNew ? O_CREAT | O_EXCL : 0)
    let opened = Glibc.open(path, flags, 0o600)
    guard opened >= 0 else { throw PrivateFile.fault(writing: path) }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      close(opened)
      throw SaraiError(
        .busy, es: "La conversación \(header.id) está abierta en otro terminal: ciérrala allí.",
        en: "The conversation \(header.id) is open in another terminal: close it there.", subject: header.id)
    }
    descriptor = opened
    if isNew {
      try write(header.json.serialized() + [UInt8(ascii: "\n")], path: path)
    } else {
      try cutTornLine(path)
    }
  }

  private func write(_ bytes: [UInt8], path: String) throws {
    try PrivateFile.writeAll(bytes, to: descriptor, path: path)
    guard fsync(descriptor) == 0 else { throw PrivateFile.fault(writing: path) }
  }

  private func cutTornLine(_ path: String) throws {
    guard let bytes = try PrivateFile.read(path, maxBytes: ConversationStore.maxFileBytes),
      let last = bytes.last, last != UInt8(ascii: "\n")
    else { return }
    let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    guard ftruncate(descriptor, off_t(end)) == 0 else { throw PrivateFile.fault(writing: path) }
  }
}
