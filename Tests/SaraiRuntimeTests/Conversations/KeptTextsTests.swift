import Foundation
import SaraiCore
import SaraiMemory
import TestSupport
import Testing

@testable import SaraiRuntime

@Suite struct KeptTextsTests {
  private let forgotten = MemoryForgotten(
    facts: [1], turns: [],
    said: [MemoryFact(id: 1, subject: "clave del trastero del usuario", verb: "ser", object: "Qzxb2")])

  private func with(_ body: (_ state: String, KeptTexts, ConversationStore) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let folders = try Folders(environment: ["SARAI_HOME": folder.path, "HOME": folder.path])
      try folders.create()
      try await body(
        folders.state, KeptTexts(folders: folders), ConversationStore(folder: folders.conversations))
    }
  }

  private func bytes(in folder: String) throws -> Data {
    var all = Data()
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      all += (try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))) ?? Data()
    }
    return all
  }

  @Test("What is forgotten is written over in conversations and typed lines, and what stands beside it stays")
  func leavesOut() async throws {
    try await with { state, kept, store in
      var session = ChatSession(store: store, model: "sarai", maxTokens: 16, isSaved: true)
      try session.conclude(question: "Mi clave del trastero es Qzxb2", answer: "Guardo lo tuyo.")
      try session.conclude(question: "¿Y mi clave?", answer: "Tu clave del trastero es Qzxb2.")
      try session.conclude(question: "Me llamo Ana", answer: "Hola, Ana.")
      let history = InputHistory(path: state + "/chat-history")
      for line in ["Mi clave del trastero es Qzxb2", "Me llamo Ana"] { history.add(line) }
      // What a chat that was killed left.
      try "\"es Qzxb2\"\n".write(toFile: state + "/chat-history.1.new", atomically: false, encoding: .utf8)
      let id = try #require(session.id)
      let size = try bytes(in: store.folder).count

      #expect(kept.leaveOut(forgotten, of: "eva") == nil)
      let found = try #require(kept.leaveOut(forgotten, of: "local"))
      #expect(found.messages == 3 && found.lines == 1 && found.fault == nil)
      #expect(try bytes(in: state).range(of: Data("Qzxb2".utf8)) == nil)
      #expect(try bytes(in: store.folder).count == size)
      #expect(history.lines() == ["Me llamo Ana"])
      let loaded = try store.load(id)
      #expect(loaded.messages.map(\.content) == ["[…]", "[…]", "¿Y mi clave?", "[…]", "Me llamo Ana", "Hola, Ana."])
      #expect(loaded.unreadableLines == 0)
      // Again there is nothing.
      #expect(kept.leaveOut(forgotten, of: "local")?.messages == 0)

      // The chat that has it open writes on, and tells no model of it.
      session.refresh()
      try session.conclude(question: "Vale", answer: "Muy bien.")
      #expect(session.messages.map(\.content) == (try store.load(id).messages.map(\.content)))
      #expect(!session.messages.contains { $0.content.contains("Qzxb2") })
    }
  }

  @Test("A chat leaves out what was forgotten in it from what was said privately and from the request itself")
  func openChat() async throws {
    try await with { state, kept, store in
      kept.listen()
      var session = ChatSession(store: store, model: "sarai", maxTokens: 16, isSaved: true, isPrivate: true)
      try session.conclude(question: "Mi clave del trastero es Qzxb2", answer: "Vale.")
      session.isPrivate = false
      _ = kept.leaveOut(forgotten, of: "local")
      try session.conclude(
        question: "Olvida que mi clave del trastero es Qzxb2", answer: "Olvidado.", without: kept.takeNews())
      #expect(session.messages.map(\.content) == ["[…]", "[…]", "[…]", "[…]"])
      #expect(try bytes(in: state).range(of: Data("Qzxb2".utf8)) == nil)
      #expect(kept.takeNews().isEmpty)
      // Told once more, it is kept once more.
      try session.conclude(question: "Mi clave es Qzxb2", answer: "Vale.", without: kept.takeNews())
      #expect(session.messages.last?.content == "Vale.")
    }
  }

  @Test("Torn and damaged lines that tell it go as well; everything goes with its files, but for those that are open")
  func damaged() async throws {
    try await with { state, kept, store in
      let path = store.folder + "/20260101-000000-aaaa.jsonl"
      let text = """
        {"id":"20260101-000000-aaaa","created":1,"model":"sarai"}
        {"role":"user","content":"Qzxb2
        {"role":"user","content":"x"}
        {"role":"user","content":"la clave es Qzxb2 y
        """
      try text.write(toFile: path, atomically: false, encoding: .utf8)
      _ = kept.leaveOut(forgotten, of: "local")
      #expect(try bytes(in: state).range(of: Data("Qzxb2".utf8)) == nil)
      #expect(try store.load("20260101-000000-aaaa").messages.map(\.content) == ["x"])

      var session = ChatSession(store: store, model: "sarai", maxTokens: 16, isSaved: true)
      try session.conclude(question: "Hola, ¿qué tal?", answer: "Qué hay")
      _ = kept.leaveOut(MemoryForgotten(facts: [], turns: [], isEverything: true), of: "local")
      #expect(store.list().map(\.id) == [session.id])
      session.refresh()
      #expect(session.messages.map(\.content) == ["[…]", "[…]"])
    }
  }
}
