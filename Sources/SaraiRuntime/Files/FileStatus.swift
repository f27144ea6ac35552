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
    sizeBytes = Int(Self.number(attributes[.size]))
    modified = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    inode = Self.number(attributes[.systemFileNumber])
    mode = Int(Self.number(attributes[.posixPermissions]))
    owner = UInt32(clamping: Self.number(attributes[.ownerAccountID]))
  }

  /// A number is an integer or an object by which Foundation the process links, so it is read from its text.
  private static func number(_ value: Any?) -> UInt64 { value.flatMap { UInt64("\($0)") } ?? 0 }
}
