import Logging
import SaraiCore

/// From a model to an engine that a request may use: waiting, making room, refusing what does not fit.
extension ModelPool {
  /// The engine for that key, started where it has to be.
  ///
  /// - Throws: `busy` where no room came free in time; `insufficientResources` where none can; what starting throws.
  func lease(_ key: EngineKey, _ model: InstalledModel) async throws -> Lease {
    let deadline = ContinuousClock.now + .seconds(settings.roomTimeoutSeconds)
    while true {
      try Task.checkCancellation()
      guard !isShutDown else { throw shuttingDown() }
      switch slots[key]?.phase {
      case .running(let engine) where slots[key]?.isDraining == false:
        slots[key]?.lease()
        return Lease(key: key, engine: engine)
      case .running: try await nextChange(before: deadline, model: key.model)
      case .starting(let start): _ = try await start.outcome.waitOrCancel().get()
      case .stopping(let done): try await done.waitOrCancel()
      case .resting(let error, let until):
        guard until <= .now else { throw error }
        slots[key] = nil
      case nil:
        if try makeRoom(for: key, model) {
          beginStart(key, model)
        } else {
          try await nextChange(before: deadline, model: key.model)
        }
      }
    }
  }

  func release(_ lease: Lease) {
    guard slots[lease.key]?.runningEngine === lease.engine else { return }
    slots[lease.key]?.release(lease.engine)
    if slots[lease.key]?.isIdle == true {
      if slots[lease.key]?.isDraining == true { beginStop(lease.key) } else { startIdleTimer(lease.key) }
    }
    signalChange()
  }

  func signalChange() {
    let previous = change
    change = OneShot()
    previous.set(())
  }

  private func nextChange(before deadline: ContinuousClock.Instant, model: String) async throws {
    let seconds = (deadline - .now) / .seconds(1)
    guard seconds > 0 else { throw noRoomInTime(model) }
    try await withDeadline(seconds: seconds, expired: { self.noRoomInTime(model) }) { [change] in
      try await change.waitOrCancel()
    }
  }

  // MARK: - Idle unload

  func startIdleTimer(_ key: EngineKey) {
    slots[key]?.idleTimer?.cancel()
    guard let seconds = settings.idleUnloadSeconds else { return }
    slots[key]?.idleTimer = Task { [weak self] in
      guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
      await self?.unloadIfIdle(key)
    }
  }

  private func unloadIfIdle(_ key: EngineKey) {
    // The timer may have run out while a request came in.
    guard !Task.isCancelled, slots[key]?.isIdle == true else { return }
    parts.logger.info("idle engine unloaded", metadata: ["model": "\(key.model)", "context": "\(key.contextTokens)"])
    beginStop(key)
  }

  /// Takes every engine out of memory that nobody uses now; returns when they are gone.
  package func unloadIdle() async {
    for key in slots.filter({ $0.value.isIdle }).map(\.key) where slots[key]?.isIdle == true { await stopNow(key) }
  }

  // MARK: - Room

  /// True where the engine may start now. Otherwise engines have been told to go, and a change will come.
  ///
  /// Idle engines go first, the least recently used before the others. Where they do not suffice, engines in use are
  /// closed to new requests, in the same order, and go when theirs are done: so a model in steady use cannot keep
  /// another out for ever.
  private func makeRoom(for key: EngineKey, _ model: InstalledModel) throws -> Bool {
    let footprint = footprint(of: key, model)
    let others = slots.filter { $0.key != key && $0.value.occupiesMemory }
    try refuseWhatCannotFit(key, model, footprint, others: others)
    if excess(footprint, model, over: others).isNone { return true }

    var staying = others.filter { $0.value.stays }
    let order = staying.filter { $0.value.runningEngine != nil }.sorted { a, b in
      (a.value.isIdle ? 0 : 1, a.value.lastUsed) < (b.value.isIdle ? 0 : 1, b.value.lastUsed)
    }
    for (victim, slot) in order {
      let excess = excess(footprint, model, over: staying)
      if excess.isNone { break }
      guard excess.bytes > 0 || slot.isLLM else { continue }
      staying[victim] = nil
      if slot.isIdle { beginStop(victim) } else { slots[victim]?.isDraining = true }
    }
    return false
  }

  /// By how much a new engine would go beyond what may be loaded.
  struct Excess {
    var engines: Int
    var bytes: Int
    var isNone: Bool { engines <= 0 && bytes <= 0 }
  }

  func excess(
    _ footprint: MemoryFootprint, _ model: InstalledModel, over others: [EngineKey: EngineSlot]
  ) -> Excess {
    let llms = others.values.count { $0.isLLM } + (model.entry.kind == .chat ? 1 : 0)
    let limit = model.entry.kind == .chat ? max(1, settings.maxConcurrentLLMs) : Int.max
    let needed = committedBytes(others, and: (model.path, footprint))
    let overBudget = settings.memoryBudgetBytes.map { needed - $0 } ?? 0
    // What the others hold privately comes back when they go; the pages of their files count as available already.
    let leaving = slots.filter { $0.value.occupiesMemory && others[$0.key] == nil }.values
    let comingBack = leaving.reduce(0) { $0 + $1.footprint.privateBytes }
    let overMachine = parts.availableBytes().map {
      newBytes(model, footprint, beside: others) - $0 - comingBack
    }
    return Excess(engines: llms - limit, bytes: max(overBudget, overMachine ?? 0))
  }

  /// The bytes of a set of engines, each file's weights counted once.
  private func committedBytes(
    _ others: [EngineKey: EngineSlot], and new: (path: String, footprint: MemoryFootprint)
  ) -> Int {
    var weights = [new.path: new.footprint.weightBytes]
    for slot in others.values { weights[slot.model.path] = slot.footprint.weightBytes }
    return weights.values.reduce(0, +) + new.footprint.privateBytes
      + others.values.reduce(0) { $0 + $1.footprint.privateBytes }
  }

  /// The bytes that a new engine adds: its weights are there already where another has the same file.
  private func newBytes(
    _ model: InstalledModel, _ footprint: MemoryFootprint, beside others: [EngineKey: EngineSlot]
  ) -> Int {
    let isShared = others.values.contains { $0.model.path == model.path }
    return isShared ? footprint.privateBytes : footprint.totalBytes
  }

  private func refuseWhatCannotFit(
    _ key: EngineKey, _ model: InstalledModel, _ footprint: MemoryFootprint, others: [EngineKey: EngineSlot]
  ) throws {
    // Alone, with everything else gone.
    let available = parts.availableBytes().map { available in
      others.values.reduce(available) { $0 + $1.footprint.privateBytes }
    }
    let limit = [settings.memoryBudgetBytes, available].compactMap { $0 }.min()
    guard let limit, footprint.totalBytes > limit else { return }
    throw doesNotFit(model, neededBytes: footprint.totalBytes, limitBytes: limit)
  }

  func footprint(of key: EngineKey, _ model: InstalledModel) -> MemoryFootprint {
    if let known = knownFootprints[key], known.weightBytes == Int(model.sizeBytes) { return known }
    return Self.estimate(model.entry, fileBytes: Int(model.sizeBytes), contextTokens: key.contextTokens)
  }

  static func estimate(_ entry: CatalogueEntry, fileBytes: Int, contextTokens: Int) -> MemoryFootprint {
    // libllama re-packs Q4_0 for speed: a copy of most weights, beside the mapped file.
    let isRepacked =
      if case .derived(_, .q4_0) = entry.source { true } else { entry.file?.contains("Q4_0") == true }
    return .estimate(
      fileBytes: fileBytes, parameterCount: entry.parameterCount, contextTokens: contextTokens, isRepacked: isRepacked,
      generates: entry.kind == .chat)
  }
}
