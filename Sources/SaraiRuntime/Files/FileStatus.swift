import Glibc
import SystemPackage

/// What the system knows of a file.
struct FileStatus: Equatable {
  let isFolder: Bool
  /// An ordinary one: no folder, link, device or pipe.
  let isFile: Bool
  let sizeBytes: Int
  /// Seconds since 1970.
  let modified: Double
  let inode: UInt64
  /// The permission bits.
  let mode: Int
  let owner: UInt32

  /// Nil where there is no such file.
  init?(_ path: String, followsLinks: Bool = true) {
    guard let status = try? FilePath(path).stat(followTargetSymlink: followsLinks) else { return nil }
    isFolder = status.type == .directory
    isFile = status.type == .regular
    sizeBytes = Int(status.size)
    // FileManager would look up the names of user and group as well, each time.
    modified = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
    inode = UInt64(status.inode.rawValue)
    mode = Int(status.permissions.rawValue)
    owner = UInt32(status.userID.rawValue)
  }
}
