import Foundation
import TestSupport
import Testing

/// Skills as a person uses them: in a conversation and by `sarai skill`.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SkillTests {
  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func skill(
    _ name: String, in home: CommandLineHome, card: String? = nil, manifest: String? = nil,
    files: [String: String] = [:]
  ) throws -> URL {
    let folder = home.folder.appending(path: "src/\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = card ?? "---\nname: \(name)\ndescription: A skill of a test.\n---\n\nAnswer with the word hello.\n"
    try Data(text.utf8).write(to: folder.appending(path: "SKILL.md"))
    if let manifest { try Data(manifest.utf8).write(to: folder.appending(path: "skill.yaml")) }
    for (file, text) in files { try Data(text.utf8).write(to: folder.appending(path: file)) }
    return folder
  }

  @Test func `What calc knows exactly is answered without a model, in both languages`() async throws {
    try await CommandLineHome.with { home in
      let spanish = try await home.run("run", "sarai", "¿Cuánto es el 21 % de 340?", language: "es_ES.UTF-8")
      #expect(spanish.output.hasSuffix("es 71,4.\n"), "\(spanish.errors)")
      let english = try await home.run("run", "--json", "sarai", "what is 12 * 12?")
      let answer = try object(english.output)
      #expect((answer["text"] as? String)?.contains("144") == true)
      #expect((answer["usage"] as? [String: Any])?["completion_tokens"] as? Int == 0)
      let chat = try await home.run("chat", input: "¿Cuánto es 6 por 7?\n", language: "es_ES.UTF-8")
      #expect(chat.output.contains("42"), "\(chat.errors)")
      // No model was needed for any of it, and chat alone prepares one.
      let asked = try await home.run("skill", "run", "calc", "2^64")
      #expect(asked.output.contains("18,446,744,073,709,551,616") || asked.output.contains("18446744073709551616"))
    }
  }

  @Test func `A skill of instructions alone is followed by the model`() async throws {
    try await CommandLineHome.with { home in
      let folder = try skill("greeter", in: home)
      let installed = try await home.run("skill", "install", "--yes", folder.path)
      #expect(installed.status == 0, "\(installed.errors)")
      let answer = try await home.run("skill", "run", "--json", "greeter", "Say it.")
      #expect(answer.status == 0, "\(answer.errors)")
      #expect((try object(answer.output)["text"] as? String)?.isEmpty == false)
    }
  }

  @Test func `What is not there or not right is told in a sentence, and nothing is started`() async throws {
    try await CommandLineHome.with { home in
      for name in ["../../etc/passwd", "Calc", "nothing-here", "calk", "a/b", "-"] {
        let outcome = try await home.run("skill", "run", "--", name, "x")
        #expect(outcome.status != 0 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("error: ") || outcome.errors.contains("Error"), "\(outcome.errors)")
      }
      #expect(try await home.run("skill", "run", "calk", "x").errors.contains("calc"))
      #expect(try await home.run("skill", "run", "calc").status == 64)
      let missing = try await home.run("skill", "run", "calc", "--grant", "/nowhere/at/all", "x")
      #expect(missing.errors.contains("/nowhere/at/all"))
      let wrong = try skill("wrong", in: home, manifest: "schema: 1\nentry: [sarai-skill, calc]\ngrant: {}\n")
      let refused = try await home.run("skill", "install", "--yes", wrong.path)
      #expect(refused.status != 0)
      #expect(refused.errors.contains("grants"), "\(refused.errors)")
      let gone = try skill("gone", in: home, manifest: "schema: 1\nentry: [no-such-program]\n")
      #expect(try await home.run("skill", "install", "--yes", gone.path).errors.contains("no-such-program"))
      #expect(
        try Processes.mentioning(home.folder.path, in: "environ").allSatisfy { pid in
          Processes.arguments(of: pid).dropFirst().first != "supervise"
        })
    }
  }

  @Test func `A wider grant is asked about, and refused where nobody is there to ask`() async throws {
    try await CommandLineHome.with { home in
      let plain = "schema: 1\nentry: [sarai-skill, calc]\n"
      let folder = try skill("mine", in: home, manifest: plain)
      #expect(try await home.run("skill", "install", "--yes", folder.path).status == 0)
      #expect(try await home.run("skill", "run", "mine", "1+1").output.contains("2"))
      let wider = plain + "grants:\n  models: [expert_short]\n"
      try Data(wider.utf8).write(to: folder.appending(path: "skill.yaml"))
      let refused = try await home.run("skill", "install", folder.path)
      #expect(refused.status != 0)
      #expect(refused.errors.contains("expert_short"), "\(refused.errors)")
      #expect(try await home.run("skill", "run", "mine", "1+1").output.contains("2"))
      // Nor does a change behind SARAi's back widen anything.
      let installed = home.folder.appending(path: "skills/mine/skill.yaml")
      try Data(wider.utf8).write(to: installed)
      #expect(try await home.run("skill", "run", "mine", "1+1").status != 0)
      #expect(try await home.run("skill", "remove", "mine").status == 0)
      let listing = try object(try await home.run("ps", "--json").output)
      #expect(try #require(listing["skills"] as? [[String: Any]]).allSatisfy { $0["name"] as? String != "mine" })
      let left = try FileManager.default.subpathsOfDirectory(atPath: home.folder.path)
      #expect(left.allSatisfy { !$0.contains("mine") || $0.hasPrefix("src/") }, "\(left)")
      #expect(try await home.run("skill", "run", "mine", "1+1").status != 0)
    }
  }

  @Test func `An update is what answers from then on`() async throws {
    try await CommandLineHome.with { home in
      let folder = try skill("mine", in: home, manifest: "schema: 1\nentry: [sarai-skill, calc]\n")
      #expect(try await home.run("skill", "install", "--yes", folder.path).status == 0)
      #expect(try await home.run("skill", "run", "mine", "1+1").output.contains("2"))
      let other = "schema: 1\nentry: [sarai-skill, sql]\n"
      try Data(other.utf8).write(to: folder.appending(path: "skill.yaml"))
      #expect(try await home.run("skill", "install", "--yes", folder.path).status == 0)
      // The other program has no data to answer from, and says so.
      #expect(try await home.run("skill", "run", "mine", "1+1").errors.contains("--grant"))
    }
  }

  @Test func `Data that is granted in a chat is asked before the model, and no longer once it is taken back`()
    async throws
  {
    try await CommandLineHome.with { home in
      let data = home.folder.appending(path: "ventas.csv")
      try Data("ciudad,importe\nMadrid,10\nBilbao,5\nMadrid,7\n".utf8).write(to: data)
      let chat = try await home.run(
        "chat", "--grant", data.path, input: "importe total por ciudad\nborra el importe de Madrid\n",
        language: "es_ES.UTF-8")
      #expect(chat.output.contains("Madrid | 17") && chat.output.contains("SELECT"), "\(chat.output)\(chat.errors)")
      #expect(chat.output.contains("Los datos solo se leen"), "\(chat.output)\(chat.errors)")
      let commands = "/datos \(data.path)\nimporte total por ciudad\n/datos -\n/datos\n"
      let plain = try await home.run("chat", input: commands, language: "es_ES.UTF-8")
      #expect(
        plain.output.contains("Madrid | 17") && plain.output.contains("Sin datos"), "\(plain.output)\(plain.errors)")
      let missing = try await home.run("chat", "--grant", "/nowhere", input: "hola\n", language: "es_ES.UTF-8")
      #expect(missing.status != 0 && missing.errors.contains("/nowhere"))
    }
  }

  @Test func `A grammar in skill.yaml reaches the skill, which refuses one that it does not obey`() async throws {
    try await CommandLineHome.with { home in
      let folder = try skill(
        "mine", in: home, manifest: "schema: 1\nentry: [sarai-skill, calc]\ngrammar: own.gbnf\n")
      try Data("root ::= \"4\"\n".utf8).write(to: folder.appending(path: "own.gbnf"))
      #expect(try await home.run("skill", "install", "--yes", folder.path).status == 0)
      let run = try await home.run("skill", "run", "mine", "2+2")
      #expect(run.status != 0 && run.errors.contains("grammar"), "\(run.output)\(run.errors)")
    }
  }

  @Test func `An update that cannot run is told, and what was there before answers no more`() async throws {
    try await CommandLineHome.with { home in
      let calc = "schema: 1\nentry: [sarai-skill, calc]\n"
      let folder = try skill("mine", in: home, manifest: calc)
      #expect(try await home.run("skill", "install", "--yes", folder.path).status == 0)
      #expect(try await home.run("skill", "run", "mine", "1+1").output.contains("2"))
      let wider = calc + "grants:\n  files: [/nowhere/data]\n"
      try Data(wider.utf8).write(to: folder.appending(path: "skill.yaml"))
      #expect(try await home.run("skill", "install", "--yes", folder.path).status == 0)
      let run = try await home.run("skill", "run", "mine", "1+1")
      #expect(run.status != 0 && run.errors.contains("/nowhere/data"), "\(run.output)\(run.errors)")
    }
  }

  @Test func `A skill killed between two questions answers the next one, and its log tells`() async throws {
    try await CommandLineHome.with { home in
      #expect(try await home.run("skill", "run", "calc", "1+1").status == 0)
      let listing = try object(try await home.run("ps", "--json").output)
      let running = try #require((listing["skills"] as? [[String: Any]])?.first)
      #expect(running["name"] as? String == "calc")
      let pids = try #require(running["pids"] as? [Int32])
      #expect(pids.count == 1)
      for pid in pids { kill(pid, SIGKILL) }
      #expect(try await home.run("skill", "run", "calc", "1+2").output.contains("3"))
      #expect(try await home.run("skill", "logs", "calc").output.contains("ready"))
      let doctor = try await home.run("skill", "doctor", "--json")
      let checks = try #require(try object(doctor.output)["checks"] as? [[String: Any]])
      #expect(checks.contains { $0["name"] as? String == "skill:calc" && $0["verdict"] as? String == "ok" })
      #expect(checks.contains { $0["name"] as? String == "sandbox:seccomp" && $0["verdict"] as? String == "ok" })
    }
  }
}
