import Foundation
import Glibc
import Logging
import SaraiCore
import SkillProtocol
import Synchronization
import TestSupport
import Testing

@testable import SaraiSandbox
@testable import SaraiSkills

/// A skill for tests: a manifest, and the program of this package that it runs.
struct TestSkill: Sendable {
  var manifest: SkillManifest
  var executable: String
  var arguments: [String]
  var mayStartProcesses = false
  /// An interpreter's folders and its script; nil for a compiled program.
  var python: (roots: [String], script: String)?

  static func calc(_ change: (inout SkillManifest) -> Void = { _ in }) -> TestSkill {
    make("sarai-skill", ["calc"], change)
  }

  /// Does what its requests say, and its answers tell who it is: see Tests/ConformanceSkill.
  static func conformance(_ change: (inout SkillManifest) -> Void = { _ in }) -> TestSkill {
    make("conformance-skill", [], change)
  }

  static func hostile(_ mode: String..., change: (inout SkillManifest) -> Void = { _ in }) -> TestSkill {
    make("hostile-skill", mode, change)
  }

  /// The same in Python, on the Python kit.
  static func pythonConformance(_ change: (inout SkillManifest) -> Void = { _ in }) throws -> TestSkill {
    let root = TestParts.root.resolvingSymlinksInPath()
    let runtime = try PythonRuntime(interpreter: root.appending(path: ".deps/venv/bin/python").path)
    let kit = root.appending(path: "skills/python-kit/src").path
    let script = root.appending(path: "Tests/SkillProtocolTests/python/conformance_skill.py").path
    var manifest = SkillManifest(entry: ["python3", "skill.py"], runtime: .python)
    change(&manifest)
    var skill = TestSkill(manifest: manifest, executable: runtime.interpreter, arguments: ["/skill/skill.py"])
    skill.python = (runtime.roots + [kit], script)
    return skill
  }

  private static func make(
    _ program: String, _ arguments: [String], _ change: (inout SkillManifest) -> Void
  ) -> TestSkill {
    var manifest = SkillManifest(entry: [program] + arguments)
    manifest.limits.memoryMiB = 96
    change(&manifest)
    return TestSkill(
      manifest: manifest, executable: TestParts.executable(program).resolvingSymlinksInPath().path,
      arguments: arguments)
  }

  func launch(
    _ name: String, files: [SkillGrants.File], sockets: [SandboxProfile.SocketGrant]
  ) -> SandboxLaunch {
    var profile = SandboxProfile(
      name: name, kind: python == nil ? .native : .python, executable: executable, roots: python?.roots ?? [],
      readOnly: files.map { .init(host: $0.path, inside: "/data" + $0.path) }, sockets: sockets, serves: true,
      mayStartProcesses: mayStartProcesses)
    if let python { profile.readOnly.append(.init(host: python.script, inside: "/skill/skill.py")) }
    profile.limits.memoryBytes = manifest.limits.memoryMiB << 20
    profile.limits.tasks = manifest.limits.processes
    profile.limits.temporaryBytes = manifest.limits.temporaryMiB << 20
    profile.limits.startSeconds = manifest.limits.startSeconds
    return SandboxLaunch(
      profile, arguments: arguments,
      environment: [
        "SARAI_SKILL_SOCKET": SandboxPaths.socket, "SARAI_SKILL_END_WITH_INPUT": "1", "SWIFT_BACKTRACE": "enable=no",
        "SARAI_SKILL_TIMEOUT_SECONDS": "\(manifest.limits.timeoutSeconds)",
        "PYTHONPATH": python?.roots.last ?? "", "PYTHONDONTWRITEBYTECODE": "1",
      ])
  }
}

/// A pool on the real backend, its skills, and what was started for it.
final class PoolHarness: Sendable {
  let pool: SkillPool
  let folder: URL
  private let skills: Mutex<[String: TestSkill]>
  private let memory: Mutex<MemoryState>
  private let backend: WatchedBackend

  fileprivate init(
    _ skills: [String: TestSkill], folder: URL, backend: BubblewrapBackend, change: (inout SkillPoolSettings) -> Void
  ) throws {
    self.folder = folder
    self.skills = Mutex(skills)
    memory = Mutex(MemoryState(availableBytes: nil, pressurePercent: nil))
    self.backend = WatchedBackend(backend)
    for name in ["gates", "logs"] {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    var settings = SkillPoolSettings(
      runtimeFolder: folder.appending(path: "gates").path, logFolder: folder.appending(path: "logs").path,
      useFile: folder.appending(path: "uses.json").path)
    settings.healthSeconds = 0
    settings.failures.restSeconds = 60
    change(&settings)
    let parts = Parts()
    pool = SkillPool(
      settings: settings,
      parts: .init(
        backend: self.backend, skill: { try parts.harness().installed($0) },
        allSkills: {
          let harness = try parts.harness()
          return try harness.skills.withLock { $0.keys.sorted() }.map { try harness.installed($0) }
        },
        launch: { skill, extra, sockets in
          let harness = try parts.harness()
          let own = harness.skills.withLock { $0[skill.name] }
          return try #require(own).launch(skill.name, files: extra.files, sockets: sockets)
        },
        modelSocket: { role in throw SaraiError(.notAvailable, es: role, en: role) },
        memory: { (try? parts.harness())?.memory.withLock { $0 } ?? MemoryState.now() },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    parts.set(self)
  }

  /// The pool is made before the harness that it asks is whole.
  private final class Parts: Sendable {
    private struct Unset: Error {}
    private let box = Mutex<WeakHarness>(WeakHarness())
    func set(_ harness: PoolHarness) { box.withLock { $0.harness = harness } }
    func harness() throws -> PoolHarness {
      guard let harness = box.withLock({ $0.harness }) else { throw Unset() }
      return harness
    }
  }

  private struct WeakHarness { weak var harness: PoolHarness? }

  private func installed(_ name: String) throws -> InstalledSkill {
    guard let skill = skills.withLock({ $0[name] }) else {
      throw SaraiError(.notFound, es: "No hay «\(name)».", en: "There is no \"\(name)\".", subject: name)
    }
    return InstalledSkill(
      card: .init(name: name, description: name), folder: folder.path, origin: .installed, instructions: "",
      manifest: skill.manifest)
  }

  /// Another pool of the same skills, as after a restart.
  func poolLike(useFile: String) -> SkillPool {
    var settings = pool.settings
    settings.useFile = useFile
    return SkillPool(settings: settings, parts: pool.parts)
  }

  /// What the skill's folder says from now on.
  func replace(_ name: String, with skill: TestSkill) { skills.withLock { $0[name] = skill } }

  func setMemory(_ state: MemoryState) { memory.withLock { $0 = state } }

  /// The text of the answer to one request of text.
  func ask(
    _ skill: String, _ text: String, seconds: Double? = nil, id: String = "", grants: SkillGrants = SkillGrants()
  ) async throws -> String {
    let call = SkillCall(.text(text), timeoutSeconds: seconds, requestID: id)
    return try #require(try await pool.infer(skill, call, grants: grants).text)
  }

  /// The error of one request of text.
  func fault(
    _ skill: String, _ text: String, seconds: Double? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> SaraiError {
    do {
      let answer = try await ask(skill, text, seconds: seconds)
      Issue.record("an answer: \(answer.prefix(200))", sourceLocation: sourceLocation)
    } catch let error as SaraiError {
      return error
    }
    throw CancellationError()
  }

  func status(_ skill: String) async throws -> SkillStatus {
    try #require(await pool.status().first { $0.name == skill && $0.grants == SkillGrants() })
  }

  /// Processes that take calls.
  func pids(_ skill: String) async -> [Int32] {
    await pool.status().filter { $0.name == skill }.flatMap { $0.processes.filter { !$0.isLeaving }.map(\.pid) }
  }

  /// Waits until nothing is left of all processes that were started so far; the suite's time limit bounds it.
  func waitUntilAllEnded() async { for process in backend.processes { _ = await process.waitForExit() } }

  /// Waits for the end of the process of that pid.
  func waitForExit(of pid: Int32) async -> SandboxExit? {
    await backend.processes.first { $0.pid == pid }?.waitForExit()
  }

  var startedCount: Int { backend.processes.count }

  fileprivate func expectNothingLeft(_ sourceLocation: SourceLocation) throws {
    for process in backend.processes {
      #expect(kill(process.pid, 0) == -1 && errno == ESRCH, "process \(process.pid)", sourceLocation: sourceLocation)
    }
    let runtime = try FileManager.default.contentsOfDirectory(atPath: backend.runtimeFolder)
    #expect(runtime.isEmpty, "\(runtime)", sourceLocation: sourceLocation)
    let gates = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "gates").path)
    #expect(gates.isEmpty, "\(gates)", sourceLocation: sourceLocation)
    let groups = try controlGroups()
    #expect(groups.isEmpty, "\(groups)", sourceLocation: sourceLocation)
    let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
    #expect(!mounts.contains(folder.path), sourceLocation: sourceLocation)
  }
}

/// Runs `body` with a pool of these skills, closes it, and sees to it that nothing is left.
func withPool<Result>(
  _ skills: [String: TestSkill], settings: (inout SkillPoolSettings) -> Void = { _ in },
  sourceLocation: SourceLocation = #_sourceLocation, _ body: (PoolHarness) async throws -> Result
) async throws -> Result {
  try await withTemporaryFolder { folder in
    let backend = try await SharedBackend.shared.get()
    let harness = try PoolHarness(skills, folder: folder, backend: backend, change: settings)
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(harness))
    } catch {
      result = .failure(error)
    }
    await harness.pool.close()
    await harness.waitUntilAllEnded()
    try harness.expectNothingLeft(sourceLocation)
    return try result.get()
  }
}

/// Checks the machine once for all tests.
private actor SharedBackend {
  static let shared = SharedBackend()
  private var backend: BubblewrapBackend?

  func get() throws -> BubblewrapBackend {
    if let backend { return backend }
    let folder = "/tmp/sarai-pool-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let made = try BubblewrapBackend(
      .init(confine: TestParts.executable("sarai-confine").resolvingSymlinksInPath().path, runtimeFolder: folder))
    backend = made
    atexit { try? FileManager.default.removeItem(atPath: "/tmp/sarai-pool-\(getpid())") }
    return made
  }
}

/// The real backend, which tells what was started through it.
private final class WatchedBackend: SandboxBackend {
  private let backend: BubblewrapBackend
  private let started = Mutex<[any SandboxedProcess]>([])

  init(_ backend: BubblewrapBackend) { self.backend = backend }

  var name: String { backend.name }
  var processes: [any SandboxedProcess] { started.withLock { $0 } }
  var runtimeFolder: String { backend.configuration.runtimeFolder }

  func check() async -> SandboxReport { await backend.check() }

  func launch(
    _ launch: SandboxLaunch, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws -> any SandboxedProcess {
    let process = try await backend.launch(launch, output: output)
    started.withLock { $0.append(process) }
    return process
  }

  func close() async {}
}

/// SARAi's control groups of this process, wherever they are made.
func controlGroups() throws -> Set<String> {
  try Set(
    ControlGroups.find().parents.flatMap { parent in
      try FileManager.default.contentsOfDirectory(atPath: parent).filter { $0.hasPrefix("sarai-\(getpid())-") }
        .map { "\(parent)/\($0)" }
    })
}
