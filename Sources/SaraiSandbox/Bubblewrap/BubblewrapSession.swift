import CSeccomp
import Glibc
import SaraiCore

/// One sandbox, from its start until nothing is left of it. Lives on the reactor's thread.
final class BubblewrapSession {
  /// What to start, all found out beforehand.
  struct Start: Sendable {
    var name: String
    var commandLine: [String]
    var request: [UInt8]
    var limits: SandboxLimits
    var limitsOutput: Bool
    var closesDescriptors: Bool
    var environment: [String]
    var identity: BubblewrapBackend.Identity
    var group: ControlGroup?
    /// Removed at the end.
    var serviceFolder: String?
  }

  /// Whom to tell.
  struct Listeners: Sendable {
    /// The program's pid, or why it does not run. Comes once, and before the end.
    var started: OneShot<Result<Int32, SaraiError>>
    var ended: @Sendable (SandboxExit) -> Void
    var output: @Sendable (SandboxOutput) -> Void
  }

  private enum Phase {
    case starting, running, ended
  }

  private let loop: ReactorLoop
  private let start: Start
  private let listeners: Listeners
  private var phase = Phase.starting
  private var facts = ExitFacts()
  private var bubblewrap = sarai_spawned(pid: 0, pidfd: -1)
  private var bubblewrapHasEnded = false
  /// Watches sarai-confine, in case bubblewrap goes first.
  private var confine: Int32 = -1
  private var control: Int32 = -1
  private var input: Int32 = -1
  private var outputs: [Int32: Bool] = [:]
  private var watches: [Int32: ReactorLoop.Token] = [:]
  private var timers: [ReactorLoop.Token] = []
  private var programPid: Int32 = 0
  private var failure: SaraiError?
  private var lastWords: [UInt8] = []
  private var allowance: OutputAllowance
  private var isFinishing = false
  private var removalsLeft = 400

  private static let lastWordsBytes = 2048
  /// From SIGKILL for the program to SIGKILL for all processes that the host knows.
  private static let hardGraceSeconds = 1.0

  init(_ start: Start, listeners: Listeners, loop: ReactorLoop) {
    self.loop = loop
    self.start = start
    self.listeners = listeners
    facts.cpuLimitSeconds = start.limits.cpuSeconds
    allowance = OutputAllowance(
      bytes: start.limits.outputBytes, bytesPerSecond: start.limits.outputBytesPerSecond, now: .now)
  }

  // MARK: Start

  /// Starts bubblewrap. Whatever happens, the listeners hear of it.
  func begin() {
    var pipes: [[Int32]] = []
    var result: Int32 = 0
    for hostReads in [Int32(0), 1, 1] where result == 0 {
      var ends: [Int32] = [-1, -1]
      result = sarai_pipe_open(&ends, hostReads)
      if result == 0 { pipes.append(ends) }
    }
    var controls: [Int32] = [-1, -1]
    if result == 0 { result = sarai_control_open(&controls) }
    if result == 0 { result = sarai_control_send(controls[0], start.request, start.request.count) }
    if result == 0 {
      result = spawn(input: pipes[0][0], output: pipes[1][1], error: pipes[2][1], control: controls[1])
    }
    let theirs = [(0, 0), (1, 1), (2, 1)].filter { $0.0 < pipes.count }.map { pipes[$0.0][$0.1] } + [controls[1]]
    for descriptor in theirs where descriptor >= 0 { close(descriptor) }
    let ours = [(0, 1), (1, 0), (2, 0)].filter { $0.0 < pipes.count }.map { pipes[$0.0][$0.1] } + [controls[0]]
    guard result == 0 else {
      for descriptor in ours where descriptor >= 0 { close(descriptor) }
      failure = BubblewrapErrors.cannotStart(start.commandLine[0], error: -result)
      bubblewrapHasEnded = true
      return finish()
    }
    (input, control) = (ours[0], ours[3])
    outputs = [ours[1]: true, ours[2]: false]
    watch(control) { $0.receive() }
    for (descriptor, isStandardOutput) in outputs { watch(descriptor) { $0.read(descriptor, isStandardOutput) } }
    watch(bubblewrap.pidfd) { $0.bubblewrapEnded() }
    after(seconds: start.limits.startSeconds) { session in
      guard session.phase == .starting else { return }
      session.failure = BubblewrapErrors.startTimeout(session.start.name, seconds: session.start.limits.startSeconds)
      session.kill()
    }
  }

  private func spawn(input: Int32, output: Int32, error: Int32, control: Int32) -> Int32 {
    var taskFiles: [Int32] = []
    var cgroup: Int32 = -1
    defer { for file in taskFiles + [cgroup] where file >= 0 { close(file) } }
    for path in start.group?.taskFiles ?? [] {
      let file = open(path, O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { return -errno }
      taskFiles.append(file)
    }
    if let folder = start.group?.unified {
      cgroup = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard cgroup >= 0 else { return -errno }
    }
    return withCStrings(start.commandLine) { arguments in
      withCStrings(start.environment) { environment in
        var request = sarai_spawn_request()
        request.executable = UnsafePointer(arguments[0])
        request.arguments = arguments
        request.environment = environment
        (request.input, request.output, request.error, request.control) = (input, output, error, control)
        request.task_file_count = UInt32(taskFiles.count)
        request.cgroup = cgroup
        request.closes_others = start.closesDescriptors ? 1 : 0
        (request.user, request.group) = start.identity.numbers
        return taskFiles.withUnsafeBufferPointer { files in
          request.task_files = files.baseAddress
          return sarai_spawn(&request, &bubblewrap)
        }
      }
    }
  }

  // MARK: What comes in

  private func receive() {
    while control >= 0 {
      var report = sarai_confine_report()
      var sender: pid_t = 0
      let count = sarai_control_receive(control, &report, MemoryLayout<sarai_confine_report>.size, &sender)
      if count == -Int(EAGAIN) { return }
      guard count == MemoryLayout<sarai_confine_report>.size else { return closeControl() }
      take(report, from: sender)
    }
  }

  private func take(_ report: sarai_confine_report, from sender: pid_t) {
    switch Int(report.kind) {
    case SARAI_CONFINE_HELLO:
      programPid = sender
    case SARAI_CONFINE_STARTED:
      watchConfine(sender)
      guard phase == .starting, failure == nil else { return }
      phase = .running
      listeners.started.set(.success(programPid))
    case SARAI_CONFINE_FAILED:
      failure = failure ?? BubblewrapErrors.stage(report.value, error: report.detail, name: start.name)
    case SARAI_CONFINE_EXITED:
      facts.status = report.value
      facts.cpuMicroseconds = Int(clamping: report.amount)
      facts.peakMemoryBytes = Int(clamping: report.size)
    case SARAI_CONFINE_CHECKED:
      // A check has no program to run; what holds comes in the place of its pid.
      phase = .running
      listeners.started.set(.success(report.value | report.detail << 16))
    default:
      break
    }
  }

  private func watchConfine(_ pid: pid_t) {
    confine = sarai_watch_process(pid)
    guard confine >= 0 else { return }
    watch(confine) { session in
      session.unwatch(session.confine)
      close(session.confine)
      session.confine = -1
      session.finishIfGone()
    }
  }

  /// False where there is nothing more to read, now or ever.
  @discardableResult
  private func read(_ descriptor: Int32, _ isStandardOutput: Bool) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return errno == EINTR }
    guard count > 0 else {
      closeOutput(descriptor)
      return false
    }
    deliver(Array(buffer.prefix(count)), isStandardOutput)
    return true
  }

  private func deliver(_ bytes: [UInt8], _ isStandardOutput: Bool) {
    guard !facts.exceededOutput else { return }
    let allowed = start.limitsOutput ? allowance.take(bytes.count, now: .now) : bytes.count
    if allowed > 0 {
      let kept = allowed == bytes.count ? bytes : Array(bytes.prefix(allowed))
      lastWords = (lastWords + kept).suffix(Self.lastWordsBytes)
      listeners.output(isStandardOutput ? .standardOutput(kept) : .standardError(kept))
    }
    if allowed < bytes.count {
      facts.exceededOutput = true
      kill()
    }
  }

  // MARK: Signals and the end

  func signal(_ number: Int32) {
    guard control >= 0 else { return }
    var message = sarai_confine_signal(signal: number)
    sarai_control_send(control, &message, MemoryLayout<sarai_confine_signal>.size)
  }

  /// End of file and SIGTERM; after the grace, `kill`.
  func terminate(graceSeconds: Double) {
    guard phase != .ended else { return }
    facts.wasTerminated = true
    closeInput()
    guard phase == .running, graceSeconds > 0 else { return kill() }
    signal(SIGTERM)
    after(seconds: graceSeconds) { $0.kill() }
  }

  /// SIGKILL for the program; a moment later for everything, in case sarai-confine cannot pass it on.
  private func kill() {
    guard phase != .ended else { return }
    signal(SIGKILL)
    if phase == .starting { return killAll() }
    after(seconds: Self.hardGraceSeconds) { $0.killAll() }
  }

  private func killAll() {
    guard phase != .ended else { return }
    if confine >= 0 { sarai_send_signal(confine, SIGKILL) }
    // A child of bubblewrap's that has not asked yet to die with it would stay.
    if phase == .starting { ProcessTree.killChildren(of: bubblewrap.pid) }
    if !bubblewrapHasEnded { sarai_send_signal(bubblewrap.pidfd, SIGKILL) }
    closeControl()
  }

  private func bubblewrapEnded() {
    var status: Int32 = 0
    guard sarai_reap(bubblewrap.pid, &status) != 0 else { return }
    bubblewrapHasEnded = true
    unwatch(bubblewrap.pidfd)
    close(bubblewrap.pidfd)
    receive()
    // What is still there without it (it was killed) has lost its reason to be.
    if confine >= 0 { sarai_send_signal(confine, SIGKILL) }
    finishIfGone()
  }

  private func finishIfGone() {
    guard bubblewrapHasEnded, confine < 0 else { return }
    // All who could write are gone: this reads to the end, and a pipe does not hold much.
    for (descriptor, isStandardOutput) in outputs { while read(descriptor, isStandardOutput) {} }
    finish()
  }

  private func finish() {
    guard !isFinishing else { return }
    isFinishing = true
    for descriptor in outputs.keys { closeOutput(descriptor) }
    closeInput()
    closeControl()
    facts.outOfMemoryKills = start.group?.outOfMemoryKills() ?? 0
    removeGroup()
  }

  private func removeGroup() {
    if let group = start.group, !group.remove(), removalsLeft > 0 {
      removalsLeft -= 1
      group.kill()
      after(seconds: 0.005) { $0.removeGroup() }
      return
    }
    let wasStarting = phase == .starting
    phase = .ended
    for timer in timers { loop.cancel(timer) }
    if let folder = start.serviceFolder { ServiceFolder.remove(folder) }
    if wasStarting {
      let fault = failure ?? BubblewrapErrors.ended(start.name, lastWords: lastWords, terminated: facts.wasTerminated)
      listeners.started.set(.failure(fault))
    }
    listeners.ended(facts.exit)
  }

  // MARK: Descriptors and timers

  private func watch(_ descriptor: Int32, _ body: @escaping (BubblewrapSession) -> Void) {
    // The loop keeps the session alive for as long as it watches anything of it.
    watches[descriptor] = loop.watch(descriptor) { body(self) }
  }

  private func unwatch(_ descriptor: Int32) {
    if let token = watches.removeValue(forKey: descriptor) { loop.unwatch(token) }
  }

  private func after(seconds: Double, _ body: @escaping (BubblewrapSession) -> Void) {
    timers.append(loop.after(seconds: seconds) { body(self) })
  }

  private func closeOutput(_ descriptor: Int32) {
    unwatch(descriptor)
    outputs[descriptor] = nil
    close(descriptor)
  }

  private func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  private func closeControl() {
    guard control >= 0 else { return }
    unwatch(control)
    close(control)
    control = -1
  }
}
