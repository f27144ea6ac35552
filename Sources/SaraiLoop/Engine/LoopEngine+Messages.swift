import GRDB
import SaraiAgent
package import SaraiCore

extension LoopEngine {
  /// Writes what is to be said into the inbox, each message with the end of its action in one transaction.
  func sendMessages(now: Int64) throws {
    let (isActive, settings, isAnswering) = (isActive, settings, !answering.isEmpty)
    while true {
      let (keys, told) = try store.write { loop -> ([String], [InboxItem]) in
        let waiting = try loop.records(
          """
          WHERE ended_at IS NULL AND state = 'waiting' AND (? OR trigger = 'now')
            AND (action IN ('remind', 'alert') OR action = 'suggest' AND NOT ?) ORDER BY priority DESC, due_at, key
            LIMIT 200
          """, [isActive, isAnswering])
        let told = try waiting.compactMap { try loop.send($0, settings, now: now) }
        try loop.putAsideUnreadable(now: now)
        return (waiting.map(\.action.key), told)
      }
      for key in keys { ended(key) }
      show(told)
      if keys.isEmpty { return }
    }
  }

  // MARK: - The inbox

  /// - Parameter owner: Whose; nobody sees the messages of another.
  /// - Returns: The latest first.
  package func inbox(owner: String, unreadOnly: Bool = false, limit: Int = 100) throws -> [InboxItem] {
    try readable { loop in
      try loop.items(
        """
        WHERE owner = ? AND (NOT ? OR read_at IS NULL AND dismissed_at IS NULL) ORDER BY created_at DESC, id DESC LIMIT ?
        """, [owner, unreadOnly, min(max(limit, 0), 1000)])
    }
  }

  /// The person saw it, wherever it was shown.
  package func markShown(_ ids: [Int64], owner: String) throws {
    let now = clock.now
    try store.write { loop in
      for id in ids.prefix(1000) {
        try loop.run("UPDATE inbox SET shown_at = coalesce(shown_at, ?) WHERE id = ? AND owner = ?", [now, id, owner])
      }
    }
  }

  /// - Parameter ids: All unread ones where nil.
  package func markRead(_ ids: [Int64]? = nil, owner: String) throws {
    try judge(ids, owner: owner, column: "read_at", isUseful: true)
  }

  /// The person did what it offers.
  package func markActed(_ id: Int64, owner: String) throws {
    try judge([id], owner: owner, column: "acted_at", isUseful: true)
  }

  /// The person waved it away: of the same topic nothing is suggested for a month.
  package func dismiss(_ id: Int64, owner: String) throws {
    try judge([id], owner: owner, column: "dismissed_at", isUseful: false)
  }

  /// The first judgement of a suggestion says what it was worth.
  private func judge(_ ids: [Int64]?, owner: String, column: String, isUseful: Bool) throws {
    let now = clock.now
    try store.write { loop in
      let items = try loop.items(
        ids == nil
          ? "WHERE owner = ? AND read_at IS NULL AND dismissed_at IS NULL LIMIT 1000"
          : "WHERE owner = ?\(Self.among(ids))",
        [owner])
      if let ids, items.count < Set(ids).count { throw LoopWords.noItem(ids.first ?? 0) }
      for item in items {
        try loop.run("UPDATE inbox SET \(column) = coalesce(\(column), ?) WHERE id = ?", [now, item.id])
        guard item.kind == .suggestion, item.readAt == nil, item.actedAt == nil, item.dismissedAt == nil else {
          continue
        }
        try loop.count(
          .suggest, .done, isUseful: isUseful, ActionEffect(.messages, before: 0, after: 1), milliseconds: 0)
      }
    }
  }

  /// Numbers only, so nothing has to be bound.
  private static func among(_ ids: [Int64]?) -> String {
    " AND id IN (\((ids ?? []).prefix(1000).map(String.init).joined(separator: ", ")))"
  }

  /// Nothing of this topic ever again, until `unmute`. "suggestion" is all of them.
  package func mute(_ topic: String, owner: String) throws {
    guard (1...LoopLimits.longestName).contains(topic.utf8.count) else { throw LoopWords.noTopic(topic) }
    let now = clock.now
    try store.write { loop in
      try loop.run("INSERT OR REPLACE INTO muted (owner, topic, at) VALUES (?, ?, ?)", [owner, topic, now])
    }
  }

  package func unmute(_ topic: String, owner: String) throws {
    try store.write { try $0.run("DELETE FROM muted WHERE owner = ? AND topic = ?", [owner, topic]) }
  }

  package func mutedTopics(owner: String) throws -> [String] {
    try store.read { loop in
      try loop.rows("SELECT topic FROM muted WHERE owner = ? ORDER BY topic", [owner]).map { $0["topic"] }
    }
  }

  /// Why a message was written: what called for it, and which facts were used.
  package func why(_ id: Int64, owner: String) throws -> Localized {
    guard let item = try readable({ try $0.items("WHERE id = ? AND owner = ?", [id, owner]).first }) else {
      throw LoopWords.noItem(id)
    }
    return item.why
  }

  /// Reads, and puts aside what cannot be read.
  func readable<Value>(_ body: (LoopTransaction) throws -> [Value]) throws -> [Value] {
    let (values, isWhole) = try store.read { loop in (try body(loop), loop.unreadable.isEmpty) }
    if isWhole { return values }
    let now = clock.now
    return try store.write { loop in
      _ = try body(loop)
      try loop.putAsideUnreadable(now: now)
      return try body(loop)
    }
  }

  private func readable<Value>(_ body: (LoopTransaction) throws -> Value?) throws -> Value? {
    try readable { try body($0).map { [$0] } ?? [] }.first
  }
}

extension LoopTransaction {
  /// - Returns: What was written; nil where its reader muted it, or there was nothing worth saying.
  func send(_ record: LoopRecord, _ settings: LoopSettings, now: Int64) throws -> InboxItem? {
    let action = record.action
    let owner = LoopOwner.reader(
      of: action.owner == LoopOwner.system ? action.arguments["event.owner"] ?? "" : action.owner)
    let item: InboxItem?
    switch action.action {
    case .remind:
      // Dates go on while nobody wants to hear of them, so that they are there when somebody does again.
      let isWanted = try action.arguments["date"] == nil || BuiltinJobs.isOn(BuiltinJobs.factDates, self)
      item = isWanted ? LoopWords.reminder(action, owner: owner, zone: settings.zone, now: now) : nil
    case .suggest: item = try Suggestions.choice(for: owner, self, settings, now: now)
    default: item = LoopWords.alert(action, owner: owner, now: now)
    }
    let kept = try item.flatMap { try insert($0, action: action.key) }
    try end(
      record, .done, effect: ActionEffect(.messages, before: 0, after: kept == nil ? 0 : 1), text: item?.text, now: now)
    if let id = action.job, let job = try job(id), job.nextAt == nil {
      try retire(job, settings, now: now)
    }
    return kept
  }
}
