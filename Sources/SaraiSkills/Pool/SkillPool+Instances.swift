import Logging
import SaraiCore
import SaraiSandbox

/// How processes come and go.
extension SkillPool {
  /// The start was overtaken: by a reload, or by an order to stop.
  private struct Overtaken: Error {}

  // MARK: - Leases

  /// The process that takes the next call, started if need be.
  ///
  /// - Parameter arrival: Of the call, which is counted where it fails here; nil for no call.
  /// - Throws: `SaraiError`: `notFound`, `busy` (rests, closes), what the start threw, `timeout`; `CancellationError`.
  func lease(
    _ key: SkillKey, deadline: ContinuousClock.Instant?, arrival: ContinuousClock.Instant? = nil
  ) async throws -> Lease {
    do {
      try makeGroup(key)
      try groups[key]?.record.admit(key.name)
      return try await acquire(key, deadline: deadline)
    } catch {
      if let arrival, !(error is CancellationError) {
        let isLate = (error as? SaraiError)?.code == .timeout
        counters[key.name]?.count(isLate ? .timedOut : .failed, seconds: arrival.secondsAgo)
      }
      throw error
    }
  }

  private func acquire(_ key: SkillKey, deadline: ContinuousClock.Instant?) async throws -> Lease {
    while true {
      if isClosed { throw SkillFaults.closing() }
      try makeGroup(key)
      guard let group = groups[key] else { throw SkillFaults.closing() }
      if let instance = group.leastBusy, instance.reserve() {
        groups[key]?.lastUsed = .now
        if !key.hasGrants { uses.note(key.name) }
        // Another one shares the calls where this one had some already.
        if instance.running > 1, group.start == nil, group.instances.count < group.plan.manifest.instances {
          beginStart(key)
        }
        return Lease(
          instance: instance, manifest: group.plan.manifest, grammar: group.plan.grammar, record: group.record)
      }
      let start = group.start ?? beginStart(key)
      do {
        try await wait(for: start, key, deadline: deadline)
      } catch is Overtaken {}
    }
  }

  nonisolated private func wait(
    for start: SkillGroup.Start, _ key: SkillKey, deadline: ContinuousClock.Instant?
  ) async throws {
    guard let deadline else {
      _ = try await start.outcome.waitOrCancel().get()
      return
    }
    let seconds = deadline.secondsLeft
    try await withDeadline(seconds: seconds, expired: { SkillFaults.late(key.name, seconds: seconds) }) {
      _ = try await start.outcome.waitOrCancel().get()
    }
  }

  private func makeGroup(_ key: SkillKey) throws {
    guard groups[key] == nil else { return }
    if isClosed { throw SkillFaults.closing() }
    let plan = try newPlan(key)
    let counters = counters[key.name] ?? SkillCounters()
    self.counters[key.name] = counters
    groups[key] = SkillGroup(
      key: key, plan: plan,
      record: SkillRecord(counters: counters, log: logBook(key.name), policy: settings.failures))
  }

  func logBook(_ name: String) -> SkillLogBook {
    if let known = logBooks[name] { return known }
    let file = settings.logFolder.map { "\($0)/\(name).log" }
    let book = SkillLogBook(file: file, fileBytes: settings.logFileBytes)
    logBooks[name] = book
    return book
  }

  // MARK: - Start

  /// Starts a process for all who wait for one.
  @discardableResult
  func beginStart(_ key: SkillKey) -> SkillGroup.Start {
    let outcome = OneShot<Result<SkillInstance, any Error>>()
    let delay = groups[key]?.record.backoffSeconds ?? 0
    // Not the task of the call that came first: when that one is cancelled the others still want the process.
    let task = Task {
      do {
        if delay > 0 { try await Task.sleep(for: .seconds(delay)) }
        outcome.set(.success(try await self.start(key)))
      } catch {
        outcome.set(.failure(self.startFailed(key, error)))
      }
    }
    let start = SkillGroup.Start(outcome: outcome, task: task)
    groups[key]?.start = start
    return start
  }

  private func start(_ key: SkillKey) async throws -> SkillInstance {
    guard let plan = try await preparedPlan(key), let launch = plan.prepared?.launch, let group = groups[key] else {
      throw Overtaken()
    }
    let instance = try await SkillInstance.start(
      .init(skill: key.name, launch: launch, limits: plan.manifest.limits, generation: plan.generation),
      backend: parts.backend, log: group.record.log)
    guard !Task.isCancelled, !isClosed, groups[key]?.plan.generation == plan.generation else {
      await instance.stop(graceSeconds: 0)
      throw Overtaken()
    }
    groups[key]?.start = nil
    adopt(instance, key)
    return instance
  }

  /// A process that answers takes its place.
  func adopt(_ instance: SkillInstance, _ key: SkillKey) {
    groups[key]?.instances.append(instance)
    groups[key]?.noteUp()
    counters[key.name]?.countStart(seconds: instance.startSeconds)
    parts.logger.info(
      "skill ready",
      metadata: [
        "skill": "\(key.name)", "pid": "\(instance.pid)", "seconds": "\(instance.startSeconds)",
        "generation": "\(instance.start.generation)",
      ])
    Task {
      // Whichever comes first: a process that goes takes its connection with it.
      _ = await instance.session.ended.wait()
      await self.sessionEnded(instance, key)
    }
  }

  private func startFailed(_ key: SkillKey, _ error: any Error) -> any Error {
    groups[key]?.start = nil
    if error is CancellationError { return isClosed ? SkillFaults.closing() : Overtaken() }
    if error is Overtaken { return error }
    let fault = SkillFaults.fault(key.name, error)
    counters[key.name]?.countFailedStart()
    parts.logger.error("skill did not start", metadata: ["skill": "\(key.name)", "error": "\(fault)"])
    // The other faults are not the process's, and cost no start to find again.
    if [.skillFailed, .timeout, .sandboxFailed].contains(fault.code) {
      groups[key]?.record.failed(fault, isDeath: false)
    }
    return fault
  }

  // MARK: - The end

  /// The stream of a process is over. Unless it was told to end, that is a fault of its own.
  private func sessionEnded(_ instance: SkillInstance, _ key: SkillKey) async {
    guard let index = groups[key]?.instances.firstIndex(where: { $0 === instance }) else { return }
    groups[key]?.instances.remove(at: index)
    groups[key]?.noteDownIfEmpty()
    leave(instance, key)
    // How it went is told best before it is helped along; a process that goes is gone by then.
    _ = await instance.failure(withinSeconds: 2)
    var grace = 0.0
    switch instance.session.ended.value {
    case .inOrder: grace = settings.stopGraceSeconds
    case .broken(let cause) where instance.ended.value == nil:
      instance.condemn(SkillFaults.nonsense(key.name, cause))
    case .broken, nil: break
    }
    let exit = await instance.stop(graceSeconds: grace)
    let error = await instance.failure(withinSeconds: 0)
    parts.logger.error(
      "skill died",
      metadata: ["skill": "\(key.name)", "pid": "\(instance.pid)", "how": "\(exit.words.en)", "error": "\(error)"])
    groups[key]?.record.failed(error, isDeath: true)
    gone(instance, key)
    guard let group = groups[key], !isClosed, !key.hasGrants, group.record.isClosed, group.instances.isEmpty,
      group.start == nil, isWanted(group)
    else { return }
    beginStart(key)
  }

  /// Whether the next call should find it started.
  private func isWanted(_ group: SkillGroup) -> Bool {
    group.plan.manifest.prefetch || group.lastUsed.secondsAgo < group.plan.manifest.keepWarmSeconds
  }

  /// Takes a process out of use: it ends once its calls are done, and nobody waits for that here.
  func retire(_ instance: SkillInstance, _ key: SkillKey) {
    guard let index = groups[key]?.instances.firstIndex(where: { $0 === instance }) else { return }
    groups[key]?.instances.remove(at: index)
    groups[key]?.noteDownIfEmpty()
    leave(instance, key)
    Task {
      await self.end(instance)
      self.gone(instance, key)
    }
  }

  /// Waits for its calls, each of which has its deadline, and then ends it.
  nonisolated private func end(_ instance: SkillInstance) async {
    let longest = instance.start.limits.timeoutSeconds + 1
    _ = try? await withDeadline(seconds: longest, expired: { SkillFaults.closing() }) { await instance.drain() }
    // One that is told to end reads no more: what was given up would go on in it until the end of its patience.
    await instance.session.waitUntilNothingIsOwed(seconds: 1)
    await instance.stop(graceSeconds: settings.stopGraceSeconds)
  }

  private func leave(_ instance: SkillInstance, _ key: SkillKey) {
    groups[key]?.leaving[ObjectIdentifier(instance)] = instance
  }

  private func gone(_ instance: SkillInstance, _ key: SkillKey) {
    groups[key]?.leaving[ObjectIdentifier(instance)] = nil
    groups[key]?.unhealthy[ObjectIdentifier(instance)] = nil
  }

  /// Ends a group's processes once their calls are done, and returns when they are gone.
  func stopGroup(_ key: SkillKey) async {
    if let start = groups[key]?.start {
      start.task.cancel()
      _ = await start.outcome.wait()
    }
    for instance in groups[key]?.instances ?? [] { retire(instance, key) }
    for instance in groups[key].map({ Array($0.leaving.values) }) ?? [] { _ = await instance.ended.wait() }
  }

  /// Ends a group's processes without waiting for their calls, and takes its proxy away.
  func endGroup(_ key: SkillKey) async {
    if let start = groups[key]?.start {
      start.task.cancel()
      _ = await start.outcome.wait()
    }
    let instances = (groups[key]?.instances ?? []) + (groups[key].map { Array($0.leaving.values) } ?? [])
    groups[key]?.instances = []
    let grace = settings.stopGraceSeconds
    await withTaskGroup { tasks in
      for instance in instances {
        tasks.addTask {
          await instance.session.waitUntilNothingIsOwed(seconds: 0.5)
          await instance.stop(graceSeconds: grace)
        }
      }
    }
    await groups[key]?.plan.prepared?.proxy?.close()
  }

  // MARK: - Reload

  /// Starts the skill anew from what its folder says now. Calls under way end with the process that they began with.
  ///
  /// - Returns: The new generation; nil where the skill had no process, and the next one is new anyway.
  /// - Throws: What the new process does not start for; the old one stays.
  @discardableResult
  package func reload(_ name: String) async throws -> UInt64? {
    var generation: UInt64?
    if groups.keys.allSatisfy({ $0.name != name }) { _ = try parts.skill(name) }
    for key in groups.keys.filter({ $0.name == name }) {
      generation = try await reload(key) ?? generation
    }
    return generation
  }

  private func reload(_ key: SkillKey) async throws -> UInt64? {
    let plan = try newPlan(key)
    guard let group = groups[key], !group.instances.isEmpty || group.start != nil else {
      await replace(key, with: plan)
      return nil
    }
    let prepared = try await prepare(key, plan)
    var complete = plan
    complete.prepared = prepared
    let instance: SkillInstance
    do {
      instance = try await SkillInstance.start(
        .init(skill: key.name, launch: prepared.launch, limits: plan.manifest.limits, generation: plan.generation),
        backend: parts.backend, log: group.record.log)
    } catch {
      await prepared.proxy?.close()
      counters[key.name]?.countFailedStart()
      throw error
    }
    guard !isClosed, groups[key] != nil else {
      await instance.stop(graceSeconds: 0)
      throw SkillFaults.closing()
    }
    await replace(key, with: complete)
    adopt(instance, key)
    groups[key]?.record.succeeded()
    return plan.generation
  }

  /// From here on starts follow the new plan; what runs by the old one ends once its calls are done.
  func replace(_ key: SkillKey, with plan: SkillGroup.Plan) async {
    let old = groups[key]?.plan.prepared?.proxy
    groups[key]?.plan = plan
    let leaving = groups[key]?.instances ?? []
    for instance in leaving { retire(instance, key) }
    // Its connections are the old processes' own: they end with these.
    if let old {
      Task {
        for instance in leaving { _ = await instance.ended.wait() }
        await old.close()
      }
    }
  }
}
