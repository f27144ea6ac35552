import GRDB
import SaraiAgent
import SaraiCore
package import SaraiStore

/// What decides: it turns times and events into actions, has them done in order, and keeps what came of each.
///
/// All that matters is in loop.db before anything is done, so that neither a kill nor a power cut loses an action or
/// doubles one: a job's step to its next occurrence and the action of this one are one transaction, each occasion has
/// a key of its own, and what was under way is ordered again under the same key.
package actor LoopEngine {
  let store: LoopStore
  let hands: any LoopHands
  let clock: any LoopClock
  var settings: LoopSettings
  let startedAt: Int64

  /// Orders that the hands are at.
  struct Running {
    let record: LoopRecord
    let task: Task<Void, Never>
    /// A moment of `LoopClock.elapsed`.
    let deadline: Int64
    /// An answer to the person began meanwhile.
    var gaveWay = false
  }
  var running: [String: Running] = [:]
  /// How orders ended, where that could not be written down yet.
  var unnoted: [(key: String, note: () throws -> Void)] = []
  /// Turns under way, each with the moment of `elapsed` after which nobody believes in it any more.
  var answering: [String: Int64] = [:]

  /// When the next job is due, in milliseconds since 1970; nil where none is.
  var nextDue: Int64?
  /// When an action that waits may be tried; `.min` for now.
  var nextAttempt: Int64? = .min
  /// Jobs up to this one were read since the start; nil where all were.
  var checkedJob: Int64? = 0
  /// Wall minus elapsed, as it was seen last.
  var clockOffset: Int64
  /// True while paused; until when is `pausedUntil`.
  var isPaused = false
  var pausedUntil: Int64?
  var fault: SaraiError?
  private var isClosed = false

  private var wakeUp = OneShot<Void>()
  private var watchers: [Int: AsyncStream<InboxItem>.Continuation] = [:]
  private var watcherCount = 0
  var endings: [String: [CheckedContinuation<LoopRecord, any Error>]] = [:]

  /// Opens loop.db in a folder, takes up what was under way, and puts aside what cannot be read. Nothing is done before
  /// `run`.
  ///
  /// - Throws: As `Store.init`.
  package init(
    folder: String, hands: any LoopHands, clock: any LoopClock = SystemLoopClock(), settings: LoopSettings = .init()
  ) throws {
    store = try LoopStore(folder: folder)
    self.hands = hands
    self.clock = clock
    self.settings = settings
    startedAt = clock.now
    clockOffset = clock.now - clock.elapsed
    let now = clock.now
    let opening = store.store.opening
    let settings = settings
    (isPaused, pausedUntil, nextDue) = try store.write { loop in
      try Self.takeUp(loop, opening, settings, now: now)
      let pause = try loop.state("paused")
      return (pause != nil, pause.flatMap { Int64($0) }, try Self.firstDue(loop))
    }
  }

  /// Where a loop keeps what it knows: `loop.db` in a folder, and its backups beside it.
  package static func options(folder: String) -> StoreOptions {
    var options = StoreOptions(
      path: folder + "/loop.db", backupFolder: folder + "/backups", migrations: LoopSchema.migrations)
    options.pageCacheKiB = 2048
    options.readers = 2
    return options
  }

  static func firstDue(_ loop: LoopTransaction) throws -> Int64? {
    try loop.number("SELECT min(next_at) FROM job WHERE next_at IS NOT NULL")
  }

  // MARK: - Running

  /// Works until the task is cancelled or `close` is called.
  package func run() async {
    while !isClosed, !Task.isCancelled {
      let signal = OneShot<Void>()
      wakeUp = signal
      let moment = advance()
      let sleeper = Task { [clock] in
        await clock.sleep(until: moment)
        signal.set(())
      }
      await withTaskCancellationHandler {
        await signal.wait()
      } onCancel: {
        signal.set(())
      }
      sleeper.cancel()
    }
  }

  /// Does what can be done now, and waits until the hands are empty. For clocks that somebody else moves.
  package func settle() async {
    while !isClosed {
      _ = advance()
      guard let next = running.values.min(by: { $0.record.action.key < $1.record.action.key }) else { return }
      await next.task.value
    }
  }

  /// Something changed that `run` has to look at.
  func signal() { wakeUp.set(()) }

  /// Gives up what the hands are at, without waiting for them, and ends all use of loop.db.
  package func close() throws {
    guard !isClosed else { return }
    isClosed = true
    for order in running.values { order.task.cancel() }
    running = [:]
    for (_, waiters) in endings { for waiter in waiters { waiter.resume(throwing: CancellationError()) } }
    endings = [:]
    for watcher in watchers.values { watcher.finish() }
    watchers = [:]
    signal()
    try store.store.close()
  }

  /// Looks at the clock, turns what is due into actions and starts those whose turn it is.
  ///
  /// - Returns: The moment of `elapsed` at which to look again at the latest.
  @discardableResult
  package func advance() -> Int64 {
    guard !isClosed else { return clock.elapsed + Self.longestSleep }
    do {
      let wake = try step()
      fault = nil
      return wake
    } catch {
      fault = error as? SaraiError ?? SaraiError(.internalFault, Self.unforeseen, cause: "\(error)")
      nextAttempt = .min
      return clock.elapsed + Self.afterFault
    }
  }

  private func step() throws -> Int64 {
    let (now, elapsed) = (clock.now, clock.elapsed)
    try noticeClock(now: now, elapsed: elapsed)
    try noteEnds()
    endOverdue(now: now, elapsed: elapsed)
    if answering.contains(where: { $0.value <= elapsed }) {
      answering = answering.filter { $0.value > elapsed }
      nextAttempt = .min
    }
    if isPaused, let until = pausedUntil, until <= now { try resume() }
    if isActive {
      try fireDue(now: now)
    }
    try startWaiting(now: now, elapsed: elapsed)
    if try checkJobs(now: now) { return elapsed }
    var wake = elapsed + Self.longestSleep
    for deadline in running.values.map(\.deadline) + answering.values { wake = min(wake, deadline) }
    if isActive {
      for moment in [nextDue, nextAttempt].compactMap({ $0 }) where moment > now {
        wake = min(wake, elapsed + moment - now)
      }
    } else if let until = pausedUntil, settings.isEnabled {
      wake = min(wake, elapsed + max(0, until - now))
    }
    return wake
  }

  /// True where times and events call for actions.
  var isActive: Bool { settings.isEnabled && !isPaused }

  // MARK: - Who watches

  /// New messages as they come, those first that nobody was shown yet.
  package func changes() throws -> AsyncStream<InboxItem> {
    let since = clock.now - Self.oldestUnshown
    let unshown = try store.read { loop in
      try loop.items(
        "WHERE shown_at IS NULL AND read_at IS NULL AND dismissed_at IS NULL AND created_at > ? ORDER BY id", [since])
    }
    let (stream, continuation) = AsyncStream.makeStream(of: InboxItem.self, bufferingPolicy: .bufferingNewest(256))
    watcherCount += 1
    let number = watcherCount
    watchers[number] = continuation
    continuation.onTermination = { [weak self] _ in Task { await self?.leave(number) } }
    for item in unshown { continuation.yield(item) }
    return stream
  }

  private func leave(_ watcher: Int) { watchers[watcher] = nil }

  func show(_ items: [InboxItem]) {
    for item in items { for watcher in watchers.values { watcher.yield(item) } }
  }

  // MARK: - Limits

  /// A change of the clock on the wall is noticed after so long.
  static let longestSleep: Int64 = 30_000
  private static let afterFault: Int64 = 10_000
  private static let oldestUnshown: Int64 = 7 * 86_400_000
  private static let unforeseen = Localized(
    es: "El bucle ha fallado de forma inesperada; vuelve a intentarlo solo.",
    en: "The loop failed in an unexpected way; it tries again by itself.")
}
