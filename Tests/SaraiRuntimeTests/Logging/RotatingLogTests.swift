import Foundation
import Synchronization
import TestSupport
import Testing

@testable import SaraiRuntime

@Suite struct RotatingLogTests {
  private static let day: Int64 = 86_400_000

  private func files(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func text(_ folder: URL, _ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  private func setModified(_ url: URL, milliseconds: Int64) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: Double(milliseconds) / 1_000)], ofItemAtPath: url.path)
  }

  @Test func `a file that has grown full is put aside, and only so many are kept`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "a.log").path
      let log = try RotatingLog(path: path, limits: LogLimits(bytes: 20, files: 2, days: 30))
      for number in 0..<10 { log.write(Array("line \(number) abc".utf8)) }
      let names = try files(folder)
      #expect(names.count == 3)
      #expect(try text(folder, "a.log") == "line 9 abc\n")
      let earlier = LogFiles.earlier(than: path).map { URL(filePath: $0).lastPathComponent }
      #expect(try earlier.map { try text(folder, $0) } == ["line 7 abc\n", "line 8 abc\n"])
    }
  }

  @Test func `a line is whole and in one file, however many write at once`() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "a.log").path
      await withTaskGroup(of: Void.self) { group in
        for writer in 0..<4 {
          group.addTask {
            // As several processes do: each has the file open for itself.
            guard let log = try? RotatingLog(path: path, limits: LogLimits(bytes: 1_000, files: 1_000, days: 30))
            else { return }
            for number in 0..<200 { log.write(Array("writer \(writer) line \(number) of many".utf8)) }
          }
        }
      }
      let lines = try files(folder).flatMap { try text(folder, $0).split(separator: "\n").map(String.init) }
      let expected = (0..<4).flatMap { writer in (0..<200).map { "writer \(writer) line \($0) of many" } }
      #expect(lines.sorted() == expected.sorted())
    }
  }

  @Test func `a day's lines are put aside when the next one begins`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "a.log")
      let now = Mutex(RotatingLog.clock())
      let log = try RotatingLog(path: file.path, limits: LogLimits(), now: { now.withLock { $0 } })
      log.write(Array("today".utf8))
      log.write(Array("today too".utf8))
      #expect(try files(folder) == ["a.log"])
      now.withLock { $0 += Self.day }
      log.write(Array("tomorrow".utf8))
      #expect(try files(folder).count == 2)
      #expect(try text(folder, "a.log") == "tomorrow\n")
    }
  }

  @Test func `what was put aside goes after so many days, and what is in use stays`() async throws {
    try await withTemporaryFolder { folder in
      let now = RotatingLog.clock()
      for (name, age) in [
        ("a.log", 90), ("a.log.1", 29), ("a.log.1763935860123", 31), ("notes.txt", 90), ("b.log.txt", 90),
      ] {
        let url = folder.appending(path: name)
        try "12345".write(to: url, atomically: true, encoding: .utf8)
        try setModified(url, milliseconds: now - Int64(age) * Self.day - 1_000)
      }
      let removed = LogFiles.prune(folder: folder.path, olderThanDays: 30, now: now)
      #expect(removed.files == 1 && removed.bytes == 5)
      #expect(try files(folder) == ["a.log", "a.log.1", "b.log.txt", "notes.txt"])
    }
  }

  @Test func `a file that somebody took away is begun again`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "a.log")
      let log = try RotatingLog(path: file.path, limits: LogLimits())
      log.write(Array("one".utf8))
      try FileManager.default.removeItem(at: file)
      log.write(Array("two".utf8))
      #expect(try text(folder, "a.log") == "two\n")
    }
  }

  @Test func `a link in the place of a log is not followed`() async throws {
    try await withTemporaryFolder { folder in
      let target = folder.appending(path: "precious")
      try "keep".write(to: target, atomically: true, encoding: .utf8)
      let link = folder.appending(path: "a.log")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      #expect(throws: (any Error).self) { try RotatingLog(path: link.path, limits: LogLimits()) }
      #expect(try text(folder, "precious") == "keep")
    }
  }
}
