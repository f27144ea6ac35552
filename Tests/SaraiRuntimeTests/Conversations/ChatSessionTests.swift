import Foundation
import SaraiAgent
import SaraiCore
import SaraiRuntime
import Synchronization
import TestSupport
import Testing

/// A gateway whose context holds so many characters, and that tells what it was asked.
private final class SmallGateway: Conversing {
  let capacity: Int
  let prompts = Mutex<[[Message]]>([])

  init(capacity: Int) { self.capacity = capacity }

  func models() async -> [ModelSummary] { [] }

  func generate(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    guard case .chat(let messages) = request.prompt else { throw CancellationError() }
    prompts.withLock { $0.append(messages) }
    guard messages.reduce(0, { $0 + $1.content.count }) <= capacity else {
      throw SaraiError(.contextOverflow, es: "no cabe", en: "does not fit")
    }
    return AsyncThrowingStream { continuation in
      continuation.yield(.text("eco: \(messages.last?.content ?? "")"))
      continuation.finish()
    }
  }

  func generate(
    _ request: GenerationRequest, memory: MemoryUse?
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    try await generate(request)
  }

  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult { throw CancellationError() }
  func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure { throw CancellationError() }
}

@Suite struct ChatSessionTests {
  private func answer(
    _ session: ChatSession, _ question: String, _ gateway: SmallGateway
  ) async throws -> (text: String, forgotten: Int) {
    var text = ""
    var forgotten = 0
    for try await event in session.ask(question, of: gateway) {
      switch event {
      case .forgot(let count): forgotten = count
      case .generation(.text(let piece)): text += piece
      case .generation: break
      }
    }
    return (text, forgotten)
  }

  @Test func `The oldest exchanges are left out, whole, when the context is full`() async throws {
    try await withTemporaryFolder { folder in
      var session = ChatSession(
        store: ConversationStore(folder: folder.path), model: "sarai", maxTokens: 16, isSaved: false)
      for index in 1...4 { try session.conclude(question: "pregunta\(index)", answer: "respuesta\(index)") }
      let gateway = SmallGateway(capacity: 50)
      let (text, forgotten) = try await answer(session, "quinta", gateway)
      #expect(text == "eco: quinta")
      #expect(forgotten == 4)
      let last = try #require(gateway.prompts.withLock { $0.last })
      #expect(last.first == Message(.user, "pregunta3"))
      #expect(session.messages.count == 8)
    }
  }

  @Test func `A question that does not fit alone is an error`() async throws {
    try await withTemporaryFolder { folder in
      let session = ChatSession(
        store: ConversationStore(folder: folder.path), model: "sarai", maxTokens: 16, isSaved: false)
      await #expect(throws: SaraiError.self) { try await answer(session, "demasiado larga", SmallGateway(capacity: 3)) }
    }
  }

  @Test func `A conversation is kept from its first answer on, and goes on where it stopped`() async throws {
    try await withTemporaryFolder { folder in
      let store = ConversationStore(folder: folder.path)
      let id: String
      do {
        var session = ChatSession(store: store, model: "sarai", maxTokens: 16, isSaved: true)
        #expect(session.id == nil)
        #expect(store.list().isEmpty)
        try session.conclude(question: "a", answer: "b")
        id = try #require(session.id)
      }
      var again = try ChatSession(continuing: store.load(id), store: store, model: "sarai", maxTokens: 16)
      try again.conclude(question: "c", answer: "d")
      #expect(try store.load(id).messages.map(\.content) == ["a", "b", "c", "d"])
    }
  }

  @Test func `An unsaved conversation can be kept later, and a cleared one is another`() async throws {
    try await withTemporaryFolder { folder in
      let store = ConversationStore(folder: folder.path)
      var session = ChatSession(store: store, model: "sarai", maxTokens: 16, isSaved: false)
      try session.conclude(question: "a", answer: "b")
      #expect(store.list().isEmpty)
      try session.save()
      #expect(store.list().count == 1)
      session.clear()
      try session.conclude(question: "c", answer: "d")
      #expect(store.list().count == 2)
    }
  }
}
