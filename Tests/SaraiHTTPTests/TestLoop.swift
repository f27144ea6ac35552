import SaraiCore
import Synchronization

/// A loop that keeps what is added, and notes what it is asked.
final class TestLoop: LoopGateway {
  private struct State {
    var asked: [String] = []
    var jobs: [Int64: (owner: String, job: LoopJobRequest)] = [:]
    var changes: [LoopJobChange] = []
  }

  private let state = Mutex(State())
  private let isOff: Bool

  /// - Parameter isOff: Whether it answers as one that the configuration has switched off.
  init(isOff: Bool = false) { self.isOff = isOff }

  var asked: [String] { state.withLock { $0.asked } }
  var lastJob: LoopJobRequest? { state.withLock { state in state.jobs.max { $0.key < $1.key }?.value.job } }
  var lastChange: LoopJobChange? { state.withLock { $0.changes.last } }

  private func note(_ call: String) throws {
    state.withLock { $0.asked.append(call) }
    if isOff {
      throw SaraiError(
        .notAvailable, es: "apagado en /home/ana/sarai.yaml", en: "off in /home/ana/sarai.yaml",
        subject: "phoenix.proactive_loop_enabled")
    }
  }

  private func known(_ id: Int64, _ owner: String) throws -> LoopJobRequest {
    guard let kept = state.withLock({ $0.jobs[id] }), kept.owner == owner else {
      throw SaraiError(.notFound, es: "No hay ninguna tarea \(id).", en: "There is no job \(id).", subject: "\(id)")
    }
    return kept.job
  }

  private func json(_ id: Int64, _ job: LoopJobRequest) -> JSONValue {
    [
      "id": .integer(id), "schedule": .string(job.schedule), "action": .string(job.action),
      "zone": .string(job.zone ?? ""),
    ]
  }

  func status() async throws -> JSONValue {
    try note("status")
    return ["state": "running"]
  }
  func pause(seconds: Double?) async throws -> JSONValue {
    try note("pause \(seconds?.description ?? "-")")
    return ["state": "paused"]
  }
  func resume() async throws -> JSONValue {
    try note("resume")
    return ["state": "running"]
  }
  func history(owner: String, limit: Int) async throws -> [JSONValue] {
    try note("history \(owner) \(limit)")
    return [["state": "done"]]
  }
  func plan(owner: String, hours: Int) async throws -> [JSONValue] {
    try note("plan \(owner) \(hours)")
    return [["state": "planned"]]
  }

  func jobs(owner: String) async throws -> [JSONValue] {
    try note("jobs \(owner)")
    return state.withLock { $0.jobs }.filter { $0.value.owner == owner }.map { json($0.key, $0.value.job) }
  }
  func job(_ id: Int64, owner: String) async throws -> JSONValue {
    try note("job \(id) \(owner)")
    return json(id, try known(id, owner))
  }
  func add(_ job: LoopJobRequest, owner: String) async throws -> JSONValue {
    try note("add \(owner)")
    let id = state.withLock { state in
      let id = Int64(state.jobs.count + 1)
      state.jobs[id] = (owner, job)
      return id
    }
    return json(id, job)
  }
  func edit(_ id: Int64, _ edit: LoopJobChange, owner: String) async throws -> JSONValue {
    try note("edit \(id) \(owner)")
    state.withLock { $0.changes.append(edit) }
    return json(id, try known(id, owner))
  }
  func remove(_ id: Int64, owner: String) async throws -> JSONValue {
    try note("remove \(id) \(owner)")
    let job = try known(id, owner)
    state.withLock { $0.jobs[id] = nil }
    return json(id, job)
  }
  func run(_ id: Int64, owner: String) async throws -> JSONValue {
    try note("run \(id) \(owner)")
    return ["job": .integer(id), "state": "done"]
  }

  func inbox(owner: String, unreadOnly: Bool, limit: Int) async throws -> [JSONValue] {
    try note("inbox \(owner) \(unreadOnly ? "new" : "all") \(limit)")
    return [["id": 7]]
  }
  func item(_ id: Int64, owner: String) async throws -> JSONValue {
    try note("item \(id) \(owner)")
    return ["id": .integer(id), "why_en": "you asked"]
  }
  func mark(_ id: Int64, _ mark: InboxMark, owner: String) async throws -> JSONValue {
    try note("mark \(id) \(mark.rawValue) \(owner)")
    return ["id": .integer(id)]
  }
}
