import SaraiCore
import Synchronization
import Testing

@testable import SaraiInference

struct FairTurnsTests {
  private final class Record: Sendable {
    private let names = Mutex<[String]>([])

    func append(_ name: String) { names.withLock { $0.append(name) } }

    var all: [String] { names.withLock { $0 } }
  }

  /// Takes the turn until it is told to go on, and queues requests of clients in a known order meanwhile.
  private func order(of clients: [String], capacity: Int = 64) async throws -> [String] {
    let turns = FairTurns(capacity: capacity)
    let served = Record()
    let (gate, open) = AsyncStream<Void>.makeStream()
    let (entered, enter) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await turns.withTurn(client: "first") {
          enter.finish()
          for await _ in gate {}
        }
      }
      for await _ in entered {}
      for (index, client) in clients.enumerated() {
        group.addTask {
          try await turns.withTurn(client: client) { served.append("\(client)\(index)") }
        }
        while turns.waiting <= index { await Task.yield() }
      }
      open.finish()
      try await group.waitForAll()
    }
    return served.all
  }

  @Test func `clients take turns, and each one's requests keep their order`() async throws {
    #expect(
      try await order(of: ["a", "a", "a", "b", "c", "b"]) == ["a0", "b3", "c4", "a1", "b5", "a2"])
  }

  @Test func `one client's requests are served in order`() async throws {
    #expect(try await order(of: ["a", "a", "a"]) == ["a0", "a1", "a2"])
  }

  @Test func `a full queue refuses at once`() async throws {
    let turns = FairTurns(capacity: 0)
    try await turns.withTurn(client: "a") {
      let error = await #expect(throws: SaraiError.self) { try await turns.withTurn(client: "b") {} }
      #expect(error?.code == .busy)
    }
    try await turns.withTurn(client: "b") {}
  }

  @Test func `who leaves while waiting is forgotten and lets the others in`() async throws {
    let turns = FairTurns(capacity: 8)
    let ran = Record()
    try await turns.withTurn(client: "a") {
      let leaver = Task { try await turns.withTurn(client: "b") { ran.append("b") } }
      while turns.waiting == 0 { await Task.yield() }
      leaver.cancel()
      await #expect(throws: CancellationError.self) { try await leaver.value }
      #expect(turns.waiting == 0)
    }
    #expect(ran.all.isEmpty)
    try await turns.withTurn(client: "c") {}
  }

  @Test func `who was cancelled before asking does not wait`() async throws {
    let turns = FairTurns(capacity: 8)
    try await turns.withTurn(client: "a") {
      let late = Task {
        while !Task.isCancelled { await Task.yield() }
        try await turns.withTurn(client: "b") {}
      }
      late.cancel()
      await #expect(throws: CancellationError.self) { try await late.value }
      #expect(turns.waiting == 0)
    }
  }

  @Test func `a body that throws gives the turn back`() async throws {
    let turns = FairTurns(capacity: 1)
    struct Fault: Error {}
    await #expect(throws: Fault.self) { try await turns.withTurn(client: "a") { throw Fault() } }
    try await turns.withTurn(client: "a") {}
  }
}
