import Foundation
import SaraiCore
import TestSupport
import Testing

/// `sarai memory` as a person or a script uses it, on the real memory.
@Suite(.serialized, .timeLimit(.minutes(15))) struct MemoryCommandTests {
  @Test func `What is told is answered, corrected, explained and taken back`() async throws {
    try await CommandLineHome.with { home in
      let empty = try await home.run("memory", "list", language: "es_ES.UTF-8")
      #expect(empty.status == 0 && empty.output == "")
      #expect(empty.errors.contains("sarai memory add \"Mi hermana vive en Madrid\""))

      let told = try await home.run("memory", "add", "Mi hermana vive en Madrid", language: "es_ES.UTF-8")
      #expect(told.status == 0, "\(told.errors)")
      #expect(told.output.contains("Apuntado:") && told.output.contains("vivir en · Madrid"), "\(told.output)")
      let asked = try await home.run("memory", "ask", "¿Dónde vive mi hermana?", language: "es_ES.UTF-8")
      #expect(asked.output.contains("Madrid") && asked.errors == "", "\(asked.output)\(asked.errors)")
      let brother = try await home.memory("ask", "¿Dónde vive mi hermano?")
      #expect(brother["outcome"] == "unknown" && brother["answer"] == "No me lo has dicho.")

      let moved = try await home.memory("add", "Mi hermana se ha mudado a Bilbao")
      #expect(moved["facts"]?.arrayValue?.first?["object"] == "Bilbao", "\(moved)")
      #expect(moved["ended"]?.arrayValue?.first?["object"] == "Madrid", "\(moved)")
      let answer = try await home.answer(to: "¿Dónde vive mi hermana?")
      #expect(answer.contains("Bilbao") && !answer.contains("Madrid"))
      #expect(try await home.memory("list").arrayValue?.count == 1)
      #expect(try await home.memory("list", "--ever").arrayValue?.count == 2)
      #expect(try await home.memory("list", "--ever", "--offset", "1").arrayValue?.count == 1)

      let id = try #require(moved["facts"]?.arrayValue?.first?["id"]?.integerValue)
      let why = try await home.memory("why", "\(id)")
      #expect(why["turn"]?["text"] == "Mi hermana se ha mudado a Bilbao")
      #expect(why["replaced"]?.arrayValue?.first?["object"] == "Madrid")
      let shown = try await home.run("memory", "why", "\(id)", language: "es_ES.UTF-8")
      #expect(shown.output.contains("«Mi hermana se ha mudado a Bilbao»") && shown.output.contains("Sustituyó a:"))

      let edited = try await home.memory("edit", "\(id)", "--object", "Getxo", "--confidence", "0.5", "--private")
      #expect(edited["object"] == "Getxo" && edited["confidence"] == 0.5 && edited["private"] == true, "\(edited)")
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Getxo"))
      #expect(try await home.memory("undo")["kind"] == "edit")
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Bilbao"))
      #expect(try await home.memory("undo")["kind"] == "store")
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Madrid"))
      let unknown = try await home.run("memory", "why", "999", language: "es_ES.UTF-8")
      #expect(unknown.status == 69 && unknown.errors.hasPrefix("error: "), "\(unknown.status) \(unknown.errors)")
    }
  }

  @Test func `English is answered in English, and memory outlives the process that keeps it`() async throws {
    try await CommandLineHome.with { home in
      let told = try await home.run("memory", "add", "-", input: "My sister lives in Chicago\n")
      #expect(told.status == 0 && told.output.contains("Noted:"), "\(told.output)\(told.errors)")
      #expect(try await home.run("stop").status == 0)
      let asked = try await home.run("memory", "ask", "Where does my sister live?")
      #expect(asked.output.contains("Chicago"), "\(asked.output)\(asked.errors)")
      let nothing = try await home.run("memory", "ask", "Where does my brother live?")
      #expect(nothing.output == "You haven't told me.\n")
    }
  }

  @Test func `A fact given whole is stored as it is, found by its parts, and listed in a line`() async throws {
    try await CommandLineHome.with { home in
      let added = try await home.memory(
        "add", "--subject", "coche del usuario", "--verb", "ser", "--object", "Seat Ibiza", "--from", "2020-05",
        "--confidence", "0.9")
      let fact = try #require(added["facts"]?.arrayValue?.first)
      #expect(fact["subject"] == "coche del usuario" && fact["extractor"] == "direct", "\(added)")
      #expect(fact["valid_from"]?.stringValue?.hasPrefix("2020-0") == true)
      let id = try #require(fact["id"]?.integerValue)
      for part in [["--subject", "coche del usuario"], ["--object", "seat ibiza"], ["--text", "ibi"]] {
        let found = try await home.run(["memory", "recall", "--json"] + part)
        #expect(
          try JSONValue(parsing: found.output)["facts"]?.arrayValue?.first?["id"] == .integer(id), "\(part) \(found)")
      }
      let none = try await home.run("memory", "recall", "--verb", "odiar")
      #expect(none.status == 1 && none.errors.contains("I remember nothing of that."))
      let before = try await home.memory("recall", "--subject", "coche del usuario", "--at", "2019-01-01")
      #expect(before["facts"] == [])
      let replaced = try await home.memory(
        "add", "--subject", "coche del usuario", "--verb", "ser", "--object", "Dacia Sandero", "--replace")
      #expect(replaced["ended"]?.arrayValue?.first?["id"] == .integer(id), "\(replaced)")
      let listed = try await home.run("memory", "list", language: "es_ES.UTF-8")
      #expect(listed.output.contains("coche del usuario · ser · Dacia Sandero   (tú, "), "\(listed.output)")
    }
  }

  @Test func `Forgetting shows what would go, asks, and leaves nothing`() async throws {
    try await CommandLineHome.with { home in
      try await home.tell("La clave del trastero es 7391")
      try await home.tell("Mi hermana vive en Madrid")
      let refused = try await home.run(
        "memory", "forget", "--text", "la clave del trastero", language: "es_ES.UTF-8")
      #expect(refused.status == 77, "\(refused.status) \(refused.errors)")
      #expect(refused.errors.contains("7391") && refused.errors.contains("--yes"), "\(refused.errors)")
      let plan = try await home.memory("forget", "--text", "la clave del trastero", "--dry-run")
      #expect(plan["facts"]?.arrayValue?.count == 1, "\(plan)")
      #expect(try await home.answer(to: "¿Cuál es la clave del trastero?").contains("7391"))

      for (answer, status, isThere) in [("n\r", Int32(1), true), ("sí\r", 0, false)] {
        let command = try WatchedProcess(
          inTerminal: ["memory", "forget", "--text", "'la clave del trastero'", "--mentions"], home: home,
          language: "es_ES.UTF-8")
        try await command.wait(for: "Se olvidaría para siempre:")
        try await command.wait(for: "¿Lo olvido? [s/N] ")
        try command.type(answer)
        #expect(await command.end() == status)
        #expect(try await home.answer(to: "¿Cuál es la clave del trastero?").contains("7391") == isThere)
      }
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Madrid"))
      let again = try await home.run("memory", "forget", "--yes", "--text", "la clave del trastero")
      #expect(again.status == 1 && again.errors.contains("nothing like that"), "\(again.status) \(again.errors)")
      let unknown = try await home.run("memory", "forget", "--yes", "999")
      #expect(unknown.status == 69, "\(unknown.errors)")
      #expect(try await home.run("stop").status == 0)
      for file in try Self.files(under: home.folder.appending(path: "state")) {
        #expect(try Data(contentsOf: file).firstRange(of: Data("7391".utf8)) == nil, "\(file.path)")
      }
      let all = try await home.memory("forget", "--all", "--yes")
      #expect(all["facts"]?.arrayValue?.count == 1, "\(all)")
      #expect(try await home.memory("list") == [])
    }
  }

  @Test func `A sentence that taught nothing is forgotten by its words or its number`() async throws {
    try await CommandLineHome.with { home in
      for word in ["Qzxuno", "Qzxdos"] { _ = try await home.memory("add", "Zumba \(word) zumba") }
      let plan = try await home.memory("forget", "--text", "qzxuno", "--dry-run")
      #expect(plan["said_turns"]?.arrayValue?.first?["text"] == "Zumba Qzxuno zumba", "\(plan)")
      let gone = try await home.memory("forget", "--text", "qzxuno", "--yes")
      #expect(gone["turns"]?.arrayValue?.count == 1, "\(gone)")
      let found = try await home.memory("recall", "¿qué dije de qzxdos?")
      let id = try #require(found["turns"]?.arrayValue?.first?["id"]?.integerValue, "\(found)")
      let shown = try await home.run("memory", "recall", "¿qué dije de qzxdos?", language: "es_ES.UTF-8")
      #expect(shown.output.contains("frase \(id)  «Zumba Qzxdos zumba»"), "\(shown.output)")
      #expect(try await home.run("memory", "forget", "--turn", "\(id)", "--yes").status == 0)
      #expect(try await home.run("memory", "forget", "--turn", "\(id)", "--yes").status == 69)
      #expect(try await home.run("stop").status == 0)
      for file in try Self.files(under: home.folder.appending(path: "state")) {
        let data = try Data(contentsOf: file)
        for trace in ["Qzxuno", "qzxuno", "Qzxdos", "qzxdos"] {
          #expect(data.firstRange(of: Data(trace.utf8)) == nil, "\(trace) in \(file.path)")
        }
      }
    }
  }

  private static func files(under folder: URL) throws -> [URL] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return paths.map { folder.appending(path: $0) }.filter {
      (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
    }
  }

  @Test func `Learning is paused and resumed, and what was learnt last is told`() async throws {
    try await CommandLineHome.with { home in
      let nothing = try await home.run("memory", "learnt")
      #expect(nothing.status == 0 && nothing.errors.contains("nothing lately"))
      try await home.tell("Trabajo en Renfe")
      #expect(try await home.memory("learnt")["facts"]?.arrayValue?.first?["object"] == "Renfe")
      #expect(try await home.memory("pause") == ["paused": true, "trusted": [], "proposed": 0])
      let paused = try await home.run("memory", "add", "Mi perro se llama Toby", language: "es_ES.UTF-8")
      #expect(paused.errors.contains("sarai memory resume"), "\(paused)")
      #expect(try await home.memory("list").arrayValue?.count == 1)
      #expect(try await home.memory("resume")["paused"] == false)
      try await home.tell("Mi perro se llama Toby")
      #expect(try await home.answer(to: "¿Cómo se llama mi perro?").contains("Toby"))
    }
  }

  @Test func `What is told after memory.db was deleted is kept, and without its folder nothing is said to be kept`()
    async throws
  {
    try await CommandLineHome.with { home in
      let folder = home.file("state/memory")
      try await home.tell("Mi hermana vive en Madrid")
      try FileManager.default.removeItem(at: folder.appending(path: "memory.db"))
      try await home.tell("Mi perro se llama Toby")
      #expect(try await home.run("stop").status == 0)
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Madrid"))
      #expect(try await home.answer(to: "¿Cómo se llama mi perro?").contains("Toby"))
      // A sandbox has the folder that was there when it began, and no other one.
      try FileManager.default.removeItem(at: folder)
      let refused = try await home.run("memory", "add", "Mi gato se llama Miau")
      #expect(refused.status != 0 && refused.errors.contains("memory.db"), "\(refused)")
      #expect(try await home.answer(to: "¿Cómo se llama mi perro?").contains("Toby"))
      #expect(try await home.run("stop").status == 0)
      try await home.tell("Mi gato se llama Miau")
      #expect(try await home.memory("list").arrayValue?.isEmpty == false)
    }
  }

  @Test func `A source is trusted by name until it is trusted no longer, each person for themselves`() async throws {
    try await CommandLineHome.with { home in
      #expect(try await home.run("memory", "trust").output.contains("your own words alone"))
      for name in ["agenda", "correo", "agenda"] { _ = try await home.memory("trust", name) }
      #expect(try await home.memory("trust")["trusted"] == ["agenda", "correo"])
      #expect(try await home.memory("trust", "--user", "ana")["trusted"] == [])
      let unknown = try await home.run("memory", "trust", "agneda", "--remove")
      #expect(unknown.status == 69 && unknown.errors.contains("agenda, correo"), "\(unknown)")
      #expect(try await home.memory("trust", "agenda", "--remove")["trusted"] == ["correo"])
      #expect(try await home.run("memory", "trust", "--remove").status == 64)
      for nobody in ["", " ", "rag", "a\nb"] {
        let refused = try await home.run("memory", "trust", nobody)
        #expect(refused.status != 0 && !refused.errors.isEmpty, "\(nobody)")
      }
      #expect(try await home.memory("trust")["trusted"] == ["correo"])
    }
  }

  @Test func `Two people never see each other's memory`() async throws {
    try await CommandLineHome.with { home in
      let hers = try await home.tell("Mi hermana vive en Madrid", user: "ana")
      try await home.tell("Mi hermana vive en Lugo", user: "benito")
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?", user: "ana").contains("Madrid"))
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?", user: "benito").contains("Lugo"))
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?") == "No me lo has dicho.")
      #expect(try await home.memory("list") == [])
      #expect(
        try await home.memory("recall", "Madrid", "--user", "benito")["turns"]?.description.contains("Madrid") == false)
      for command in [["why", hers], ["edit", hers, "--object", "X"], ["confirm", hers], ["forget", "--yes", hers]] {
        let outcome = try await home.run(["memory"] + command + ["--user", "benito"])
        #expect(outcome.status == 69 && !outcome.errors.contains("Madrid"), "\(command) \(outcome)")
      }
      #expect(try await home.run("memory", "undo").status == 69)
      let exported = try await home.run("memory", "export", "--user", "benito")
      #expect(exported.output.contains("Lugo") && !exported.output.contains("Madrid"))
      _ = try await home.memory("forget", "--all", "--yes", "--user", "benito")
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?", user: "ana").contains("Madrid"))
    }
  }

  // MARK: - Files

  @Test func `What is exported is private, is never overwritten unasked, and is taken in elsewhere`() async throws {
    try await CommandLineHome.with { home in
      try await home.tell("Mi hermana vive en Madrid")
      try await home.tell("Mi hermana se ha mudado a Bilbao")
      let target = home.file("memoria.jsonl").path
      let report = try await home.memory("export", target)
      #expect(report["lines"] == 4 && report["file"] == .string(target), "\(report)")
      #expect(try home.mode(of: "memoria.jsonl") == 0o600)
      let taken = try await home.run("memory", "export", target, language: "es_ES.UTF-8")
      #expect(taken.status == 64 && taken.errors.contains("--force"), "\(taken)")
      #expect(try await home.memory("export", target, "--force")["lines"] == 4)
      let piped = try await home.run("memory", "export")
      #expect(piped.output == (try String(contentsOf: home.file("memoria.jsonl"), encoding: .utf8)))

      let imported = try await home.memory("import", target, "--user", "otra")
      #expect(imported == ["facts_added": 2, "already_known": 0, "turns_added": 2])
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?", user: "otra").contains("Bilbao"))
      let again = try await home.run(
        ["memory", "import", "-", "--user", "otra", "--json"], input: Data(piped.output.utf8))
      #expect(
        try JSONValue(parsing: again.output) == ["facts_added": 0, "already_known": 4, "turns_added": 0], "\(again)")
    }
  }

  @Test func `Files that are wrong, missing or cannot be written are told with what to do`() async throws {
    try await CommandLineHome.with { home in
      let folder = home.folder.path
      try Data("no es JSON\n".utf8).write(to: home.file("malo.jsonl"))
      try Data([0xFF, 0xFE, 0x0A]).write(to: home.file("bytes.jsonl"))
      try FileManager.default.createSymbolicLink(
        at: home.file("enlace"), withDestinationURL: home.file("malo.jsonl"))
      for (command, status, reason) in [
        (["import", "\(folder)/malo.jsonl"], 64, "Línea 1"), (["import", "\(folder)/bytes.jsonl"], 65, "UTF-8"),
        (["import", "\(folder)/nada.jsonl"], 69, "comprueba que existe"), (["import", folder], 64, "es una carpeta"),
        (["export", "\(folder)/no/hay"], 69, "comprueba que existe"),
        (["export", "/dev/null", "--force"], 64, "corriente"),
        (["export", "\(folder)/enlace", "--force"], 64, "corriente"), (["export", folder], 64, "corriente"),
        (["backup", "\(folder)/malo.jsonl"], 64, "--force"), (["restore", "ninguna"], 69, "No hay ninguna copia"),
        (["restore", "\(folder)/malo.jsonl", "--yes"], 65, "error: "), (["add", "-"], 64, "Falta lo que le cuentas"),
      ] as [([String], Int32, String)] {
        let outcome = try await home.run(["memory"] + command, language: "es_ES.UTF-8")
        #expect(outcome.status == status && outcome.errors.contains(reason), "\(command) \(outcome)")
      }
      #expect(try String(contentsOf: home.file("malo.jsonl"), encoding: .utf8) == "no es JSON\n")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".new") }
      #expect(left == [])
      #expect(try await home.memory("list") == [])
    }
  }

  @Test func `A backup brings back what was there, by its name or out of a file`() async throws {
    try await CommandLineHome.with { home in
      try await home.tell("Mi hermana vive en Madrid")
      let name = try #require(try await home.memory("backup")["name"]?.stringValue)
      let file = home.file("copia.db").path
      #expect(try await home.memory("backup", file)["file"] == .string(file))
      #expect(try home.mode(of: "copia.db") == 0o600)
      #expect(try await home.memory("backup", "--list").arrayValue?.contains { $0["name"] == .string(name) } == true)
      for source in [name, file] {
        try await home.tell("Mi hermana se ha mudado a Bilbao")
        #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Bilbao"))
        let refused = try await home.run("memory", "restore", source)
        #expect(refused.status == 77 && refused.errors.contains("--yes"), "\(refused)")
        let restored = try await home.memory("restore", source, "--yes")
        #expect(restored["facts"] == 1, "\(restored)")
        #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Madrid"))
      }
    }
  }

  @Test func `Vacuum, rotate and stats tell what they did`() async throws {
    try await CommandLineHome.with { home in
      try await home.tell("Mi hermana vive en Madrid")
      try await home.tell("Mi hermana se ha mudado a Bilbao")
      let before = try await home.memory("stats")
      #expect(before["owners"] == 1 && before["facts"] == 2 && before["past_facts"] == 1 && before["turns"] == 2)
      let rotated = try await home.memory("rotate", "--days", "0")
      #expect(rotated["facts_removed"] == 1, "\(rotated)")
      let vacuumed = try await home.memory("vacuum")
      #expect((vacuumed["bytes_after"]?.integerValue ?? 0) > 0 && vacuumed["duplicates_removed"] == 0, "\(vacuumed)")
      #expect(try await home.memory("stats")["facts"] == 1)
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Bilbao"))
      for command in [["stats"], ["vacuum"], ["rotate", "--days", "30"]] {
        let outcome = try await home.run(["memory"] + command, language: "es_ES.UTF-8")
        #expect(outcome.status == 0 && outcome.errors == "" && !outcome.output.isEmpty, "\(command) \(outcome)")
      }
    }
  }

  // MARK: - Bad input

  @Test func `Odd texts are kept as text or refused clearly, and never steer a terminal`() async throws {
    try await CommandLineHome.with { home in
      // What nobody sees is no part of a fact: it could not be asked for.
      let odd: [(text: String, seen: String?)] = [
        ("Robert'); DROP TABLE fact;--", nil), ("🙂🙂🙂", nil), ("\u{202E}al revés\u{2066}", "al revés"),
        ("\u{1B}[2J\u{1B}]0;x\u{7}", "]0;x"), ("你好，我住在北京", nil), (String(repeating: "a", count: 100_000), nil),
      ]
      for (text, seen) in odd {
        let told = try await home.run(["memory", "add", "-"], input: Data(text.utf8), language: "es_ES.UTF-8")
        #expect(told.status == 0, "\(text.prefix(40)) \(told)")
        let fact = try await home.run([
          "memory", "add", "--subject", text.count > 1000 ? "largo" : text, "--verb", "ser", "--object",
          String(text.prefix(1000)), "--json",
        ])
        #expect(fact.status == 0, "\(text.prefix(40)) \(fact)")
        let object = try JSONValue(parsing: fact.output)["facts"]?.arrayValue?.first?["object"]
        #expect(object == .string(seen ?? String(text.prefix(1000))))
      }
      let listed = try await home.run("memory", "list")
      #expect(listed.output.split(separator: "\n").count >= odd.count)
      #expect(!listed.output.unicodeScalars.contains { ["\u{1B}", "\u{7}", "\u{202E}", "\u{2066}"].contains($0) })
      let big = try await home.run(["memory", "add", "-"], input: Data(String(repeating: "b ", count: 5 << 20).utf8))
      #expect(big.status == 65 && big.errors.contains("too large"), "\(big.status) \(big.errors)")
      let bytes = try await home.run(["memory", "add", "-"], input: Data([0x61, 0xFF, 0x62]))
      #expect(bytes.status == 65 && bytes.errors.contains("UTF-8"), "\(bytes)")
      let far = try await home.run("memory", "add", "--subject", "x", "--verb", "y", "--from", "9999999-01-01")
      #expect(far.status == 64, "\(far)")
      #expect(try await home.memory("stats")["owners"] == 1)
    }
  }
}
