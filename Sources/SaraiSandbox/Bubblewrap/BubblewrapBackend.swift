import Glibc
package import SaraiCore
import Synchronization

/// Sandboxes made by bubblewrap and, inside, sarai-confine: for root as well as for anyone else.
package final class BubblewrapBackend: SandboxBackend {
  /// Whose rights over files a sandbox starts from.
  package enum Identity: Sendable, Hashable {
    case caller
    /// Another user, without supplementary groups; only root can take it.
    case user(UInt32, group: UInt32)

    var numbers: (Int64, Int64) {
      switch self {
      case .caller: (-1, -1)
      case .user(let user, let group): (Int64(user), Int64(group))
      }
    }

    var isRoot: Bool {
      switch self {
      case .caller: geteuid() == 0
      case .user(let user, _): user == 0
      }
    }
  }

  package struct Configuration: Sendable, Hashable {
    /// `bwrap`; nil to look for it where systems install it.
    package var bubblewrap: String?
    /// `sarai-confine`, which lies beside `sarai`.
    package var confine: String
    /// An existing folder, short of path, in which sandboxes get folders for their sockets.
    package var runtimeFolder: String
    package var identity: Identity

    package init(
      bubblewrap: String? = nil, confine: String, runtimeFolder: String, identity: Identity = .caller
    ) {
      self.bubblewrap = bubblewrap
      self.confine = confine
      self.runtimeFolder = runtimeFolder
      self.identity = identity
    }
  }

  private struct PlanKey: Hashable {
    var profile: SandboxProfile
    var layers: SandboxLayers
  }

  private struct State {
    var isClosed = false
    var checked: Task<BubblewrapCheck, Never>?
    var plans: [PlanKey: BubblewrapPlan] = [:]
    var running: [UInt64: BubblewrapProcess] = [:]
  }

  package let name = "bubblewrap"
  let configuration: Configuration
  /// All of them, but in tests that show what each is good for.
  private let layers: SandboxLayers
  private let reactor: Reactor
  private let ownsReactor: Bool
  private let state = Mutex(State())

  private static let mostPlans = 256
  /// Of all backends of this process: folders and control groups are named by it.
  private static let launches = Atomic<UInt64>(0)

  /// - Throws: `insufficientResources` where the system has no thread or descriptor left.
  package init(_ configuration: Configuration) throws(SaraiError) {
    self.configuration = configuration
    layers = .all
    reactor = try Reactor(name: "sandboxes")
    ownsReactor = true
  }

  /// For tests that show what each layer is good for: the same, with these layers only. It has to be closed first.
  package init(_ other: BubblewrapBackend, layers: SandboxLayers) {
    configuration = other.configuration
    self.layers = layers
    reactor = other.reactor
    ownsReactor = false
    let task = Task { await other.checked() }
    state.withLock { $0.checked = task }
  }

  deinit {
    // Where `close` was not called, what still runs ends with the thread that started it.
    guard ownsReactor else { return }
    Task { [reactor] in await reactor.stop() }
  }

  package func check() async -> SandboxReport { await checked().report }

  package func launch(
    _ launch: SandboxLaunch, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws -> any SandboxedProcess {
    try launch.profile.validate()
    let check = await checked()
    let usable = layers.intersection(check.report.layers)
    try require(usable, for: launch.profile, failure: check.failure)
    var profile = launch.profile
    if !check.hasProcessFiles { profile.processFiles = .none }
    let plan = try plan(for: profile, layers: usable)
    let number = try beginLaunch()
    let prepared = try prepare(launch, plan: plan, layers: usable, groups: check.groups, number: number)
    return try await run(prepared, number: number, output: output)
  }

  package func close() async {
    let running = state.withLock { state in
      state.isClosed = true
      return Array(state.running.values)
    }
    await withTaskGroup { group in
      for process in running { group.addTask { await process.terminate(graceSeconds: 0) } }
    }
    if ownsReactor { await reactor.stop() }
  }

  // MARK: Checks

  private func checked() async -> BubblewrapCheck {
    let task = state.withLock { state in
      if let task = state.checked { return task }
      let task = Task { await BubblewrapCheck.perform(self.configuration, reactor: self.reactor) }
      state.checked = task
      return task
    }
    return await task.value
  }

  private func require(
    _ usable: SandboxLayers, for profile: SandboxProfile, failure: SaraiError?
  ) throws(SaraiError) {
    var missing = layers.intersection(.indispensable).subtracting(usable).names
    if layers.contains(.tasksOfUser), usable.isDisjoint(with: [.tasksOfUser, .tasksControlGroup]) {
      missing.append("limits.tasks")
    }
    // Without a control group each process has the limit for itself, and together they have many times as much.
    if profile.mayStartProcesses, layers.contains(.memoryControlGroup), !usable.contains(.memoryControlGroup) {
      missing.append("limits.memoryBytes")
    }
    if !missing.isEmpty { throw BubblewrapErrors.missing(missing, name: profile.name, why: failure) }
  }

  // MARK: Launch

  private func plan(for profile: SandboxProfile, layers: SandboxLayers) throws(SaraiError) -> BubblewrapPlan {
    let key = PlanKey(profile: profile, layers: layers)
    if let known = state.withLock({ $0.plans[key] }), known.executableFacts == FileFacts(profile.executable) {
      return known
    }
    let plan = try BubblewrapPlan(profile, layers: layers, confine: configuration.confine)
    state.withLock { state in
      if state.plans.count >= Self.mostPlans { state.plans.removeAll() }
      state.plans[key] = plan
    }
    return plan
  }

  private func beginLaunch() throws(SaraiError) -> UInt64 {
    if state.withLock({ $0.isClosed }) { throw BubblewrapErrors.closed() }
    return Self.launches.add(1, ordering: .relaxed).newValue
  }

  private func prepare(
    _ launch: SandboxLaunch, plan: BubblewrapPlan, layers: SandboxLayers, groups: ControlGroups, number: UInt64
  ) throws(SaraiError) -> BubblewrapSession.Start {
    let profile = launch.profile
    var request = plan.request
    request.arguments = [profile.executable] + launch.arguments
    request.environment = launch.environment
    if !layers.contains(.ownEnvironment) { request.environment.merge(hostEnvironment()) { own, _ in own } }
    request.processorsPassed = UInt32(truncatingIfNeeded: number)
    let message = try request.message()
    let folder = profile.serves ? "\(configuration.runtimeFolder)/\(getpid())-\(number)" : nil
    if let folder { try ServiceFolder.make(folder, for: configuration.identity) }
    let group: ControlGroup?
    do {
      group = try ControlGroup.make(
        name: "sarai-\(getpid())-\(number)-\(profile.name)", limits: profile.limits, layers: layers, in: groups)
    } catch {
      if let folder { ServiceFolder.remove(folder) }
      throw error
    }
    return BubblewrapSession.Start(
      name: profile.name,
      commandLine: plan.commandLine(
        bubblewrap: BubblewrapCheck.program(configuration), serviceFolder: folder, layers: layers),
      request: message, limits: profile.limits, limitsOutput: layers.contains(.outputLimit),
      closesDescriptors: layers.contains(.descriptors), environment: BubblewrapCheck.environment,
      identity: configuration.identity, group: group, serviceFolder: folder)
  }

  private func run(
    _ start: BubblewrapSession.Start, number: UInt64, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws -> any SandboxedProcess {
    let process = BubblewrapProcess(reactor: reactor, start: start, output: output)
    let isOpen = state.withLock { state in
      state.running[number] = process
      return !state.isClosed
    }
    guard isOpen, process.begin(whenGone: { [weak self] in self?.forget(number) }) else {
      process.abandon()
      forget(number)
      _ = start.group?.remove()
      if let folder = start.serviceFolder { ServiceFolder.remove(folder) }
      throw BubblewrapErrors.closed()
    }
    try await process.waitUntilStarted()
    return process
  }

  private func forget(_ number: UInt64) {
    state.withLock { $0.running[number] = nil }
  }
}

/// The variables of this process.
func hostEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var next = environ
  while let entry = next.pointee {
    let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, !parts[0].isEmpty { variables[String(parts[0])] = String(parts[1]) }
    next += 1
  }
  return variables
}

extension SandboxLayers {
  /// For messages: the field's own terms.
  package var names: [String] {
    let terms: [(SandboxLayers, String)] = [
      (.userNamespace, "user namespace"), (.pidNamespace, "pid namespace"), (.ipcNamespace, "ipc namespace"),
      (.utsNamespace, "uts namespace"), (.networkNamespace, "network namespace"),
      (.cgroupNamespace, "cgroup namespace"), (.ownRoot, "mount namespace"), (.readOnly, "read-only root"),
      (.noExecute, "noexec"), (.temporarySize, "tmpfs size"), (.noCapabilities, "capabilities"),
      (.newSession, "session"), (.seccomp, "seccomp"), (.landlock, "Landlock"), (.descriptors, "descriptors"),
      (.resourceLimits, "rlimits"), (.memoryControlGroup, "memory cgroup"), (.tasksControlGroup, "pids cgroup"),
      (.cpuControlGroup, "cpu cgroup"), (.outputLimit, "output limit"), (.ownEnvironment, "environment"),
      (.tasksOfUser, "RLIMIT_NPROC"),
    ]
    return terms.filter { contains($0.0) }.map(\.1)
  }
}
