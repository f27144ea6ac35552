import FoundationEssentials
import Glibc
import Logging
import SaraiCore
import SaraiModels
import SaraiSandbox
import SaraiSkills
import SkillProtocol

/// What a supervisor is made of: the sandboxes, and the pools that use them.
final class SupervisorParts: Sendable {
  let setup: Setup
  let models: ModelPool
  let skills: SkillPool
  let memory: MemoryProcess
  /// What is done unasked.
  let loop: LoopParts
  private let modelGates: ModelGates
  private let backends: [any SandboxBackend]

  /// - Throws: `SaraiError` where a folder cannot be used or the system has no thread left.
  init(_ setup: Setup) throws {
    self.setup = setup
    try Folders.create(setup.folders.sandboxes)
    try Folders.create(setup.folders.skillLogs, variable: "SARAI_STATE_DIR")
    let skillBackend = try Self.skillBackend(setup, folder: setup.folders.sandboxes)
    let engines = try skillBackend as? BubblewrapBackend ?? Self.engineBackend(setup, folder: setup.folders.sandboxes)
    backends = skillBackend is BubblewrapBackend ? [skillBackend] : [skillBackend] + (engines.map { [$0] } ?? [])
    let environment = setup.environment
    let processes: any ProcessLauncher = engines.map { SandboxLauncher($0) } ?? DirectLauncher()
    models = ModelPool(
      settings: PoolSettings(setup, setup.configuration),
      parts: ModelPool.Parts(
        store: try setup.store(), launcher: processes,
        remote: { RemoteGateway(model: try RemoteModel(entry: $0, environment: environment)) },
        environment: environment, logger: Logger(label: "sarai.models")))
    let gates = ModelGates(
      pool: models, folder: setup.folders.sandboxes, allowedUsers: Self.sandboxUsers(skillBackend).union([geteuid()]),
      logger: Logger(label: "sarai.models"))
    modelGates = gates
    let registry = SkillRegistry(places: setup.skillPlaces)
    let launcher = SkillLauncher(places: setup.skillPlaces)
    let configurations = setup.folders.skillConfigurations
    // Nothing of an earlier supervisor runs any more.
    try? FileManager.default.removeItem(atPath: configurations)
    skills = SkillPool(
      settings: SkillPoolSettings(
        runtimeFolder: setup.folders.sandboxes, logFolder: setup.folders.skillLogs,
        useFile: setup.folders.state + "/skills-used.json"),
      parts: SkillPool.Parts(
        backend: skillBackend, skill: { try registry.skill($0) },
        grammar: { [places = setup.skillPlaces] in try SkillGrammar.text(of: $0, places: places) },
        allSkills: { registry.skills() },
        launch: { skill, grants, sockets in
          try launcher.launch(
            skill, files: grants.files, sockets: sockets, configurations: configurations,
            logLevel: Log.level < .info ? Log.level.rawValue : nil)
        }, modelSocket: { try await gates.socket($0) }, sandboxUsers: Self.sandboxUsers(skillBackend),
        logger: Logger(label: "sarai.skills")))
    memory = MemoryProcess(setup, launcher: processes) { [skills] in
      MemorySockets(
        embeddings: try? await gates.socket("embeddings"),
        parser: try? await skills.gate("nlp", grants: SkillGrants(files: [])),
        model: try? await gates.socket("expert_short"))
    }
    loop = LoopParts(setup, launcher: processes, models: models, skills: skills, memory: memory)
  }

  /// What skills are started with.
  ///
  /// - Parameter folder: An existing folder of a short path, for sockets.
  static func skillBackend(_ setup: Setup, folder: String) throws -> any SandboxBackend {
    switch setup.skillRuntime {
    case "disabled": DisabledBackend()
    case "docker": try DockerBackend(.init(confine: setup.installation.confine, runtimeFolder: folder))
    default: try bubblewrap(setup, folder: folder)
    }
  }

  /// As whom skills connect to what they are granted, beside this process's own user.
  private static func sandboxUsers(_ backend: any SandboxBackend) -> Set<UInt32> {
    (backend as? DockerBackend).map { [$0.user.user] } ?? []
  }

  /// What engines are started with; nil for plain processes. Who switches sandboxes off still wants to talk to a model;
  /// where skills are containers, engines are in bubblewrap all the same: containers would not share a model's pages.
  static func engineBackend(_ setup: Setup, folder: String) throws -> BubblewrapBackend? {
    setup.skillRuntime == "disabled" ? nil : try bubblewrap(setup, folder: folder)
  }

  private static func bubblewrap(_ setup: Setup, folder: String) throws -> BubblewrapBackend {
    try BubblewrapBackend(.init(confine: setup.installation.confine, runtimeFolder: folder))
  }

  /// Opens the socket at which engines ask the draft model.
  func offerDrafts() async throws { await models.offerDrafts(at: try await modelGates.draftSocket()) }

  func lingerSeconds(_ configuration: Configuration) -> Double {
    configuration.number("runtime.linger_seconds") ?? 300
  }

  /// Takes the settings of a client: what its command line and environment say goes before the file.
  ///
  /// - Parameter holds: False where those of the server go before this client's, which are looked at only.
  ///
  /// - Returns: What the client has to know: which of its settings does not hold here.
  func configure(
    _ settings: Sarai_Supervisor_V1_Settings, holds: Bool, attendance: Attendance
  ) async throws -> Localized? {
    let flags = settings.assignments.compactMap { assignment -> Configuration.Flag? in
      guard let equals = assignment.firstIndex(of: "=") else { return nil }
      return Configuration.Flag(
        key: String(assignment[..<equals]), value: String(assignment[assignment.index(after: equals)...]),
        name: "supervisor")
    }
    // The variables of whoever started the supervisor are not those of this client.
    let ownSettings = Set(SettingsTable.all.map(\.environmentVariable)).union(["SARAI_CONFIG"])
    let environment = setup.environment.filter { !ownSettings.contains($0.key) }
    let fresh: Setup
    do {
      fresh = try Setup(
        environment: environment, configurationFile: settings.file.isEmpty ? nil : settings.file, flags: flags,
        executable: setup.installation.executable)
    } catch let error as ConfigurationError {
      throw error.faults.first ?? SaraiError(.invalidRequest, es: "\(error)", en: "\(error)")
    }
    if holds {
      Log.take(fresh.configuration)
      attendance.setLinger(seconds: lingerSeconds(fresh.configuration))
      _ = await models.apply(PoolSettings(fresh, fresh.configuration))
      await loop.apply(fresh)
    }
    guard fresh.skillRuntime != setup.skillRuntime else { return nil }
    return Localized(
      es:
        "Las habilidades siguen con «phoenix.skill_runtime: \(setup.skillRuntime)» mientras haya algo en marcha; para "
        + "pasar a «\(fresh.skillRuntime)», termina lo demás o usa «sarai stop».",
      en: "Skills stay with \"phoenix.skill_runtime: \(setup.skillRuntime)\" while something else runs; to change to "
        + "\"\(fresh.skillRuntime)\", end the rest, or use \"sarai stop\".")
  }

  /// Ends everything that was started. Skills and the memory go first: they may be asking a model.
  func close() async {
    await loop.close()
    await skills.close()
    await memory.close()
    await modelGates.close()
    await models.shutDown()
    for backend in backends { await backend.close() }
  }
}

extension Setup {
  /// How skills are started: `local`, `docker` or `disabled`.
  var skillRuntime: String { configuration.text("phoenix.skill_runtime") }

  /// The configuration file that was asked for, as a process in any other folder finds it.
  var askedFile: String? {
    guard let asked = sources.asked, !asked.hasPrefix("/") else { return sources.asked }
    var buffer = [CChar](repeating: 0, count: 4096)
    return getcwd(&buffer, buffer.count).map { String(cString: $0) + "/" + asked } ?? asked
  }

  /// What this command's line and environment say about the configuration, for a supervisor that reads the same files.
  var supervisorSettings: Sarai_Supervisor_V1_Settings {
    var settings = Sarai_Supervisor_V1_Settings()
    settings.file = askedFile ?? ""
    let fromEnvironment = SettingsTable.all.compactMap { setting -> String? in
      guard let text = sources.environment[setting.environmentVariable], !text.isEmpty else { return nil }
      return "\(setting.key)=\(text)"
    }
    settings.assignments = fromEnvironment + sources.flags.map { "\($0.key)=\($0.value)" }
    return settings
  }
}
