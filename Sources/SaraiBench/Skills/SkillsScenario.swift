import FoundationEssentials
import Glibc
import GRPCCore
import SaraiCore
import SaraiSandbox
package import SaraiSkills
import SkillProtocol

/// What skills cost: to start them, to keep them, to call them, in bubblewrap and in Docker, beside `docker run … true`
/// and a skill on the Python kit.
///
/// All are asked for real work through the pool that SARAi uses, and every answer is looked at. What is compared takes
/// turns, each time in another order, so that what else the machine does meets all of them.
package struct SkillsScenario: BenchScenario {
  package struct Options: Sendable {
    package var places: SkillPlaces
    /// The template of a Python skill, which is the one that is measured.
    package var pythonTemplate: String
    /// An engine's socket; nil where there is none.
    package var dockerSocket: String?
    /// The `docker` program; nil where there is none.
    package var dockerProgram: String?
    package var environment: [String: String]
    /// What the whole may take, a little more or less.
    package var durationSeconds: Double

    package static let defaultDurationSeconds = 240.0
    package static let quickDurationSeconds = 30.0

    package init(
      places: SkillPlaces, pythonTemplate: String, dockerSocket: String?, dockerProgram: String?,
      environment: [String: String], durationSeconds: Double = Self.defaultDurationSeconds
    ) {
      self.places = places
      self.pythonTemplate = pythonTemplate
      self.dockerSocket = dockerSocket
      self.dockerProgram = dockerProgram
      self.environment = environment
      self.durationSeconds = durationSeconds
    }
  }

  package let name = "skills"
  private let options: Options

  package init(_ options: Options) {
    self.options = options
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    let machine = Machine.current()
    progress(0.01, Localized(es: "primer arranque de cada uno", en: "first start of each"))
    let bed = try await SkillsBed(options)
    defer { bed.removeFolder() }
    var figures = SkillsFigures()
    figures.missing = bed.missing
    do {
      try await measureStarts(bed, into: &figures, progress: progress)
      try await measureCalls(bed, into: &figures, progress: progress)
      try await measureHealth(bed, into: &figures, progress: progress)
      try await measureMemory(bed, into: &figures, progress: progress)
      figures.imageMegabytes = bed.docker?.imageBytes(of: "calc").map { Double($0) / 1e6 }
    } catch {
      await bed.close()
      throw error
    }
    await bed.close()
    progress(1, Localized(es: "listo", en: "done"))
    var settings = JSONObject()
    settings["duration_seconds"] = .number(options.durationSeconds)
    settings["docker"] = .string(bed.docker?.version ?? "none")
    return figures.report(machine: machine, settings: settings)
  }

  /// A new order for each round: the list, begun at another place.
  static func rotated<Element>(_ list: [Element], by round: Int) -> [Element] {
    guard !list.isEmpty else { return [] }
    let start = round % list.count
    return Array(list[start...] + list[..<start])
  }

  // MARK: - Starts

  /// From nothing to the first answer; then a call to the same process when it has been idle for a while; then the first
  /// call to a process that was started ahead of it.
  private func measureStarts(
    _ bed: SkillsBed, into figures: inout SkillsFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "arranques en frío, por turnos", en: "cold starts, in turn")
    let deadline = Monotonic.seconds() + 0.55 * options.durationSeconds
    var round = 0
    while round < 3 || Monotonic.seconds() < deadline, round < 200 {
      progress(0.05 + 0.5 * min(1, 1 - (deadline - Monotonic.seconds()) / (0.55 * options.durationSeconds)), step)
      let subjects = Self.rotated(bed.subjects, by: round)
      for subject in subjects {
        await subject.pool.stop(subject.work.skill)
        figures.add(.cold, subject, milliseconds: try await subject.timedCall())
      }
      try await Task.sleep(for: .seconds(Self.settleSeconds))
      for subject in subjects { figures.add(.warm, subject, milliseconds: try await subject.timedCall()) }
      for subject in subjects {
        await subject.pool.stop(subject.work.skill)
        try await subject.pool.warm(subject.key)
        figures.add(.first, subject, milliseconds: try await subject.timedCall())
        await subject.pool.stop(subject.work.skill)
      }
      if let milliseconds = try bed.docker?.timedRunOfTrue() { figures.dockerRun.append(milliseconds) }
      round += 1
    }
  }

  // MARK: - Calls

  /// One call after the other over the kept stream.
  private func measureCalls(
    _ bed: SkillsBed, into figures: inout SkillsFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "llamadas, por turnos", en: "calls, in turn")
    for subject in bed.subjects { for _ in 0..<200 { _ = try await subject.timedCall() } }
    let deadline = Monotonic.seconds() + 0.15 * options.durationSeconds
    var round = 0
    while round < 3 || Monotonic.seconds() < deadline {
      progress(0.6 + 0.1 * min(1, 1 - (deadline - Monotonic.seconds()) / (0.15 * options.durationSeconds)), step)
      for subject in Self.rotated(bed.subjects, by: round) {
        for _ in 0..<100 { figures.add(.call, subject, milliseconds: try await subject.timedCall()) }
      }
      round += 1
    }
    for subject in bed.subjects { await subject.pool.stop(subject.work.skill) }
  }

  // MARK: - Health

  /// The standard health service, asked one check after the other.
  private func measureHealth(
    _ bed: SkillsBed, into figures: inout SkillsFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "comprobaciones de salud", en: "health checks")
    let subjects = bed.subjects.filter { $0.work.skill != "sql" }
    for (index, subject) in subjects.enumerated() {
      progress(0.75 + 0.1 * Double(index) / Double(subjects.count), step)
      let seconds = 0.15 * options.durationSeconds / Double(subjects.count)
      let times = try await subject.withHealth { health in
        var times: [Double] = []
        let deadline = Monotonic.seconds() + seconds
        // The first ones make the connection.
        for _ in 0..<100 { _ = try await health.check(.init()) }
        while times.count < 500 || Monotonic.seconds() < deadline {
          let start = Monotonic.seconds()
          let reply = try await health.check(.init())
          times.append(1000 * (Monotonic.seconds() - start))
          guard reply.status == .serving else { throw SkillsBed.unexpected(subject.work.skill, "\(reply.status)") }
        }
        return times
      }
      for time in times { figures.add(.health, subject, milliseconds: time) }
    }
  }

  // MARK: - Memory

  /// Skills give back what only their start needed a second after it.
  private static let settleSeconds = 2.0

  /// Each alone first; then all at once, where what a skill has for itself is what it adds.
  private func measureMemory(
    _ bed: SkillsBed, into figures: inout SkillsFigures, progress: BenchProgress
  ) async throws {
    let step = Localized(es: "memoria", en: "memory")
    let rounds = max(3, min(10, Int(options.durationSeconds / 24)))
    for round in 0..<rounds {
      progress(0.85 + 0.14 * Double(round) / Double(rounds), step)
      for subject in Self.rotated(bed.subjects, by: round) {
        try await bed.stopAll()
        try await subject.work(calls: 100)
        try await Task.sleep(for: .seconds(Self.settleSeconds))
        try await subject.work(calls: 10)
        if let memory = await subject.memory() { figures.add(memory, subject, isAlone: true) }
      }
      for backend in SkillsBed.Backend.allCases {
        let subjects = bed.subjects.filter { $0.backend == backend }
        try await bed.stopAll()
        for subject in subjects { try await subject.work(calls: 100) }
        try await Task.sleep(for: .seconds(Self.settleSeconds))
        for subject in subjects { try await subject.work(calls: 10) }
        for subject in subjects {
          if let memory = await subject.memory() { figures.add(memory, subject, isAlone: false) }
        }
      }
    }
    try await bed.stopAll()
  }
}
