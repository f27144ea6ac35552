package import SaraiCore

/// One thing that `sarai doctor` looked at.
package struct Finding: Sendable, Hashable {
  package enum Verdict: String, Sendable {
    case ok, warning, fault
  }

  /// Stable, for scripts: `memory`, `model:smollm2-135m`.
  package let name: String
  package let verdict: Verdict
  package let title: Localized
  package let detail: Localized
  /// What to do; nil where all is well.
  package let advice: Localized?

  init(
    _ name: String, _ verdict: Verdict, _ title: Localized, _ detail: Localized, advice: Localized? = nil
  ) {
    self.name = name
    self.verdict = verdict
    self.title = title
    self.detail = detail
    self.advice = advice
  }

  package var json: JSONValue {
    [
      "name": .string(name), "verdict": .string(verdict.rawValue), "title_es": .string(title.es),
      "title_en": .string(title.en), "detail_es": .string(detail.es), "detail_en": .string(detail.en),
      "advice_es": advice.map { .string($0.es) } ?? .null, "advice_en": advice.map { .string($0.en) } ?? .null,
    ]
  }
}

/// Looks at the machine and at this installation, changes nothing, and says what to do.
package struct Doctor: Sendable {
  private let environment: [String: String]
  private let configurationFile: String?
  private let flags: [Configuration.Flag]

  package init(environment: [String: String], configurationFile: String?, flags: [Configuration.Flag]) {
    self.environment = environment
    self.configurationFile = configurationFile
    self.flags = flags
  }

  /// - Parameter startsEngine: whether the default model is started and asked one question, which takes seconds.
  package func findings(startsEngine: Bool) async -> [Finding] {
    var findings = MachineChecks.all()
    let setup: Setup
    do {
      setup = try Setup(environment: environment, configurationFile: configurationFile, flags: flags)
    } catch {
      return findings + Self.broken(error)
    }
    findings.append(
      Finding(
        "configuration", setup.configuration.unknownVariables.isEmpty ? .ok : .warning,
        Localized(es: "configuración", en: "configuration"),
        Localized(
          es: setup.sources.path ?? "valores por omisión", en: setup.sources.path ?? "defaults"),
        advice: setup.configuration.unknownVariables.isEmpty
          ? nil
          : Localized(
            es: "estas variables no significan nada: \(setup.configuration.unknownVariables.joined(separator: ", "))",
            en: "these variables mean nothing: \(setup.configuration.unknownVariables.joined(separator: ", "))")))
    findings += await SandboxChecks.all(setup)
    findings += FolderChecks.all(setup)
    findings.append(ServerCheck.finding(setup))
    findings += await LoopChecks.all(setup)
    let (models, areUsable) = await ModelChecks.all(setup)
    findings += models
    findings += await SkillChecks.all(setup, starts: false)
    if startsEngine, areUsable { findings.append(await EngineCheck.finding(setup)) }
    return findings
  }

  private static func broken(_ error: any Error) -> [Finding] {
    let title = Localized(es: "configuración", en: "configuration")
    let faults =
      (error as? ConfigurationError)?.faults ?? (error as? SaraiError).map { [$0] }
      ?? [SaraiError(.internalFault, es: "\(error)", en: "\(error)")]
    return faults.map { fault in
      Finding(
        "configuration", .fault, title, fault.message,
        advice: Localized(
          es: "corrígelo; «sarai config default» enseña un fichero válido",
          en: "correct it; \"sarai config default\" shows a valid file"))
    }
  }
}
