import Glibc
import Synchronization

/// How much of a log is kept.
package struct LogLimits: Sendable, Hashable {
  /// Of one file.
  package var bytes: Int
  /// Files of earlier days, or that grew full.
  package var files: Int
  /// For so long after their last line.
  package var days: Int

  package init(bytes: Int = 8 << 20, files: Int = 30, days: Int = 30) {
    self.bytes = bytes
    self.files = files
    self.days = days
  }
}

/// A log's file. What it holds is put aside, as `NAME.MILLISECONDS`, at the end of the day (UTC) and where it has grown
/// full, and goes in the end. Several processes may write to one: a line is one write, and the kernel's lock on the file
/// lets one of them at a time put it aside.
package final class RotatingLog: Sendable {
  private struct State {
    var descriptor: Int32 = -1
    var limits: LogLimits
  }

  private static let secondsOfDay = 86_400

  package let path: String
  private let state: Mutex<State>
  /// Milliseconds since 1970.
  private let now: @Sendable () -> Int64
  /// Where standard error is this file, it moves on with it.
  let isStandardError: Bool

  /// - Throws: `SaraiError` where the file cannot be written to.
  package init(
    path: String, limits: LogLimits, now: @escaping @Sendable () -> Int64 = RotatingLog.clock
  ) throws {
    self.path = path
    self.now = now
    let descriptor = Self.open(path)
    guard descriptor >= 0 else { throw PrivateFile.fault(writing: path) }
    isStandardError = Self.identity(of: descriptor) == Self.identity(of: STDERR_FILENO)
    state = Mutex(State(descriptor: descriptor, limits: limits))
  }

  deinit { state.withLock { _ = close($0.descriptor) } }

  package static let clock: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// The file that lines go to now; a child's standard error, for one.
  var descriptor: Int32 { state.withLock { $0.descriptor } }

  package var limits: LogLimits {
    get { state.withLock { $0.limits } }
    set { state.withLock { $0.limits = newValue } }
  }

  /// Appends a line. One that cannot be written is lost: a full disk is no reason to stop answering.
  package func write(_ line: [UInt8]) {
    state.withLock { state in
      rotate(&state, before: line.count + 1)
      let bytes = line + [UInt8(ascii: "\n")]
      _ = bytes.withUnsafeBytes { Glibc.write(state.descriptor, $0.baseAddress, $0.count) }
    }
  }

  // MARK: - Rotation

  private func rotate(_ state: inout State, before bytes: Int) {
    var status = stat()
    guard fstat(state.descriptor, &status) == 0 else { return }
    guard Self.identity(ofFile: path) == Identity(status) else { return reopen(&state) }
    let milliseconds = now()
    let isFull = Int(status.st_size) + bytes > state.limits.bytes
    let isOfEarlierDay =
      Int64(status.st_mtim.tv_sec) / Int64(Self.secondsOfDay) < milliseconds / 1_000 / Int64(Self.secondsOfDay)
    guard status.st_size > 0, isFull || isOfEarlierDay else { return }
    flock(state.descriptor, LOCK_EX)
    defer { reopen(&state) }
    // Closing the file gives the lock back. Another process may have been quicker.
    guard Self.identity(ofFile: path) == Identity(status) else { return }
    // Later than all before it, also where the clock went back.
    let last = LogFiles.earlier(than: path).last?.split(separator: ".").last.flatMap { Int64($0) } ?? 0
    rename(path, "\(path).\(max(milliseconds, last + 1))")
    LogFiles.prune(of: path, state.limits, now: milliseconds)
  }

  private func reopen(_ state: inout State) {
    let descriptor = Self.open(path)
    // Better into the file that was put aside than nowhere.
    guard descriptor >= 0 else { return }
    if isStandardError { dup2(descriptor, STDERR_FILENO) }
    close(state.descriptor)
    state.descriptor = descriptor
  }

  private static func open(_ path: String) -> Int32 {
    Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
  }

  private struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  private static func identity(of descriptor: Int32) -> Identity? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Identity(status) : nil
  }

  private static func identity(ofFile path: String) -> Identity? {
    var status = stat()
    return lstat(path, &status) == 0 ? Identity(status) : nil
  }
}

/// The files of logs, those that were put aside included.
package enum LogFiles {
  /// What was put aside of a log, oldest first.
  static func earlier(than path: String) -> [String] {
    let (folder, name) = parts(path)
    return names(in: folder).compactMap { other -> (stamp: Int64, path: String)? in
      guard other.hasPrefix(name + "."), let stamp = Int64(other.dropFirst(name.utf8.count + 1)) else { return nil }
      return (stamp, "\(folder)/\(other)")
    }
    .sorted { $0.stamp < $1.stamp }.map(\.path)
  }

  /// Removes what is beyond the limits of one log.
  static func prune(of path: String, _ limits: LogLimits, now: Int64) {
    let files = earlier(than: path)
    let surplus = max(0, files.count - limits.files)
    for (index, file) in files.enumerated() {
      if index < surplus || isOlder(file, days: limits.days, now: now) { unlink(file) }
    }
  }

  /// Removes what was put aside in a folder of logs and was last written to so many days ago.
  ///
  /// - Returns: How many files went, and their bytes.
  package static func prune(
    folder: String, olderThanDays days: Int, now: Int64 = RotatingLog.clock()
  ) -> (files: Int, bytes: Int) {
    var removed = (files: 0, bytes: 0)
    for name in names(in: folder) where isPutAside(name) {
      let path = "\(folder)/\(name)"
      guard isOlder(path, days: days, now: now), let bytes = FileStatus(path, followsLinks: false)?.sizeBytes,
        unlink(path) == 0
      else { continue }
      removed.files += 1
      removed.bytes += bytes
    }
    return removed
  }

  /// `NAME.log.1` of a skill, `NAME.log.1763935860123` of the others.
  static func isPutAside(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[parts.count - 2] == "log", let stamp = parts.last else { return false }
    return !stamp.isEmpty && stamp.allSatisfy { ("0"..."9").contains($0) }
  }

  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func isOlder(_ path: String, days: Int, now: Int64) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return Int64(status.st_mtim.tv_sec) * 1_000 < now - Int64(days) * 86_400_000
  }

  private static func parts(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }
}
