import LoopProtocol
import SaraiCore

/// The loop in its process as the API asks it.
struct JSONLoop: LoopGateway {
  let client: LoopClient

  func status() async throws -> JSONValue { try await client.status().json }

  func pause(seconds: Double?) async throws -> JSONValue {
    try await client.pause(until: seconds.map { $0 + WallClock.seconds }).json
  }

  func resume() async throws -> JSONValue { try await client.resume().json }

  func history(owner: String, limit: Int) async throws -> [JSONValue] {
    try await client.history(owner: owner, limit: limit).map(\.json)
  }

  func plan(owner: String, hours: Int) async throws -> [JSONValue] {
    try await client.rehearse(owner: owner, hours: Double(hours)).map(\.json)
  }

  // MARK: - Jobs

  func jobs(owner: String) async throws -> [JSONValue] { try await client.jobs(owner: owner).map(\.json) }

  func job(_ id: Int64, owner: String) async throws -> JSONValue { try await client.job(id, owner: owner).json }

  func add(_ job: LoopJobRequest, owner: String) async throws -> JSONValue {
    var request = Sarai_Loop_V1_Job()
    request.owner = owner
    request.name = job.name
    request.schedule = job.schedule
    request.action = job.action
    request.arguments = job.arguments
    request.zone = job.zone ?? ""
    request.catchUp = job.catchUp ?? ""
    request.priority = UInt32(clamping: job.priority ?? 0)
    request.limitSeconds = job.limitSeconds ?? 0
    return try await client.add(request).json
  }

  func edit(_ id: Int64, _ edit: LoopJobChange, owner: String) async throws -> JSONValue {
    var request = Sarai_Loop_V1_EditJobRequest()
    request.owner = owner
    request.id = id
    if let name = edit.name { request.name = name }
    if let schedule = edit.schedule { request.schedule = schedule }
    if let zone = edit.zone { request.zone = zone }
    if let catchUp = edit.catchUp { request.catchUp = catchUp }
    if let priority = edit.priority { request.priority = UInt32(clamping: priority) }
    if let isEnabled = edit.isEnabled { request.isEnabled = isEnabled }
    if let limit = edit.limitSeconds { request.limitSeconds = limit }
    request.arguments = edit.arguments ?? [:]
    return try await client.edit(request).json
  }

  func remove(_ id: Int64, owner: String) async throws -> JSONValue { try await client.remove(id, owner: owner).json }

  func run(_ id: Int64, owner: String) async throws -> JSONValue { try await client.run(id, owner: owner).json }

  // MARK: - The inbox

  func inbox(owner: String, unreadOnly: Bool, limit: Int) async throws -> [JSONValue] {
    try await client.inbox(owner: owner, unreadOnly: unreadOnly, limit: limit).map(\.json)
  }

  func item(_ id: Int64, owner: String) async throws -> JSONValue { try await client.item(id, owner: owner).json }

  func mark(_ id: Int64, _ mark: InboxMark, owner: String) async throws -> JSONValue {
    try await client.mark(id, owner: owner, mark.rawValue).json
  }
}
