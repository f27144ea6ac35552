import SaraiCore

// The calls of proto/loop.proto, one for one.
extension LoopClient {
  package func status() async throws -> Sarai_Loop_V1_Status {
    try await call { try await $0.describe(Sarai_Loop_V1_DescribeRequest(), options: $1) }
  }

  /// - Parameter until: Seconds since 1970; nil until `resume`.
  package func pause(until: Double?) async throws -> Sarai_Loop_V1_Status {
    var request = Sarai_Loop_V1_PauseRequest()
    if let until { request.until = until }
    return try await call { [request] in try await $0.pause(request, options: $1) }
  }

  package func resume() async throws -> Sarai_Loop_V1_Status {
    try await call { try await $0.resume(Sarai_Loop_V1_ResumeRequest(), options: $1) }
  }

  package func jobs(owner: String) async throws -> [Sarai_Loop_V1_Job] {
    var request = Sarai_Loop_V1_ListJobsRequest()
    request.owner = owner
    return try await call { [request] in try await $0.listJobs(request, options: $1) }.jobs
  }

  /// - Throws: `notFound`.
  package func job(_ id: Int64, owner: String) async throws -> Sarai_Loop_V1_Job {
    guard let job = try await jobs(owner: owner).first(where: { $0.id == id }) else {
      throw SaraiError(
        .notFound, es: "No hay ninguna tarea \(id); «sarai job list» las muestra.",
        en: "There is no job \(id); \"sarai job list\" shows them.", subject: "\(id)")
    }
    return job
  }

  package func add(_ job: Sarai_Loop_V1_Job) async throws -> Sarai_Loop_V1_Job {
    try await callOnce { try await $0.addJob(job, options: $1) }
  }

  package func edit(_ request: Sarai_Loop_V1_EditJobRequest) async throws -> Sarai_Loop_V1_Job {
    try await call { try await $0.editJob(request, options: $1) }
  }

  package func remove(_ id: Int64, owner: String) async throws -> Sarai_Loop_V1_Job {
    try await callOnce { try await $0.removeJob(Self.job(id, owner), options: $1) }
  }

  /// Has it done now, and waits for what comes of it.
  package func run(_ id: Int64, owner: String) async throws -> Sarai_Loop_V1_Action {
    try await callOnce { try await $0.runJob(Self.job(id, owner), options: $1) }
  }

  package func history(owner: String, limit: Int) async throws -> [Sarai_Loop_V1_Action] {
    var request = Sarai_Loop_V1_ListActionsRequest()
    request.owner = owner
    request.limit = UInt32(clamping: limit)
    return try await call { [request] in try await $0.listActions(request, options: $1) }.actions
  }

  package func rehearse(owner: String, hours: Double) async throws -> [Sarai_Loop_V1_Action] {
    var request = Sarai_Loop_V1_RehearseRequest()
    request.owner = owner
    request.hours = hours
    return try await call { [request] in try await $0.rehearse(request, options: $1) }.actions
  }

  package func inbox(owner: String, unreadOnly: Bool, limit: Int = 0) async throws -> [Sarai_Loop_V1_InboxItem] {
    var request = Sarai_Loop_V1_ListInboxRequest()
    request.owner = owner
    request.unreadOnly = unreadOnly
    request.limit = UInt32(clamping: limit)
    return try await call { [request] in try await $0.listInbox(request, options: $1) }.items
  }

  /// - Throws: `notFound`.
  package func item(_ id: Int64, owner: String) async throws -> Sarai_Loop_V1_InboxItem {
    guard let item = try await inbox(owner: owner, unreadOnly: false, limit: 1_000).first(where: { $0.id == id }) else {
      throw SaraiError(
        .notFound, es: "No hay ningún aviso \(id) en este buzón; «sarai inbox --all» los muestra.",
        en: "There is no item \(id) in this inbox; \"sarai inbox --all\" shows them.", subject: "\(id)")
    }
    return item
  }

  /// - Parameter mark: `read`, `accept`, `dismiss` or `never`.
  package func mark(_ id: Int64, owner: String, _ mark: String) async throws -> Sarai_Loop_V1_InboxItem {
    var request = Sarai_Loop_V1_MarkRequest()
    request.owner = owner
    request.id = id
    request.mark = mark
    return try await call { [request] in try await $0.markInboxItem(request, options: $1) }
  }

  private static func job(_ id: Int64, _ owner: String) -> Sarai_Loop_V1_JobRequest {
    var request = Sarai_Loop_V1_JobRequest()
    request.owner = owner
    request.id = id
    return request
  }
}
