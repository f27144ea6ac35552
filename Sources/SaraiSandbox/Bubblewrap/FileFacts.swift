import CSeccomp
import Glibc

/// What tells a file from another that took its place.
struct FileFacts: Sendable, Hashable {
  let device: UInt64
  let inode: UInt64
  let bytes: UInt64
  let modifiedNanoseconds: Int64
  private let mode: UInt32

  var isRegularFile: Bool { mode & S_IFMT == S_IFREG }
  var isFolder: Bool { mode & S_IFMT == S_IFDIR }

  /// Nil where there is no such file or it may not be looked at. Follows symbolic links.
  init?(_ path: String) {
    var facts = sarai_file_facts()
    guard sarai_file_look(path, &facts) == 0 else { return nil }
    device = facts.device
    inode = facts.inode
    bytes = facts.bytes
    modifiedNanoseconds = facts.modified_nanoseconds
    mode = facts.mode
  }
}
