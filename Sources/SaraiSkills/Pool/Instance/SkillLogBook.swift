import Glibc
import SaraiCore
import Synchronization

/// The log of one skill: its last lines in memory, and more of them in a file of limited size. All of its processes
/// write to the same.
final class SkillLogBook: Sendable {
  private struct State {
    var lines: [[UInt8]] = []
    var bytes = 0
    /// A line that has not ended yet.
    var rest: [UInt8] = []
    var isCut = false
    var unwritten: [UInt8] = []
    var isWriting = false
  }

  private static let mostLines = 1_000
  private static let mostBytes = 256 << 10
  private static let longestLine = 4 << 10
  /// What may wait for the disk; more is left out of the file.
  private static let mostUnwritten = 1 << 20

  private let state = Mutex(State())
  private let file: String?
  private let fileBytes: Int

  /// - Parameter file: nil keeps what there is in memory.
  init(file: String?, fileBytes: Int) {
    self.file = file
    self.fileBytes = fileBytes
  }

  /// Cuts bytes into lines and keeps them. Does not wait for the disk.
  func append(_ bytes: [UInt8]) {
    let writes = state.withLock { state in
      for byte in bytes {
        if byte == UInt8(ascii: "\n") {
          Self.endLine(&state)
        } else if state.rest.count < Self.longestLine {
          state.rest.append(byte)
        } else {
          state.isCut = true
        }
      }
      guard file != nil, !state.isWriting, !state.unwritten.isEmpty else { return false }
      state.isWriting = true
      return true
    }
    if writes { Task.detached(priority: .utility) { self.write() } }
  }

  /// The last lines, oldest first, as UTF-8 with what is not replaced.
  func lines(_ count: Int) -> [String] {
    state.withLock { $0.lines.suffix(max(0, count)) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The end of the log, for the cause of an error; nil where there is none.
  var tail: String? {
    let lines = state.withLock { state in state.lines.suffix(8) + (state.rest.isEmpty ? [] : [state.rest]) }
    let text = lines.map { String(decoding: $0.prefix(500), as: UTF8.self) }.joined(separator: "\n")
    return text.isEmpty ? nil : text
  }

  private static func endLine(_ state: inout State) {
    if state.isCut { state.rest += Array("…".utf8) }
    state.isCut = false
    let line = state.rest
    state.rest = []
    guard !line.isEmpty else { return }
    state.lines.append(line)
    state.bytes += line.count
    var dropped = 0
    while state.lines.count - dropped > mostLines || state.bytes > mostBytes {
      state.bytes -= state.lines[dropped].count
      dropped += 1
    }
    // Seldom, and then many: an array is moved as a whole.
    if dropped > 0 { state.lines.removeFirst(dropped) }
    if state.unwritten.count + line.count < mostUnwritten { state.unwritten += line + [UInt8(ascii: "\n")] }
  }

  // MARK: The file

  private func write() {
    while true {
      let bytes: [UInt8] = state.withLock { state in
        defer { state.unwritten = [] }
        if state.unwritten.isEmpty { state.isWriting = false }
        return state.unwritten
      }
      guard !bytes.isEmpty, let file else { return }
      Self.append(bytes, to: file, limit: fileBytes)
    }
  }

  /// A log that cannot be written is no reason to fail a call: its lines are in memory.
  private static func append(_ bytes: [UInt8], to file: String, limit: Int) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
    if lseek(descriptor, 0, SEEK_END) >= limit { rename(file, file + ".1") }
  }
}
