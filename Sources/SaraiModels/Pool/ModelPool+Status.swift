package import SaraiCore

/// One engine, for `sarai ps`.
package struct EngineStatus: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    case starting, ready, busy, stopping, resting
  }

  package var model: String
  /// The roles that it answers for.
  package var roles: [String]
  /// Nil while no process runs.
  package var pid: Int32?
  package var state: State
  /// Proportional set size; nil while no process runs.
  package var memoryBytes: Int?
  package var contextTokens: Int
  package var uptimeSeconds: Double
  /// Since its last request ended; 0 while one is under way.
  package var idleSeconds: Double
  package var requests: UInt64
}

extension ModelPool {
  // MARK: - ps and notices

  /// Every engine, in the order of model and context.
  package func ps() -> [EngineStatus] {
    slots.sorted { ($0.key.model, $0.key.contextTokens) < ($1.key.model, $1.key.contextTokens) }.map(status)
  }

  private func status(_ key: EngineKey, _ slot: EngineSlot) -> EngineStatus {
    let state: EngineStatus.State =
      switch slot.phase {
      case .starting: .starting
      case .running: slot.inUse > 0 ? .busy : .ready
      case .stopping: .stopping
      case .resting: .resting
      }
    let engine = slot.runningEngine
    let pid = engine?.process.pid
    return EngineStatus(
      model: key.model, roles: roles(of: key, slot.model.entry), pid: pid, state: state,
      memoryBytes: pid.flatMap(ProcessMemory.proportionalBytes), contextTokens: key.contextTokens,
      uptimeSeconds: engine.map { $0.started.duration(to: .now) / .seconds(1) } ?? 0,
      idleSeconds: slot.isIdle ? slot.lastUsed.duration(to: .now) / .seconds(1) : 0, requests: slot.requests)
  }

  private func roles(of key: EngineKey, _ entry: CatalogueEntry) -> [String] {
    if key.isDraft { return [ModelRole.draft.rawValue] }
    return ModelRole.allCases.filter { role in
      guard let setting = settings.roles[role], ([setting.model] + setting.fallback).contains(key.model) else {
        return false
      }
      return contextTokens(of: entry, wished: setting.contextTokens) == key.contextTokens
    }.map(\.rawValue)
  }

  /// What users should be told and have not been: each notice is given once.
  package func notices() -> [Localized] {
    defer { pendingNotices = [] }
    return pendingNotices
  }

  // MARK: - Settings

  /// Takes new settings while running.
  package func apply(_ new: PoolSettings) -> PoolSettings.Change {
    let old = settings
    var change = PoolSettings.Change()
    var next = new
    func compare<Value: Equatable>(
      _ name: String, _ path: WritableKeyPath<PoolSettings, Value>,
      _ list: WritableKeyPath<PoolSettings.Change, [String]>
    ) {
      if old[keyPath: path] != new[keyPath: path] { change[keyPath: list].append(name) }
    }
    compare("roles", \.roles, \.applied)
    compare("maxConcurrentLLMs", \.maxConcurrentLLMs, \.applied)
    compare("memoryBudgetBytes", \.memoryBudgetBytes, \.applied)
    compare("idleUnloadSeconds", \.idleUnloadSeconds, \.applied)
    compare("defaultContextTokens", \.defaultContextTokens, \.applied)
    compare("startTimeoutSeconds", \.startTimeoutSeconds, \.applied)
    compare("roomTimeoutSeconds", \.roomTimeoutSeconds, \.applied)
    compare("restart", \.restart, \.applied)
    compare("threads", \.threads, \.appliedAsEnginesStart)
    compare("drafts", \.drafts, \.appliedAsEnginesStart)
    compare("maxQueue", \.maxQueue, \.appliedAsEnginesStart)
    compare("speculation", \.speculation, \.appliedAsEnginesStart)
    compare("engineExecutable", \.engineExecutable, \.needsRestart)
    compare("cacheFolder", \.cacheFolder, \.needsRestart)
    compare("socketFolder", \.socketFolder, \.needsRestart)
    next.engineExecutable = old.engineExecutable
    next.cacheFolder = old.cacheFolder
    next.socketFolder = old.socketFolder
    settings = next
    settle(replacingEngines: !change.appliedAsEnginesStart.isEmpty)
    return change
  }

  /// Engines that the settings no longer allow or that run with old ones go when they are idle.
  private func settle(replacingEngines: Bool) {
    let running = slots.filter { $0.value.runningEngine != nil }.sorted { $0.value.lastUsed < $1.value.lastUsed }
    var surplus = running.count { $0.value.isLLM } - max(1, settings.maxConcurrentLLMs)
    for (key, slot) in running {
      var goes = replacingEngines
      if slot.isLLM, surplus > 0 {
        goes = true
        surplus -= 1
      }
      if goes, slot.isIdle {
        beginStop(key)
      } else if goes {
        slots[key]?.isDraining = true
      } else if slot.isIdle {
        startIdleTimer(key)
      }
    }
    signalChange()
  }
}

// MARK: - Metrics

extension ModelPool: MetricsSource {
  package func samples() async -> [MetricSample] {
    var samples: [MetricSample] = []
    for (key, totals) in counters.totals.sorted(by: { Self.label($0.key) < Self.label($1.key) }) {
      samples += Self.samples(of: totals, labels: Self.labels(key))
    }
    for (key, slot) in slots.sorted(by: { Self.label($0.key) < Self.label($1.key) }) {
      samples += await gauges(key, slot)
    }
    samples.append(
      MetricSample(
        "sarai_engine_loaded", .gauge, help: "Engines with a model in memory.",
        value: Double(slots.values.count { $0.runningEngine != nil })))
    return samples
  }

  private static func labels(_ key: EngineKey) -> [(name: String, value: String)] {
    [("model", key.model), ("context", "\(key.contextTokens)")]
  }

  private static func label(_ key: EngineKey) -> String { "\(key.model) \(key.contextTokens)" }

  private static func samples(
    of totals: PoolCounters.Totals, labels: [(name: String, value: String)]
  ) -> [MetricSample] {
    func counter(_ name: String, _ help: String, _ value: Double) -> MetricSample {
      MetricSample("sarai_engine_" + name, .counter, help: help, labels: labels, value: value)
    }
    let requests = PoolCounters.Outcome.allCases.map { outcome in
      MetricSample(
        "sarai_engine_requests_total", .counter, help: "Requests to engines, by how they ended.",
        labels: labels + [("outcome", outcome.rawValue)], value: Double(totals.requests[outcome] ?? 0))
    }
    return requests + [
      counter("prompt_tokens_total", "Tokens of prompts.", Double(totals.promptTokens)),
      counter(
        "cached_prompt_tokens_total", "Tokens of prompts that the prefix cache held.", Double(totals.cachedTokens)),
      counter("completion_tokens_total", "Tokens generated.", Double(totals.completionTokens)),
      counter("queue_seconds_total", "Time that requests waited for their engine.", totals.queueSeconds),
      counter("prompt_seconds_total", "Time spent on prompts.", totals.promptSeconds),
      counter("decode_seconds_total", "Time spent on generating.", totals.decodeSeconds),
      counter("starts_total", "Engine processes started.", Double(totals.starts)),
      counter("restarts_total", "Engines that died and were started again.", Double(totals.deaths)),
    ]
  }

  private func gauges(_ key: EngineKey, _ slot: EngineSlot) async -> [MetricSample] {
    guard let engine = slot.runningEngine else { return [] }
    let labels = Self.labels(key)
    var samples = [
      MetricSample(
        "sarai_engine_requests_in_flight", .gauge, help: "Requests under way or waiting.", labels: labels,
        value: Double(slot.inUse)),
      MetricSample(
        "sarai_engine_memory_bytes", .gauge, help: "Memory of the engine process (proportional set size).",
        labels: labels, value: Double(ProcessMemory.proportionalBytes(pid: engine.process.pid) ?? 0)),
    ]
    // A page of metrics does not wait for an engine that is slow to answer.
    guard let counters = try? await engine.client.describe(timeoutSeconds: 1).counters else { return samples }
    samples.append(
      MetricSample(
        "sarai_engine_queue_length", .gauge, help: "Requests waiting inside the engine.", labels: labels,
        value: Double(counters.queuedRequests)))
    let events = [
      ("hit", counters.prefixCacheHits), ("miss", counters.prefixCacheMisses),
      ("rejected", counters.prefixCacheRejectedFiles),
    ]
    samples += events.map { event, count in
      MetricSample(
        "sarai_engine_prefix_cache_total", .counter, help: "Uses of the prefix cache since the engine started.",
        labels: labels + [("event", event)], value: Double(count))
    }
    if counters.decodeSeconds > 0, counters.completionTokens > 0 {
      samples.append(
        MetricSample(
          "sarai_engine_tokens_per_second", .gauge,
          help: "Tokens generated, over the time spent on generating, since the engine started.", labels: labels,
          value: Double(counters.completionTokens) / counters.decodeSeconds))
    }
    return samples + (counters.speculation?.samples(labels: labels) ?? [])
  }
}
