import Foundation
import SaraiCore
import TestSupport
import Testing

/// What a chat was told, through everything that happens to the processes that know it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MemoryChatTests {
  private func memoryProcess(_ home: CommandLineHome) async throws -> Int32? {
    let status = try JSONValue(parsing: try await home.run("ps", "--json").output)
    return status["memory"]?["pid"]?.integerValue.map { Int32($0) }
  }

  @Test func `A chat remembers what another chat was told, though the memory was killed in between`() async throws {
    try await CommandLineHome.with { home in
      let told = try await home.run(
        "chat", input: "Mi hermana vive en Madrid\n¿Dónde vive mi hermana?\n", language: "es_ES.UTF-8")
      #expect(told.status == 0, "\(told.errors)")
      #expect(told.output.hasSuffix("Tu hermana vive en Madrid.\n"), "\(told.output)")
      let pid = try #require(try await memoryProcess(home))
      #expect(kill(pid, SIGKILL) == 0)
      let asked = try await home.run(
        "chat", input: "¿Dónde vive mi hermana?\n¿Dónde vive mi hermano?\n", language: "es_ES.UTF-8")
      #expect(asked.output == "Tu hermana vive en Madrid.\nNo me lo has dicho.\n", "\(asked.output)\(asked.errors)")
      let next = try #require(try await memoryProcess(home))
      #expect(next != pid)
      let changed = try await home.run(
        "chat",
        input: "Mi hermana se ha mudado a Bilbao\nWhere does my sister live?\nOlvida dónde vive mi hermana\n"
          + "¿Dónde vive mi hermana?\n", language: "es_ES.UTF-8")
      let lines = changed.output.split(separator: "\n").suffix(3)
      #expect(lines.first == "Your sister lives in Bilbao.", "\(changed.output)")
      #expect(lines.last == "No me lo has dicho.", "\(changed.output)")
    }
  }

  @Test func `A private chat asks the memory, tells it nothing, and leaves no conversation`() async throws {
    try await CommandLineHome.with { home in
      try await home.tell("Mi hermana vive en Madrid")
      let chat = try await home.run(
        "chat", input: "/privado\n¿Dónde vive mi hermana?\nMi hermano vive en Xativatown\n", language: "es_ES.UTF-8")
      #expect(chat.output.contains("Tu hermana vive en Madrid."), "\(chat.output)\(chat.errors)")
      #expect(try await home.answer(to: "¿Dónde vive mi hermano?") == "No me lo has dicho.")
      let files = FileManager.default.enumerator(atPath: home.file("state").path)?.compactMap { $0 as? String } ?? []
      for file in files {
        let content = try? Data(contentsOf: home.file("state").appending(path: file))
        #expect(content?.range(of: Data("Xativatown".utf8)) == nil, "\(file)")
      }
    }
  }

  @Test func `What is forgotten is gone from the chat's own files, and is sent to no model again`() async throws {
    try await CommandLineHome.with { home in
      let told = try await home.run(
        "chat", input: "Mi clave del trastero es Qzxb2\n¿Cuál es mi clave del trastero?\nMi perro se llama Toby\n",
        language: "es_ES.UTF-8")
      #expect(told.output.contains("Qzxb2"), "\(told.output)\(told.errors)")
      let chats = home.file("state").appending(path: "conversations")
      func bytes() -> Data {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: chats.path)) ?? []
        return names.reduce(Data()) { $0 + ((try? Data(contentsOf: chats.appending(path: $1))) ?? Data()) }
      }
      #expect(bytes().range(of: Data("Qzxb2".utf8)) != nil)
      let forgot = try await home.run(
        "chat", "--continue", input: "Olvida que mi clave del trastero es Qzxb2\n", language: "es_ES.UTF-8")
      #expect(forgot.output.contains("conversaciones guardadas"), "\(forgot.output)\(forgot.errors)")
      #expect(bytes().range(of: Data("Qzxb2".utf8)) == nil)
      #expect(bytes().range(of: Data("Toby".utf8)) != nil)
      let shown = try await home.run("chat", "show", language: "es_ES.UTF-8")
      #expect(shown.output.contains("Toby") && !shown.output.contains("Qzxb2"), "\(shown.output)\(shown.errors)")
      let receipt = try JSONValue(
        parsing: try await home.run("memory", "forget", "--yes", "--json", "--text", "mi perro").output)
      #expect((receipt["messages_redacted"]?.integerValue ?? 0) > 0)
      #expect(bytes().range(of: Data("Toby".utf8)) == nil)
      // Nothing is left in the memory, and still there is something to forget.
      let all = try await home.run("memory", "forget", "--all", "--yes")
      #expect(all.status == 0, "\(all.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: chats.path).isEmpty)
    }
  }

  @Test func `A command that brings a file's text learns only what the person says`() async throws {
    try await CommandLineHome.with { home in
      let run = try await home.run(
        "run", "sarai", "--max-tokens", "8", "Mi hermana vive en Madrid. Resume esto.",
        input: "Mi hermano vive en Marte.\n", language: "es_ES.UTF-8")
      #expect(run.status == 0, "\(run.errors)")
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?") == "Tu hermana vive en Madrid.")
      #expect(try await home.answer(to: "¿Dónde vive mi hermano?") == "No me lo has dicho.")
    }
  }

  private func keepInProcess(_ home: CommandLineHome) throws {
    let configuration = home.folder.appending(path: "config")
    try FileManager.default.createDirectory(at: configuration, withIntermediateDirectories: true)
    try "phoenix:\n  entity_memory_skill: false\n".write(
      to: configuration.appending(path: "sarai.yaml"), atomically: true, encoding: .utf8)
  }

  @Test func `Without a process of its own the memory is the same one`() async throws {
    try await CommandLineHome.with { home in
      try await home.tell("Mi perro se llama Toby")
      #expect(try await home.run("stop").status == 0)
      try keepInProcess(home)
      #expect(try await home.answer(to: "¿Cómo se llama mi perro?").contains("Toby"))
      #expect(try await memoryProcess(home) == nil)
      try await home.tell("Mi gato se llama Miau")
      #expect(try await home.answer(to: "¿Cómo se llama mi gato?").contains("Miau"))
    }
  }

  @Test func `A damaged memory says what it lost, and knows what the backup knew`() async throws {
    try await CommandLineHome.with { home in
      try await home.tell("Mi hermana vive en Madrid")
      try await home.memory("backup")
      try await home.tell("Mi gato se llama Miau")
      #expect(try await home.run("stop").status == 0)
      let path = home.file("state/memory/memory.db")
      var bytes = try Data(contentsOf: path)
      for place in stride(from: 4096, to: bytes.count, by: 4096) { bytes[place + 100] ^= 0xff }
      try bytes.write(to: path)
      let asked = try await home.run("memory", "ask", "¿Dónde vive mi hermana?", language: "es_ES.UTF-8")
      #expect(asked.errors.contains("La memoria estaba dañada"), "\(asked.errors)")
      #expect(asked.output.contains("Tu hermana vive en Madrid."), "\(asked.output)\(asked.errors)")
      #expect(try await home.answer(to: "¿Cómo se llama mi gato?") == "No me lo has dicho.")
      // Told once.
      let later = try await home.run("memory", "stats", language: "es_ES.UTF-8")
      #expect(!later.errors.contains("dañada"))
    }
  }

  @Test(arguments: [true, false])
  func `A memory damaged while it is in use brings back its backup, answers, and says what was lost`(
    hasProcess: Bool
  ) async throws {
    try await CommandLineHome.with { home in
      if !hasProcess { try keepInProcess(home) }
      try await home.tell("Mi hermana vive en Madrid")
      try await home.memory("backup")
      try await home.tell("Mi gato se llama Miau")
      #expect(try await home.run("stop").status == 0)
      // A process that has read nothing of the facts yet.
      try await home.memory("add", "Hola.", "--user", "otro")
      let file = try FileHandle(forUpdating: home.file("state/memory/memory.db"))
      let size = try file.seekToEnd()
      for place in stride(from: UInt64(4096), to: size, by: 4096) {
        try file.seek(toOffset: place + 100)
        try file.write(contentsOf: Data(repeating: 0x99, count: 50))
      }
      try file.close()
      var told = ""
      for question in ["¿Cómo se llama mi gato?", "¿Dónde vive mi hermana?", "¿Dónde vive mi hermana?"] {
        let asked = try await home.run("memory", "ask", question, language: "es_ES.UTF-8")
        told += asked.errors
        if question.contains("hermana") {
          #expect(asked.output.contains("Tu hermana vive en Madrid."), "\(asked.output)\(asked.errors)")
        }
      }
      #expect(told.contains("se ha recuperado la copia"), "\(told)")
      #expect(try await home.answer(to: "¿Cómo se llama mi gato?") == "No me lo has dicho.")
    }
  }
}
