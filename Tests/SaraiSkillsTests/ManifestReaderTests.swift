import Foundation
import SaraiAgent
import SaraiCore
import TestSupport
import Testing

@testable import SaraiSkills

/// skill.yaml: what it says, and how it is refused.
@Suite struct ManifestReaderTests {
  private func read(_ text: String) throws(SaraiError) -> SkillManifest {
    try SkillManifestReader.read(text, file: "skill.yaml", skill: "own", home: "/home/ana")
  }

  @Test("Every key reaches its value")
  func everyKey() throws {
    let manifest = try read(
      """
      schema: 1
      entry: [bin/run, --fast, "3"]
      runtime: native
      isolation: optional
      grants:
        files:
          - ~/data/sales.csv
          - {path: /srv/out/, write: true}
        network: [Example.ORG:0443, "[2001:db8::1]:80", 10.0.0.1:8080]
        models: [expert_short, embeddings]
        skills: [calc]
        memory: read
      limits: {memoryMiB: 64, processes: 16, cpuSeconds: 0.5, timeoutSeconds: 2, outputKiB: 64, temporaryMiB: 8, startSeconds: 3}
      grammar: own.gbnf
      idempotent: true
      instances: 2
      keepWarmSeconds: 0
      prefetch: true
      intents:
        maxQuestionBytes: 300
        declared:
          - name: sums
            all: [[sum, suma, "#", 7, off], ["+", "*"]]
            examples: {es: ["7 + 7"], en: ["sum 2 * 2"]}
      configuration: {name: x, list: [1, 2.5, true, ~, off, "7"], deep: {a: -3}}
      """)
    #expect(manifest.entry == ["bin/run", "--fast", "3"])
    #expect(manifest.runtime == .native && manifest.isolation == .optional)
    #expect(
      manifest.grants
        == SkillGrants(
          files: [.init(path: "/home/ana/data/sales.csv"), .init(path: "/srv/out", mayWrite: true)],
          network: ["example.org:443", "[2001:db8::1]:80", "10.0.0.1:8080"], models: ["expert_short", "embeddings"],
          skills: ["calc"], memory: .read))
    #expect(
      manifest.limits
        == SkillLimits(
          memoryMiB: 64, processes: 16, cpuSeconds: 0.5, timeoutSeconds: 2, outputKiB: 64, temporaryMiB: 8,
          startSeconds: 3))
    #expect(manifest.grammar == "own.gbnf" && manifest.isIdempotent && manifest.instances == 2)
    #expect(manifest.keepWarmSeconds == 0 && manifest.prefetch && manifest.maxQuestionBytes == 300)
    #expect(manifest.intents.map(\.groups) == [[["sum", "suma", "#", "7", "off"], ["+", "*"]]])
    #expect(manifest.intents.first?.examples.map(\.text) == ["7 + 7", "sum 2 * 2"])
    #expect(
      manifest.configuration
        == ["name": "x", "list": [1, 2.5, true, nil, "off", "7"], "deep": ["a": -3]])
  }

  @Test("What a manifest leaves out is what the documentation says, and python3 makes it Python")
  func defaults() throws {
    let manifest = try read("schema: 1\nentry: [python3, skill.py]")
    #expect(manifest == SkillManifest(entry: ["python3", "skill.py"], runtime: .python))
    // Little memory makes room for little in the temporary folder.
    #expect(try read("schema: 1\nentry: [a]\nlimits: {memoryMiB: 8}").limits.temporaryMiB == 8)
  }

  @Test(
    "A Spanish message is Spanish to its end, with one mark there",
    arguments: [
      ("schema: 1\nentry: [a]\ngrant: {}", "grants", "¿querías decir «grants»? Corrígelo"),
      ("schema: 1\nentry: [a]\nnothingLikeIt: {}", "se admite", "keepWarmSeconds"),
      ("schema: 1\nentry: a: b", "línea 2", "aquí no puede ir «:»"),
      ("schema: 1\nentry: [a\ngrants: {}", "YAML", "falta «,» o «]»"),
      ("schema: 1\nentry: [a]\n grants: {}", "YAML", "sangrado"),
      ("schema: 1\nentry: @a", "línea 2", "entre comillas"),
      ("schema: 1\nentry: \"a", "YAML", "se acaba antes de tiempo"),
    ])
  func spanish(text: String, place: String, words: String) throws {
    let message = try #require(thrown { _ = try read(text) }).message.es
    #expect(message.contains(place) && message.contains(words), "\(message)")
    #expect(!message.contains("?.") && !message.contains("not "), "\(message)")
    #expect(message.hasSuffix(" Corrígelo y vuelve a intentarlo."))
  }

  @Test("The manifest of calc is read whole")
  func calc() throws {
    let places = SkillPlaces(
      builtIn: TestParts.root.appending(path: "skills").path, installed: "/nowhere",
      programs: TestParts.executable("sarai-skill").deletingLastPathComponent().path, grammars: "/nowhere",
      pythonEnvironments: [])
    let skill = try SkillRegistry(places: places).skill("calc")
    let manifest = try #require(skill.manifest)
    #expect(manifest.entry == ["sarai-skill", "calc"])
    #expect(manifest.grants.isEmpty && manifest.isIdempotent && manifest.keepWarmSeconds == 600)
    #expect(manifest.intents.map(\.name) == ["arithmetic", "units", "missing-days", "dates"])
    // An alias repeats the words for numbers.
    #expect(manifest.intents[0].groups[0] == manifest.intents[1].groups[0])
    #expect(skill.remarks.isEmpty)
  }

  @Test(
    "An unknown key is refused with its line and the one that was probably meant",
    arguments: [
      (manifest("grant: {}"), "line 3", "\"grants\""), (manifest("limits: {memoryMib: 5}"), "line 3", "\"memoryMiB\""),
      (manifest("limits:\n  memory: 5"), "line 4", "memoryMiB"),
      (manifest("grants:\n  file: [/a]"), "line 4", "\"files\""),
      (manifest("grants:\n  files:\n  - {path: /a, writ: true}"), "line 5", "\"write\""),
      (manifest("intents: {declare: []}"), "line 3", "\"declared\""),
      (manifest("zzz: 1"), "line 3", "configuration"), ("schema: 1\nentri: [a]", "line 1", "entry"),
      (manifest("<<: {prefetch: true}"), "line 3", "<<"),
    ])
  func unknownKeys(text: String, line: String, meant: String) throws {
    let error = try #require(thrown { _ = try read(text) })
    #expect(error.code == .corruptFile)
    #expect(error.message.en.contains(line) && error.message.en.contains(meant), "\(error.message.en)")
    #expect(error.message.es.contains("skill.yaml"))
  }

  @Test(
    "A wrong value is refused with its key",
    arguments: [
      ("schema: 2\nentry: [a]", "schema"), ("schema: one\nentry: [a]", "schema"), ("entry: [a]", "schema"),
      ("schema: 1", "entry"), ("schema: 1\nentry: []", "entry"), ("schema: 1\nentry: run", "entry"),
      ("schema: 1\nentry: [1]", "entry[0]"), ("schema: 1\nentry: [/bin/sh]", "entry"),
      ("schema: 1\nentry: [../sh]", "entry"), ("schema: 1\nentry: [a/../../sh]", "entry"),
      ("schema: 1\nentry: [./a]", "entry"), ("schema: 1\nentry: [\"a\\x00b\"]", "entry"),
      ("schema: 1\nentry: [\"a\\e[2J\"]", "entry"), ("schema: 1\nentry: [\"\"]", "entry"),
      ("schema: 1\nentry: [a]\nruntime: python", "entry"), ("schema: 1\nentry: [python3, a]\nruntime: native", "entry"),
      (manifest("runtime: ruby"), "runtime"), (manifest("isolation: none"), "isolation"),
      (manifest("limits: {memoryMiB: 3}"), "limits.memoryMiB"),
      (manifest("limits: {memoryMiB: 65537}"), "limits.memoryMiB"),
      (manifest("limits: {memoryMiB: 1e3}"), "limits.memoryMiB"),
      (manifest("limits: {memoryMiB: \"64\"}"), "limits.memoryMiB"),
      (manifest("limits: {processes: 0}"), "limits.processes"),
      (manifest("limits: {processes: 99999999999999999999}"), "limits.processes"),
      (manifest("limits: {timeoutSeconds: 0}"), "limits.timeoutSeconds"),
      (manifest("limits: {timeoutSeconds: .inf}"), "limits.timeoutSeconds"),
      (manifest("limits: {timeoutSeconds: 1e9}"), "limits.timeoutSeconds"),
      (manifest("limits: {cpuSeconds: -1}"), "limits.cpuSeconds"),
      (manifest("limits: {memoryMiB: 8, temporaryMiB: 9}"), "limits.temporaryMiB"), (manifest("limits: [1]"), "limits"),
      (manifest("instances: 17"), "instances"), (manifest("instances: 0"), "instances"),
      (manifest("idempotent: yes"), "idempotent"), (manifest("prefetch: 1"), "prefetch"),
      (manifest("keepWarmSeconds: -1"), "keepWarmSeconds"), (manifest("grammar: ../x.gbnf"), "grammar"),
      (manifest("grammar: a/x.gbnf"), "grammar"), (manifest("grammar: x.txt"), "grammar"),
      (manifest("grants: {memory: all}"), "grants.memory"),
      (manifest("grants: {models: [expert_shrt]}"), "expert_short"),
      (manifest("grants: {models: [big]}"), "grants.models"),
      (manifest("grants: {models: [tiny, tiny]}"), "grants.models"),
      (manifest("grants: {skills: [own]}"), "grants.skills"), (manifest("grants: {skills: [../x]}"), "grants.skills"),
      (manifest("grants: {files: /a}"), "grants.files"),
      (manifest("grants: {files: [{write: true}]}"), "grants.files[0].path"),
      (manifest("grants: {files: [{path: /a, write: maybe}]}"), "write"),
      (manifest("grants: {files: [/a, /a/]}"), "grants.files"),
      (manifest("configuration: [1]"), "configuration"), (manifest("configuration: text"), "configuration"),
      (manifest("intents: {declared: [{name: a}]}"), "intents"),
      (manifest("intents: {declared: [{name: a, all: [[]]}]}"), "intents"),
      (manifest("intents: {declared: [{name: a, all: [[x]], examples: {en: [nothing of it]}}]}"), "intents"),
      (manifest("intents: {declared: [{name: a, all: [[x]], examples: {fr: [x]}}]}"), "examples"),
    ])
  func wrongValues(text: String, key: String) throws {
    let error = try #require(thrown { _ = try read(text) }, "\(text)")
    #expect(error.code == .corruptFile)
    #expect(error.message.en.contains(key), "\(error.message.en)")
    #expect(!error.message.en.unicodeScalars.contains("\u{1B}"))
    #expect(error.message.es != error.message.en)
  }

  @Test(
    "A file grant is absolute or in the home folder, and nothing that belongs to the system or needs resolving",
    arguments: [
      "data.csv", "./data.csv", "../data", "~ana/x", "/", "//", "/a/../b", "/a/./b", "/a//b", "/proc/1", "/sys",
      "/dev/kvm",
      "/run/sarai/x", "\"/a\\nb\"", "\"\"",
    ])
  func badFileGrants(path: String) throws {
    let error = try #require(thrown { _ = try read(manifest("grants: {files: [\(path)]}")) })
    #expect(error.message.en.contains("grants.files"), "\(error.message.en)")
  }

  @Test(
    "A grant of the network names a server and a port and nothing else",
    arguments: [
      "example.org", "\"example.org:\"", "example.org:0", "example.org:65536", "example.org:-1", "example.org:+1",
      "\":443\"",
      "https://example.org:443", "\"*.example.org:443\"", "example..org:443", "-a.org:1", "a.org.:1", "user@a.org:1",
      "a b:1",
      "\"[::1:80\"", "\"[zz::1]:80\"", "\"::1:80\"", "a.org:443/x", "\"a.org:４４３\"", "\"ｅ.org:443\"",
      String(repeating: "a", count: 64) + ".org:443",
    ])
  func badNetworkGrants(host: String) throws {
    let error = try #require(thrown { _ = try read(manifest("grants: {network: [\(host)]}")) })
    #expect(error.message.en.contains("grants.network"), "\(error.message.en)")
  }

  @Test("What an entry names has to be there, executable, and inside of the folder")
  func entries() async throws {
    try await SkillFolders.with { folders in
      func fault(_ name: String, _ entry: String) throws -> String? {
        let folder = try folders.skill(name, manifest: "schema: 1\nentry: \(entry)\n")
        return thrown { _ = try SkillReader(places: folders.places).read(folder, origin: .builtIn) }?.message.en
      }
      #expect(try fault("absent", "[bin/run]")?.contains("no program \"bin/run\"") == true)
      try folders.write("builtIn/plain/run", "x")
      #expect(try fault("plain", "[run]")?.contains("chmod +x") == true)
      try folders.write("builtIn/good/run", "x", isExecutable: true)
      #expect(try fault("good", "[run]") == nil)
      try folders.write("outside", "x", isExecutable: true)
      try FileManager.default.createDirectory(atPath: folders.path("builtIn/out"), withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: folders.path("builtIn/out/run"), withDestinationPath: "../../outside")
      #expect(try fault("out", "[run]")?.contains("leads out") == true)
      // Of SARAi's own folder only what is meant to be a skill.
      try folders.write("programs/sarai-engine", "x", isExecutable: true)
      #expect(try fault("engine", "[sarai-engine]")?.contains("no program") == true)
      #expect(try fault("script", "[python3, skill.py]")?.contains("no program \"skill.py\"") == true)
      #expect(try fault("none", "[python3]")?.contains("[python3, skill.py]") == true)
      #expect(try fault("up", "[python3, ../../outside]")?.contains("no program") == true)
      try folders.write("builtIn/python/skill.py", "x")
      #expect(try fault("python", "[python3, -u, skill.py, --verbose]") == nil)
      try FileManager.default.removeItem(atPath: folders.path("programs/sarai-skill"))
      #expect(try fault("gone", "[sarai-skill, calc]")?.contains("make install") == true)
    }
  }

  @Test("A grammar is one of the folder, or else one of SARAi's")
  func grammars() async throws {
    try await SkillFolders.with { folders in
      let folder = try folders.skill("own", manifest: manifest("grammar: a.gbnf"))
      let reader = SkillReader(places: folders.places)
      #expect(thrown { _ = try reader.read(folder, origin: .builtIn) }?.message.en.contains("a.gbnf") == true)
      try folders.write("grammars/a.gbnf", "root ::= \"sarai\"")
      let skill = try reader.read(folder, origin: .builtIn)
      #expect(try SkillGrammar.text(of: skill, places: folders.places) == "root ::= \"sarai\"")
      try folders.write("builtIn/own/a.gbnf", "root ::= \"own\"")
      #expect(try SkillGrammar.text(of: skill, places: folders.places) == "root ::= \"own\"")
    }
  }

  @Test("A skill may not write where skills, their records, programs or environments lie")
  func writesToItself() async throws {
    try await SkillFolders.with { folders in
      for (index, path) in [folders.root.path, folders.path("installed/x"), folders.path("python/kit"), "/tmp"]
        .enumerated()
      {
        let folder = try folders.skill(
          "w\(index)", manifest: manifest("grants: {files: [{path: \(path), write: true}]}"))
        let reader = SkillReader(places: folders.places)
        #expect(
          thrown { _ = try reader.read(folder, origin: .builtIn) }?.message.en.contains("no skill writes") == true)
        try folders.skill("w\(index)", manifest: manifest("grants: {files: [\(path)]}"))
        #expect(thrown { _ = try reader.read(folder, origin: .builtIn) } == nil)
      }
    }
  }
}
