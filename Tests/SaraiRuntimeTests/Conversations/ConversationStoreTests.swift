import Foundation
import SaraiCore
import SaraiRuntime
import TestSupport
import Testing

@Suite struct ConversationStoreTests {
  private func store(_ folder: URL) -> ConversationStore { ConversationStore(folder: folder.path) }

  private func file(_ id: String, in folder: URL) -> URL { folder.appending(path: id + ".jsonl") }

  @discardableResult
  private func talk(_ store: ConversationStore, _ texts: (String, String)...) throws -> String {
    let writer = store.begin(model: "sarai")
    for (question, answer) in texts { try writer.append([Message(.user, question), Message(.assistant, answer)]) }
    return writer.id
  }

  @Test func `What was said is read back, whatever it holds`() async throws {
    try await withTemporaryFolder { folder in
      let text = "línea\notra \"comillas\" \\ 🙂 <|im_end|> \u{0} \u{2028}"
      let id = try talk(store(folder), ("¿Qué tal?", text), ("Bien", ""))
      let conversation = try store(folder).load(id)
      #expect(conversation.messages.map(\.content) == ["¿Qué tal?", text, "Bien", ""])
      #expect(conversation.messages.map(\.role) == [.user, .assistant, .user, .assistant])
      #expect(conversation.model == "sarai")
      #expect(conversation.unreadableLines == 0)
    }
  }

  @Test func `Only its owner can read a conversation`() async throws {
    try await withTemporaryFolder { folder in
      let id = try talk(store(folder), ("a", "b"))
      let attributes = try FileManager.default.attributesOfItem(atPath: file(id, in: folder).path)
      #expect((attributes[.posixPermissions] as? Int) == 0o600)
    }
  }

  @Test func `A file cut anywhere gives every whole line before the cut`() async throws {
    try await withTemporaryFolder { folder in
      let id = try talk(store(folder), ("uno", "dos"), ("tres", "cuatro"))
      let whole = try Data(contentsOf: file(id, in: folder))
      let header = try #require(whole.firstIndex(of: UInt8(ascii: "\n"))) + 1
      for length in header...whole.count {
        try whole.prefix(length).write(to: file(id, in: folder))
        let conversation = try store(folder).load(id)
        let lines = whole.prefix(length).count { $0 == UInt8(ascii: "\n") } - 1
        #expect(conversation.messages.count == lines)
      }
    }
  }

  @Test func `Going on with a torn file cuts the torn line and appends after it`() async throws {
    try await withTemporaryFolder { folder in
      let id = try talk(store(folder), ("uno", "dos"))
      let handle = try FileHandle(forWritingTo: file(id, in: folder))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(#"{"role":"user","con"#.utf8))
      try handle.close()
      let conversation = try store(folder).load(id)
      #expect(conversation.unreadableLines == 1)
      try store(folder).reopen(conversation).append([Message(.user, "tres")])
      let again = try store(folder).load(id)
      #expect(again.messages.map(\.content) == ["uno", "dos", "tres"])
      #expect(again.unreadableLines == 0)
    }
  }

  @Test func `A damaged line in the middle is left out and counted`() async throws {
    try await withTemporaryFolder { folder in
      let id = try talk(store(folder), ("uno", "dos"))
      var lines = try String(contentsOf: file(id, in: folder), encoding: .utf8).split(separator: "\n")
      lines.insert("garbage \u{1}", at: 2)
      try (lines.joined(separator: "\n") + "\n").write(to: file(id, in: folder), atomically: true, encoding: .utf8)
      let conversation = try store(folder).load(id)
      #expect(conversation.messages.map(\.content) == ["uno", "dos"])
      #expect(conversation.unreadableLines == 1)
    }
  }

  @Test(arguments: ["../../etc/passwd", "a/b", "", ".", "A", "x\0y", String(repeating: "a", count: 65)])
  func `An id cannot lead out of the folder`(id: String) async throws {
    try await withTemporaryFolder { folder in
      let error = #expect(throws: SaraiError.self) { try store(folder).load(id) }
      #expect(error?.code == .notFound)
      #expect(throws: SaraiError.self) { try store(folder).delete(id) }
    }
  }

  @Test func `A file that is no conversation is told apart`() async throws {
    try await withTemporaryFolder { folder in
      try Data("hello\n".utf8).write(to: file("20260101-000000-abcd", in: folder))
      let error = #expect(throws: SaraiError.self) { try store(folder).load("20260101-000000-abcd") }
      #expect(error?.code == .corruptFile)
      #expect(store(folder).list().isEmpty)
    }
  }

  @Test func `Search finds words whatever their case and accents`() async throws {
    try await withTemporaryFolder { folder in
      let id = try talk(store(folder), ("¿Dónde está la CANCIÓN?", "En el camión, señor Nuño"))
      try talk(store(folder), ("otra cosa", "nada"))
      for query in ["cancion", "Canción donde", "CAMION nuno", "señor", "senor"] {
        #expect(store(folder).search(query).map(\.summary.id) == [id])
      }
      #expect(store(folder).search("cancion nada").isEmpty)
      #expect(store(folder).search("   ").isEmpty)
      #expect(store(folder).search("camion").first?.excerpt.contains("camión") == true)
    }
  }

  @Test func `The beginning of an id is enough where it is the only one`() async throws {
    try await withTemporaryFolder { folder in
      let id = try talk(store(folder), ("a", "b"))
      #expect(try store(folder).resolve(String(id.prefix(8))) == id)
      #expect(try store(folder).resolve("") == id)
      let other = id.dropLast() + (id.last == "0" ? "1" : "0")
      try FileManager.default.copyItem(at: file(id, in: folder), to: file(String(other), in: folder))
      let error = #expect(throws: SaraiError.self) { try store(folder).resolve(String(id.prefix(8))) }
      #expect(error?.code == .invalidRequest)
      #expect(try store(folder).resolve(id) == id)
    }
  }

  @Test func `Two terminals cannot write to one conversation`() async throws {
    try await withTemporaryFolder { folder in
      let writer = store(folder).begin(model: "sarai")
      try writer.append([Message(.user, "a"), Message(.assistant, "b")])
      let conversation = try store(folder).load(writer.id)
      let error = #expect(throws: SaraiError.self) { try store(folder).reopen(conversation).open() }
      #expect(error?.code == .busy)
      withExtendedLifetime(writer) {}
    }
  }

  @Test func `A deleted conversation is gone`() async throws {
    try await withTemporaryFolder { folder in
      let id = try talk(store(folder), ("a", "b"))
      try store(folder).delete(id)
      #expect(store(folder).list().isEmpty)
      #expect(throws: SaraiError.self) { try store(folder).delete(id) }
    }
  }

  @Test func `A title is one line without anything that steers a terminal`() async throws {
    try await withTemporaryFolder { folder in
      try talk(store(folder), ("\u{1B}[2Jhola\n\n  mundo \u{9B}31m" + String(repeating: "x", count: 200), "b"))
      let title = try #require(store(folder).list().first?.title)
      #expect(title.hasPrefix("[2Jhola mundo"))
      #expect(title.count <= 60)
      #expect(!title.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    }
  }
}
