import Glibc
import LoopProtocol
import SaraiCore

/// Chat, memory, skills and the loop together: a fixed mix of turns asked of a real `sarai serve`; then once more while
/// its processes are killed, with the loop at work and held back, and with nobody asking anything.
package struct MixedScenario: BenchScenario {
  package struct Options: Sendable {
    /// The `sarai` that is measured; its other programs lie beside it.
    package var saraiExecutable: String
    package var modelID: String
    /// Folders of what SARAi comes with, and of models.
    package var configurationFolder: String
    package var skillsFolder: String
    package var grammarsFolder: String
    package var pythonFolder: String
    package var modelsFolder: String
    package var environment: [String: String]
    /// What the whole may take, a little more or less.
    package var durationSeconds: Double

    package static let defaultDurationSeconds = 300.0
    package static let quickDurationSeconds = 60.0

    package init(
      saraiExecutable: String, modelID: String, configurationFolder: String, skillsFolder: String,
      grammarsFolder: String, pythonFolder: String, modelsFolder: String, environment: [String: String],
      durationSeconds: Double = Self.defaultDurationSeconds
    ) {
      self.saraiExecutable = saraiExecutable
      self.modelID = modelID
      self.configurationFolder = configurationFolder
      self.skillsFolder = skillsFolder
      self.grammarsFolder = grammarsFolder
      self.pythonFolder = pythonFolder
      self.modelsFolder = modelsFolder
      self.environment = environment
      self.durationSeconds = durationSeconds
    }

    var places: MixedBed.Places {
      MixedBed.Places(
        saraiExecutable: saraiExecutable, models: modelsFolder, configuration: configurationFolder,
        skills: skillsFolder, grammars: grammarsFolder, python: pythonFolder, environment: environment)
    }
  }

  package let name = "mixed"
  private let options: Options
  private static let seed: UInt64 = 2026

  package init(_ options: Options) {
    self.options = options
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    let machine = Machine.current()
    progress(0.01, Localized(es: "arranque y preparación", en: "start and preparation"))
    let bed = try MixedBed(options.places)
    defer { bed.close() }
    var turns = MixedTurns(seed: Self.seed)
    var figures = MixedFigures()
    for turn in turns.preparation() { _ = bed.ask(turn, maxTokens: 8) }
    for kind in MixedTurns.Kind.allCases { _ = bed.ask(turns.turn(kind, .spanish), maxTokens: 8) }
    let sampler = MemorySampler(bed.watch, serve: bed.serve)
    let sampling = Task { await sampler.run() }
    defer { sampling.cancel() }
    measureMix(bed, &turns, into: &figures, progress: progress)
    figures.add(memory: sampler.all)
    try await measurePairs(bed, &turns, into: &figures, progress: progress)
    sampling.cancel()
    // The skills that were used stay as long as their manifests say; nlp is told to end soon.
    try await measureIdle(bed, into: &figures, progress: progress)
    try await measureKills(bed, &turns, into: &figures, progress: progress)
    progress(1, Localized(es: "listo", en: "done"))
    var settings = JSONObject()
    settings["model"] = .string(options.modelID)
    settings["duration_seconds"] = .number(options.durationSeconds)
    settings["seed"] = .integer(Int64(Self.seed))
    settings["shares"] = .object(
      MixedTurns.Kind.allCases.reduce(into: JSONObject()) { $0[$1.rawValue] = .integer(Int64($1.share)) })
    return figures.report(machine: machine, settings: settings, model: options.modelID)
  }

  // MARK: - The mix

  /// One turn after the other, as quickly as they are answered, by one person in two languages.
  private func measureMix(
    _ bed: MixedBed, _ turns: inout MixedTurns, into figures: inout MixedFigures, progress: BenchProgress
  ) {
    let step = Localized(es: "turnos de todas clases", en: "turns of all kinds")
    let before = bed.answeredBySkills()
    let seconds = 0.35 * options.durationSeconds
    let start = Monotonic.seconds()
    // The first hundred holds every kind in its share.
    while figures.replies.count < 100 || Monotonic.seconds() - start < seconds {
      progress(0.03 + 0.32 * min(1, (Monotonic.seconds() - start) / seconds), step)
      figures.replies.append(bed.ask(turns.next()))
    }
    if let before, let after = bed.answeredBySkills() {
      // Reminders are the loop's, which counts as a skill there and not here.
      let reminders = figures.replies.count { $0.turn.kind == .reminder && $0.isAnswered }
      figures.skillHits = Proportion(successes: Int(after - before) - reminders, trials: figures.replies.count)
    }
  }

  // MARK: - With the loop and without

  /// Three jobs of upkeep each second: whenever somebody asks, something is under way or due.
  private func measurePairs(
    _ bed: MixedBed, _ turns: inout MixedTurns, into figures: inout MixedFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "con el bucle y sin él, por turnos", en: "with the loop and without, in turn")
    let link = try LoopLink(bed.watch)
    defer { link.close() }
    var jobs: [Int64] = []
    for action in ["prune_caches", "rotate_logs", "backup_memory"] {
      var job = Sarai_Loop_V1_Job()
      job.owner = LoopLink.owner
      job.name = "bench \(action)"
      job.schedule = "every 1s"
      job.action = action
      job.catchUp = "all"
      jobs.append(try await link.loop.add(job).id)
    }
    let actionsBefore = try await Self.endedActions(link)
    let kinds: [MixedTurns.Kind] = [.memory, .sum, .data, .chat, .memory, .sum]
    let seconds = 0.2 * options.durationSeconds
    let start = Monotonic.seconds()
    var round = 0
    while round < 4 || Monotonic.seconds() - start < seconds {
      progress(0.36 + 0.19 * min(1, (Monotonic.seconds() - start) / seconds), step)
      var milliseconds: [Bool: [Double]] = [:]
      for isOn in round.isMultiple(of: 2) ? [true, false] : [false, true] {
        if isOn { _ = try await link.loop.resume() } else { _ = try await link.loop.pause(until: nil) }
        // What the loop began before it was held back has ended.
        try await Task.sleep(for: .milliseconds(isOn ? 20 : 120))
        for kind in kinds {
          let reply = bed.ask(turns.turn(kind, round % 4 < 2 ? .spanish : .english), maxTokens: 24)
          milliseconds[isOn, default: []].append(reply.isAnswered ? reply.milliseconds : .nan)
          // A person reads before asking again; the loop works meanwhile.
          try await Task.sleep(for: .milliseconds(60))
        }
      }
      for (with, without) in zip(milliseconds[true] ?? [], milliseconds[false] ?? []) where (with + without).isFinite {
        figures.withLoop.add(ours: with, reference: without)
      }
      round += 1
    }
    _ = try await link.loop.resume()
    figures.actionsDuringPairs = try await Self.endedActions(link) - actionsBefore
    for job in jobs { _ = try await link.loop.remove(job, owner: LoopLink.owner) }
  }

  private static func endedActions(_ link: LoopLink) async throws -> Int {
    try await link.loop.status().counts.reduce(0) { $0 + Int($1.count) }
  }

  // MARK: - Nobody asks

  private func measureIdle(
    _ bed: MixedBed, into figures: inout MixedFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "en reposo", en: "at rest")
    // nlp has ended and given back its memory by then, and so has whatever an answer leaves to be done.
    let deadline = Monotonic.seconds() + Double(MixedBed.nlpStaysSeconds) + 20
    while figures.hasSeenNlp, !bed.watch.pids(.nlp, serve: bed.serve).isEmpty, Monotonic.seconds() < deadline {
      progress(0.56, step)
      try await Task.sleep(for: .milliseconds(500))
    }
    try await Task.sleep(for: .seconds(5))
    let seconds = max(60, 0.2 * options.durationSeconds)
    let before = bed.watch.processorSeconds(serve: bed.serve)
    let start = Monotonic.seconds()
    while Monotonic.seconds() - start < seconds {
      progress(0.57 + 0.19 * min(1, (Monotonic.seconds() - start) / seconds), step)
      try await Task.sleep(for: .seconds(1))
    }
    let elapsed = Monotonic.seconds() - start
    let after = bed.watch.processorSeconds(serve: bed.serve)
    for (role, seconds) in after { figures.idlePercent[role] = 100 * (seconds - before[role, default: 0]) / elapsed }
    figures.idleMemory = bed.watch.memory(serve: bed.serve)
  }

  // MARK: - Kills

  /// Processes that are killed, each as often as the others.
  static let victims: [ProcessRole] = [.engine, .memory, .loop, .skills, .serve]

  /// A turn each third of a second at most; every few of them a process is killed -9 at some moment of the turn. The
  /// server, which nobody restarts here, is started again by the benchmark as a service manager would.
  private func measureKills(
    _ bed: MixedBed, _ turns: inout MixedTurns, into figures: inout MixedFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "turnos mientras mueren procesos", en: "turns while processes die")
    var random = SeededGenerator(seed: Self.seed)
    let seconds = 0.22 * options.durationSeconds
    let start = Monotonic.seconds()
    var number = 0
    while number < 40 || Monotonic.seconds() - start < seconds {
      progress(0.77 + 0.22 * min(1, (Monotonic.seconds() - start) / seconds), step)
      let begun = Monotonic.seconds()
      var killing: Task<Bool, Never>?
      if number % 6 == 3 {
        let role = Self.victims[number / 6 % Self.victims.count]
        let pids = bed.watch.pids(role, serve: bed.serve)
        let delay = random.below(300)
        if !pids.isEmpty {
          let victim = pids[random.below(pids.count)]
          killing = Task.detached {
            try? await Task.sleep(for: .milliseconds(delay))
            return kill(victim, SIGKILL) == 0
          }
          figures.kills[role, default: 0] += 1
        }
      }
      figures.availability.add(bed.ask(turns.next(), maxTokens: 24).isAnswered)
      _ = await killing?.value
      if !bed.isServing { try bed.restartServer() }
      number += 1
      let rest = 0.33 - (Monotonic.seconds() - begun)
      if rest > 0 { try await Task.sleep(for: .seconds(rest)) }
    }
    try bed.awaitReady()
  }
}

extension MixedBed {
  /// Turns that a skill has answered since the server started; nil where it does not say.
  func answeredBySkills() -> Double? { metric("sarai_turns_total", "answered_by=\"skill\"") }
}
