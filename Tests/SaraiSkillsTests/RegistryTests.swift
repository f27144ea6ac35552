import Foundation
import SaraiCore
import SaraiSandbox
import TestSupport
import Testing

@testable import SaraiSkills

@Suite struct RegistryTests {
  /// Agrees to what the manifest of an installed skill says now.
  private func agree(_ name: String, _ folders: SkillFolders) throws {
    let skill = try SkillReader(places: folders.places).read(folders.path("installed/\(name)"), origin: .installed)
    try FileManager.default.createDirectory(
      atPath: SkillConsent.folder(folders.places), withIntermediateDirectories: true)
    try SkillStorage.replace(
      SkillConsent.path(of: name, places: folders.places),
      with: SkillConsent(try #require(skill.manifest)).json.serialized())
  }

  @Test("Every folder is told, with its skill or with what is wrong with it")
  func entries() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("calc", manifest: manifest())
      try folders.write("builtIn/templates/README.md", "no skill")
      try folders.skill("notes", in: "installed")
      try folders.skill("broken", in: "installed", manifest: "schema: 9")
      try folders.write("installed/empty/README.md", "no skill")
      try folders.write("installed/README.md", "no folder")
      try folders.write("installed/.staging-x/SKILL.md", "half a skill")
      let entries = SkillRegistry(places: folders.places).entries()
      #expect(entries.map(\.name) == ["broken", "calc", "empty", "notes"])
      #expect(entries.map { $0.skill != nil } == [false, true, false, true])
      #expect(entries[0].error?.message.en.contains("schema") == true)
      #expect(entries[2].error?.message.en.contains("SKILL.md") == true)
      #expect(entries.map(\.origin) == [.installed, .builtIn, .installed, .installed])
    }
  }

  @Test("A name that is not there is told with the nearest that is")
  func notFound() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("calc", manifest: manifest())
      let registry = SkillRegistry(places: folders.places)
      let near = try #require(thrown { _ = try registry.skill("clac") })
      #expect(near.code == .notFound)
      #expect(near.message.es.contains("¿querías decir «calc»?"))
      #expect(thrown { _ = try registry.skill("weather") }?.message.en.contains("did you mean") == false)
      for name in ["../calc", "", "CALC", "a/b", ".", String(repeating: "a", count: 100_000)] {
        #expect(thrown { _ = try registry.skill(name) }?.code == .invalidRequest)
      }
    }
  }

  @Test("An installed skill never takes the place of one of SARAi's")
  func shadowing() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("calc", manifest: manifest())
      try folders.skill("calc", in: "installed")
      let registry = SkillRegistry(places: folders.places)
      #expect(try registry.skill("calc").origin == .builtIn)
      let entries = registry.entries()
      #expect(entries.map(\.origin) == [.builtIn, .installed])
      #expect(entries[1].error?.code == .invalidRequest)
    }
  }

  @Test("A change in a folder shows at the next look, and so does its end")
  func changes() async throws {
    try await SkillFolders.with { folders in
      let folder = try folders.skill("calc", manifest: manifest("instances: 2"))
      let registry = SkillRegistry(places: folders.places)
      #expect(try registry.skill("calc").manifest?.instances == 2)
      try folders.write("builtIn/calc/skill.yaml", manifest("instances: 3"))
      #expect(try registry.skill("calc").manifest?.instances == 3)
      try folders.write("builtIn/calc/skill.yaml", manifest("instances: 99"))
      #expect(thrown { _ = try registry.skill("calc") }?.code == .corruptFile)
      try FileManager.default.removeItem(atPath: "\(folder)/skill.yaml")
      #expect(try registry.skill("calc").manifest == nil)
      try FileManager.default.removeItem(atPath: folder)
      #expect(thrown { _ = try registry.skill("calc") }?.code == .notFound)
    }
  }

  @Test("What nobody agreed to is not used: neither a folder put there by hand nor a manifest that was widened")
  func consent() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("tool", in: "installed", manifest: manifest("grants: {files: [/srv/data]}"))
      let registry = SkillRegistry(places: folders.places)
      let unknown = try #require(thrown { _ = try registry.skill("tool") })
      #expect(unknown.code == .forbidden)
      #expect(unknown.message.en.contains("sarai skill install"))
      try agree("tool", folders)
      #expect(try registry.skill("tool").manifest?.grants.files.count == 1)
      // Less, or a part, is no more.
      try folders.write(
        "installed/tool/skill.yaml", manifest("grants: {files: [/srv/data/a]}\nlimits: {memoryMiB: 64}"))
      #expect(try registry.skill("tool").manifest?.limits.memoryMiB == 64)
      for wider in [
        "grants: {files: [/srv]}", "grants: {files: [{path: /srv/data, write: true}]}", "grants: {network: [a.org:1]}",
        "grants: {models: [tiny]}", "grants: {skills: [calc]}", "grants: {memory: read}", "limits: {memoryMiB: 512}",
        "limits: {timeoutSeconds: 31}", "isolation: optional", "instances: 2",
        "intents: {declared: [{name: all, all: [[de]]}]}",
      ] {
        try folders.write("installed/tool/skill.yaml", manifest(wider))
        #expect(thrown { _ = try registry.skill("tool") }?.code == .forbidden, "\(wider)")
      }
      // A skill of instructions alone asks for nothing, until it has a manifest.
      try folders.skill("notes", in: "installed")
      #expect(try registry.skill("notes").manifest == nil)
      try folders.write("installed/notes/skill.yaml", manifest())
      #expect(thrown { _ = try registry.skill("notes") }?.code == .forbidden)
    }
  }

  @Test(
    "A record of consent that is damaged is no consent",
    arguments: ["", "{}", "[]", "{\"schema\":1}", "{\"schema\":2}", "\u{0}"])
  func damagedConsent(text: String) async throws {
    try await SkillFolders.with { folders in
      try folders.skill("tool", in: "installed", manifest: manifest())
      try agree("tool", folders)
      let registry = SkillRegistry(places: folders.places)
      #expect(try registry.skill("tool").name == "tool")
      try folders.write("installed/.consents/tool.json", text)
      #expect(thrown { _ = try registry.skill("tool") }?.code == .corruptFile)
    }
  }

  @Test("What widens is exactly what is new")
  func widening() {
    let old = SkillGrants(
      files: [.init(path: "/a"), .init(path: "/b", mayWrite: true)], network: ["x.org:1"], models: ["tiny"],
      memory: .read)
    let new = SkillGrants(
      files: [.init(path: "/a/c"), .init(path: "/ab"), .init(path: "/b/d"), .init(path: "/a", mayWrite: true)],
      network: ["x.org:1", "x.org:2"], models: [], skills: ["calc"], memory: .write)
    #expect(
      new.widening(from: old)
        == SkillGrants(
          files: [.init(path: "/ab"), .init(path: "/a", mayWrite: true)], network: ["x.org:2"], skills: ["calc"],
          memory: .write))
    #expect(old.widening(from: old).isEmpty)
    #expect(SkillGrants().widening(from: new).isEmpty)
  }
}

@Suite struct RegistryLaunchTests {
  @Test("A launch has the folder, the grants and the limits of its manifest, and the environment that kits read")
  func native() async throws {
    try await SkillFolders.with { folders in
      try folders.write("builtIn/tool/bin/run", "x", isExecutable: true)
      try folders.write("builtIn/tool/data.json", "{}")
      let folder = try folders.skill(
        "tool",
        manifest: """
          schema: 1
          entry: [bin/run, data.json, other.json]
          grants:
            files: [/srv/data, /srv/data/part, {path: /var/out, write: true}, /tmp/x]
          limits: {memoryMiB: 64, processes: 9, outputKiB: 2, timeoutSeconds: 1.5, temporaryMiB: 4, startSeconds: 7}
          configuration: {greeting: "¡Hola!"}
          """)
      let skill = try SkillRegistry(places: folders.places).skill("tool")
      let configuration = folders.path("configuration/tool")
      let launch = try SkillLauncher(places: folders.places).launch(
        skill, files: [.init(path: "/srv/more")], sockets: [.init(name: "network", host: "/run/user/n.sock")],
        configurations: folders.path("configuration"), logLevel: "debug")
      let profile = launch.profile
      try profile.validate()
      #expect(profile.executable == "\(folder)/bin/run" && profile.kind == .native && profile.serves)
      #expect(launch.arguments == ["\(folder)/data.json", "other.json"])
      #expect(profile.roots == [folder])
      #expect(
        profile.readOnly.map { "\($0.host)>\($0.inside)" } == [
          "\(configuration)>/etc/sarai/skill", "/srv/data>/srv/data", "/srv/more>/srv/more", "/tmp/x>/files/tmp/x",
        ])
      #expect(profile.readWrite.map(\.host) == ["/var/out"])
      #expect(profile.sockets == [.init(name: "network", host: "/run/user/n.sock")])
      #expect(profile.limits.memoryBytes == 64 << 20 && profile.limits.tasks == 9)
      #expect(profile.limits.temporaryBytes == 4 << 20 && profile.limits.startSeconds == 7)
      #expect(profile.limits.callSeconds == 1.5 && profile.limits.cpuSeconds == nil)
      #expect(launch.environment["SARAI_SKILL_SOCKET"] == SandboxPaths.socket)
      #expect(launch.environment["SARAI_SKILL_MAX_REPLY_BYTES"] == "2048")
      #expect(launch.environment["SARAI_SKILL_TIMEOUT_SECONDS"] == "1.5")
      #expect(launch.environment["SARAI_SKILL_END_WITH_INPUT"] == "1")
      #expect(launch.environment["SARAI_SKILL_CONFIGURATION"] == "/etc/sarai/skill/configuration.json")
      #expect(launch.environment["SARAI_SKILL_LOG_LEVEL"] == "debug")
      let written = try String(contentsOfFile: "\(configuration)/configuration.json", encoding: .utf8)
      #expect(written == #"{"greeting":"¡Hola!"}"#)
    }
  }

  @Test("A Python skill runs on its own environment where it has one, and on the kit's otherwise")
  func python() async throws {
    try await SkillFolders.with { folders in
      try folders.write("builtIn/tool/skill.py", "x")
      let folder = try folders.skill("tool", manifest: "schema: 1\nentry: [python3, skill.py, now]")
      let skill = try SkillRegistry(places: folders.places).skill("tool")
      let launcher = SkillLauncher(places: folders.places)
      #expect(thrown { _ = try launcher.launch(skill) }?.code == .notFound)
      let python = try #require(SkillFiles.real("/usr/bin/python3"))
      for (name, _) in [("kit", 1), ("tool", 2)] {
        try FileManager.default.createDirectory(
          atPath: folders.path("python/\(name)/bin"), withIntermediateDirectories: true)
        try folders.write("python/\(name)/pyvenv.cfg", "home = /usr/bin")
        try FileManager.default.createSymbolicLink(
          atPath: folders.path("python/\(name)/bin/python"), withDestinationPath: python)
        let launch = try launcher.launch(skill)
        #expect(launch.profile.executable == folders.path("python/\(name)/bin/python"))
        #expect(launch.profile.kind == .python)
        #expect(launch.profile.roots.contains(folders.path("python/\(name)")) && launch.profile.roots.contains(folder))
        #expect(launch.arguments == ["\(folder)/skill.py", "now"])
        try launch.profile.validate()
      }
    }
  }

  @Test("Instructions alone are nothing that could be launched, nor may a launch grant what is SARAi's")
  func refused() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("notes")
      try folders.skill("tool", manifest: manifest())
      let registry = SkillRegistry(places: folders.places)
      let launcher = SkillLauncher(places: folders.places)
      let notes = try registry.skill("notes")
      #expect(thrown { _ = try launcher.launch(notes) }?.code == .invalidRequest)
      let tool = try registry.skill("tool")
      let grant = SkillGrants.File(path: folders.path("installed"), mayWrite: true)
      #expect(thrown { _ = try launcher.launch(tool, files: [grant]) }?.code == .invalidRequest)
    }
  }

  @Test("What is SARAi's own is granted to nobody, and covered where it lies in what is granted; a socket is no file")
  func own() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("tool", manifest: manifest())
      for place in ["home/state/run", "home/data"] {
        try FileManager.default.createDirectory(atPath: folders.path(place), withIntermediateDirectories: true)
      }
      try FileManager.default.createSymbolicLink(
        atPath: folders.path("home/data/way"), withDestinationPath: folders.path("home/state"))
      mkfifo(folders.path("home/data/pipe"), 0o600)
      var places = folders.places
      places.own = [folders.path("home/state")]
      let launcher = SkillLauncher(places: places)
      let tool = try SkillRegistry(places: places).skill("tool")
      func launch(_ path: String, mayWrite: Bool = false) throws(SaraiError) -> SandboxProfile {
        try launcher.launch(tool, files: [.init(path: folders.path(path), mayWrite: mayWrite)]).profile
      }
      for path in ["home/state", "home/state/run", "home/data/way", "home/data/way/run", "home/data/pipe"] {
        #expect(thrown { _ = try launch(path) }?.code == .invalidRequest, "\(path)")
      }
      #expect(thrown { _ = try launch("home", mayWrite: true) }?.code == .invalidRequest)
      #expect(try launch("home").hidden == places.own)
    }
  }
}
