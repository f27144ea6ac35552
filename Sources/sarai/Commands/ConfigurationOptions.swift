import ArgumentParser
import FoundationEssentials
import SaraiRuntime

/// What every command that reads the configuration takes.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      words(es: "Lee este fichero de configuración.", en: "Read this configuration file."),
      valueName: words(es: "fichero", en: "file")),
    completion: .file(extensions: ["yaml", "yml"]))
  var file: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      words(
        es: "Da un valor a una clave de la configuración; se puede repetir.",
        en: "Give a value to a key of the configuration; may be repeated."),
      valueName: words(es: "clave=valor", en: "key=value")))
  var assignments: [String] = []

  mutating func validate() throws {
    for assignment in assignments where !assignment.contains("=") {
      throw ValidationError(
        words(
          es: "--set \(assignment): falta el valor; escribe --set \(assignment)=VALOR.",
          en: "--set \(assignment): the value is missing; write --set \(assignment)=VALUE."))
    }
  }

  /// Reads the configuration, and speaks the language that it asks for from here on.
  func setup(flags: [Configuration.Flag] = []) throws -> Setup {
    let setup = try Setup(
      environment: ProcessInfo.processInfo.environment, configurationFile: file, flags: self.flags + flags)
    Words.language = setup.language
    return setup
  }

  var flags: [Configuration.Flag] {
    assignments.map { assignment in
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return Configuration.Flag(key: String(parts[0]), value: String(parts[1]), name: "--set")
    }
  }
}

extension Configuration.Flag {
  /// A flag of its own for a key, where it was given.
  init?(_ key: String, _ value: (some CustomStringConvertible)?, name: String) {
    guard let value else { return nil }
    self.init(key: key, value: value.description, name: name)
  }
}
