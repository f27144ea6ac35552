import Glibc
import Logging
import SaraiCore

/// Starting engines, stopping them, and what happens when one dies.
extension ModelPool {
  // MARK: - Start

  /// Starts the engine once for all who wait for it.
  func beginStart(_ key: EngineKey, _ model: InstalledModel) {
    slots[key] = EngineSlot(
      model: model, isDraft: key.isDraft, footprint: footprint(of: key, model), start: start(key, model, after: 0))
  }

  private func start(_ key: EngineKey, _ model: InstalledModel, after delaySeconds: Double) -> EngineSlot.Start {
    let outcome = OneShot<Result<RunningEngine, any Error>>()
    // Not the task of the request that came first: when that one is cancelled the others still want the engine.
    let task = Task {
      do {
        if delaySeconds > 0 { try await Task.sleep(for: .seconds(delaySeconds)) }
        let engine = try await self.startEngine(key, model)
        self.startSucceeded(engine)
        outcome.set(.success(engine))
      } catch {
        let error = self.startFailed(key, error)
        outcome.set(.failure(error))
      }
    }
    return EngineSlot.Start(outcome: outcome, task: task)
  }

  private func startEngine(_ key: EngineKey, _ model: InstalledModel) async throws -> RunningEngine {
    let sha256 = try await parts.store.verify(model)
    let specification = try specification(key, model, sha256: sha256)
    let process = try await EngineProcess.start(
      specification, launcher: parts.launcher, environment: parts.environment,
      startTimeoutSeconds: settings.startTimeoutSeconds, logger: parts.logger)
    do {
      let client = try EngineClient(name: key.model, socket: process.socket) {
        await process.failure(within: 2)
      }
      let engine = RunningEngine(
        key: key, process: process, client: client, description: try await client.describe())
      try Task.checkCancellation()
      return engine
    } catch {
      await process.stop()
      throw error
    }
  }

  private func specification(
    _ key: EngineKey, _ model: InstalledModel, sha256: String
  ) throws -> EngineSpecification {
    startCount += 1
    let socket = "\(settings.socketFolder)/\(getpid())-\(startCount).sock"
    guard socket.utf8.count <= 107 else { throw socketPathTooLong(socket) }
    try FileSystem.createFolder(settings.socketFolder)
    // A folder for each model: an engine that a bad model has taken over must not reach what another one restores.
    let cacheFolder = "\(settings.cacheFolder)/\(sha256.prefix(16))"
    try FileSystem.createFolder(cacheFolder)
    // A file of the user's, or one made of it, has the hash that it had when it was registered, which says nothing about
    // what is in it.
    let isTrusted = model.expectedSHA256 == sha256 && parts.store.catalogue[model.id] != nil
    var specification = EngineSpecification(
      executable: settings.engineExecutable, name: key.model, modelFile: model.path,
      format: model.entry.backend == .e5 ? .e5 : .gguf, contextTokens: key.contextTokens, socket: socket,
      cacheFolder: cacheFolder, sha256: sha256, isTrusted: isTrusted, threads: settings.threads,
      maxQueue: settings.maxQueue,
      tuning: model.entry.backend == .llama ? parts.store.tunings.tuning(sha256: sha256) : nil)
    specification.speculation = settings.speculation
    specification.isDraft = key.isDraft
    specification.draftSocket = mayAskDraft(key, model) ? draftSocket : nil
    return specification
  }

  private func startSucceeded(_ engine: RunningEngine) {
    let key = engine.key
    guard case .starting = slots[key]?.phase, let model = slots[key]?.model else {
      // Told to stop while it started; who told it waits for its process.
      return
    }
    let footprint = MemoryFootprint(
      weightBytes: Int(model.sizeBytes),
      privateBytes: max(
        engine.description.contextBytes, ProcessMemory.anonymousBytes(pid: engine.process.pid) ?? 0))
    knownFootprints[key] = footprint
    slots[key]?.started(engine, footprint: footprint)
    counters.started(key)
    parts.logger.info(
      "engine ready",
      metadata: [
        "model": "\(key.model)", "context": "\(key.contextTokens)", "pid": "\(engine.process.pid)",
        "library": "\(engine.description.libraryBuild)",
      ])
    for warning in engine.description.warnings {
      parts.logger.warning("engine warning", metadata: ["model": "\(key.model)", "text": "\(warning)"])
    }
    Task {
      let exit = await engine.process.waitForExit()
      self.engineDied(engine, exit)
    }
    startIdleTimer(key)
    signalChange()
  }

  private func startFailed(_ key: EngineKey, _ error: any Error) -> any Error {
    defer { signalChange() }
    guard let error = error as? SaraiError else {
      slots[key] = nil
      return error is CancellationError ? shuttingDown() : internalFault(error)
    }
    parts.logger.error("engine did not start", metadata: ["model": "\(key.model)", "error": "\(error)"])
    // An engine that does not start is not tried at every request; the other faults cost no start to find again.
    switch error.code {
    case .engineFailed, .timeout: slots[key]?.rest(error, seconds: settings.restart.backoffSeconds * 8)
    default: slots[key] = nil
    }
    return error
  }

  // MARK: - Stop

  /// Tells the engine to stop; its slot is empty when it has.
  func beginStop(_ key: EngineKey) {
    guard let engine = slots[key]?.runningEngine else { return }
    let done = OneShot<Void>()
    slots[key]?.stop(done)
    Task {
      await engine.stop()
      self.slots[key] = nil
      done.set(())
      self.signalChange()
    }
  }

  /// Stops the engine whatever it does, and returns when it is gone.
  func stopNow(_ key: EngineKey) async {
    if case .starting(let start) = slots[key]?.phase {
      start.task.cancel()
      // A start that was past cancelling gives an engine, which is stopped as any other.
      _ = await start.outcome.wait()
    }
    beginStop(key)
    switch slots[key]?.phase {
    // Only who began the stop empties the slot: a moment later another engine may be starting in it.
    case .stopping(let done): await done.wait()
    case .resting: slots[key] = nil
    case .starting, .running, nil: break
    }
  }

  // MARK: - Death

  /// An engine that ended without being told to is started again: at once the first time, then with growing pauses,
  /// and not at all for a while where it keeps dying.
  func engineDied(_ engine: RunningEngine, _ exit: ChildExit) {
    let key = engine.key
    guard slots[key]?.runningEngine === engine, let model = slots[key]?.model else { return }
    engine.client.abandon()
    let policy = settings.restart
    let deaths = slots[key]?.died(windowSeconds: policy.windowSeconds) ?? 1
    parts.logger.error(
      "engine died",
      metadata: [
        "model": "\(key.model)", "how": "\(exit.words.en)", "deaths": "\(deaths)",
        "log": "\(engine.process.failure()?.cause ?? "")",
      ])
    counters.died(key)
    if isShutDown {
      slots[key] = nil
    } else if deaths > policy.limit {
      slots[key]?.rest(keepsDying(key.model, exit, policy), seconds: policy.windowSeconds)
    } else {
      let delay = deaths == 1 ? 0 : policy.backoffSeconds * Double(1 << min(deaths - 2, 16))
      slots[key]?.restart(start(key, model, after: delay))
    }
    signalChange()
  }
}
