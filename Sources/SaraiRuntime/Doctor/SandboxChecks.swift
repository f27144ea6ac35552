import SaraiCore
import SaraiSandbox
import SaraiSkills

/// Which layers of the sandboxes hold on this machine, found out by making one.
package enum SandboxChecks {
  package static func all(_ setup: Setup) async -> [Finding] {
    do {
      return try await Scratch.with { folder in
        let backend = try SupervisorParts.skillBackend(setup, folder: folder)
        let report = await backend.check()
        await backend.close()
        return findings(report, isWanted: setup.configuration.text("phoenix.skill_runtime") != "disabled")
      }
    } catch {
      let message = (error as? SaraiError)?.message ?? Localized(es: "\(error)", en: "\(error)")
      return [Finding("sandbox", .fault, Localized(es: "aislamiento", en: "sandbox"), message)]
    }
  }

  private static func findings(_ report: SandboxReport, isWanted: Bool) -> [Finding] {
    report.lines.map { line in
      let title = Localized(es: "aislamiento: \(line.name)", en: "sandbox: \(line.name)")
      let name = "sandbox:\(line.name)"
      switch line.verdict {
      case .holds: return Finding(name, .ok, title, line.note)
      case .replaced: return Finding(name, .warning, title, line.note)
      case .missing:
        let detail = isWanted ? Localized(es: "falta", en: "missing") : Localized(es: "desactivado", en: "switched off")
        return Finding(name, isWanted ? .fault : .warning, title, detail, advice: line.note)
      }
    }
  }
}

/// Whether each skill can be read and answers.
package enum SkillChecks {
  /// - Parameter starts: Whether each is started and asked what it is.
  package static func all(_ setup: Setup, starts: Bool = true) async -> [Finding] {
    let entries = SkillRegistry(places: setup.skillPlaces).entries()
    let readable = entries.map { entry -> Finding in
      let title = title(entry.name)
      if let error = entry.error { return Finding("skill:\(entry.name)", .fault, title, error.message) }
      let hasProgram = entry.skill?.manifest != nil
      return Finding(
        "skill:\(entry.name)", .ok, title,
        hasProgram
          ? Localized(es: "se puede leer", en: "can be read")
          : Localized(es: "son solo instrucciones", en: "is instructions alone"))
    }
    let runnable = entries.compactMap(\.skill).filter { $0.manifest != nil }.map(\.name)
    guard starts, !runnable.isEmpty else { return readable }
    do {
      let started = try await Assistant.with(setup, tell: { _ in }) { assistant in
        var findings: [String: Finding] = [:]
        for name in runnable { findings["skill:\(name)"] = await check(name, assistant) }
        return findings
      }
      return readable.map { started[$0.name] ?? $0 }
    } catch {
      let message = (error as? SaraiError)?.message ?? Localized(es: "\(error)", en: "\(error)")
      return readable + [Finding("supervisor", .fault, Localized(es: "supervisor", en: "supervisor"), message)]
    }
  }

  private static func check(_ name: String, _ assistant: Assistant) async -> Finding {
    let start = ContinuousClock.now
    do {
      try await assistant.skills.check(name)
      let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
      return Finding(
        "skill:\(name)", .ok, title(name),
        Localized(es: "contesta en \(milliseconds) ms", en: "answers in \(milliseconds) ms"))
    } catch {
      let message = (error as? SaraiError)?.message ?? Localized(es: "\(error)", en: "\(error)")
      return Finding(
        "skill:\(name)", .fault, title(name), message,
        advice: Localized(es: "mira sarai skill logs \(name)", en: "see sarai skill logs \(name)"))
    }
  }

  private static func title(_ name: String) -> Localized {
    Localized(es: "habilidad \(name)", en: "skill \(name)")
  }
}
