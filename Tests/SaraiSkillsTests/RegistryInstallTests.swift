import Foundation
import SaraiCore
import SaraiSandbox
import TestSupport
import Testing

@testable import SaraiSkills

/// Runs tools as processes of the test.
struct TestToolRunner: SkillToolRunner {
  var environment: [String: String] = [:]

  func run(_ executable: String, _ arguments: [String]) async throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}

@Suite(.timeLimit(.minutes(3))) struct RegistryInstallTests {
  private func installer(_ folders: SkillFolders, environment: [String: String] = [:]) -> SkillInstaller {
    SkillInstaller(
      places: folders.places, environments: folders.path("python"), runner: TestToolRunner(environment: environment),
      pips: [TestParts.root.appending(path: ".deps/venv/bin/python").path])
  }

  /// Every path of what is installed, hidden ones too, but for the lock.
  private func installed(_ folders: SkillFolders) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folders.path("installed")).filter { $0 != ".lock" }.sorted()
  }

  private func fault(_ body: () async throws -> Void) async -> SaraiError? {
    do {
      try await body()
      return nil
    } catch { return error as? SaraiError }
  }

  @Test("A skill is copied whole, is there at once, and is gone once it is removed")
  func roundTrip() async throws {
    try await SkillFolders.with { folders in
      try folders.write("src/tool/bin/run", "x", isExecutable: true)
      try folders.write("src/tool/data/a.txt", "a")
      try folders.write("src/tool/.git/config", "x")
      try folders.write("src/tool/__pycache__/a.pyc", "x")
      try FileManager.default.createSymbolicLink(
        atPath: folders.path("src/tool/data/b.txt"), withDestinationPath: "a.txt")
      try folders.skill("tool", in: "src", manifest: "schema: 1\nentry: [bin/run]\ngrants: {files: [/srv]}")
      let installer = installer(folders)
      let plan = try installer.plan(folders.path("src/tool"))
      #expect(plan.question == .first && !plan.isUpdate)
      #expect(try installed(folders) == [])
      let skill = try await installer.install(plan)
      #expect(skill.folder == folders.path("installed/tool"))
      #expect(
        try installed(folders) == [
          ".consents", ".consents/tool.json", "tool", "tool/SKILL.md", "tool/bin", "tool/bin/run", "tool/data",
          "tool/data/a.txt", "tool/data/b.txt", "tool/skill.yaml",
        ])
      let registry = SkillRegistry(places: folders.places)
      #expect(try registry.skill("tool") == skill)
      #expect(FileManager.default.isExecutableFile(atPath: folders.path("installed/tool/bin/run")))
      try installer.remove("tool")
      #expect(try installed(folders) == [".consents"])
      #expect(thrown { _ = try registry.skill("tool") }?.code == .notFound)
      #expect(thrown { try installer.remove("tool") }?.code == .notFound)
    }
  }

  @Test("A folder is called as its skill is, so that no download takes the place of a skill of another name")
  func otherName() async throws {
    try await SkillFolders.with { folders in
      try folders.write("src/tool-main/SKILL.md", SkillFolders.card("tool"))
      let installer = installer(folders)
      let error = thrown { _ = try installer.plan(folders.path("src/tool-main/")) }
      #expect(error?.code == .corruptFile && error?.message.en.contains("call the folder \"tool\"") == true)
      try folders.write("src/tool/SKILL.md", SkillFolders.card("tool"))
      _ = try await installer.install(installer.plan(folders.path("src/tool/")))
      #expect(try SkillRegistry(places: folders.places).skill("tool").manifest == nil)
    }
  }

  @Test("An update asks for what is wider and for nothing else, and takes the place of what was there")
  func update() async throws {
    try await SkillFolders.with { folders in
      let source = try folders.skill("tool", in: "src", manifest: manifest("grants: {files: [/srv/data]}"))
      try folders.write("src/tool/old.txt", "old")
      let installer = installer(folders)
      _ = try await installer.install(installer.plan(source))
      try FileManager.default.removeItem(atPath: folders.path("src/tool/old.txt"))
      try folders.write("src/tool/new.txt", "new")
      let same = try installer.plan(source)
      #expect(same.question == .none && same.isUpdate)
      _ = try await installer.install(same)
      #expect(
        try installed(folders) == [
          ".consents", ".consents/tool.json", "tool", "tool/SKILL.md", "tool/new.txt", "tool/skill.yaml",
        ])
      try folders.write(
        "src/tool/skill.yaml",
        manifest("isolation: optional\ngrants: {files: [/srv/data], network: [a.org:443]}\nlimits: {memoryMiB: 512}"))
      let wider = try installer.plan(source)
      #expect(
        wider.question
          == .wider(
            SkillWidening(
              grants: SkillGrants(network: ["a.org:443"]),
              limits: [.init(name: "memoryMiB", from: 256, to: 512)], losesIsolation: true, receivesQuestions: false)))
      _ = try await installer.install(wider)
      #expect(try installer.plan(source).question == .none)
      #expect(try SkillRegistry(places: folders.places).skill("tool").manifest?.grants.network == ["a.org:443"])
      // What is given up has to be asked for again.
      try folders.write("src/tool/skill.yaml", manifest())
      _ = try await installer.install(installer.plan(source))
      try folders.write("src/tool/skill.yaml", manifest("grants: {network: [a.org:443]}"))
      #expect(
        try installer.plan(source).question
          == .wider(
            .init(
              grants: SkillGrants(network: ["a.org:443"]), limits: [], losesIsolation: false, receivesQuestions: false))
      )
    }
  }

  @Test("An update that takes more of what is typed in chat asks again; one that takes less does not")
  func questions() async throws {
    func intents(_ cues: String, maxBytes: Int = 100) -> String {
      manifest(
        "intents: {maxQuestionBytes: \(maxBytes), declared: [{name: a, all: \(cues), examples: {es: [zeta uno]}}]}")
    }
    try await SkillFolders.with { folders in
      let source = try folders.skill("tool", in: "src", manifest: intents("[[zeta*], [uno, dos]]"))
      let installer = installer(folders)
      _ = try await installer.install(installer.plan(source))
      for (text, asks) in [
        (intents("[[zeta*], [uno, dos]]"), false), (intents("[[zeta*], [uno]]"), false),
        (intents("[[zeta*], [uno, dos], [uno]]"), false), (intents("[[zeta*], [uno, dos]]", maxBytes: 101), true),
        (intents("[[zeta*]]"), true), (intents("[[zeta*, a*], [uno]]"), true),
      ] {
        try folders.write("src/tool/skill.yaml", text)
        let question = try installer.plan(source).question
        if case .wider(let more) = question { #expect(asks && more.receivesQuestions) } else { #expect(!asks) }
      }
    }
  }

  @Test("A manifest that was changed by hand is used again once it is agreed to where it lies")
  func confirm() async throws {
    try await SkillFolders.with { folders in
      let source = try folders.skill("tool", in: "src", manifest: manifest())
      let installer = installer(folders)
      _ = try await installer.install(installer.plan(source))
      try folders.write("installed/tool/skill.yaml", manifest("grants: {memory: write}"))
      let registry = SkillRegistry(places: folders.places)
      #expect(thrown { _ = try registry.skill("tool") }?.code == .forbidden)
      let plan = try installer.plan(folders.path("installed/tool"))
      #expect(
        plan.question
          == .wider(
            .init(grants: SkillGrants(memory: .write), limits: [], losesIsolation: false, receivesQuestions: false)))
      _ = try await installer.install(plan)
      #expect(try registry.skill("tool").manifest?.grants.memory == .write)
    }
  }

  @Test("What changes between the question and the copy is not installed")
  func changedMeanwhile() async throws {
    try await SkillFolders.with { folders in
      let source = try folders.skill("tool", in: "src", manifest: manifest())
      let installer = installer(folders)
      let plan = try installer.plan(source)
      try folders.write("src/tool/skill.yaml", manifest("grants: {network: [evil.org:443]}"))
      #expect(await fault { _ = try await installer.install(plan) }?.code == .invalidRequest)
      #expect(try installed(folders) == [".consents"])
    }
  }

  @Test("Links that lead out, set-user-ID files, pipes, and folders that are too large leave nothing behind")
  func refusedFolders() async throws {
    try await SkillFolders.with { folders in
      let installer = installer(folders)
      func refused(_ name: String, _ make: (String) throws -> Void) async throws -> SaraiError? {
        let source = try folders.skill(name, in: "src", manifest: manifest())
        try make(source)
        let error = await fault { _ = try await installer.install(try installer.plan(source)) }
        #expect(try installed(folders) == [".consents"], "\(name)")
        return error
      }
      try folders.write("secret", "x")
      for (index, leads) in ["/etc/passwd", "../../secret", "nowhere", "SKILL.md/../../../secret", "."].enumerated() {
        let error = try await refused("link\(index)") {
          try FileManager.default.createSymbolicLink(atPath: $0 + "/x", withDestinationPath: leads)
        }
        #expect(error?.code == .forbidden && error?.message.en.contains("leads out") == true, "\(leads)")
      }
      let setuid = try await refused("setuid") { source in
        try folders.write("src/setuid/x", "x", isExecutable: true)
        #expect(chmod(source + "/x", 0o4755) == 0)
      }
      #expect(setuid?.message.en.contains("setuid") == true)
      let pipe = try await refused("pipe") { #expect(mkfifo($0 + "/x", 0o600) == 0) }
      #expect(pipe?.code == .forbidden)
      let deep = try await refused("deep") {
        try FileManager.default.createDirectory(
          atPath: $0 + String(repeating: "/d", count: 40), withIntermediateDirectories: true)
      }
      #expect(deep?.message.en.contains("nested") == true)
      let control = try await refused("control") { try Data().write(to: URL(filePath: $0 + "/a\u{1B}[2Jb")) }
      #expect(control?.code == .forbidden && control?.message.en.unicodeScalars.contains("\u{1B}") == false)
      // More than all bounds together would let through takes long to make: these are the same bounds, made small.
      let source = folders.path("src/pipe")
      try FileManager.default.removeItem(atPath: source + "/x")
      for bounds in [FolderCopy.Bounds(entries: 1), .init(bytes: 20)] {
        #expect(thrown { try FolderCopy.run(source, to: folders.path("copy"), bounds: bounds) }?.code == .tooLarge)
        try FileManager.default.removeItem(atPath: folders.path("copy"))
      }
    }
  }

  @Test("Names of SARAi's are not taken, and what came with SARAi is not removed")
  func names() async throws {
    try await SkillFolders.with { folders in
      try folders.skill("calc", manifest: manifest())
      let installer = installer(folders)
      for name in ["calc", "kit"] {
        let source = try folders.skill(name, in: "src")
        #expect(thrown { _ = try installer.plan(source) }?.code == .invalidRequest)
      }
      #expect(thrown { try installer.remove("calc") }?.code == .forbidden)
      for name in ["../builtIn/calc", ".consents", ".", "..", "", "a/b"] {
        #expect(thrown { try installer.remove(name) }?.code == .notFound, "\(name)")
      }
      #expect(try SkillRegistry(places: folders.places).skill("calc").name == "calc")
      // A broken one can be taken away.
      try folders.write("installed/Broken Name/x", "x")
      try installer.remove("Broken Name")
      #expect(try installed(folders) == [])
    }
  }

  @Test("What an installation that was cut short has left is put right by the next one")
  func cutShort() async throws {
    try await SkillFolders.with { folders in
      let source = try folders.skill("tool", in: "src", manifest: manifest())
      let installer = installer(folders)
      _ = try await installer.install(installer.plan(source))
      try FileManager.default.moveItem(
        atPath: folders.path("installed/tool"), toPath: folders.path("installed/.old-tool"))
      try folders.write("installed/.staging-other/other/SKILL.md", "half")
      try folders.write("python/.staging-other/x", "half")
      let notes = try folders.skill("notes", in: "src")
      _ = try await installer.install(installer.plan(notes))
      #expect(SkillRegistry(places: folders.places).entries().map(\.name) == ["notes", "tool"])
      #expect(!FileManager.default.fileExists(atPath: folders.path("installed/.staging-other")))
      #expect(!FileManager.default.fileExists(atPath: folders.path("python/.staging-other")))
    }
  }

  @Test("Two installations at a time are one too many")
  func busy() async throws {
    try await SkillFolders.with { folders in
      let source = try folders.skill("tool", in: "src")
      let installer = installer(folders)
      let plan = try installer.plan(source)
      let held = open(folders.path("installed/.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      #expect(flock(held, LOCK_EX) == 0)
      #expect(await fault { _ = try await installer.install(plan) }?.code == .busy)
      close(held)
      _ = try await installer.install(plan)
    }
  }
}

@Suite(.timeLimit(.minutes(3))) struct RegistryPythonTests {
  /// A kit's environment with no packages, and a wheel of its own in a folder.
  private func prepare(_ folders: SkillFolders) async throws -> [String: String] {
    let python = TestParts.root.appending(path: ".deps/venv/bin/python").path
    let runner = TestToolRunner()
    #expect(try await runner.run(python, ["-m", "venv", "--without-pip", folders.path("python/kit")]).code == 0)
    let wheel = """
      import sys, zipfile
      with zipfile.ZipFile(sys.argv[1], "w") as wheel:
          wheel.writestr("hello_there.py", "GREETING = 'hi'\\n")
          info = "hello_there-1.0.dist-info/"
          wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: hello-there\\nVersion: 1.0\\n")
          wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
          wheel.writestr(info + "RECORD", "")
      """
    try FileManager.default.createDirectory(atPath: folders.path("wheels"), withIntermediateDirectories: true)
    let made = try await runner.run(python, ["-c", wheel, folders.path("wheels/hello_there-1.0-py3-none-any.whl")])
    #expect(made.code == 0, "\(made.output)")
    return ["PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folders.path("wheels"), "PIP_CONFIG_FILE": "/dev/null"]
  }

  @Test("A Python skill with packages of its own gets an environment, which goes with it")
  func environment() async throws {
    try await SkillFolders.with { folders in
      let environment = try await prepare(folders)
      let installer = SkillInstaller(
        places: folders.places, environments: folders.path("python"), runner: TestToolRunner(environment: environment),
        pips: ["/nowhere/python3", TestParts.root.appending(path: ".deps/venv/bin/python").path])
      try folders.write("src/tool/skill.py", "x")
      try folders.write("src/tool/requirements.txt", "# ours\nsarai-skill>=0.1\nhello_there == 1.0  # theirs\n")
      let source = try folders.skill("tool", in: "src", manifest: "schema: 1\nentry: [python3, skill.py]")
      let plan = try installer.plan(source)
      #expect(plan.packages == ["hello_there == 1.0"] && plan.question == .first)
      let skill = try await installer.install(plan)
      let launch = try SkillLauncher(places: folders.places).launch(skill)
      #expect(launch.profile.executable == folders.path("python/tool/bin/python"))
      #expect(launch.profile.roots.contains(folders.path("python/kit")))
      // What the sandbox would start finds the package, and the kit's own behind it.
      let script = "import hello_there, sys; print(hello_there.GREETING, sys.path)"
      let asked = try await TestToolRunner().run(launch.profile.executable, ["-c", script])
      #expect(asked.output.hasPrefix("hi ") && asked.output.contains("python/kit/lib"), "\(asked.output)")
      try FileManager.default.removeItem(atPath: source + "/requirements.txt")
      _ = try await installer.install(installer.plan(source))
      #expect(!FileManager.default.fileExists(atPath: folders.path("python/tool")))
    }
  }

  @Test("Packages that cannot be had leave nothing, and the version before stays")
  func missingPackage() async throws {
    try await SkillFolders.with { folders in
      let environment = try await prepare(folders)
      let installer = SkillInstaller(
        places: folders.places, environments: folders.path("python"), runner: TestToolRunner(environment: environment),
        pips: [TestParts.root.appending(path: ".deps/venv/bin/python").path])
      try folders.write("src/tool/skill.py", "1")
      try folders.write("src/tool/requirements.txt", "hello-there\n")
      let source = try folders.skill("tool", in: "src", manifest: "schema: 1\nentry: [python3, skill.py]")
      _ = try await installer.install(installer.plan(source))
      try folders.write("src/tool/skill.py", "2")
      try folders.write("src/tool/requirements.txt", "hello-there\nno-such-package-of-ours\n")
      do {
        _ = try await installer.install(installer.plan(source))
        Issue.record("it was installed")
      } catch let error as SaraiError {
        #expect(error.code == .network)
        #expect(error.cause?.contains("no-such-package-of-ours") == true, "\(error)")
      }
      #expect(try String(contentsOfFile: folders.path("installed/tool/skill.py"), encoding: .utf8) == "1")
      #expect(FileManager.default.fileExists(atPath: folders.path("python/tool/bin/python")))
      #expect(!FileManager.default.fileExists(atPath: folders.path("python/.staging-tool")))
    }
  }

  @Test("Without pip, or without the kit's environment, the error says what to install")
  func missingTools() async throws {
    try await SkillFolders.with { folders in
      try folders.write("src/tool/skill.py", "1")
      try folders.write("src/tool/requirements.txt", "hello-there\n")
      let source = try folders.skill("tool", in: "src", manifest: "schema: 1\nentry: [python3, skill.py]")
      for hasKit in [false, true] {
        if hasKit { _ = try await prepare(folders) }
        let installer = SkillInstaller(
          places: folders.places, environments: folders.path("python"), runner: TestToolRunner(), pips: ["/bin/false"])
        do {
          _ = try await installer.install(installer.plan(source))
          Issue.record("it was installed")
        } catch let error as SaraiError {
          #expect(error.code == .notAvailable)
          #expect(error.message.en.contains(hasKit ? "python3-pip" : "make build"))
        }
      }
    }
  }

  @Test(
    "requirements.txt names packages and nothing that could run or come from elsewhere",
    arguments: [
      "--index-url https://evil.org/simple", "-r other.txt", "-e .", "--no-binary :all:", "./wheel.whl", "../x",
      "/etc/passwd", "https://evil.org/x.whl", "x @ https://evil.org/x.whl", "git+https://evil.org/x",
      "x --install-option=y", "x\\\n--index-url=https://evil.org", "x==1 --hash=md5:00", "${HOME}", "x y", "=1",
      "x\u{1B}[2J",
      String(repeating: "a", count: 3000) + "-",
    ])
  func badRequirements(line: String) {
    #expect(thrown { _ = try PythonRequirements("numpy\n\(line)\n", file: "requirements.txt") }?.code == .corruptFile)
  }

  @Test("Names with versions, extras, conditions and hashes are taken, and the kit is not asked for")
  func goodRequirements() throws {
    let hash = "--hash=sha256:" + String(repeating: "a0", count: 32)
    let requirements = try PythonRequirements(
      "numpy>=2,<3\r\nrequests[socks, x]~=2.0 ; python_version < \"3.13\"\nsarai_skill\nSarai.Skill==0.1\n\nspacy==3.8 \\\n  \(hash)\n"
        + "a (>=1)\n# only a note\n", file: "requirements.txt")
    #expect(
      requirements.lines == [
        "numpy>=2,<3", "requests[socks, x]~=2.0 ; python_version < \"3.13\"", "spacy==3.8 \(hash)", "a (>=1)",
      ])
  }
}
