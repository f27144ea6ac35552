import Foundation
import TestSupport
import Testing

/// The real `sarai` and `sarai-engine` of this build, as a person or a script runs them.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CommandLineTests {
  private static let commands: [[String]] = [
    [], ["chat"], ["chat", "list"], ["chat", "search"], ["chat", "show"], ["chat", "delete"], ["serve"], ["run"],
    ["pull"], ["quantize"], ["tune"], ["list"], ["show"], ["rm"], ["ps"], ["doctor"], ["config"],
    ["config", "explain"],
    ["config", "path"],
    ["config", "default"], ["completions"], ["bench"], ["bench", "chat"], ["bench", "quality"], ["stop"],
    ["skill"], ["skill", "list"], ["skill", "show"], ["skill", "run"], ["skill", "install"], ["skill", "remove"],
    ["skill", "logs"], ["skill", "doctor"], ["skill", "new"], ["memory"], ["memory", "add"], ["memory", "ask"],
    ["memory", "recall"], ["memory", "list"], ["memory", "why"], ["memory", "edit"], ["memory", "confirm"],
    ["memory", "forget"], ["memory", "undo"], ["memory", "learnt"], ["memory", "pause"], ["memory", "resume"],
    ["memory", "export"], ["memory", "import"], ["memory", "backup"], ["memory", "restore"], ["memory", "vacuum"],
    ["memory", "rotate"], ["memory", "stats"], ["memory", "trust"],
  ]

  /// Words that no Spanish sentence has.
  private static let englishWords: Set<String> = [
    "the", "of", "with", "and", "or", "this", "that", "show", "list", "usage", "options", "arguments", "subcommands",
    "for", "help", "information", "default", "values", "see", "more", "read", "give", "from", "to", "file", "a",
  ]

  @Test(arguments: commands)
  func `The help of each command is whole in Spanish, and there in English`(command: [String]) async throws {
    try await CommandLineHome.with { home in
      for language in ["es_ES.UTF-8", "en_GB.UTF-8"] {
        let process = home.process(command + ["--help"], language: language)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.contains(language.hasPrefix("es") ? "USO: sarai" : "USAGE: sarai"))
        if language.hasPrefix("es") { #expect(Self.english(in: text) == []) }
      }
    }
  }

  /// English words of a help text, without names of commands, options, languages and codes.
  private static func english(in text: String) -> [String] {
    let names = Set(commands.joined()).union(["to"])
    let plain = text.replacing(#/--[a-z-]+/#, with: "").replacing("sarai help", with: "")
    return plain.split(separator: "\n").flatMap { line -> [String] in
      let prose = line.split(separator: "  ").filter { !$0.contains("-") || $0.hasSuffix(".") }.joined(separator: " ")
      let words = prose.lowercased().split { !$0.isLetter }.map(String.init)
      // «a» is Spanish as well.
      return words.filter { englishWords.contains($0) && !names.contains($0) && $0 != "a" }
    }
  }

  @Test(arguments: [
    (["serve", "--prot"], "La opción «--prot» no existe. ¿Querías decir «--port»?"),
    (["show"], "Falta el argumento «<modelo>»"), (["serve", "--port"], "Falta el valor de «--port <puerto>»"),
    (["list", "extra"], "Sobra el argumento «extra»"), (["completions", "csh"], "El valor «csh» no sirve"),
    (["run", "sarai"], "Falta la pregunta"), (["serve", "--port", "x"], "server.port"),
    (["config", "--set", "server.port"], "falta el valor"),
    (["skill", "run", "calc", "-40 °F en °C"], "«-40 °F en °C» no existe. Si es un texto que empieza por un guion"),
    (["skill", "runn", "p"], "Sobran 2 argumentos: «runn», «p». ¿Querías decir «run»?"),
    (["skil"], "Sobra el argumento «skil». ¿Querías decir «skill»?"),
    (["skill", "new", "x", "--lang", "perl"], "pon uno de «swift» o «python»."),
    (["memory", "add", "Hola", "--subject", "x"], "O un texto o un hecho"),
    (["memory", "add", "--subject", "x"], "Un hecho necesita --subject y --verb."),
    (["memory", "add", "--replace", "Hola"], "--replace va con --subject y --verb."),
    (["memory", "add"], "Falta lo que le cuentas"), (["memory", "ask"], "Falta la pregunta"),
    (["memory", "ask", "¿Qué?", "--user", ""], "--user: un nombre de 1 a 256 bytes."),
    (["memory", "recall"], "Di qué se busca"), (["memory", "recall", "x", "--verb", "y"], "no las dos"),
    (["memory", "recall", "--text", "x", "--since", "antes"], "--since antes: escribe una fecha"),
    (["memory", "list", "--ever", "--at", "2026"], "Solo uno de --ever, --proposed y --at."),
    (["memory", "list", "--limit", "0"], "--limit: de 1 a 10000."),
    (["memory", "list", "--order", "x"], "«x» no sirve"),
    (["memory", "why", "doce"], "El valor «doce» no sirve"), (["memory", "edit", "1"], "Di qué se corrige"),
    (["memory", "edit", "1", "--confidence", "2"], "--confidence: de 0 a 1."),
    (["memory", "edit", "1", "--from", "2026", "--no-from"], "no van con"),
    (["memory", "forget"], "Di qué se olvida"), (["memory", "forget", "1", "--all"], "de una manera"),
    (["memory", "rotate", "--days", "-1"], "--days"), (["memory", "backup", "-"], "necesita un fichero"),
  ])
  func `Wrong usage is told in Spanish, with code 64`(arguments: [String], message: String) async throws {
    try await CommandLineHome.with { home in
      let process = home.process(arguments, language: "es_ES.UTF-8")
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 64)
      #expect(text.hasPrefix("error: "))
      #expect(text.contains(message))
    }
  }

  @Test func `Run answers a prompt, adds what stdin holds, and tells measures as JSON`() async throws {
    try await CommandLineHome.with { home in
      let plain = try await home.run("run", "smollm2-135m", "Say", "hello", "--max-tokens", "8", "--seed", "7")
      #expect(plain.status == 0, "\(plain.errors)")
      #expect(plain.output.count > 1)
      let again = try await home.run("run", "smollm2-135m", "Say hello", "--max-tokens", "8", "--seed", "7", "--json")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(again.output.utf8)) as? [String: Any])
      #expect((object["text"] as? String).map { $0 + "\n" } == plain.output)
      let usage = try #require(object["usage"] as? [String: Int])
      let combined = try await home.run(
        "run", "smollm2-135m", "Say hello", "--max-tokens", "8", "--json", input: "and a good deal more text")
      let more = try #require(try JSONSerialization.jsonObject(with: Data(combined.output.utf8)) as? [String: Any])
      let moreTokens = try #require((more["usage"] as? [String: Int])?["prompt_tokens"])
      #expect(moreTokens > (usage["prompt_tokens"] ?? .max))
    }
  }

  @Test func `Faults have their exit codes and one line that says what to do`() async throws {
    try await CommandLineHome.with { home in
      let unknown = try await home.run("run", "no-such-model", "Hi")
      #expect(unknown.status == 69)
      #expect(unknown.errors.contains("no-such-model"))
      let shown = try await home.run("show", "no-such-model")
      #expect(shown.status == 69)
      try FileManager.default.createDirectory(
        at: home.folder.appending(path: "config"), withIntermediateDirectories: true)
      try "server:\n  prot: 1\nphoenix:\n  federated_mode: true\n".write(
        to: home.folder.appending(path: "config/sarai.yaml"), atomically: true, encoding: .utf8)
      let configured = try await home.run("list")
      #expect(configured.status == 78)
      #expect(configured.errors.contains("sarai.yaml:2: there is no key server.prot. Did you mean server.port?"))
      #expect(configured.errors.contains("phoenix.federated_mode is not available"))
      let open = try await home.run(
        "serve", "--host", "0.0.0.0", "--config", TestParts.root.path + "/config/sarai.yaml")
      #expect(open.status == 77)
    }
  }

  @Test func `List, show, ps, config and doctor speak JSON`() async throws {
    try await CommandLineHome.with { home in
      let list = try await home.run("list", "--json")
      #expect(list.output.contains("\"id\":\"smollm2-135m\""))
      #expect(try await home.run("show", "smollm2-135m", "--json").output.contains("Apache-2.0"))
      #expect(try await home.run("ps", "--json").output.contains("\"server\":null"))
      let explained = try await home.run("config", "explain", "server.port", "--json", "--set", "server.port=1234")
      #expect(explained.output.contains("\"origin\":\"flag\""))
      #expect(explained.output.contains("1234"))
      let doctor = try await home.run("doctor", "--json")
      #expect(doctor.status == 0, "\(doctor.output)")
      #expect(doctor.output.contains("\"name\":\"engine:answer\",\"verdict\":\"ok\""))
      // It looks and changes nothing.
      #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder.path) == ["models"])
      let removed = try await home.run("rm", "multilingual-e5-small")
      #expect(removed.status == 0)
      #expect(FileManager.default.fileExists(atPath: TestParts.e5.path))
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `Completions name the commands`(shell: String) async throws {
    try await CommandLineHome.with { home in
      let script = try await home.run("completions", shell)
      #expect(script.status == 0)
      #expect(script.output.contains("doctor"))
    }
  }
}
