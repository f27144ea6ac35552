/// What is done unasked, wherever it is kept: what the API needs of it and nothing more.
///
/// What comes back is JSON as commands show it, too. Every call about jobs and the inbox is for one owner, by name, and
/// throws `SaraiError`: `notFound` for a number that this owner does not have, `notAvailable` where nothing is done
/// unasked, …
package protocol LoopGateway: Sendable {
  func status() async throws -> JSONValue
  /// - Parameter seconds: From now on; nil until `resume`.
  func pause(seconds: Double?) async throws -> JSONValue
  func resume() async throws -> JSONValue
  /// What was done, the latest first.
  func history(owner: String, limit: Int) async throws -> [JSONValue]
  /// What the coming hours would bring, with nothing done.
  func plan(owner: String, hours: Int) async throws -> [JSONValue]

  func jobs(owner: String) async throws -> [JSONValue]
  func job(_ id: Int64, owner: String) async throws -> JSONValue
  func add(_ job: LoopJobRequest, owner: String) async throws -> JSONValue
  func edit(_ id: Int64, _ edit: LoopJobChange, owner: String) async throws -> JSONValue
  /// - Returns: What was removed.
  func remove(_ id: Int64, owner: String) async throws -> JSONValue
  /// Has a job done now, and waits for what comes of it.
  func run(_ id: Int64, owner: String) async throws -> JSONValue

  /// The latest first.
  func inbox(owner: String, unreadOnly: Bool, limit: Int) async throws -> [JSONValue]
  func item(_ id: Int64, owner: String) async throws -> JSONValue
  func mark(_ id: Int64, _ mark: InboxMark, owner: String) async throws -> JSONValue
}

/// What a person makes of something in their inbox.
package enum InboxMark: String, Sendable, CaseIterable {
  case read
  /// Yes to what it offers.
  case accept
  case dismiss
  /// Dismissed, and never again about that.
  case never
}

/// A job as it is asked for.
package struct LoopJobRequest: Sendable, Hashable {
  package var name: String
  /// In its canonical form.
  package var schedule: String
  /// By its name; whoever keeps the jobs knows which there are.
  package var action: String
  package var arguments: [String: String]
  /// An IANA name; nil for the machine's.
  package var zone: String?
  /// `once`, `all` or `skip`; nil for once.
  package var catchUp: String?
  /// 1...10; nil for the middle.
  package var priority: Int?
  package var limitSeconds: Double?

  package init(
    name: String, schedule: String, action: String, arguments: [String: String] = [:], zone: String? = nil,
    catchUp: String? = nil, priority: Int? = nil, limitSeconds: Double? = nil
  ) {
    self.name = name
    self.schedule = schedule
    self.action = action
    self.arguments = arguments
    self.zone = zone
    self.catchUp = catchUp
    self.priority = priority
    self.limitSeconds = limitSeconds
  }
}

/// What is to be another in a job; what is nil stays.
package struct LoopJobChange: Sendable, Hashable {
  package var name: String?
  package var schedule: String?
  package var arguments: [String: String]?
  /// Empty for the machine's.
  package var zone: String?
  package var catchUp: String?
  package var priority: Int?
  package var limitSeconds: Double?
  package var isEnabled: Bool?

  package init() {}
}
