import Foundation
import GRDB
import Glibc
import SaraiCore
import SaraiLoop
import SaraiStore
import TestSupport
import Testing

@Suite struct KillTests {
  /// A loop in a process of its own, whose minutes pass in milliseconds.
  private struct Worker {
    let process = Process()
    let output = Pipe()

    init(_ folder: URL, start: Int64) throws {
      process.executableURL = TestParts.executable("loop-worker")
      process.arguments = [folder.path, "\(start)"]
      process.standardOutput = output
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    /// Kills it so long after it was ready, or while it starts.
    func kill(whileStarting: Bool, microseconds: Int) throws {
      if !whileStarting {
        var told = Data()
        while told.count < 6 {
          let chunk = output.fileHandleForReading.availableData
          if chunk.isEmpty { break }
          told.append(chunk)
        }
        #expect(String(decoding: told, as: UTF8.self) == "ready\n")
      }
      let moment = ContinuousClock.now + .microseconds(microseconds)
      while ContinuousClock.now < moment {}
      Glibc.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  @Test("Whenever the loop is killed, each action is done once and is once in the history: none is lost, none doubled")
  func kills() async throws {
    var random = SeededRandom(soakSeed(6))
    var left = rounds(40, soak: 1_000)
    while left > 0 {
      let here = min(left, 100)
      try await withTemporaryFolder { try kill(here, $0, &random) }
      left -= here
    }
  }

  private func kill(_ rounds: Int, _ folder: URL, _ random: inout SeededRandom) throws {
    let start: Int64 = 1_795_420_800_000
    for _ in 0..<rounds {
      let worker = try Worker(folder, start: start)
      try worker.kill(
        whileStarting: Int.random(in: 0..<5, using: &random) == 0,
        microseconds: Int.random(in: 0..<150_000, using: &random))
    }
    try check(folder)
  }

  private func read<Value>(_ folder: URL, _ body: (Database) throws -> Value) throws -> Value {
    let store = try Store(LoopEngine.options(folder: folder.path))
    defer { try? store.close() }
    #expect(store.opening.recovery == nil)
    return try store.read(body)
  }

  private func check(_ folder: URL) throws {
    let done = try String(contentsOf: folder.appending(path: "done"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
    #expect(Set(done).count == done.count, "the hands did something twice")
    let rows = try read(folder) {
      try Row.fetchAll($0, sql: "SELECT * FROM action WHERE action <> 'alert' ORDER BY due_at")
    }
    #expect(rows.count > 100, "the loop did too little for the test to mean anything")
    let states = Dictionary(rows.map { ($0["key"] as String, $0["state"] as String) }) { first, _ in first }
    #expect(states.count == rows.count)
    // What the hands did is in the history, or was cut off before it could be; nothing else is.
    for key in done { #expect(states[key] != nil, "\(key) was done and is not in the history") }
    let doneSet = Set(done)
    var open = 0
    for row in rows where row["action"] as String != "remind" {
      let (key, state): (String, String) = (row["key"], row["state"])
      switch state {
      case "done": #expect(doneSet.contains(key), "\(key) counts as done")
      case "interrupted":
        #expect(!doneSet.contains(key), "\(key) was done")
      case "waiting", "running": open += 1
      default: Issue.record("\(key) is \(state)")
      }
    }
    #expect(open <= 10)
    try checkMessages(folder, rows)
    try checkOccasions(rows)
  }

  /// One message for each reminder that is done, no more and no less.
  private func checkMessages(_ folder: URL, _ rows: [Row]) throws {
    let reminded = rows.filter { $0["action"] as String == "remind" && $0["state"] as String == "done" }
      .map { $0["key"] as String }
    let written = try read(folder) {
      try String.fetchAll($0, sql: "SELECT action_key FROM inbox WHERE kind = 'reminder'")
    }
    #expect(written.sorted() == reminded.sorted())
  }

  /// Of a job that catches all up, no occasion between the first and the last is missing.
  private func checkOccasions(_ rows: [Row]) throws {
    for (period, trigger) in [(70, "every 70m"), (110, "every 110m"), (130, "every 130m")] {
      let times = rows.filter { $0["trigger"] as String == trigger }.map { $0["due_at"] as Int64 }
      let (first, last) = (try #require(times.first), try #require(times.last))
      #expect(times == Array(stride(from: first, through: last, by: period * 60_000)), "\(trigger)")
    }
  }
}
