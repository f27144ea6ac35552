package import SaraiCore

/// One thing to be done once. All times are milliseconds since 1970.
package struct ProactiveAction: Sendable, Hashable {
  /// Names the occasion, and no two actions share one: "job:7:1795417200000", "warm:skill:calc:1795420800000".
  package var key: String
  /// The job it comes from; nil where none.
  package var job: Int64?
  package var owner: String
  /// What called for it: the text of a schedule ("0 3 * * *"), "on memory_high", "habit", "now".
  package var trigger: String
  /// 1...10, 10 before all others.
  package var priority: Int
  package var action: LoopActionKind
  package var arguments: [String: String]
  package var dueAt: Int64
  package var limitSeconds: Int64

  package init(
    key: String, job: Int64? = nil, owner: String = LoopOwner.system, trigger: String, priority: Int = 5,
    action: LoopActionKind, arguments: [String: String] = [:], dueAt: Int64, limitSeconds: Int64? = nil
  ) {
    self.key = key
    self.job = job
    self.owner = owner
    self.trigger = trigger
    self.priority = priority
    self.action = action
    self.arguments = arguments
    self.dueAt = dueAt
    self.limitSeconds = limitSeconds ?? action.limitSeconds
  }
}

/// What the hands are asked to do.
package struct LoopOrder: Sendable, Hashable {
  package var action: ProactiveAction
  /// 1 for the first time.
  package var attempt: Int
  /// The loop ended while it was done, and what cannot be repeated may be done already. Hands that kept its result, or
  /// are still at it, give that; others throw `notFound` and do nothing.
  package var isUncertain: Bool

  package var key: String { action.key }

  package init(_ action: ProactiveAction, attempt: Int = 1, isUncertain: Bool = false) {
    self.action = action
    self.attempt = attempt
    self.isUncertain = isUncertain
  }
}

/// What an action changed, as measured before and after.
package struct ActionEffect: Sendable, Hashable {
  package enum Unit: String, Sendable, CaseIterable {
    /// Of memory, disk or, for a backup, of what was in none.
    case bytes
    /// Of facts, turns or lines; for a backup, of what was in none.
    case rows
    /// That the next start or first answer takes.
    case milliseconds
    /// That reached the person.
    case messages
  }

  package var unit: Unit
  package var before: Int64
  package var after: Int64

  package init(_ unit: Unit, before: Int64, after: Int64) {
    self.unit = unit
    self.before = before
    self.after = after
  }

  /// Freed, spared or said; negative where it became more.
  package var gain: Int64 { unit == .messages ? after - before : before - after }

  package var isUseful: Bool { gain > 0 }
}

/// What came of an order.
package struct ActionOutcome: Sendable, Hashable {
  /// Nil where nothing can be measured.
  package var effect: ActionEffect?
  /// What a skill or a model answered, or what there is to say of it. Goes to the inbox where a person asked for it.
  package var text: Localized?

  package init(effect: ActionEffect? = nil, text: Localized? = nil) {
    self.effect = effect
    self.text = text
  }
}

/// An action and what became of it.
package struct LoopRecord: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    case waiting, running, done, failed
    /// The loop and its hands ended while it was done: nobody knows how far it came.
    case interrupted
    /// Its job was removed or switched off before its turn came.
    case cancelled

    package var isEnd: Bool { self != .waiting && self != .running }
  }

  package var action: ProactiveAction
  package var state: State
  package var attempts: Int
  package var startedAt: Int64?
  package var endedAt: Int64?
  package var effect: ActionEffect?
  /// What was answered, or why it failed.
  package var text: Localized?
  /// It had an effect; a suggestion, that it was not waved away.
  package var isUseful: Bool

  package init(
    action: ProactiveAction, state: State, attempts: Int = 0, startedAt: Int64? = nil, endedAt: Int64? = nil,
    effect: ActionEffect? = nil, text: Localized? = nil, isUseful: Bool = false
  ) {
    self.action = action
    self.state = state
    self.attempts = attempts
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.effect = effect
    self.text = text
    self.isUseful = isUseful
  }
}
