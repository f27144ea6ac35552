import SaraiCore

/// One engine: a model with a context size. Two context sizes of one model are two engines that share the file's pages.
package struct EngineKey: Sendable, Hashable {
  package var model: String
  package var contextTokens: Int
  /// True for an engine that only guesses ahead for others.
  package var isDraft: Bool

  package init(model: String, contextTokens: Int, isDraft: Bool = false) {
    self.model = model
    self.contextTokens = contextTokens
    self.isDraft = isDraft
  }
}

/// An engine that answers.
final class RunningEngine: Sendable {
  let key: EngineKey
  let process: EngineProcess
  let client: EngineClient
  let description: EngineDescription
  let started = ContinuousClock.now

  init(key: EngineKey, process: EngineProcess, client: EngineClient, description: EngineDescription) {
    self.key = key
    self.process = process
    self.client = client
    self.description = description
  }

  /// Calls that are still under way are cut off: the engine would wait for them.
  func stop() async {
    client.abandon()
    await process.stop()
  }
}

/// The life of one engine in the pool. Slots live in the pool's actor, which alone changes them.
struct EngineSlot {
  enum Phase {
    /// All who ask meanwhile wait for the same start.
    case starting(Start)
    case running(RunningEngine)
    case stopping(OneShot<Void>)
    /// It failed to start or died too often: until then, who asks gets the error.
    case resting(SaraiError, until: ContinuousClock.Instant)
  }

  struct Start {
    let outcome: OneShot<Result<RunningEngine, any Error>>
    let task: Task<Void, Never>
  }

  let model: InstalledModel
  let isDraft: Bool
  var footprint: MemoryFootprint
  private(set) var phase: Phase
  /// Requests under way.
  private(set) var inUse = 0
  private(set) var lastUsed = ContinuousClock.now
  private(set) var requests: UInt64 = 0
  /// True where the engine has to make room as soon as its requests are done; no new one is let in.
  var isDraining = false
  /// Counts down to the idle unload.
  var idleTimer: Task<Void, Never>?
  /// When it died, within the restart policy's window.
  private(set) var deaths: [ContinuousClock.Instant] = []

  init(model: InstalledModel, isDraft: Bool, footprint: MemoryFootprint, start: Start) {
    self.model = model
    self.isDraft = isDraft
    self.footprint = footprint
    phase = .starting(start)
  }

  /// Whether it counts as one of the language models in memory; one that guesses for another comes with that one.
  var isLLM: Bool { model.entry.kind == .chat && !isDraft }

  /// True where it takes memory now.
  var occupiesMemory: Bool {
    if case .resting = phase { false } else { true }
  }

  /// True where it takes memory and will go on doing so.
  var stays: Bool {
    switch phase {
    case .starting: true
    case .running: !isDraining
    case .stopping, .resting: false
    }
  }

  var runningEngine: RunningEngine? {
    if case .running(let engine) = phase { engine } else { nil }
  }

  /// True where it runs and no request is under way.
  var isIdle: Bool { runningEngine != nil && inUse == 0 }

  // MARK: - Transitions

  mutating func started(_ engine: RunningEngine, footprint: MemoryFootprint) {
    phase = .running(engine)
    isDraining = false
    inUse = 0
    lastUsed = .now
    self.footprint = footprint
  }

  mutating func lease() {
    inUse += 1
    requests += 1
    idleTimer?.cancel()
    idleTimer = nil
  }

  /// The end of a request on that engine; one that outlived its engine changes nothing.
  mutating func release(_ engine: RunningEngine) {
    guard runningEngine === engine else { return }
    inUse -= 1
    lastUsed = .now
  }

  mutating func stop(_ done: OneShot<Void>) {
    idleTimer?.cancel()
    idleTimer = nil
    phase = .stopping(done)
  }

  mutating func restart(_ start: Start) {
    idleTimer?.cancel()
    idleTimer = nil
    inUse = 0
    isDraining = false
    phase = .starting(start)
  }

  mutating func rest(_ error: SaraiError, seconds: Double) {
    idleTimer?.cancel()
    idleTimer = nil
    inUse = 0
    phase = .resting(error, until: .now + .seconds(seconds))
  }

  /// Notes a death; gives how many there were within the window.
  mutating func died(windowSeconds: Double) -> Int {
    let now = ContinuousClock.now
    deaths = deaths.filter { $0 > now - .seconds(windowSeconds) } + [now]
    return deaths.count
  }
}
