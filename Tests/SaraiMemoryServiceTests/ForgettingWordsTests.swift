import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import MemoryProtocol
import SaraiCore
import SaraiMemory
import SaraiMemoryService
import Synchronization
import TestSupport
import Testing

/// What goes over the socket when something is forgotten, and when the process ends in between.
@Suite struct ForgettingWordsTests {
  private func forget(
    _ fixture: MemoryFixture, _ change: (inout MemoryForgetting) -> Void
  ) async throws -> MemoryForgotten {
    var request = MemoryForgetting(owner: "ana")
    change(&request)
    return try await fixture.memory.forget(request)
  }

  private func again(_ fixture: MemoryFixture, _ turns: [Int64]) async throws {
    _ = try await forget(fixture) { $0.turns = turns }
  }

  @Test("A turn that gave no fact, or whose facts were taken back, is forgotten by its words or its number")
  func turns() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Zumba qzxcaps zumba", reply: "¿Qzxcaps?")
      try await fixture.tell("Vivo en Qzxjup")
      _ = try await fixture.memory.undo(nil, owner: "ana")
      let plan = try await forget(fixture) {
        $0.text = "qzxcaps"
        $0.isRehearsal = true
      }
      #expect(plan.facts.isEmpty && plan.saidTurns.map(\.text) == ["Zumba qzxcaps zumba", "¿Qzxcaps?"])
      let gone = try await forget(fixture) { $0.text = "QZXCAPS" }
      #expect(gone.turns.count == 2)
      let left = try await forget(fixture) {
        $0.text = "Qzxjup"
        $0.isRehearsal = true
      }
      let rest = try await forget(fixture) { $0.turns = left.turns }
      #expect(rest.turns == left.turns && rest.turns.count == 1)
      for trace in ["qzxcaps", "Qzxcaps", "Qzxjup", "qzxjup"] { #expect(try fixture.files(holding: trace) == []) }
      let error = await #expect(throws: SaraiError.self) { try await again(fixture, left.turns) }
      #expect(error?.code == .notFound)
    }
  }

  @Test("The assistant's reply that repeats a forgotten fact goes with it, and a request to forget is not kept")
  func replies() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi hermana vive en Qzxoymyakon", reply: "De acuerdo: tu hermana vive en Qzxoymyakon.")
      try await fixture.tell("¿Dónde vive mi hermana?", reply: "Tu hermana vive en Qzxoymyakon.")
      _ = try await fixture.memory.backup(content: nil)
      let request = "Olvida dónde vive mi hermana"
      #expect(try await fixture.ask(request)?.outcome == .forgotten)
      let kept = try await fixture.tell(request, reply: "Olvidado: tu hermana.")
      #expect(kept.turn == nil)
      for trace in ["Qzxoymyakon", "qzxoymyakon"] { #expect(try fixture.files(holding: trace) == []) }
    }
  }

  @Test(
    "Words for all of it forget nothing, and say what would",
    arguments: [
      "todo", "olvídalo todo", "Olvida todo lo que sabes de mí", "everything", "forget everything", "tu memoria",
    ])
  func everything(text: String) async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Vivo en Soria")
      let error = await #expect(throws: SaraiError.self) { _ = try await forget(fixture) { $0.text = text } }
      #expect(error?.code == .invalidRequest && error?.message.es.contains("forget --all") == true)
      #expect(try await fixture.facts().count == 1)
      #expect(try await forget(fixture) { $0.everything = true }.isEverything)
      #expect(try await fixture.facts().isEmpty)
    }
  }

  @Test("Who forgets the same words at once is told of none of it as missing")
  func atOnce() async throws {
    try await MemoryFixture.with { fixture in
      for number in 1...6 { try await fixture.tell("Mi clave de caja\(number) es Qzx\(number)") }
      var request = MemoryForgetting(owner: "ana")
      request.text = "mis claves"
      try await withThrowingTaskGroup(of: Void.self) { [memory = fixture.memory, request] group in
        for _ in 1...4 { group.addTask { _ = try await memory.forget(request) } }
        try await group.waitForAll()
      }
      #expect(try await fixture.facts().isEmpty)
    }
  }

  @Test("What is forgotten in English words is found by them")
  func english() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("My sister lives in Qzxham")
      let plan = try await forget(fixture) {
        $0.text = "my sister"
        $0.language = .english
        $0.isRehearsal = true
      }
      #expect(plan.said.map(\.object) == ["Qzxham"])
    }
  }

  /// Lets one call of a method reach the other end, and loses its answer.
  private final class LostAnswer: ClientInterceptor {
    private let method: String
    private let isOpen = Mutex(true)

    init(_ method: String) { self.method = method }

    func intercept<Input: Sendable, Output: Sendable>(
      request: StreamingClientRequest<Input>, context: ClientContext,
      next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
    ) async throws -> StreamingClientResponse<Output> {
      let response = try await next(request, context)
      let isLost = isOpen.withLock { isOpen in
        guard isOpen, context.descriptor.method == method else { return false }
        isOpen = false
        return true
      }
      guard isLost else { return response }
      for try await _ in response.messages {}
      throw RPCError(code: .unavailable, message: "the process ended")
    }
  }

  @Test(
    "A lesson and given facts whose answer was lost are sent again and learnt once", arguments: ["Learn", "AddFacts"])
  func sentAgain(method: String) async throws {
    try await MemoryFixture.with { fixture in
      let client = GRPCClient(
        transport: try HTTP2ClientTransport.Posix(
          target: .unixDomainSocket(path: fixture.server.socket), transportSecurity: .plaintext),
        interceptors: [LostAnswer(method)])
      let connecting = Task { try? await client.runConnections() }
      let lost = Mutex(0)
      let memory = MemoryClient(connection: { client }, lost: { _ in lost.withLock { $0 += 1 } })
      while (try? await memory.describe()) == nil { await Task.yield() }
      lost.withLock { $0 = 0 }
      if method == "Learn" {
        let learnt = try await memory.learn(
          MemoryLesson(
            owner: "ana", conversation: "c", text: "Vivo en Lugo", reply: "Vale.", language: .spanish,
            now: MemoryFixture.now))
        #expect(learnt.isReplay)
        #expect(try await fixture.memory.statistics().turns == 2)
      } else {
        let fact = MemoryFact(subject: "coche", verb: "ser", object: "rojo")
        #expect(try await memory.add([fact], owner: "ana", replaces: false).isReplay)
      }
      #expect(lost.withLock { $0 } == 1)
      #expect(try await fixture.facts().count == 1)
      #expect(try await fixture.memory.operations(owner: "ana", limit: 10).count == 1)
      client.beginGracefulShutdown()
      await connecting.value
    }
  }

  @Test("Who has a lesson under way is never let go for another memory of the same owner")
  func owners() async throws {
    try await withTemporaryFolder { folder in
      let store = try MemoryStore.open(folder: folder.path)
      let memories = OwnerMemories(mostOwners: 4, store: store)
      let ana = try Owner("ana")
      let held = memories.memory(of: ana)
      for number in 0..<50 { _ = memories.memory(of: try Owner("o\(number)")) }
      #expect(memories.memory(of: ana) === held)
      #expect(memories.all.count == 4)
      try store.close()
    }
  }
}
