import Glibc
package import SaraiCore
import Synchronization

/// Containers of a Docker engine on this machine: for root, and for anyone whom the engine lets in.
package final class DockerBackend: SandboxBackend {
  package typealias Identity = BubblewrapBackend.Identity

  /// What containers are made from.
  package enum Images: Sendable, Hashable {
    /// The skill's image where it is there and fits, and otherwise the empty one with everything mounted.
    case preferred
    /// The skill's image and no other.
    case required
    /// The empty one for all.
    case none
  }

  package struct Configuration: Sendable {
    /// The engine's socket; nil for what `DOCKER_HOST` names, or where systems have it.
    package var socket: String?
    /// `sarai-confine`, which lies beside `sarai`. Trial containers run it; others do without.
    package var confine: String
    /// An existing folder, short of path, in which containers get folders for their sockets.
    package var runtimeFolder: String
    /// Whose rights over files a container starts from. Root's containers are nobody's (65534) unless it is told
    /// otherwise, so what root grants them has to be readable by all.
    package var identity: Identity
    package var images: Images
    /// Names the image of a profile.
    package var image: @Sendable (SandboxProfile) -> String

    package init(
      socket: String? = nil, confine: String, runtimeFolder: String, identity: Identity = .caller,
      images: Images = .preferred,
      image: @escaping @Sendable (SandboxProfile) -> String = { DockerImages.ofSkill($0.name) }
    ) {
      self.socket = socket
      self.confine = confine
      self.runtimeFolder = runtimeFolder
      self.identity = identity
      self.images = images
      self.image = image
    }
  }

  private struct State {
    var isClosed = false
    var checked: Task<DockerCheck, Never>?
    var running: [UInt64: DockerProcess] = [:]
    var starting: [UInt64: OneShot<Void>] = [:]
  }

  package let name = "docker"
  let configuration: Configuration
  private let layers: SandboxLayers
  private let reactor: Reactor
  private let ownsReactor: Bool
  private let state = Mutex(State())

  private static let launches = Atomic<UInt64>(0)
  private static let nobody = DockerContainer.User(user: 65534, group: 65534)

  /// - Throws: `insufficientResources` where the system has no thread or descriptor left.
  package init(_ configuration: Configuration) throws(SaraiError) {
    self.configuration = configuration
    layers = .all
    reactor = try Reactor(name: "containers")
    ownsReactor = true
  }

  /// For tests that show what each layer is good for: the same, with these layers only. It has to be closed first.
  package init(_ other: DockerBackend, layers: SandboxLayers) {
    configuration = other.configuration
    self.layers = layers
    reactor = other.reactor
    ownsReactor = false
    let task = Task { await other.checked() }
    state.withLock { $0.checked = task }
  }

  deinit {
    guard ownsReactor else { return }
    Task { [reactor] in await reactor.stop() }
  }

  /// The user and group that containers run as, seen from this machine: whom a socket that is granted has to admit.
  package var user: (user: UInt32, group: UInt32) {
    let user = Self.user(configuration.identity)
    return (user.user, user.group)
  }

  static func user(_ identity: Identity) -> DockerContainer.User {
    switch identity {
    case .caller: geteuid() == 0 ? nobody : .init(user: geteuid(), group: getegid())
    case .user(let user, let group): .init(user: user, group: group)
    }
  }

  package func check() async -> SandboxReport { await checked().report }

  package func launch(
    _ launch: SandboxLaunch, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws -> any SandboxedProcess {
    try launch.profile.validate()
    try Self.checkWords(launch)
    let number = try beginLaunch()
    do {
      let process = try await start(launch, number: number, output: output)
      endLaunch(number)
      return process
    } catch {
      endLaunch(number)
      throw error
    }
  }

  package func close() async {
    let starting = state.withLock { state in
      state.isClosed = true
      return Array(state.starting.values)
    }
    for promise in starting { await promise.wait() }
    let running = state.withLock { Array($0.running.values) }
    await withTaskGroup { group in
      for process in running { group.addTask { await process.terminate(graceSeconds: 0) } }
    }
    if ownsReactor { await reactor.stop() }
  }

  private func checked() async -> DockerCheck {
    let task = state.withLock { state in
      if let task = state.checked { return task }
      let task = Task { await DockerCheck.perform(self.configuration, reactor: self.reactor) }
      state.checked = task
      return task
    }
    let check = await task.value
    // An engine can be started later, unlike a kernel.
    if check.engine == nil { state.withLock { if $0.checked == task { $0.checked = nil } } }
    return check
  }

  private var isClosed: Bool { state.withLock { $0.isClosed } }

  // MARK: Launch

  /// What no program can get: the same bounds as in any sandbox.
  private static func checkWords(_ launch: SandboxLaunch) throws(SaraiError) {
    var request = ConfineRequest()
    request.executable = launch.profile.executable
    request.arguments = launch.arguments
    request.environment = launch.environment
    _ = try request.message()
  }

  /// Whoever reaches the engine is as good as root.
  private static func checkGrants(of profile: SandboxProfile, _ engine: DockerEngine) throws(SaraiError) {
    let socket = realPath(engine.socket) ?? engine.socket
    let granted = (profile.readOnly + profile.readWrite).map(\.host) + profile.sockets.map(\.host) + profile.roots
    for path in granted {
      let real = realPath(path) ?? path
      if real == "/" || socket == real || socket.hasPrefix(real + "/") {
        throw DockerErrors.grantsEngine(path, name: profile.name)
      }
    }
  }

  private func beginLaunch() throws(SaraiError) -> UInt64 {
    let number = Self.launches.add(1, ordering: .relaxed).newValue
    let isOpen = state.withLock { state in
      if !state.isClosed { state.starting[number] = OneShot() }
      return !state.isClosed
    }
    guard isOpen else { throw BubblewrapErrors.closed() }
    return number
  }

  private func endLaunch(_ number: UInt64) {
    state.withLock { $0.starting.removeValue(forKey: number) }?.set(())
  }

  private func start(
    _ launch: SandboxLaunch, number: UInt64, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws -> any SandboxedProcess {
    let check = await checked()
    guard let engine = check.engine else { throw check.failure ?? BubblewrapErrors.closed() }
    let usable = layers.intersection(check.report.layers)
    let missing = layers.intersection(DockerCheck.indispensable).subtracting(usable)
    if !missing.isEmpty { throw BubblewrapErrors.missing(missing.names, name: launch.profile.name, why: nil) }
    try Self.checkGrants(of: launch.profile, engine)
    let image = try await image(for: launch.profile, engine)
    var container = DockerContainer(
      launch: launch, layers: usable, image: image.name, imageHoldsProgram: image.holdsProgram, user: check.user,
      serviceFolder: nil, labels: [DockerLeftovers.ownerLabel: DockerLeftovers.owner], facts: check.facts)
    if !layers.contains(.ownEnvironment) {
      container.launch.environment.merge(hostEnvironment()) { own, _ in own }
    }
    try admit(&container, number: number)
    let starter = DockerStarter(
      engine: engine, container: container, limitsOutput: usable.contains(.outputLimit),
      name: "sarai-\(launch.profile.name)-\(getpid())-\(number)-\(UInt32.random(in: .min ... .max))",
      isWanted: { !Task.isCancelled && !self.isClosed })
    let process = try await starter.start(output: output)
    state.withLock { $0.running[number] = process }
    process.begin { [weak self] in self?.forget(number) }
    return process
  }

  private func forget(_ number: UInt64) {
    state.withLock { $0.running[number] = nil }
  }

  private func image(
    for profile: SandboxProfile, _ engine: DockerEngine
  ) async throws(SaraiError) -> (name: String, holdsProgram: Bool) {
    let name = configuration.image(profile)
    if configuration.images != .none, try await DockerImages.fits(name, profile, engine) { return (name, true) }
    if configuration.images == .required { throw DockerErrors.noImage(name, name: profile.name) }
    return (DockerImages.base, false)
  }

  /// Makes the folder of the socket, and lets a container of another user use what it was granted.
  private func admit(_ container: inout DockerContainer, number: UInt64) throws(SaraiError) {
    let own = geteuid()
    let user = container.user
    if container.launch.profile.serves {
      let folder = "\(configuration.runtimeFolder)/\(getpid())-\(number)"
      try ServiceFolder.make(folder, for: own == 0 ? .user(user.user, group: user.group) : .caller)
      container.serviceFolder = folder
      if user.user != own, container.launch.environment["SARAI_SKILL_ALLOWED_UIDS"] == nil {
        container.launch.environment["SARAI_SKILL_ALLOWED_UIDS"] = "\(own),\(user.user)"
      }
    }
    guard own == 0, user.user != 0 else { return }
    for socket in container.launch.profile.sockets where chown(socket.host, .max, user.group) == 0 {
      chmod(socket.host, 0o660)
    }
  }
}
