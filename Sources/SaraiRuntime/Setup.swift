package import SaraiCore
package import SaraiModels
package import SaraiSkills

/// What every command starts from: folders, what came with SARAi, and the configuration in force.
package struct Setup: Sendable {
  package let environment: [String: String]
  package let folders: Folders
  package let installation: Installation
  package let sources: Configuration.Sources
  package let configuration: Configuration

  /// - Throws: `ConfigurationError` for folders and files that are named wrong, and for what the configuration says.
  package init(
    environment: [String: String], configurationFile: String? = nil, flags: [Configuration.Flag] = [],
    executable: String = Installation.currentExecutable()
  ) throws {
    self.environment = environment
    let asked: String?
    do {
      folders = try Folders(environment: environment)
      installation = try Installation(environment: environment, executable: executable)
      asked = try Installation.readable(configurationFile ?? environment["SARAI_CONFIG"])
    } catch let error as SaraiError {
      throw ConfigurationError(faults: [error])
    }
    sources = Configuration.Sources(
      asked: asked, candidates: [folders.configurationFile, installation.defaultConfiguration],
      environment: environment, flags: flags)
    configuration = try Configuration(sources)
  }

  /// The language of messages: what the configuration says, or what the environment asks for.
  package var language: Language {
    Language(rawValue: configuration.text("chat.language")) ?? Language(environment: environment)
  }

  /// Where the parts of skills are. SARAi's own environments come before those of installed skills, so that none of
  /// these takes the place of the kit's.
  package var skillPlaces: SkillPlaces {
    SkillPlaces(
      builtIn: installation.skills, installed: folders.skills, programs: installation.programs,
      grammars: installation.grammars, pythonEnvironments: installation.pythonEnvironments + [folders.python],
      own: [folders.run, folders.state, folders.configuration], home: folders.home)
  }

  package var skillInstaller: SkillInstaller {
    let places = skillPlaces
    // That of set-up in a checkout is known to be new enough.
    let own = installation.checkout.map { [$0 + "/.deps/venv/bin/python"] } ?? []
    let found = (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/python3" }
    return SkillInstaller(
      places: places, environments: folders.python, runner: SkillTool(environment: environment), pips: own + found)
  }

  /// The shipped catalogue with the user's own laid over it.
  package func store() throws -> ModelStore { try store(stateFolder: folders.state) }

  /// - Parameter stateFolder: where hashes of files are noted.
  func store(stateFolder: String) throws -> ModelStore {
    let catalogue = try Catalogue.load(
      shipped: installation.catalogue, user: folders.configuration + "/models.yaml")
    return ModelStore(catalogue: catalogue, folder: folders.models, stateFolder: stateFolder)
  }
}
