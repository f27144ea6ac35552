import GRPCCore
import Glibc
import Logging
import LoopProtocol
import SaraiCore
import SaraiModels
import SaraiSandbox
import SkillProtocol

/// The process that decides what is done unasked, as the supervisor keeps it: in a sandbox with its own folder and
/// nothing else, started with the supervisor, and again at once where it ends.
actor LoopProcess {
  private struct Running {
    let serving: ServingChild
    let at = ContinuousClock.now
    /// Whether it has the settings: before, it would answer that it is off.
    var isConfigured = false
  }

  /// A large history that was damaged is checked page by page, and a backup copied.
  private static let startSeconds = 60.0
  private static let memoryBytes = 1 << 30

  private let setup: Setup
  private let launcher: any ProcessLauncher
  private let companion: LoopCompanion
  private let log = Logger(label: "sarai.loop")
  private var running: Running?
  private var pacing = RestartPacing()
  private var lastError: SaraiError?
  private var keeper: Task<Void, Never>?
  private var next = OneShot<Void>()

  init(_ setup: Setup, launcher: any ProcessLauncher, companion: LoopCompanion) {
    self.setup = setup
    self.launcher = launcher
    self.companion = companion
  }

  /// Starts it and keeps it running, until `close`.
  func begin() {
    guard keeper == nil else { return }
    keeper = Task { await keep() }
  }

  /// Where it answers. Waits a moment where it is just starting.
  ///
  /// - Throws: `SaraiError`: why it does not start.
  func socket() async throws -> String {
    if let running, running.isConfigured, running.serving.hasEnded.value == nil { return running.serving.socket }
    if let lastError, pacing.isFailing { throw lastError }
    let next = next
    try await withDeadline(seconds: Self.startSeconds, expired: { Self.ended("not started yet") }) {
      try await next.waitOrCancel()
    }
    guard let running, running.isConfigured, running.serving.hasEnded.value == nil else {
      throw lastError ?? Self.ended("ended at once")
    }
    return running.serving.socket
  }

  func status() -> Sarai_Supervisor_V1_LoopStatus {
    var status = Sarai_Supervisor_V1_LoopStatus()
    status.restarts = pacing.restarts
    guard let running, running.serving.hasEnded.value == nil else {
      status.state = pacing.isFailing ? "resting" : "starting"
      return status
    }
    status.state = "running"
    status.pid = running.serving.child.pid
    status.uptimeSeconds = running.at.duration(to: .now) / .seconds(1)
    if let bytes = ProcessMemory.proportionalBytes(pid: running.serving.child.pid) { status.memoryBytes = Int64(bytes) }
    return status
  }

  func close() async {
    keeper?.cancel()
    await running?.serving.child.stop()
    await keeper?.value
    next.set(())
  }

  // MARK: - Keeping it

  private func keep() async {
    while !Task.isCancelled {
      let began = ContinuousClock.now
      do {
        let serving = try await start()
        running = Running(serving: serving)
        await companion.accompany(serving) { await self.configured(serving.child.pid) }
        await serving.hasEnded.wait()
        if running?.isConfigured != true {
          lastError = Self.ended("ended at once")
          announce()
        }
      } catch {
        lastError = error as? SaraiError ?? Self.ended("\(error)")
        log.error("the loop does not start: \(error)")
        announce()
      }
      guard !Task.isCancelled else { return }
      let pause = pacing.ended(afterSeconds: began.duration(to: .now) / .seconds(1))
      if pause > 0 { log.warning("the loop is started again in \(pause) s") }
      try? await Task.sleep(for: .seconds(pause))
    }
  }

  private func configured(_ pid: Int32) {
    guard running?.serving.child.pid == pid else { return }
    running?.isConfigured = true
    lastError = nil
    announce()
  }

  /// Those who wait for it go on, with it or with the error.
  private func announce() {
    next.set(())
    next = OneShot()
  }

  private func start() async throws -> ServingChild {
    try Folders.create(setup.folders.loop, variable: "SARAI_STATE_DIR")
    let direct = setup.folders.sandboxes + "/loop.sock"
    let isolated = launcher.isolates
    var environment = ["SWIFT_BACKTRACE": "enable=no", "SQLITE_TMPDIR": setup.folders.loop]
    if !isolated, let profile = setup.environment["LLVM_PROFILE_FILE"] { environment["LLVM_PROFILE_FILE"] = profile }
    let command = ChildCommand(
      executable: setup.installation.loop,
      arguments: [
        "--folder", setup.folders.loop, "--socket", isolated ? SandboxPaths.socket : direct, "--log-level",
        setup.configuration.text("log.level"),
      ], environment: environment, profile: profile)
    return try await ServingChild.start(
      command, with: launcher, role: "loop", socket: direct, startSeconds: Self.startSeconds, log: log,
      failure: { Self.ended($0) }, repaired: { [log] in log.warning("\($0.en)") })
  }

  private var profile: SandboxProfile {
    var limits = SandboxLimits()
    limits.memoryBytes = Self.memoryBytes
    limits.cpuCores = 1
    limits.tasks = 64
    limits.openFiles = 512
    limits.fileBytes = 4 << 30
    limits.outputBytes = 4 << 20
    limits.startSeconds = Self.startSeconds
    let zones = FileStatus(LoopSettings.zoneFolder)?.isFolder == true ? [LoopSettings.zoneFolder] : []
    return SandboxProfile(
      name: "loop", kind: .native, executable: setup.installation.loop, readOnly: zones.map { .init(host: $0) },
      readWrite: [.init(host: setup.folders.loop)], serves: true, limits: limits)
  }

  private static func ended(_ cause: String) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "El bucle de SARAi, que lleva los avisos y las tareas, no llegó a arrancar. Vuelve a intentarlo; si se "
          + "repite, «sarai doctor» ayuda a encontrar la causa.",
        en: "SARAi's loop, which keeps reminders and jobs, did not start. Try again; if it goes on, \"sarai doctor\" "
          + "helps to find the cause."),
      cause: cause)
  }
}
