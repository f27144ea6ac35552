import SaraiCore

/// What was measured, and what it is to reach.
struct SkillsFigures {
  enum Measure: String, CaseIterable {
    case cold = "cold_start"
    case warm = "warm_start"
    case first = "first_call_when_prefetched"
    case call = "round_trip"
    case health = "health_check"
  }

  /// Sample names are `measure_backend_skill`.
  private(set) var milliseconds: [String: [Double]] = [:]
  private(set) var megabytes: [String: [Double]] = [:]
  /// Of `docker run … true`.
  var dockerRun: [Double] = []
  var imageMegabytes: Double?
  /// What could not be measured, and why.
  var missing: [(backend: SkillsBed.Backend, skill: String, why: Localized)] = []

  private static func name(_ measure: String, _ backend: SkillsBed.Backend, _ skill: String) -> String {
    "\(measure)_\(backend.rawValue)_\(skill == SkillsBed.greeter ? "python" : skill)"
  }

  mutating func add(_ measure: Measure, _ subject: SkillsBed.Subject, milliseconds value: Double) {
    milliseconds[Self.name(measure.rawValue, subject.backend, subject.work.skill), default: []].append(value)
  }

  mutating func add(_ memory: SkillMemory, _ subject: SkillsBed.Subject, isAlone: Bool) {
    func add(_ measure: String, _ bytes: Int) {
      megabytes[Self.name(measure, subject.backend, subject.work.skill), default: []].append(Double(bytes) / 1e6)
    }
    if isAlone {
      add("pss_alone", memory.proportionalBytes)
      add("private_of_sandbox", memory.sandboxPrivateBytes)
    } else {
      add("private_beside_others", memory.privateBytes)
    }
  }

  // MARK: - The report

  func report(machine: Machine, settings: JSONObject) -> BenchReport {
    var rows: [BenchReport.Row] = []
    for measure in Measure.allCases { rows += sampled(measure.rawValue, milliseconds, unit: "ms") }
    rows += [BenchReport.Row("docker_run_true", unit: "ms", dockerRun)].compactMap { $0 }
    for measure in [Measure.health, .call] {
      for (name, values) in sorted(measure.rawValue, milliseconds) {
        rows += [BenchReport.Row("\(name)_p99", unit: "ms", [Self.percentile99(values)])].compactMap { $0 }
      }
    }
    for measure in ["private_beside_others", "pss_alone", "private_of_sandbox"] {
      rows += sampled(measure, megabytes, unit: "MB")
    }
    rows += [BenchReport.Row("image_calc", unit: "MB", imageMegabytes.map { [$0] } ?? [])].compactMap { $0 }
    return BenchReport(
      scenario: "skills", machine: machine, settings: settings, rows: rows, checks: checks, remarks: remarks(machine))
  }

  private func sorted(_ measure: String, _ samples: [String: [Double]]) -> [(name: String, values: [Double])] {
    samples.filter { $0.key.hasPrefix(measure + "_") }.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
  }

  private func sampled(_ measure: String, _ samples: [String: [Double]], unit: String) -> [BenchReport.Row] {
    sorted(measure, samples).compactMap { BenchReport.Row($0.name, unit: unit, $0.values) }
  }

  static func percentile99(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : Summary.quantile(0.99, ofSorted: values.sorted())
  }

  // MARK: - Targets

  /// Every target is there in every run: what was not measured does not hold, and says why.
  private var checks: [BenchReport.Check] {
    var checks: [BenchReport.Check] = []
    func check(_ measure: Measure, _ backend: SkillsBed.Backend, _ skill: String, atMost bound: Double) {
      let name = Self.name(measure.rawValue, backend, skill)
      checks.append(
        self.check(name, Summary(milliseconds[name] ?? [])?.median, "ms", bound, reason(backend, skill)))
    }
    for skill in Self.skills { check(.cold, .bubblewrap, skill, atMost: 30) }
    for skill in Self.skills {
      let name = Self.name(Measure.cold.rawValue, .docker, skill)
      let median = Summary(milliseconds[name] ?? [])?.median
      let run = Summary(dockerRun)?.median
      let difference = median.flatMap { median in run.map { median - $0 } }
      checks.append(self.check("\(name)_over_docker_run", difference, "ms", 60, reason(.docker, skill)))
    }
    for skill in Self.skills { check(.warm, .bubblewrap, skill, atMost: 2) }
    check(.call, .bubblewrap, "calc", atMost: 0.5)
    let health = Self.name(Measure.health.rawValue, .bubblewrap, "calc")
    checks.append(
      self.check("\(health)_p99", milliseconds[health].map(Self.percentile99), "ms", 2, reason(.bubblewrap, "calc")))
    for (measure, bound) in [("private_beside_others", 4.0), ("pss_alone", 22)] {
      for skill in Self.skills {
        let name = Self.name(measure, .bubblewrap, skill)
        checks.append(
          self.check(name, Summary(megabytes[name] ?? [])?.median, "MB", bound, reason(.bubblewrap, skill)))
      }
    }
    let noImage = Localized(
      es: "no hay imagen: make skill-image SKILL=calc", en: "there is no image: make skill-image SKILL=calc")
    checks.append(
      self.check("image_calc", imageMegabytes, "MB", 60, missing.isEmpty ? noImage : reason(.docker, "calc")))
    return checks
  }

  /// The skills that the targets are for.
  static let skills = ["calc", "sql"]

  private func reason(_ backend: SkillsBed.Backend, _ skill: String) -> Localized {
    missing.first { $0.backend == backend && $0.skill == skill }?.why
      ?? Localized(es: "no se llegó a medir", en: "it was not reached")
  }

  private func check(
    _ name: String, _ value: Double?, _ unit: String, _ bound: Double, _ reason: Localized
  ) -> BenchReport.Check {
    var check = BenchReport.Check(name, value: value ?? .nan, unit: unit, .atMost(bound))
    if value == nil { check.whyNotMeasured = reason }
    return check
  }

  private func remarks(_ machine: Machine) -> [Localized] {
    var remarks = [
      Localized(
        es: "Publicado del SARAi en Python: arranque en frío 400 ms, 48 MB por habilidad, salud 12 ms, imagen 1,9 GB.",
        en: "Published for the SARAi in Python: cold start 400 ms, 48 MB a skill, health 12 ms, image 1.9 GB."),
      Localized(
        es: "python es una habilidad pequeña sobre el kit de Python, en bubblewrap.",
        en: "python is a small skill on the Python kit, in bubblewrap."),
    ]
    if machine.isBusy {
      remarks.append(
        Localized(
          es: "La máquina estaba ocupada al empezar: las cifras son órdenes de magnitud.",
          en: "The machine was busy at the start: the figures are sizes."))
    }
    return remarks
  }
}
