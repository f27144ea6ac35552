import Glibc
package import Logging
import SaraiCore

/// Which lines of the logs are asked for.
package struct LogQuery: Sendable {
  /// A role (`serve`, `engine`, …) or a skill's name; nil for all.
  package var role: String?
  /// Seconds since 1970.
  package var since: Double?
  package var level: Logger.Level
  package var request: String?

  /// From the least to the most grave.
  package static let levels = Logger.Level.allCases.map(\.rawValue)

  /// - Parameter level: One of `levels`; nil for all.
  package init(role: String? = nil, since: Double? = nil, level: String? = nil, request: String? = nil) {
    self.role = role
    self.since = since
    self.level = level.flatMap(Logger.Level.init(rawValue:)) ?? .trace
    self.request = request
  }

  package func matches(_ line: LogLine) -> Bool {
    if let since, line.seconds < since { return false }
    if line.level < level { return false }
    if let role, line.role != role, line.role != "skill" || line.fields["skill"] != role { return false }
    guard let request else { return true }
    return line.request.map { RequestID.belongs($0, to: request) } ?? false
  }
}

/// The logs of all processes of a state folder, as one.
package struct LogReader: Sendable {
  /// What follows a line that is whole waits for its end no longer than this.
  private static let longestLine = 64 << 10

  private let folders: [String]

  package init(_ folders: Folders) { self.folders = [folders.logs, folders.skillLogs] }

  /// The last lines that match, oldest first. Lines of one file that is not SARAi's own JSON come right after the line
  /// before them, as the last words of a program that crashed do.
  package func last(_ count: Int, _ query: LogQuery) -> [LogLine] {
    var found: [LogLine] = []
    for file in files where !isOld(file, for: query) {
      var parser = Parser(file: file)
      var mine: [LogLine] = []
      Self.read(file, from: 0) { bytes in
        for line in parser.lines(in: bytes) where query.matches(line) {
          mine.append(line)
          if mine.count >= 2 * count + 1_024 { mine.removeFirst(mine.count - count) }
        }
      }
      found += mine.suffix(count)
      if found.count > 8 * count + 8_192 { found = Array(Self.sorted(found).suffix(count)) }
    }
    return Array(Self.sorted(found).suffix(count))
  }

  /// New lines as they are written, until the task is cancelled.
  ///
  /// - Parameter each: Gets what came together, oldest first.
  package func follow(_ query: LogQuery, each: ([LogLine]) -> Void) async {
    var places = Dictionary(uniqueKeysWithValues: current.map { ($0, Place(file: $0, atEnd: true)) })
    while !Task.isCancelled {
      // The kernel tells of new lines in a folder as often as of any other change: looking is as cheap.
      try? await Task.sleep(for: .milliseconds(200))
      for file in current where places[file] == nil { places[file] = Place(file: file, atEnd: false) }
      var new: [LogLine] = []
      for file in places.keys.sorted() { new += places[file]?.more() ?? [] }
      let matching = new.filter(query.matches)
      if !matching.isEmpty { each(Self.sorted(matching)) }
    }
  }

  // MARK: - Files

  /// All of them, those that were put aside first.
  private var files: [String] {
    folders.flatMap { folder in
      let names = LogFiles.names(in: folder)
      return (names.filter(LogFiles.isPutAside) + names.filter { $0.hasSuffix(".log") }).map { "\(folder)/\($0)" }
    }
  }

  private var current: [String] {
    folders.flatMap { folder in
      LogFiles.names(in: folder).filter { $0.hasSuffix(".log") }.map { "\(folder)/\($0)" }
    }
  }

  /// Its last line was before.
  private func isOld(_ file: String, for query: LogQuery) -> Bool {
    guard let since = query.since, let status = FileStatus(file) else { return false }
    return status.modified < since
  }

  private static func sorted(_ lines: [LogLine]) -> [LogLine] {
    // Stable: lines of one moment stay in their order.
    lines.enumerated().sorted { ($0.element.seconds, $0.offset) < ($1.element.seconds, $1.offset) }.map(\.element)
  }

  /// - Returns: Where the file ended.
  @discardableResult
  private static func read(_ file: String, from offset: Int, each: ([UInt8]) -> Void) -> Int {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return offset }
    defer { close(descriptor) }
    return read(descriptor, from: offset, each: each)
  }

  private static func read(_ descriptor: Int32, from offset: Int, each: ([UInt8]) -> Void) -> Int {
    var offset = offset
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return offset }
      each(Array(buffer[..<count]))
      offset += count
    }
  }

  /// Cuts bytes into lines of a log.
  private struct Parser {
    let file: String
    var rest: [UInt8] = []
    var last: LogLine?

    init(file: String) { self.file = file }

    mutating func lines(in bytes: [UInt8]) -> [LogLine] {
      var found: [LogLine] = []
      for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
        if part.offset > 0 {
          if let line = line(rest) { found.append(line) }
          rest = []
        }
        if rest.count < LogReader.longestLine { rest += part.element }
      }
      return found
    }

    private mutating func line(_ bytes: [UInt8]) -> LogLine? {
      guard !bytes.isEmpty else { return nil }
      if let line = LogLine(json: bytes) {
        last = line
        return line
      }
      // Text of no line of ours: a crash, or a program that does not log in JSON.
      let name = file.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
      let isSkill = file.contains("/skills/")
      return LogLine(
        seconds: last?.seconds ?? FileStatus(file)?.modified ?? 0, level: .warning,
        role: isSkill ? "skill" : name, message: String(decoding: bytes, as: UTF8.self),
        fields: isSkill ? ["skill": name] : [:])
    }
  }

  /// How far a file was read, also when another took its name.
  private final class Place {
    private let file: String
    private var descriptor: Int32
    private var offset = 0
    private var parser: Parser

    init(file: String, atEnd: Bool) {
      self.file = file
      parser = Parser(file: file)
      descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      if atEnd, descriptor >= 0 { offset = max(0, Int(lseek(descriptor, 0, SEEK_END))) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func more() -> [LogLine] {
      var found = rest()
      var (opened, named) = (stat(), stat())
      guard lstat(file, &named) == 0 else { return found }
      if descriptor >= 0, fstat(descriptor, &opened) == 0, opened.st_ino == named.st_ino { return found }
      // Put aside meanwhile, and others after it; what it still got was read above.
      var isAfterMine = false
      let earlier = descriptor < 0 ? [] : LogFiles.earlier(than: file)
      for path in earlier {
        var status = stat()
        if isAfterMine {
          found += begin(path)
        } else if lstat(path, &status) == 0, status.st_ino == opened.st_ino {
          isAfterMine = true
        }
      }
      return found + begin(file)
    }

    /// What is in a file that takes the place of the one before.
    private func begin(_ path: String) -> [LogLine] {
      if descriptor >= 0 { close(descriptor) }
      descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      offset = 0
      parser = Parser(file: file)
      return rest()
    }

    private func rest() -> [LogLine] {
      guard descriptor >= 0 else { return [] }
      var found: [LogLine] = []
      offset = LogReader.read(descriptor, from: offset) { found += parser.lines(in: $0) }
      return found
    }
  }
}
