package import Logging
import SaraiCore
package import SaraiSandbox
import SkillProtocol

/// The skills of this machine: starts a process when one is asked for, keeps it warm, shares out the calls, sends a
/// call again where that is safe, and ends what is idle, faulty or in the way.
///
/// The parts: `SkillPool+Calls` is a call's way through, `SkillPool+Instances` how processes come and go,
/// `SkillPool+Grants` what they are given, `SkillPool+Care` what is looked after while nobody calls, `SkillPool+Status`
/// what there is to tell.
package actor SkillPool: SkillCalling {
  /// What the pool takes from outside.
  package struct Parts: Sendable {
    package var backend: any SandboxBackend
    /// The skill of a name, as its folder says now.
    ///
    /// Throws `notFound`.
    package var skill: @Sendable (String) throws -> InstalledSkill
    /// The grammar that its manifest names.
    package var grammar: @Sendable (InstalledSkill) throws -> String?
    package var allSkills: @Sendable () throws -> [InstalledSkill]
    /// How a skill is started.
    ///
    /// Gets the skill, what a call grants beside the manifest, and the sockets of all grants.
    package var launch: @Sendable (InstalledSkill, SkillGrants, [SandboxProfile.SocketGrant]) throws -> SandboxLaunch
    /// The host's socket that answers for a role of models, and for that role only.
    package var modelSocket: @Sendable (String) async throws -> String
    package var memory: @Sendable () -> MemoryState
    /// The users, beside this process's own, as whom programs in sandboxes connect to granted sockets.
    package var sandboxUsers: Set<UInt32>
    package var logger: Logger

    package init(
      backend: any SandboxBackend, skill: @escaping @Sendable (String) throws -> InstalledSkill,
      grammar: @escaping @Sendable (InstalledSkill) throws -> String? = { _ in nil },
      allSkills: @escaping @Sendable () throws -> [InstalledSkill],
      launch:
        @escaping @Sendable (InstalledSkill, SkillGrants, [SandboxProfile.SocketGrant]) throws -> SandboxLaunch,
      modelSocket: @escaping @Sendable (String) async throws -> String,
      memory: @escaping @Sendable () -> MemoryState = MemoryState.now, sandboxUsers: Set<UInt32> = [],
      logger: Logger
    ) {
      self.backend = backend
      self.skill = skill
      self.grammar = grammar
      self.allSkills = allSkills
      self.launch = launch
      self.modelSocket = modelSocket
      self.memory = memory
      self.sandboxUsers = sandboxUsers
      self.logger = logger
    }
  }

  nonisolated let settings: SkillPoolSettings
  nonisolated let parts: Parts
  var groups: [SkillKey: SkillGroup] = [:]
  var gates: [SkillKey: SkillGate] = [:]
  var openingGates: [SkillKey: OneShot<Result<SkillGate, any Error>>] = [:]
  /// By skill; its groups share them.
  var counters: [String: SkillCounters] = [:]
  var logBooks: [String: SkillLogBook] = [:]
  var uses: UseMemory
  var lastGeneration: UInt64 = 0
  var lastSocket = 0
  var care: Task<Void, Never>?
  var isClosed = false

  package init(settings: SkillPoolSettings, parts: Parts) {
    self.settings = settings
    self.parts = parts
    uses = UseMemory(file: settings.useFile)
  }

  // MARK: - Calls

  nonisolated package func infer(_ name: String, _ call: SkillCall, grants: SkillGrants) async throws -> SkillAnswer {
    try SkillAnswer(try await infer(SkillKey(name, grants: grants), call.message), skill: name)
  }

  nonisolated package func inferStream(
    _ name: String, _ call: SkillCall, grants: SkillGrants, part: @escaping @Sendable (String) -> Void
  ) async throws -> SkillAnswer {
    let last = OneShot<Sarai_Skills_V1_InferReply>()
    try await inferStream(SkillKey(name, grants: grants), call.message) { event in
      switch event.event {
      case .part(let bytes):
        guard let text = String(validating: bytes, as: UTF8.self) else { throw SkillFaults.nonsense(name, "UTF-8") }
        part(text)
      case .reply(let reply): last.set(reply)
      case nil: break
      }
    }
    guard let reply = last.value else { throw SkillFaults.nonsense(name, "a stream without a reply") }
    return try SkillAnswer(reply, skill: name)
  }

  // MARK: - Processes

  /// Begins to look after the skills: starts those that ask for it and those that were used lately, in the background.
  package func begin() {
    guard care == nil, !isClosed else { return }
    beginCare()
    prefetch(skillsToPrefetch())
  }

  /// Starts skills that will soon be asked, in the background. What does not start is in the log.
  package func prefetch(_ names: [String]) {
    for name in names {
      Task {
        do {
          try await self.warm(SkillKey(name))
        } catch {
          self.parts.logger.info("skill not prefetched", metadata: ["skill": "\(name)", "error": "\(error)"])
        }
      }
    }
  }

  /// Starts a skill if none of its processes runs, and returns once one does.
  package func warm(_ key: SkillKey) async throws {
    let lease = try await lease(key, deadline: nil)
    // The first call of a process pays for what it and the connection set up late: nobody waits for this one.
    _ = try? await lease.instance.describe(timeoutSeconds: settings.healthTimeoutSeconds)
    lease.instance.release()
  }

  /// Ends the processes of a skill once their calls are done, and returns when they are gone. The next call starts it
  /// again.
  package func stop(_ name: String) async {
    let keys = groups.keys.filter { $0.name == name }
    // What is started after this is what the folder says then.
    for key in keys { if let plan = try? newPlan(key) { await replace(key, with: plan) } }
    await withTaskGroup { tasks in
      for key in keys { tasks.addTask { await self.stopGroup(key) } }
    }
    // One that was removed is not told of any more.
    if (try? parts.skill(name)) == nil {
      for key in keys where groups[key]?.instances.isEmpty == true && groups[key]?.start == nil { groups[key] = nil }
    }
  }

  /// Ends everything, and leaves nothing behind: no process, socket or folder.
  package func close() async {
    isClosed = true
    care?.cancel()
    uses.save(force: true)
    let closing = Array(gates.values)
    gates = [:]
    let keys = Array(groups.keys)
    await withTaskGroup { tasks in
      for gate in closing { tasks.addTask { await gate.close() } }
      for key in keys { tasks.addTask { await self.endGroup(key) } }
    }
    groups = [:]
  }
}
