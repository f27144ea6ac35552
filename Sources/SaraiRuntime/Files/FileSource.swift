import Glibc
import SaraiCore
import Synchronization

/// A file that is read once, from its beginning to its end.
package final class FileSource: Sendable {
  package let path: String
  /// Nil for pipes.
  package let totalBytes: Int?
  private let descriptor: Int32
  private let position = Mutex(0)

  /// - Throws: `SaraiError`: `notFound`, `forbidden`, `invalidRequest` for a folder.
  package init(_ path: String) throws {
    let status = FileStatus(path)
    if let status, status.isFolder {
      throw SaraiError(
        .invalidRequest, es: "\(path) es una carpeta: di un fichero.", en: "\(path) is a folder: name a file.",
        subject: path)
    }
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw PrivateFile.fault(reading: path) }
    self.path = path
    totalBytes = status.flatMap { $0.sizeBytes > 0 ? $0.sizeBytes : nil }
  }

  deinit { close(descriptor) }

  package var bytesRead: Int { position.withLock { $0 } }

  /// 0...1; nil where its size is not known.
  package var fractionRead: Double? { totalBytes.map { min(1, Double(bytesRead) / Double($0)) } }

  /// - Returns: The next bytes, none at the end.
  package func read(upTo count: Int) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      let found = Glibc.read(descriptor, &buffer, count)
      if found < 0 {
        if errno == EINTR { continue }
        throw PrivateFile.fault(reading: path)
      }
      position.withLock { $0 += found }
      return Array(buffer[..<found])
    }
  }
}

/// The lines of a file of UTF-8 text.
package final class LineSource: Sendable {
  private struct State {
    /// What was read and not given yet, and how much of it has no line end.
    var rest: [UInt8] = []
    var searched = 0
    var lines = 0
    var isAtEnd = false
  }

  private let file: FileSource
  private let maxLineBytes: Int
  private let state = Mutex(State())

  package init(_ file: FileSource, maxLineBytes: Int) {
    self.file = file
    self.maxLineBytes = maxLineBytes
  }

  /// Whether all of the file was read.
  package var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

  /// - Returns: The next lines, without their ends; none at the end.
  /// - Throws: `SaraiError`: `corruptFile` for what is no UTF-8, `tooLarge` for a line over the limit.
  package func next() throws -> [String] {
    try state.withLock { state in
      while true {
        var lines: [String] = []
        var start = 0
        while let end = state.rest[state.searched...].firstIndex(of: UInt8(ascii: "\n")) {
          lines.append(try line(state.rest[start..<end], &state))
          start = end + 1
          state.searched = start
        }
        state.rest.removeFirst(start)
        state.searched = state.rest.count
        if !lines.isEmpty { return lines }
        if state.isAtEnd {
          guard !state.rest.isEmpty else { return [] }
          let last = state.rest
          state.rest = []
          state.searched = 0
          return [try line(last[...], &state)]
        }
        guard state.rest.count <= maxLineBytes else { throw fault(.tooLarge, line: state.lines + 1) }
        let more = try file.read(upTo: 1 << 20)
        state.isAtEnd = more.isEmpty
        state.rest += more
      }
    }
  }

  private func line(_ bytes: ArraySlice<UInt8>, _ state: inout State) throws -> String {
    state.lines += 1
    var bytes = bytes
    // A byte order mark, as some editors write it.
    if state.lines == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw fault(.corruptFile, line: state.lines) }
    return text
  }

  private func fault(_ code: SaraiError.Code, line: Int) -> SaraiError {
    code == .tooLarge
      ? SaraiError(
        code, es: "La línea \(line) de \(file.path) pasa de \(maxLineBytes) bytes: ¿es el fichero que querías?",
        en: "Line \(line) of \(file.path) is over \(maxLineBytes) bytes: is it the file that you meant?",
        subject: file.path)
      : SaraiError(
        code, es: "La línea \(line) de \(file.path) no es texto en UTF-8: ¿es el fichero que querías?",
        en: "Line \(line) of \(file.path) is no text in UTF-8: is it the file that you meant?", subject: file.path)
  }
}
