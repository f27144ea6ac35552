import SaraiCore

/// Runs nothing: for machines whose owner switched sandboxes off.
package struct DisabledBackend: SandboxBackend {
  package let name = "disabled"

  package init() {}

  package func check() async -> SandboxReport {
    SandboxReport(
      backend: name, version: nil, layers: [],
      lines: [.init("sandbox", .missing, Self.refusal("—").message)])
  }

  package func launch(
    _ launch: SandboxLaunch, output: @escaping @Sendable (SandboxOutput) -> Void
  ) async throws -> any SandboxedProcess {
    try launch.profile.validate()
    throw Self.refusal(launch.profile.name)
  }

  package func close() async {}

  private static func refusal(_ name: String) -> SaraiError {
    SaraiError(
      .notAvailable,
      es: "«\(name)» pide aislamiento y está desactivado. Para activarlo, pon «phoenix.skill_runtime: local» en la "
        + "configuración; «sarai doctor» dice si aquí se puede.",
      en: "\"\(name)\" asks for a sandbox, and sandboxes are switched off. To switch them on, set "
        + "\"phoenix.skill_runtime: local\" in the configuration; \"sarai doctor\" says whether that works here.",
      subject: name)
  }
}
