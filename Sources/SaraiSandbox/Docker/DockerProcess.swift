import Glibc
import SaraiCore
import Synchronization

/// A program that runs as the first process of a container.
final class DockerProcess: SandboxedProcess {
  /// What the engine gave when it was started.
  struct Container: Sendable {
    var id: String
    var pid: Int32
    var attached: EngineCall
    var waited: EngineCall
    var serviceFolder: String?
    var limits: SandboxLimits
    var startedAt: ContinuousClock.Instant
    var processors: Int
  }

  private struct State {
    var wasTerminated = false
    var isKilled = false
  }

  let pid: Int32
  let socket: String?
  private let container: Container
  private let engine: DockerEngine
  private let output: DockerOutput
  private let exit = OneShot<SandboxExit>()
  private let state = Mutex(State())

  /// From a container's end until its last output has come.
  private static let outputSeconds = 5.0

  init(_ container: Container, engine: DockerEngine, output: DockerOutput) {
    self.container = container
    self.engine = engine
    self.output = output
    pid = container.pid
    socket = container.serviceFolder.map { ServiceFolder.socket(in: $0) }
    output.whenExceeded { [weak self] in self?.kill() }
  }

  /// Watches until the end; has to be called once.
  func begin(whenGone: @escaping @Sendable () -> Void) {
    Task {
      let outcome = await self.watch()
      whenGone()
      self.exit.set(outcome)
    }
  }

  func waitForExit() async -> SandboxExit { await exit.wait() }

  func signal(_ signal: Int32) {
    guard exit.value == nil else { return }
    Task { await self.send(signal) }
  }

  func terminate(graceSeconds: Double) async -> SandboxExit {
    state.withLock { $0.wasTerminated = true }
    container.attached.endInput()
    // The kernel keeps from the first process of a namespace what it has no handler for: then SIGTERM would do nothing.
    guard graceSeconds > 0, heeds(SIGTERM) else {
      kill()
      return await exit.wait()
    }
    await send(SIGTERM)
    let patience = Task {
      try await Task.sleep(for: .seconds(graceSeconds))
      self.kill()
    }
    defer { patience.cancel() }
    return await exit.wait()
  }

  private func kill() {
    let isFirst = state.withLock { state in
      defer { state.isKilled = true }
      return !state.isKilled
    }
    guard isFirst, exit.value == nil else { return }
    Task { await self.send(SIGKILL) }
  }

  private func send(_ signal: Int32) async {
    guard exit.value == nil else { return }
    // Where the engine does not do it, the end is found out in another way.
    _ = try? await engine.ask("POST", "/containers/\(container.id)/kill?signal=\(signal)")
  }

  /// True where the program handles a signal or has chosen to ignore it.
  private func heeds(_ signal: Int32) -> Bool {
    guard let status = ProcessStatus(pid: pid) else { return true }
    return (status.mask("SigCgt") | status.mask("SigIgn")) & (1 << UInt64(signal - 1)) != 0
  }

  // MARK: The end

  private func watch() async -> SandboxExit {
    var facts = ExitFacts()
    var code: Int64?
    var isOutOfMemory = false
    if case .success(let reply) = await container.waited.end.wait() { code = reply.json["StatusCode"]?.integerValue }
    let elapsed = container.startedAt.duration(to: .now)
    await drain()
    if let reply = try? await engine.ask("GET", "/containers/\(container.id)/json"), reply.status == 200 {
      isOutOfMemory = reply.json["State"]?["OOMKilled"]?.boolValue ?? false
    }
    await DockerLeftovers.remove(container.id, engine)
    // An engine that is gone leaves its containers running; the program has the user of this process or this is root.
    if code == nil, pid > 0 { Glibc.kill(pid, SIGKILL) }
    if let folder = container.serviceFolder { ServiceFolder.remove(folder) }
    facts.wasTerminated = state.withLock { $0.wasTerminated }
    facts.exceededOutput = output.hasExceeded
    facts.outOfMemoryKills = isOutOfMemory ? 1 : 0
    facts.status = code.map { Self.status(Int32(truncatingIfNeeded: $0)) }
    return Self.outcome(of: facts, elapsed: elapsed, container)
  }

  private static func outcome(of facts: ExitFacts, elapsed: Duration, _ container: Container) -> SandboxExit {
    var outcome = facts.exit
    // Nobody but the kernel and this process kills it; what the kernel counted is gone with the process, but it cannot
    // have used up its time in less than that.
    if outcome.reason == .signal(SIGKILL), let seconds = container.limits.cpuSeconds,
      elapsed * container.processors >= .seconds(seconds)
    {
      outcome.reason = .cpuLimit
    }
    return outcome
  }

  private func drain() async {
    let patience = Task { [container] in
      try await Task.sleep(for: .seconds(Self.outputSeconds))
      container.attached.cancel()
    }
    _ = await container.attached.end.wait()
    patience.cancel()
  }

  /// As of wait(2), from what shells make of it: 128 and the signal. Only signals that reach the first process of a
  /// namespace are taken for such.
  private static func status(_ code: Int32) -> Int32 {
    let deadly: Set<Int32> = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGSYS]
    return deadly.contains(code - 128) ? code - 128 : (code & 0xff) << 8
  }
}

/// What a container prints, on its way to whoever launched it.
final class DockerOutput: Sendable {
  private struct State {
    var frames = DockerFrames()
    var allowance: OutputAllowance
    var hasExceeded = false
    var whenExceeded: (@Sendable () -> Void)?
  }

  private let state: Mutex<State>
  private let limits: Bool
  private let deliver: @Sendable (SandboxOutput) -> Void

  init(limits: SandboxLimits, limitsOutput: Bool, deliver: @escaping @Sendable (SandboxOutput) -> Void) {
    state = Mutex(
      State(
        allowance: OutputAllowance(
          bytes: limits.outputBytes, bytesPerSecond: limits.outputBytesPerSecond, now: .now)))
    self.limits = limitsOutput
    self.deliver = deliver
  }

  var hasExceeded: Bool { state.withLock { $0.hasExceeded } }

  func whenExceeded(_ body: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      state.whenExceeded = body
      return state.hasExceeded
    }
    if isLate { body() }
  }

  /// Called on the reactor's thread, so outputs stay in order.
  func take(_ bytes: [UInt8]) {
    let (parts, exceeded) = state.withLock { state in (Self.allowed(bytes, limits, &state), state.hasExceeded) }
    for part in parts { deliver(part) }
    if exceeded { state.withLock { $0.whenExceeded }?() }
  }

  private static func allowed(_ bytes: [UInt8], _ limits: Bool, _ state: inout State) -> [SandboxOutput] {
    var result: [SandboxOutput] = []
    for part in state.frames.take(bytes) where !state.hasExceeded {
      let (isError, content) =
        switch part {
        case .standardOutput(let bytes): (false, bytes)
        case .standardError(let bytes): (true, bytes)
        }
      let count = limits ? state.allowance.take(content.count, now: .now) : content.count
      if count < content.count { state.hasExceeded = true }
      if count == 0 { continue }
      let kept = Array(content.prefix(count))
      result.append(isError ? .standardError(kept) : .standardOutput(kept))
    }
    return result
  }
}

/// `/proc/PID/status`, read once.
struct ProcessStatus: Sendable, Hashable {
  private let fields: [String: String]

  /// Nil where there is no such process here.
  init?(pid: Int32) {
    guard pid > 0, let bytes = KernelFile.contents("/proc/\(pid)/status") else { return nil }
    var fields: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[String(parts[0])] = String(parts[1].drop { $0 == "\t" || $0 == " " }) }
    }
    self.fields = fields
  }

  subscript(name: String) -> String? { fields[name] }

  /// A set of signals or capabilities, a bit each.
  func mask(_ name: String) -> UInt64 { fields[name].flatMap { UInt64($0, radix: 16) } ?? 0 }
}
