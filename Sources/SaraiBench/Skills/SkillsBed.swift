import FoundationEssentials
import Glibc
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import SaraiCore
import SaraiSandbox
import SaraiSkills
import SkillProtocol

/// What is measured: skills with work for them, in each backend that is there.
final class SkillsBed: Sendable {
  enum Backend: String, Sendable, CaseIterable {
    case bubblewrap, docker
  }

  /// Real work of a skill, and what has to be in its answer.
  struct Work: Sendable {
    var skill: String
    var input: SkillContent
    var options: [String: String] = [:]
    var files: [SkillGrants.File] = []
    var answer: String
  }

  /// A skill in a backend.
  struct Subject: Sendable {
    var work: Work
    var backend: Backend
    var pool: SkillPool
    var sandbox: any SandboxBackend
    var launch: @Sendable () throws -> SandboxLaunch

    var key: SkillKey { SkillKey(work.skill, grants: SkillGrants(files: work.files)) }

    /// Of one call, started where it has to be, until its answer is there; in milliseconds.
    ///
    /// - Throws: What the call throws; `skillFailed` for another answer than the right one.
    func timedCall() async throws -> Double {
      let start = Monotonic.seconds()
      let answer = try await pool.infer(work.skill, SkillCall(work.input, options: work.options), grants: key.grants)
      let milliseconds = 1000 * (Monotonic.seconds() - start)
      guard let text = answer.text, text.contains(work.answer) else {
        throw SkillsBed.unexpected(work.skill, answer.text ?? "no answer")
      }
      return milliseconds
    }

    func work(calls: Int) async throws {
      for _ in 0..<calls { _ = try await timedCall() }
    }

    /// Starts a process of its own and asks its health service, over a connection like the pool's.
    func withHealth<Result: Sendable>(
      _ body: @Sendable (Grpc_Health_V1_Health.Client<HTTP2ClientTransport.Posix>) async throws -> Result
    ) async throws -> Result {
      let (outputs, output) = AsyncStream<Void>.makeStream()
      let process = try await sandbox.launch(launch()) {
        if case .standardOutput = $0 { output.yield() }
      }
      Task {
        _ = await process.waitForExit()
        output.finish()
      }
      // It says that it serves.
      for await _ in outputs { break }
      do {
        guard let socket = process.socket else { throw SkillsBed.unexpected(work.skill, "no socket") }
        let result = try await withGRPCClient(
          transport: .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext)
        ) { try await body(Grpc_Health_V1_Health.Client(wrapping: $0)) }
        await process.terminate(graceSeconds: 3)
        return result
      } catch {
        await process.terminate(graceSeconds: 0)
        throw error
      }
    }

    /// Its process as it is now; nil where there is none, or it is not for this user to look at.
    func memory() async -> SkillMemory? {
      let process = await pool.status().first { $0.name == work.skill && !$0.processes.isEmpty }?.processes.first
      return process.flatMap { SkillMemory(pid: $0.pid) }
    }
  }

  static func unexpected(_ skill: String, _ answer: String) -> SaraiError {
    SaraiError(
      .skillFailed, es: "La habilidad «\(skill)» no respondió lo que debía, así que no se mide: \(answer.prefix(200))",
      en: "The skill \"\(skill)\" did not answer as it has to, so it is not measured: \(answer.prefix(200))",
      subject: skill)
  }

  static let greeter = "bench-greeter"

  let docker: DockerReference?
  let subjects: [Subject]
  private let folder: String
  private let backends: [any SandboxBackend]
  /// What is not there or does not answer here, and why.
  let missing: [(backend: Backend, skill: String, why: Localized)]

  /// Starts each skill once, unmeasured: files are read, sandboxes find out what holds here. What does not answer then
  /// is told as missing.
  ///
  /// - Throws: `internalFault` and the like where no folder can be made.
  init(_ options: SkillsScenario.Options) async throws {
    let folder = "/tmp/sarai-bench-\(getpid())"
    self.folder = folder
    try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: true)
    chmod(folder, 0o755)
    docker = DockerReference(options, folder: folder)
    let reader = SkillReader(places: options.places)
    var skills: [String: InstalledSkill] = [:]
    var works: [Work] = []
    var missing: [(backend: Backend, skill: String, why: Localized)] = []
    for work in try Self.works(folder: folder) {
      let path = work.skill == Self.greeter ? "\(folder)/\(work.skill)" : "\(options.places.builtIn)/\(work.skill)"
      if work.skill == Self.greeter { try Self.writeGreeter(from: options.pythonTemplate, to: path) }
      do {
        skills[work.skill] = try reader.read(path, origin: .builtIn)
        works.append(work)
      } catch {
        missing += Backend.allCases.map { ($0, work.skill, error.message) }
      }
    }
    // Mounted for the skill that may ask a model; no question here comes to that, and nobody would answer.
    let modelSocket = try UnixListener(path: "\(folder)/run/model.sock").path
    var backends: [any SandboxBackend] = []
    var subjects: [Subject] = []
    for backend in Backend.allCases {
      guard let sandbox = try Self.sandbox(backend, options, folder: folder) else {
        let reason = Localized(es: "aquí no hay Docker", en: "there is no Docker here")
        missing += works.map { (backend, $0.skill, reason) }
        continue
      }
      backends.append(sandbox)
      let pool = Self.pool(
        sandbox, skills: skills, options: options, folder: "\(folder)/run", modelSocket: modelSocket)
      // Python is there to compare with, in the backend that is the default.
      for work in works where backend == .bubblewrap || work.skill != Self.greeter {
        guard let skill = skills[work.skill] else { continue }
        let launcher = SkillLauncher(places: options.places)
        let subject = Subject(work: work, backend: backend, pool: pool, sandbox: sandbox) {
          try launcher.launch(skill, files: work.files)
        }
        do {
          try await subject.work(calls: 2)
          subjects.append(subject)
        } catch {
          let message = (error as? SaraiError)?.message ?? Localized(es: "\(error)", en: "\(error)")
          missing.append((backend, work.skill, message))
        }
      }
    }
    self.subjects = subjects
    self.backends = backends
    self.missing = missing
  }

  func stopAll() async throws {
    for subject in subjects { await subject.pool.stop(subject.work.skill) }
  }

  func close() async {
    for subject in subjects { await subject.pool.close() }
    for backend in backends { await backend.close() }
  }

  func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

  // MARK: - Parts

  private static func sandbox(
    _ backend: Backend, _ options: SkillsScenario.Options, folder: String
  ) throws -> (any SandboxBackend)? {
    let confine = "\(options.places.programs)/sarai-confine"
    switch backend {
    case .bubblewrap: return try BubblewrapBackend(.init(confine: confine, runtimeFolder: "\(folder)/run"))
    case .docker:
      guard let socket = options.dockerSocket else { return nil }
      return try DockerBackend(.init(socket: socket, confine: confine, runtimeFolder: "\(folder)/run"))
    }
  }

  private static func pool(
    _ backend: any SandboxBackend, skills: [String: InstalledSkill], options: SkillsScenario.Options, folder: String,
    modelSocket: String
  ) -> SkillPool {
    let launcher = SkillLauncher(places: options.places)
    @Sendable func unknown(_ name: String) -> SaraiError {
      SaraiError(.notFound, es: "No está «\(name)».", en: "\"\(name)\" is not there.", subject: name)
    }
    var logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    return SkillPool(
      settings: SkillPoolSettings(runtimeFolder: folder),
      parts: .init(
        backend: backend,
        skill: { name in
          guard let skill = skills[name] else { throw unknown(name) }
          return skill
        },
        allSkills: { Array(skills.values) },
        launch: { skill, grants, sockets in
          try launcher.launch(skill, files: grants.files, sockets: sockets)
        },
        modelSocket: { _ in modelSocket }, logger: logger))
  }

  // MARK: - Work

  private static func works(folder: String) throws -> [Work] {
    let data = "\(folder)/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    var table = "id,region,amount\n"
    var north = 0
    for id in 1...1_000 {
      let amount = id * 7_919 % 1_000
      if id % 4 == 0 { north += amount }
      table += "\(id),\(["norte", "sur", "este", "oeste"][id % 4]),\(amount)\n"
    }
    try Data(table.utf8).write(to: URL(filePath: "\(data)/ventas.csv"))
    return [
      Work(skill: "calc", input: .text("¿Cuánto es el 21 % de 340?"), answer: "71,4"),
      Work(
        skill: "sql", input: .text("SELECT region, SUM(amount) AS total FROM ventas GROUP BY region ORDER BY region"),
        options: ["data": SkillLauncher.inside(data), "format": "json", "model": "never"],
        files: [SkillGrants.File(path: data)], answer: "\(north)"),
      Work(skill: greeter, input: .text("Ada"), answer: "Hola, Ada!"),
    ]
  }

  /// The template of a skill in Python, as `sarai skill new` fills it in.
  private static func writeGreeter(from template: String, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["SKILL.md", "skill.py"] {
      let text = try String(decoding: Data(contentsOf: URL(filePath: "\(template)/\(name)")), as: UTF8.self)
        .replacing("__NAME__", with: greeter).replacing("__TYPE__", with: "BenchGreeter")
      try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }
    try Data("schema: 1\nentry: [python3, skill.py]\n".utf8).write(to: URL(filePath: "\(folder)/skill.yaml"))
  }
}
