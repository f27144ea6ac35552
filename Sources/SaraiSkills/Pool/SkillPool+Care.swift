import Logging
import SaraiCore

/// What is looked after while nobody calls.
extension SkillPool {
  /// How long a skill may owe an answer that was given up, before it counts as stuck.
  private static let owedSeconds = 1.0
  /// A group that calls brought their own grants for is forgotten so long after its last one.
  private static let forgetSeconds = 60.0

  /// So many times less often the pool looks while nobody calls: an idle SARAi is to cost nothing that can be measured.
  private static let restFactor = 4.0

  func beginCare() {
    care = Task { [weak self, settings] in
      while !Task.isCancelled {
        let factor = await self?.isResting == true ? Self.restFactor : 1
        try? await Task.sleep(for: .seconds(settings.careSeconds * factor))
        await self?.lookAfter()
      }
    }
  }

  private var isResting: Bool { !groups.values.contains { $0.instances.contains { $0.running > 0 } } }

  /// One round: what is stuck, over its budget, idle for too long, or in the way of others.
  func lookAfter() async {
    guard !isClosed else { return }
    for key in Array(groups.keys) {
      for instance in groups[key]?.instances ?? [] { judge(instance, key) }
      checkHealth(key)
      forgetIfUnused(key)
    }
    closeUnusedGates()
    if groups.values.contains(where: { !$0.instances.isEmpty }) { makeRoom(parts.memory()) }
    uses.save()
  }

  private func judge(_ instance: SkillInstance, _ key: SkillKey) {
    guard let manifest = groups[key]?.plan.manifest else { return }
    if instance.isOverBudget() {
      instance.condemn(SkillFaults.usedUpProcessor(key.name, seconds: manifest.limits.cpuSeconds))
      Task { await instance.stop(graceSeconds: 0) }
      return
    }
    // Whoever waits for other answers of it may get them; new calls go elsewhere.
    if instance.session.owesSince(seconds: Self.owedSeconds) {
      parts.logger.warning("skill stuck", metadata: ["skill": "\(key.name)", "pid": "\(instance.pid)"])
      return retire(instance, key)
    }
    let keepWarm = key.hasGrants ? settings.grantedKeepWarmSeconds : manifest.keepWarmSeconds
    let stays = manifest.prefetch && !key.hasGrants && groups[key]?.instances.count == 1
    if !stays, instance.idleSeconds > keepWarm, instance.retireIfIdle() { retire(instance, key) }
  }

  /// Two failed checks in a row end a process.
  private func checkHealth(_ key: SkillKey) {
    guard settings.healthSeconds > 0, let group = groups[key],
      group.lastHealthCheck.secondsAgo > settings.healthSeconds
    else { return }
    groups[key]?.lastHealthCheck = .now
    let timeout = settings.healthTimeoutSeconds
    for instance in group.instances {
      Task { self.noteHealth(await instance.isHealthy(timeoutSeconds: timeout), of: instance, key) }
    }
  }

  private func noteHealth(_ isHealthy: Bool, of instance: SkillInstance, _ key: SkillKey) {
    let id = ObjectIdentifier(instance)
    guard !isHealthy, instance.takesCalls else {
      groups[key]?.unhealthy[id] = nil
      return
    }
    groups[key]?.unhealthy[id, default: 0] += 1
    guard groups[key]?.unhealthy[id] ?? 0 >= 2 else { return }
    instance.condemn(SkillFaults.unreachable(key.name, "health"))
    Task { await instance.stop(graceSeconds: 0) }
  }

  private func forgetIfUnused(_ key: SkillKey) {
    guard key.hasGrants, let group = groups[key], group.isEmpty, group.lastUsed.secondsAgo > Self.forgetSeconds else {
      return
    }
    groups[key] = nil
    if let proxy = group.plan.prepared?.proxy { Task { await proxy.close() } }
  }

  /// The doors of groups that are forgotten: a command that comes again has one opened.
  private func closeUnusedGates() {
    for (key, gate) in gates
    where key.hasGrants && groups[key] == nil && gate.isUnused(forSeconds: Self.forgetSeconds) {
      gates[key] = nil
      Task { await gate.close() }
    }
  }

  // MARK: - Memory

  /// Where memory is short, the process that is missed least goes: idle, unused for longest, quickest to start again.
  ///
  /// One at a time: what it gives back shows in the next round.
  func makeRoom(_ memory: MemoryState) {
    let isShort =
      memory.availableBytes.map { $0 < settings.minimumAvailableBytes } ?? false
      || memory.pressurePercent.map { $0 > settings.maximumMemoryPressurePercent } ?? false
    guard isShort else { return }
    let idle = groups.flatMap { key, group in
      group.instances.filter { $0.running == 0 }.map { (key: key, group: group, instance: $0) }
    }
    func value(_ one: (key: SkillKey, group: SkillGroup, instance: SkillInstance)) -> Double {
      // A second of start-up is worth a minute of disuse; what was asked for beforehand is worth ten more.
      let wish = one.group.plan.manifest.prefetch && !one.key.hasGrants ? 600.0 : 0
      return one.instance.startSeconds * 60 + wish - one.group.lastUsed.secondsAgo
    }
    guard let least = idle.min(by: { value($0) < value($1) }), least.instance.retireIfIdle() else { return }
    parts.logger.notice(
      "skill stopped: memory is short",
      metadata: [
        "skill": "\(least.key.name)", "available_bytes": "\(memory.availableBytes ?? -1)",
        "pressure_percent": "\(memory.pressurePercent ?? -1)",
      ])
    retire(least.instance, least.key)
  }

  /// Ends every process that answers nobody now; the next call starts another one.
  package func stopIdle() {
    for (key, group) in groups {
      for instance in group.instances where instance.retireIfIdle() { retire(instance, key) }
    }
  }

  // MARK: - Prefetch

  /// Those that ask for it, and then those that were used last.
  func skillsToPrefetch() -> [String] {
    let skills = (try? parts.allSkills()) ?? []
    let able = skills.filter { $0.manifest != nil }
    let asking = able.filter { $0.manifest?.prefetch == true }.map(\.name)
    let names = Set(able.map(\.name))
    let used = uses.used(withinSeconds: settings.rememberedUseSeconds).filter { names.contains($0) }
    return Array((asking + used.filter { !asking.contains($0) }).prefix(settings.maximumPrefetched))
  }
}
