import FoundationEssentials
import Glibc

/// What the system knows of a file.
struct FileStatus: Equatable {
  let isFolder: Bool
  let sizeBytes: Int
  /// Seconds since 1970.
  let modified: Double
  let inode: UInt64
  /// The permission bits.
  let mode: Int
  let owner: UInt32

  /// Nil where there is no such file.
  init?(_ path: String, followsLinks: Bool = true) {
    var path = path
    if followsLinks {
      guard let resolved = realpath(path, nil) else { return nil }
      path = String(cString: resolved)
      free(resolved)
    }
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
    isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
    sizeBytes = (attributes[.size] as? any BinaryInteger).map { Int(clamping: $0) } ?? 0
    modified = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    inode = (attributes[.systemFileNumber] as? any BinaryInteger).map { UInt64(clamping: $0) } ?? 0
    mode = (attributes[.posixPermissions] as? any BinaryInteger).map { Int(clamping: $0) } ?? 0
    owner = (attributes[.ownerAccountID] as? any BinaryInteger).map { UInt32(clamping: $0) } ?? .max
  }
}
