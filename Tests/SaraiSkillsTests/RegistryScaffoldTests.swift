import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiSkills

/// What `sarai skill new` writes has to work as it is.
@Suite(.timeLimit(.minutes(5))) struct RegistryScaffoldTests {
  private func scaffold(_ folders: SkillFolders) -> SkillScaffold {
    SkillScaffold(templates: TestParts.root.appending(path: "skills/templates").path, places: folders.places)
  }

  private func run(
    _ executable: String, _ arguments: [String], in folder: String, environment: [String: String] = [:]
  ) async throws -> (code: Int32, output: String) {
    let command = "cd \"$0\" && exec \"$@\""
    return try await TestToolRunner(environment: environment)
      .run("/bin/sh", ["-c", command, folder, executable] + arguments)
  }

  @Test("A new Python skill passes its own test, is a skill that can be installed, and asks for nothing")
  func python() async throws {
    try await SkillFolders.with { folders in
      let folder = try scaffold(folders).make("my-greeter", language: .python, in: folders.root.path)
      #expect(folder == folders.path("my-greeter"))
      let skill = try SkillReader(places: folders.places).read(folder, origin: .installed)
      #expect(skill.manifest?.grants.isEmpty == true && skill.manifest?.runtime == .python && skill.remarks.isEmpty)
      let tested = try await run(
        TestParts.root.appending(path: ".deps/venv/bin/python").path,
        ["-m", "pytest", "-q", "-p", "no:cacheprovider"], in: folder,
        environment: [
          "PYTHONPATH": TestParts.root.appending(path: "skills/python-kit/src").path, "PYTHONDONTWRITEBYTECODE": "1",
        ])
      #expect(tested.code == 0 && tested.output.contains("2 passed"), "\(tested.output)")
      let installer = SkillInstaller(
        places: folders.places, environments: folders.path("python"), runner: TestToolRunner(), pips: [])
      let plan = try installer.plan(folder)
      // The kit is all that it needs, so no environment is made for it.
      #expect(plan.question == .none && plan.packages.isEmpty)
      _ = try await installer.install(plan)
      #expect(try left(in: folder) == [])
    }
  }

  @Test("A new Swift skill is a package that the compiler takes, and a skill once it is built")
  func swift() async throws {
    try await SkillFolders.with { folders in
      let folder = try scaffold(folders).make(
        "my-greeter", language: .swift, in: folders.root.path, package: TestParts.root.path)
      let dumped = try await run("/usr/bin/env", ["swift", "package", "dump-package"], in: folder)
      #expect(dumped.code == 0 && dumped.output.contains("my-greeter"), "\(dumped.output)")
      // Against the kit of this very build: to build the whole package would take minutes.
      let typed = try await run(
        "/usr/bin/env",
        ["swiftc", "-typecheck", "-parse-as-library", "-swift-version", "6", "-module-name", "my_greeter"]
          + (try Self.kitOptions()) + ["Sources/my-greeter/MyGreeter.swift"], in: folder)
      #expect(typed.code == 0, "\(typed.output)")
      let reader = SkillReader(places: folders.places)
      #expect(thrown { _ = try reader.read(folder, origin: .installed) }?.message.en.contains("bin/my-greeter") == true)
      try folders.write("my-greeter/bin/my-greeter", "x", isExecutable: true)
      #expect(try reader.read(folder, origin: .installed).manifest?.grants.isEmpty == true)
      #expect(FileManager.default.isExecutableFile(atPath: "\(folder)/build"))
      #expect(try left(in: folder) == [])
    }
  }

  /// What the package manager would tell the compiler: where the kit's modules are, and those in C beneath them.
  private static func kitOptions() throws -> [String] {
    let build = TestParts.executable("sarai-skill").deletingLastPathComponent()
    var options = ["-I", build.appending(path: "Modules").path]
    let manager = FileManager.default
    for folder in try manager.contentsOfDirectory(atPath: build.path)
    where folder.hasSuffix(".build") && !folder.contains("-tool.") {
      options.append(build.appending(path: folder).appending(path: "module.modulemap").path)
    }
    let checkouts = TestParts.root.appending(path: ".build/checkouts")
    for package in try manager.contentsOfDirectory(atPath: checkouts.path) {
      let sources = checkouts.appending(path: package).appending(path: "Sources")
      for target in (try? manager.contentsOfDirectory(atPath: sources.path)) ?? [] {
        options.append(sources.appending(path: target).appending(path: "include/module.modulemap").path)
      }
    }
    return options.enumerated().flatMap { index, option -> [String] in
      if index < 2 { return [option] }
      return manager.fileExists(atPath: option) ? ["-Xcc", "-fmodule-map-file=\(option)"] : []
    }
  }

  /// Files in which a word of the template stands unfilled.
  private func left(in folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter { name in
      let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      return ["__NAME__", "__TYPE__", "__MODULE__", "__SARAI__"].contains {
        name.contains($0) || text?.contains($0) == true
      }
    }
  }

  @Test(
    "A name becomes a type that nothing else is called",
    arguments: [
      ("my-skill", "MySkill"), ("a", "A"), ("7zip", "Own7zip"), ("skill", "OwnSkill"),
      ("skill-error", "OwnSkillError"),
      ("string", "OwnString"), ("x-2", "X2"),
    ])
  func types(name: String, type: String) {
    #expect(SkillScaffold.typeName(name) == type)
  }

  @Test("Both templates read a name alike, and their tests say so")
  func alike() throws {
    let templates = TestParts.root.appending(path: "skills/templates")
    let tests = ["python/test_skill.py", "swift/Tests/__TYPE__Tests/__TYPE__Tests.swift"]
    for name in tests {
      let text = try String(contentsOf: templates.appending(path: name), encoding: .utf8)
      #expect(text.contains(#""  Ada\n Lovelace ""#) && text.contains(#", Ada Lovelace!""#), "\(name)")
    }
  }

  @Test("Names that cannot be used, are taken, or are there already, leave nothing behind")
  func refused() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("calc", manifest: manifest())
      try folders.skill("there", in: "work")
      let scaffold = scaffold(folders)
      let work = folders.path("work")
      for name in ["calc", "kit", "../x", "Greeter", "", "there"] {
        #expect(thrown { _ = try scaffold.make(name, language: .python, in: work) }?.code == .invalidRequest, "\(name)")
      }
      for name in ["class", "self"] {
        #expect(
          thrown { _ = try scaffold.make(name, language: .swift, in: work, package: "/x") }?.code == .invalidRequest)
      }
      #expect(
        thrown { _ = try scaffold.make("new", language: .swift, in: work) }?.message.en.contains("--sarai") == true)
      let sources = TestParts.root.path
      // What a package of SARAi's or one beneath it is called, the package manager could not tell apart.
      for name in ["sarai", "sarai-engine", "swift-nio"] {
        #expect(
          thrown { _ = try scaffold.make(name, language: .swift, in: work, package: sources) }?.code == .invalidRequest,
          "\(name)")
      }
      let empty = try #require(thrown { _ = try scaffold.make("new", language: .swift, in: work, package: work) })
      #expect(empty.code == .notFound && empty.subject == "--sarai" && empty.message.es.contains("no está en \(work)"))
      #expect(thrown { _ = try scaffold.make("new", language: .python, in: folders.path("absent")) }?.code == .notFound)
      let broken = SkillScaffold(templates: folders.path("absent"), places: folders.places)
      #expect(thrown { _ = try broken.make("new", language: .python, in: work) }?.code == .notFound)
      #expect(try FileManager.default.contentsOfDirectory(atPath: work) == ["there"])
    }
  }
}
