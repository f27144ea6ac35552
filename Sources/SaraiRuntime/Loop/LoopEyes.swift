import Glibc
import Logging
import SaraiAgent
import SaraiCore
import SaraiModels
import SaraiSkills
import Synchronization

/// What the supervisor looks at for the loop: how much SARAi holds, how much room the disk has, which skills died, how
/// the memory's file grows, and whether the person is there.
final class LoopEyes: Sendable {
  private struct State {
    var answering = 0
    var lastTurn = ContinuousClock.now
    var isIdle = false
    var deaths: [String: UInt64] = [:]
  }

  /// Between two looks. Reading how much memory a process holds takes milliseconds of the kernel's time.
  static let lookSeconds = 30.0
  /// So long after the last answer a person is taken to be away.
  static let idleSeconds = 300.0

  private let folders: Folders
  private let models: ModelPool
  private let skills: SkillPool
  private let processes: @Sendable () async -> [Int32]
  let tell: @Sendable (_ kind: String, _ values: [String: String]) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - processes: SARAi's own processes beside engines and skills.
  ///   - tell: Called with what happened.
  init(
    folders: Folders, models: ModelPool, skills: SkillPool, processes: @escaping @Sendable () async -> [Int32],
    tell: @escaping @Sendable (_ kind: String, _ values: [String: String]) -> Void
  ) {
    self.folders = folders
    self.models = models
    self.skills = skills
    self.processes = processes
    self.tell = tell
  }

  /// A person's question has come, or was answered.
  ///
  /// - Parameter answeredBy: `model`, `memory` or a skill's name; nil at the beginning.
  func turn(answeredBy: String?) {
    let (isBack, kind) = state.withLock { state in
      defer { (state.lastTurn, state.isIdle) = (.now, false) }
      guard answeredBy != nil else {
        state.answering += 1
        return (state.isIdle, state.answering == 1 ? "answering" : nil)
      }
      state.answering = max(0, state.answering - 1)
      return (false, state.answering == 0 ? "answered" : nil)
    }
    if isBack { tell("user_active", [:]) }
    if let kind { tell(kind, Self.answerer(answeredBy ?? "")) }
  }

  private static func answerer(_ name: String) -> [String: String] {
    switch name {
    case TurnObserver.model: ["model": Turn.sarai]
    case TurnObserver.nobody, "memory": [:]
    default: ["skill": name]
    }
  }

  /// Looks now and then, until the task is cancelled.
  func watch() async {
    while !Task.isCancelled {
      await look()
      try? await Task.sleep(for: .seconds(Self.lookSeconds))
    }
  }

  func look() async {
    let engines = await models.ps()
    let status = await skills.status()
    var bytes = engines.compactMap(\.memoryBytes).reduce(0) { $0 + Int($1) }
    bytes = status.flatMap(\.processes).compactMap(\.memoryBytes).reduce(bytes, +)
    for pid in await processes() { bytes += ProcessMemory.proportionalBytes(pid: pid) ?? 0 }
    tell("memory", ["bytes": "\(bytes)", "pressure": "\(MemoryState.now().pressurePercent ?? 0)"])
    if let free = Self.freeBytes(at: folders.state) { tell("disk", ["free_bytes": "\(free)"]) }
    if let file = FileStatus(folders.memory + "/memory.db") { tell("database", ["bytes": "\(file.sizeBytes)"]) }
    for (name, deaths) in newDeaths(status.bySkill) { tell("skill_crashed", ["skill": name, "count": "\(deaths)"]) }
    if becameIdle() { tell("user_idle", ["seconds": "\(Int(Self.idleSeconds))"]) }
  }

  private func newDeaths(_ skills: [SkillStatus]) -> [(String, UInt64)] {
    state.withLock { state in
      skills.compactMap { skill in
        let deaths = UInt64(skill.totals.deaths)
        defer { state.deaths[skill.name] = deaths }
        guard let known = state.deaths[skill.name] ?? 0 as UInt64?, deaths > known else { return nil }
        return (skill.name, deaths - known)
      }
    }
  }

  private func becameIdle() -> Bool {
    state.withLock { state in
      guard !state.isIdle, state.answering == 0, state.lastTurn.duration(to: .now) > .seconds(Self.idleSeconds) else {
        return false
      }
      state.isIdle = true
      return true
    }
  }

  /// Bytes that this user can still write where the folder lies.
  private static func freeBytes(at folder: String) -> UInt64? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }
}
