import LoopProtocol
import SaraiAgent
import SaraiCore
import SaraiLoop
import SkillProtocol

// SARAi's values as the messages of proto/loop.proto, and back. On the wire times are seconds since 1970.

extension Sarai_Loop_V1_Order {
  init(_ order: LoopOrder) {
    self.init()
    key = order.key
    action = order.action.action.rawValue
    arguments = order.action.arguments
    owner = order.action.owner
    limitSeconds = Double(order.action.limitSeconds)
    attempt = UInt32(clamping: order.attempt)
    isUncertain = order.isUncertain
  }
}

extension ActionOutcome {
  /// - Throws: `CancellationError` for one that made room, and the error that it ended with.
  init(_ outcome: Sarai_Loop_V1_Outcome) throws {
    if outcome.yielded { throw CancellationError() }
    if case .error(let detail) = outcome.result { throw SaraiError(detail) }
    let text = outcome.text.isEmpty ? nil : Localized(es: outcome.text, en: outcome.text)
    self.init(effect: outcome.result == nil ? nil : ActionEffect(outcome.effect), text: text)
  }
}

extension ActionEffect {
  /// Nil for a unit that nobody knows.
  init?(_ effect: Sarai_Loop_V1_Effect) {
    guard let unit = Unit(rawValue: effect.unit) else { return nil }
    self.init(unit, before: Int64(clamping: effect.before), after: Int64(clamping: effect.after))
  }
}

extension Sarai_Loop_V1_Effect {
  init(_ effect: ActionEffect) {
    self.init()
    unit = effect.unit.rawValue
    before = Double(effect.before)
    after = Double(effect.after)
  }
}

extension Sarai_Loop_V1_InboxItem {
  init(_ item: InboxItem) {
    self.init()
    id = item.id
    owner = item.owner
    kind = item.kind.rawValue
    textEs = item.text.es
    textEn = item.text.en
    whyEs = item.why.es
    whyEn = item.why.en
    topic = item.topic
    offer = item.offer ?? ""
    createdAt = item.createdAt.seconds
    if let at = item.readAt { readAt = at.seconds }
    if let at = item.dismissedAt { dismissedAt = at.seconds }
    if let at = item.actedAt { actedAt = at.seconds }
  }
}

extension Sarai_Loop_V1_Job {
  init(_ job: LoopJob) {
    self.init()
    id = job.id
    name = job.name
    owner = job.owner
    schedule = job.schedule.text
    zone = job.zone ?? ""
    catchUp = job.catchUp.rawValue
    action = job.action.rawValue
    arguments = job.arguments
    priority = UInt32(clamping: job.priority)
    limitSeconds = Double(job.limitSeconds)
    isEnabled = job.isEnabled
    source = job.source.rawValue
    if let at = job.nextAt { nextAt = at.seconds }
    if let at = job.lastAt { lastAt = at.seconds }
    failures = UInt32(clamping: job.failures)
    isSuspended = job.isSuspended
  }
}

extension LoopJob {
  /// - Throws: `invalidRequest` naming what is not understood.
  init(_ job: Sarai_Loop_V1_Job, now: Int64) throws {
    guard let action = LoopActionKind(rawValue: job.action) else {
      throw Self.unknown("action", job.action, of: LoopActionKind.allCases.map(\.rawValue))
    }
    let catchUp = try job.catchUp.isEmpty ? CatchUp.once : Self.catchUp(job.catchUp)
    guard let source = job.source.isEmpty ? .user : Source(rawValue: job.source), source != .builtin else {
      throw Self.unknown("source", job.source, of: ["user", "chat", "fact"])
    }
    self.init(
      name: job.name, owner: job.owner, schedule: try Schedule(text: job.schedule),
      zone: job.zone.isEmpty ? nil : job.zone, catchUp: catchUp, action: action, arguments: job.arguments,
      priority: job.priority == 0 ? 5 : Int(job.priority),
      limitSeconds: job.limitSeconds > 0 ? Int64(clamping: job.limitSeconds) : nil, source: source, anchor: now)
  }

  static func catchUp(_ text: String) throws -> CatchUp {
    guard let catchUp = CatchUp(rawValue: text) else {
      throw unknown("catch_up", text, of: CatchUp.allCases.map(\.rawValue))
    }
    return catchUp
  }

  private static func unknown(_ field: String, _ value: String, of known: [String]) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "«\(field)» no puede ser «\(value)»: elige entre \(known.joined(separator: ", ")).",
      en: "\"\(field)\" cannot be \"\(value)\": choose one of \(known.joined(separator: ", ")).", subject: field)
  }
}

extension LoopJobEdit {
  init(_ request: Sarai_Loop_V1_EditJobRequest) throws {
    self.init(
      name: request.hasName ? request.name : nil,
      schedule: request.hasSchedule ? try Schedule(text: request.schedule) : nil,
      zone: request.hasZone ? request.zone : nil,
      catchUp: request.hasCatchUp ? try LoopJob.catchUp(request.catchUp) : nil,
      arguments: request.arguments.isEmpty ? nil : request.arguments,
      priority: request.hasPriority ? Int(request.priority) : nil,
      limitSeconds: request.hasLimitSeconds ? Int64(clamping: request.limitSeconds) : nil,
      isEnabled: request.hasIsEnabled ? request.isEnabled : nil)
  }
}

extension Sarai_Loop_V1_Action {
  init(_ record: LoopRecord) {
    self.init(record.action)
    state = record.state.rawValue
    attempts = UInt32(clamping: record.attempts)
    if let at = record.startedAt { startedAt = at.seconds }
    if let at = record.endedAt { endedAt = at.seconds }
    if let effect = record.effect { self.effect = Sarai_Loop_V1_Effect(effect) }
    textEs = record.text?.es ?? ""
    textEn = record.text?.en ?? ""
    isUseful = record.isUseful
  }

  private init(_ action: ProactiveAction) {
    self.init()
    key = action.key
    job = action.job ?? 0
    trigger = action.trigger
    priority = UInt32(clamping: action.priority)
    self.action = action.action.rawValue
    arguments = action.arguments
    dueAt = action.dueAt.seconds
    owner = action.owner
  }

  init(_ planned: PlannedAction) {
    self.init()
    job = planned.job.id
    trigger = planned.job.schedule.text
    priority = UInt32(clamping: planned.job.priority)
    action = planned.action.rawValue
    arguments = planned.arguments
    if let at = planned.at { dueAt = at.seconds }
    owner = planned.job.owner
    state = "planned"
  }
}

extension LoopSettings {
  init(_ settings: Sarai_Loop_V1_Settings) {
    self.init()
    isEnabled = settings.isEnabled
    zone = (try? ZoneRules(identifier: settings.zone)) ?? ZoneRules(utcOffsetSeconds: Int(settings.utcOffsetSeconds))
    quietHours = QuietHours(from: Int(settings.quietFromHour), to: Int(settings.quietUntilHour))
    suggestionsPerDay = Int(settings.suggestionsADay)
    thresholds.highBytes = Int64(clamping: settings.memoryHighBytes)
    thresholds.highUntilBytes = Int64(clamping: settings.memoryHighBytes * 0.95)
    thresholds.criticalBytes = Int64(clamping: settings.memoryCriticalBytes)
    thresholds.criticalUntilBytes = Int64(clamping: settings.memoryCriticalBytes * 0.97)
  }
}

extension Int64 {
  /// Milliseconds as seconds.
  var seconds: Double { Double(self) / 1_000 }

  /// As near as it gets; zero for what is no number.
  init(clamping number: Double) {
    self = number.isNaN ? 0 : number >= 9e18 ? .max : number <= -9e18 ? .min : Int64(number)
  }

  init(secondsSince1970 seconds: Double) { self.init(clamping: seconds * 1_000) }
}
