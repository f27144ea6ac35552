import Foundation
import Logging
import SaraiCore
import TestSupport
import Testing

@testable import SaraiRuntime

@Suite struct LogReaderTests {
  private func withLogs(_ body: (Folders, (String, [LogLine]) throws -> Void) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let folders = try Folders(environment: ["SARAI_HOME": folder.path])
      try folders.create()
      try Folders.create(folders.skillLogs)
      try await body(folders) { name, lines in
        let bytes = lines.flatMap { $0.json + [UInt8(ascii: "\n")] }
        try Data(bytes).write(to: URL(filePath: "\(folders.logs)/\(name)"))
      }
    }
  }

  private func line(
    _ seconds: Double, _ message: String, role: String = "serve", level: Logger.Level = .info,
    _ fields: [String: String] = [:]
  ) -> LogLine {
    LogLine(seconds: seconds, level: level, role: role, message: message, fields: fields)
  }

  @Test func `a line reads back as it was written, whatever it holds`() throws {
    let line = line(
      1_763_935_860.5, "tab\t \"quoted\" \u{1B}[31m línea\nnueva", ["request": "req-1", "números": "1 \\ 2"])
    #expect(LogLine(json: line.json) == line)
    #expect(!line.json.contains(UInt8(ascii: "\n")))
    #expect(!line.text.contains("\n") && !line.text.contains("\u{1B}"))
    #expect(line.text.contains("info serve: ") && line.text.contains(" request=req-1"))
    #expect(LogLine(json: Array("Fatal error: oops".utf8)) == nil)
    #expect(LogLine(json: Array("{\"level\":\"info\"}".utf8)) == nil)
    #expect(LogLine(json: Array("{\"unix_seconds\":1,\"level\":\"loud\",\"message\":\"\"}".utf8)) == nil)
  }

  @Test func `a text that is too long for a log is cut`() {
    let long = LogLine(
      seconds: 1, level: .info, role: "serve", message: String(repeating: "a", count: 100_000),
      fields: ["text": String(repeating: "b", count: 100_000)])
    #expect(long.json.count < 9_000)
  }

  @Test func `the files of all processes come as one, by time`() async throws {
    try await withLogs { folders, write in
      try write("serve.log", [line(10, "a"), line(40, "d")])
      try write("supervisor.log.1763935860123", [line(20, "b", role: "engine")])
      try write("supervisor.log", [line(50, "e", role: "memory")])
      try write("skills/calc.log", [line(30, "c", role: "skill", ["skill": "calc"])])
      try write("notes.txt", [line(1, "not a log")])
      let reader = LogReader(folders)
      #expect(reader.last(10, LogQuery()).map(\.message) == ["a", "b", "c", "d", "e"])
      #expect(reader.last(2, LogQuery()).map(\.message) == ["d", "e"])
      #expect(reader.last(0, LogQuery()).isEmpty)
      #expect(reader.last(10, LogQuery(role: "engine")).map(\.message) == ["b"])
      #expect(reader.last(10, LogQuery(role: "skill")).map(\.message) == ["c"])
      #expect(reader.last(10, LogQuery(role: "calc")).map(\.message) == ["c"])
      #expect(reader.last(10, LogQuery(since: 40)).map(\.message) == ["d", "e"])
    }
  }

  @Test func `a request's lines are those that name it or a part of it`() async throws {
    try await withLogs { folders, write in
      try write(
        "serve.log",
        [
          line(1, "whole", ["request": "req-ab"]), line(2, "choice", ["request": "req-ab-0"]),
          line(3, "other", ["request": "req-abc"]), line(4, "none"),
        ])
      try write("skills/calc.log", [line(5, "call", role: "skill", ["skill": "calc", "request_id": "req-ab~7~12"])])
      let found = LogReader(folders).last(10, LogQuery(request: "req-ab"))
      #expect(found.map(\.message) == ["whole", "choice", "call"])
    }
  }

  @Test func `lines below a level are left out`() async throws {
    try await withLogs { folders, write in
      try write(
        "serve.log",
        LogQuery.levels.enumerated().map { index, name in
          line(Double(index), name, level: Logger.Level(rawValue: name) ?? .trace)
        })
      #expect(
        LogReader(folders).last(10, LogQuery(level: "warning")).map(\.message) == ["warning", "error", "critical"])
    }
  }

  @Test func `a crash's last words come after the line before them, and half a line waits for its rest`() async throws {
    try await withLogs { folders, write in
      try write("supervisor.log", [line(10, "a", role: "supervisor"), line(20, "z", role: "supervisor")])
      let crash = line(10, "a", role: "supervisor").json + Array("\nFatal error: index\n{\"unix_seconds\":20,".utf8)
      try Data(crash).write(to: URL(filePath: folders.supervisorLog))
      try write("serve.log", [line(15, "b")])
      let lines = LogReader(folders).last(10, LogQuery())
      #expect(lines.map(\.message) == ["a", "Fatal error: index", "b"])
      #expect(lines[1].level == .warning && lines[1].role == "supervisor")
    }
  }

  @Test func `new lines come as they are written, across files that are put aside`() async throws {
    try await withLogs { folders, _ in
      let path = folders.logs + "/serve.log"
      let log = try RotatingLog(path: path, limits: LogLimits(bytes: 20_000, files: 100_000, days: 30))
      let (lines, continuation) = AsyncStream.makeStream(of: String.self)
      let reader = LogReader(folders)
      log.write(line(0, "before").json)
      let following = Task { await reader.follow(LogQuery()) { for line in $0 { continuation.yield(line.message) } } }
      defer { following.cancel() }
      let writing = Task {
        // Until it is seen: where the reader begins is for it to say.
        var number = 0
        while !Task.isCancelled {
          log.write(line(Double(number), "line \(number)").json)
          number += 1
          await Task.yield()
        }
      }
      defer { writing.cancel() }
      var seen: [String] = []
      for await message in lines {
        seen.append(message)
        if seen.count == 200 { break }
      }
      let first = try #require(seen.first.flatMap { Int($0.dropFirst("line ".count)) })
      #expect(seen == (first..<first + 200).map { "line \($0)" })
    }
  }
}
