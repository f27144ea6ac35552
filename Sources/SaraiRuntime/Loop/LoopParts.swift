import Glibc
import LoopProtocol
import MemoryProtocol
import SaraiCore
import SaraiModels
import SaraiSkills
import SkillProtocol
import Synchronization

/// All of the loop that lives in the supervisor: its process, the eyes and hands that it has on this machine, and the
/// way in which what it has to say reaches a person.
final class LoopParts: Sendable {
  private struct State {
    var setup: Setup
    var isClosed = false
    var watching: Task<Void, Never>?
    var following: Task<Void, Never>?
  }

  private let state: Mutex<State>
  private let assistant: Assistant
  private let companion: LoopCompanion
  private let process: LoopProcess
  private let eyes: LoopEyes
  private let files = FileWatch()
  private let messenger: Messenger
  private let memory: MemoryProcess
  private let socketOfLoop: SupervisedSocket
  private let client: LoopClient

  init(
    _ setup: Setup, launcher: any ProcessLauncher, models: ModelPool, skills: SkillPool, memory: MemoryProcess
  ) {
    state = Mutex(State(setup: setup))
    assistant = Assistant(setup, supervision: Supervision(setup: setup)) { _ in }
    messenger = Messenger(setup)
    self.memory = memory
    companion = LoopCompanion(
      settings: setup.loopSettings,
      hands: LoopHands(folders: setup.folders, models: models, skills: skills, assistant: assistant),
      deliver: { [messenger] in messenger.show($0) }, watch: { [files] in files.watch($0) })
    process = LoopProcess(setup, launcher: launcher, companion: companion)
    eyes = LoopEyes(
      folders: setup.folders, models: models, skills: skills,
      processes: { [process] in
        [getpid(), await memory.status()?.pid ?? 0, await process.status().pid].filter { $0 > 0 }
      }, tell: { [companion] in companion.report($0, $1) })
    let socket = SupervisedSocket { [process] in try await process.socket() }
    socketOfLoop = socket
    client = LoopClient(connection: { try await socket.connection() }, lost: { socket.lose($0) })
    files.begin { [companion] in companion.report("file_changed", ["path": $0]) }
  }

  /// Starts it, where the configuration has it.
  ///
  /// - Parameter tell: Shows a sentence to those who attend.
  func begin(tell: @escaping @Sendable (Localized) -> Void) async {
    messenger.setTell(tell)
    if state.withLock({ $0.setup.actsUnasked }) { await start() }
  }

  /// Takes a new configuration. Switched off, its process stays, and does nothing.
  func apply(_ setup: Setup) async {
    state.withLock { $0.setup = setup }
    messenger.apply(setup)
    companion.configure(setup.loopSettings)
    if setup.actsUnasked { await start() }
  }

  private func start() async {
    let isFirst = state.withLock { state in
      guard state.watching == nil, !state.isClosed else { return false }
      state.watching = Task(priority: .background) { [weak self] in
        while !Task.isCancelled {
          await self?.look()
          try? await Task.sleep(for: .seconds(LoopEyes.lookSeconds))
        }
      }
      return true
    }
    guard isFirst else { return }
    await process.begin()
    await memory.watchStarts { [weak self] in self?.followMemory($0) }
  }

  /// A memory that starts is followed as long as it runs; none is started for that.
  private func followMemory(_ path: String) {
    let socket = SupervisedSocket { path }
    let client = MemoryClient(connection: { try await socket.connection() }, lost: { socket.lose($0) })
    let following = Task { [eyes] in
      await eyes.follow(client)
      socket.close()
    }
    let last = state.withLock { state in
      defer { state.following = following }
      return state.following
    }
    last?.cancel()
  }

  private func look() async {
    // The zone of the machine may have changed.
    companion.configure(state.withLock { $0.setup }.loopSettings)
    await eyes.look()
  }

  func close() async {
    let tasks = state.withLock { state in
      state.isClosed = true
      return [state.watching, state.following]
    }
    for task in tasks { task?.cancel() }
    companion.close()
    await process.close()
    files.close()
    socketOfLoop.close()
    await assistant.close()
  }

  // MARK: - What clients ask

  /// - Throws: `notAvailable` where the configuration has it off; why it does not start.
  func socket() async throws -> String {
    let setup = state.withLock { $0.setup }
    guard setup.actsUnasked else {
      throw SaraiError(
        .notAvailable,
        es: "Las tareas, los recordatorios y el buzón están apagados: pon «phoenix.proactive_loop_enabled: true» en "
          + "\(setup.folders.configurationFile).",
        en: "Jobs, reminders and the inbox are off: put \"phoenix.proactive_loop_enabled: true\" into "
          + "\(setup.folders.configurationFile).", subject: "phoenix.proactive_loop_enabled")
    }
    return try await process.socket()
  }

  /// Nil where nothing is done unasked.
  func status() async -> Sarai_Supervisor_V1_LoopStatus? {
    guard state.withLock({ $0.setup.actsUnasked }) else { return nil }
    return await process.status()
  }

  /// Of its process; nil where there is none.
  var memoryBytes: Int? {
    get async { await status().flatMap { $0.hasMemoryBytes ? Int($0.memoryBytes) : nil } }
  }

  /// One client, whose turns are told to the loop until it leaves.
  func attend() -> TurnNotes { TurnNotes(eyes: eyes) }

  func samples() async -> [MetricSample] {
    guard let status = await status() else { return [] }
    guard status.state == "running" else { return LoopMetrics.samples(status, nil) }
    return LoopMetrics.samples(
      status, try? await client.call { try await $0.describe(Sarai_Loop_V1_DescribeRequest(), options: $1) })
  }
}

/// The turns of one client of the supervisor. One that dies in the middle of an answer holds nothing back.
final class TurnNotes: Sendable {
  private let eyes: LoopEyes
  private let open = Mutex(0)

  init(eyes: LoopEyes) { self.eyes = eyes }

  func turn(_ turn: Sarai_Supervisor_V1_Turn) {
    let isKnown = open.withLock { open in
      guard turn.isOver else {
        open += 1
        return true
      }
      defer { open = max(0, open - 1) }
      return open > 0
    }
    if isKnown { eyes.turn(answeredBy: turn.isOver ? turn.answeredBy : nil) }
  }

  func leave() {
    let left = open.withLock { open in
      defer { open = 0 }
      return open
    }
    for _ in 0..<left { eyes.turn(answeredBy: "") }
  }
}
