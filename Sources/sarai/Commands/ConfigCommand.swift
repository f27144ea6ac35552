import ArgumentParser
import SaraiCore
import SaraiRuntime

struct ConfigCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "config",
      abstract: words(es: "Explica la configuración.", en: "Explain the configuration."),
      subcommands: [Explain.self, Path.self, Default.self], defaultSubcommand: Explain.self)
  }

  struct Explain: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
      CommandConfiguration(
        commandName: "explain",
        abstract: words(
          es: "Cada valor y de dónde sale: opción, variable SARAI_*, fichero o valor por omisión.",
          en: "Each value and where it came from: flag, SARAI_* variable, file or default."))
    }

    @OptionGroup var options: ConfigurationOptions

    @Argument(
      help: ArgumentHelp(
        words(es: "Solo estas claves o grupos.", en: "These keys or groups only."),
        valueName: words(es: "clave", en: "key")))
    var keys: [String] = []

    @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
    var json = false

    func run() async throws {
      let setup = try options.setup()
      for key in keys where !SettingsTable.all.contains(where: { Self.matches($0, key) }) {
        throw SaraiError(
          .invalidRequest, es: "No hay ninguna clave «\(key)».", en: "There is no key \"\(key)\".", subject: key)
      }
      let settings = SettingsTable.all.filter { setting in
        keys.isEmpty || keys.contains { Self.matches(setting, $0) }
      }
      if json { return Output.json(.array(settings.map { Self.json($0, setup.configuration) })) }
      var table = Table(
        headers: words(es: "CLAVE VALOR ORIGEN", en: "KEY VALUE ORIGIN").split(separator: " ").map(String.init))
      table.rows = settings.map { setting in
        let origin = setup.configuration.origin(of: setting.key).described(in: Words.language)
        return [setting.key, setup.configuration[setting.key].description, origin]
      }
      table.print()
      if settings.count == 1 { Output.line("\n" + settings[0].doc[Words.language]) }
      for name in setup.configuration.unknownVariables {
        Output.note(
          words(es: "aviso: la variable \(name) no significa nada.", en: "warning: the variable \(name) means nothing.")
        )
      }
    }

    private static func matches(_ setting: Setting, _ key: String) -> Bool {
      setting.key == key || setting.key.hasPrefix(key + ".")
    }

    private static func json(_ setting: Setting, _ configuration: Configuration) -> JSONValue {
      var object = JSONObject()
      object["key"] = .string(setting.key)
      object["value"] = configuration[setting.key].json
      object["default"] = setting.fallback.json
      switch configuration.origin(of: setting.key) {
      case .flag(let name):
        object["origin"] = "flag"
        object["flag"] = .string(name)
      case .environment(let name):
        object["origin"] = "environment"
        object["variable"] = .string(name)
      case .file(let path, let line):
        object["origin"] = "file"
        object["file"] = .string(path)
        object["line"] = .integer(Int64(line))
      case .fallback: object["origin"] = "default"
      }
      object["environment_variable"] = .string(setting.environmentVariable)
      object["reloads"] = .bool(setting.reload == .live)
      object["available"] = .bool(setting.isAvailable)
      object["help"] = .string(setting.doc[Words.language])
      return .object(object)
    }
  }

  struct Path: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
      CommandConfiguration(
        commandName: "path",
        abstract: words(
          es: "Dónde está cada cosa: configuración, catálogo, modelos, estado.",
          en: "Where things are: configuration, catalogue, models, state."))
    }

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
    var json = false

    func run() async throws {
      let setup = try options.setup()
      let paths: [(String, String, String)] = [
        ("config_file", words(es: "configuración en uso", en: "configuration in use"), setup.sources.path ?? "—"),
        ("user_config_file", words(es: "la tuya", en: "your own"), setup.folders.configurationFile),
        ("catalogue", words(es: "catálogo", en: "catalogue"), setup.installation.catalogue),
        ("models", words(es: "modelos", en: "models"), setup.folders.models),
        ("state", words(es: "estado", en: "state"), setup.folders.state),
        ("run", words(es: "sockets", en: "sockets"), setup.folders.run),
        ("engine", words(es: "motor", en: "engine"), setup.installation.engine),
      ]
      if json {
        var object = JSONObject()
        for path in paths { object[path.0] = .string(path.2) }
        return Output.json(.object(object))
      }
      var table = Table(
        headers: words(es: "QUÉ DÓNDE", en: "WHAT WHERE").split(separator: " ").map(String.init))
      table.rows = paths.map { [$0.1, $0.2] }
      table.print()
    }
  }

  struct Default: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
      CommandConfiguration(
        commandName: "default",
        abstract: words(
          es: "Escribe el fichero de configuración por omisión, comentado.",
          en: "Write the default configuration file, with comments."))
    }

    func run() async throws { Output.write(SettingsTable.defaultFile()) }
  }
}

extension SettingValue {
  var json: JSONValue {
    switch self {
    case .boolean(let value): .bool(value)
    case .integer(let value): .integer(Int64(value))
    case .number(let value): .number(value)
    case .text(let value): .string(value)
    case .list(let values): .array(values.map(JSONValue.string))
    case .auto: "auto"
    }
  }
}
