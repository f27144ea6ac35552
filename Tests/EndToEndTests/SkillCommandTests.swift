import Foundation
import TestSupport
import Testing

/// `sarai skill` as a person or a script uses it, as far as no skill has to run.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SkillCommandTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func `The skills that came with SARAi are listed and shown`() async throws {
    try await CommandLineHome.with { home in
      let list = try await home.run("skill", "list", "--json")
      let skills = try #require(try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
      let calc = try #require(skills.first { $0["name"] as? String == "calc" })
      #expect(calc["origin"] as? String == "built_in" && calc["kind"] as? String == "native")
      #expect(skills.allSatisfy { $0["error"] == nil }, "\(list.output)")
      let shown = try await home.run("skill", "show", "calc", language: "es_ES.UTF-8")
      #expect(shown.status == 0)
      #expect(shown.output.contains("recibe, antes que el modelo") && shown.output.contains("64 MiB"))
      #expect(shown.output.contains("# calc"))
      let unknown = try await home.run("skill", "show", "clac")
      #expect(unknown.status == 69 && unknown.errors.contains("did you mean \"calc\""))
      // It looks and changes nothing.
      #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder.path) == ["models"])
    }
  }

  @Test func `A new skill is installed, updated and removed, and more rights want an answer`() async throws {
    try await CommandLineHome.with { home in
      let work = home.folder.path
      let made = try await home.run("skill", "new", "greeter", "--lang", "python", "--path", work)
      #expect(made.status == 0, "\(made.errors)")
      let folder = "\(work)/greeter"
      #expect(made.output == folder + "\n")
      let installed = try await home.run("skill", "install", folder)
      #expect(installed.status == 0, "\(installed.errors)")
      #expect(installed.errors.contains("touches nothing but its folder"))
      let yaml = URL(filePath: "\(folder)/skill.yaml")
      let text = try String(contentsOf: yaml, encoding: .utf8)
      try text.replacingOccurrences(of: "network: []", with: "network: [example.org:443]").write(
        to: yaml, atomically: true, encoding: .utf8)
      let asked = try await home.run("skill", "install", folder)
      #expect(asked.status == 77)
      #expect(asked.errors.contains("  + connects over the network to example.org:443"), "\(asked.errors)")
      #expect(asked.errors.contains("--yes"))
      let before = try object(try await home.run("skill", "show", "greeter", "--json").output)
      #expect((before["grants"] as? [String: Any])?["network"] as? [String] == [])
      let agreed = try await home.run("skill", "install", "--yes", folder)
      #expect(agreed.status == 0 && agreed.output.contains("updated"))
      let after = try object(try await home.run("skill", "show", "greeter", "--json").output)
      #expect((after["grants"] as? [String: Any])?["network"] as? [String] == ["example.org:443"])
      let removed = try await home.run("skill", "remove", "greeter")
      #expect(removed.status == 0)
      #expect(try await home.run("skill", "show", "greeter").status == 69)
      #expect(try await home.run("skill", "remove", "calc").status == 77)
    }
  }

  @Test func `A new skill's folder is told without detours, and one in Swift wants SARAi's sources`() async throws {
    try await CommandLineHome.with { home in
      let work = home.folder.path
      let made = try await home.run("skill", "new", "greeter", "--lang", "python", "--path", work + "/./")
      #expect(made.output == "\(work)/greeter\n")
      #expect(made.errors.contains("  cd '\(work)/greeter'\n") && made.errors.contains("/python-kit'\n"))
      let swift = try await home.run("skill", "new", "other", "--lang", "swift", "--path", work, "--sarai", work)
      #expect(swift.status == 69 && swift.errors.contains("SARAi's sources are not in \(work)"), "\(swift.errors)")
      let taken = try await home.run("skill", "new", "sarai", "--lang", "swift", "--path", work)
      #expect(taken.status == 64, "\(taken.status) \(taken.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(work)/sarai"))
      let card = URL(filePath: "\(work)/greeter/SKILL.md")
      let text = try String(contentsOf: card, encoding: .utf8)
      try text.replacingOccurrences(of: "Greets whoever", with: "Greets \u{202E}gnp.\u{2066}whoever").write(
        to: card, atomically: true, encoding: .utf8)
      let told = try await home.run("skill", "install", "--yes", "\(work)/greeter")
      let listed = try await home.run("skill", "list")
      let shown = try await home.run("skill", "show", "greeter")
      for text in [told.errors, listed.output, shown.output] {
        #expect(text.contains("Greets gnp.whoever"), "\(text)")
        #expect(!text.contains("\u{202E}") && !text.contains("\u{2066}"))
      }
    }
  }

  @Test func `In a terminal the question is asked, and no is no`() async throws {
    try await CommandLineHome.with { home in
      let work = home.folder.path
      _ = try await home.run("skill", "new", "greeter", "--lang", "python", "--path", work)
      let yaml = URL(filePath: "\(work)/greeter/skill.yaml")
      let text = try String(contentsOf: yaml, encoding: .utf8)
      try text.replacingOccurrences(of: "memory: none ", with: "memory: read ").write(
        to: yaml, atomically: true, encoding: .utf8)
      for (answer, status, isThere) in [("n\n", Int32(1), false), ("\n", 1, false), ("sí\n", 0, true)] {
        let command = try WatchedProcess(
          inTerminal: ["skill", "install", "\(work)/greeter"], home: home, language: "es_ES.UTF-8")
        try await command.wait(for: "lee lo que SARAi recuerda de ti")
        try await command.wait(for: "¿Lo aceptas? [s/N] ")
        try command.type(answer)
        #expect(await command.end() == status)
        #expect(FileManager.default.fileExists(atPath: "\(work)/skills/greeter") == isThere)
      }
    }
  }

  @Test func `A folder that is no skill, or a wrong one, is refused with what to do`() async throws {
    try await CommandLineHome.with { home in
      let nothing = try await home.run("skill", "install", home.folder.path, language: "es_ES.UTF-8")
      #expect(nothing.status == 69 && nothing.errors.contains("sarai skill new"))
      let folder = home.folder.appending(path: "wrong")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try "---\nname: wrong\ndescription: d\n---\n".write(
        to: folder.appending(path: "SKILL.md"), atomically: true, encoding: .utf8)
      try "schema: 1\nentry: [x]\ngrant: {}\n".write(
        to: folder.appending(path: "skill.yaml"), atomically: true, encoding: .utf8)
      let wrong = try await home.run("skill", "install", folder.path, language: "es_ES.UTF-8")
      #expect(wrong.status == 65)
      #expect(wrong.errors.contains("skill.yaml, línea 3: no existe la clave «grant»: ¿querías decir «grants»?"))
      #expect(!FileManager.default.fileExists(atPath: home.folder.appending(path: "skills").path))
    }
  }
}
