import ArgumentParser
import FoundationEssentials
import SaraiCore
import SaraiRuntime

struct DoctorCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "doctor",
      abstract: words(
        es: "Comprueba la máquina y la instalación, sin cambiar nada, y dice qué hacer.",
        en: "Check the machine and the installation, changing nothing, and say what to do."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Flag(
    help: ArgumentHelp(
      words(es: "No arranca ningún modelo.", en: "Start no model.")))
  var quick = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    if let setup = try? options.setup() { Words.language = setup.language }
    let doctor = Doctor(
      environment: environment, configurationFile: options.file, flags: options.flags)
    let findings = await doctor.findings(startsEngine: !quick)
    try Self.show(findings, json: json)
  }

  /// - Throws: `ExitCode` where there is a fault.
  static func show(_ findings: [Finding], json: Bool) throws {
    let isHealthy = !findings.contains { $0.verdict == .fault }
    if json {
      Output.json(["ok": .bool(isHealthy), "checks": .array(findings.map(\.json))])
    } else {
      print(findings, isHealthy: isHealthy)
    }
    guard isHealthy else { throw ExitCode(ExitStatus.failedCheck.rawValue) }
  }

  private static func print(_ findings: [Finding], isHealthy: Bool) {
    let language = Words.language
    let width = findings.map { DisplayWidth.of($0.title[language]) }.max() ?? 0
    for finding in findings {
      let mark =
        switch finding.verdict {
        case .ok: "✓"
        case .warning: "!"
        case .fault: "✗"
        }
      let title = finding.title[language]
      let padding = String(repeating: " ", count: width - DisplayWidth.of(title) + 2)
      Output.line("\(mark) \(title)\(padding)\(Output.dim(finding.detail[language]))")
      if let advice = finding.advice { Output.line("  → \(advice[language])") }
    }
    Output.line()
    Output.line(
      isHealthy
        ? words(es: "Todo en orden.", en: "All is well.")
        : words(
          es: "Hay fallos: arriba, tras cada ✗, qué hacer.", en: "There are faults: above, after each ✗, what to do."))
  }
}
