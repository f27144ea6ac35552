/// Where the parts of skills are on this machine. All are absolute paths.
package struct SkillPlaces: Sendable, Hashable {
  /// Folders of the skills that came with SARAi.
  package var builtIn: String
  /// Folders of the skills that were installed.
  package var installed: String
  /// SARAi's own programs: `sarai-skill`, `sarai-confine`.
  package var programs: String
  /// SARAi's grammars.
  package var grammars: String
  /// Virtual environments of Python skills by the skill's name, and `kit`, the one of skills that have none of their
  /// own; the first folder that has one counts.
  package var pythonEnvironments: [String]
  /// What `~/` stands for in a file grant; nil where nobody knows.
  package var home: String?

  package init(
    builtIn: String, installed: String, programs: String, grammars: String, pythonEnvironments: [String],
    home: String? = nil
  ) {
    self.builtIn = builtIn
    self.installed = installed
    self.programs = programs
    self.grammars = grammars
    self.pythonEnvironments = pythonEnvironments
    self.home = home
  }

  /// Which of these places someone would reach who may write to `path`; nil for none.
  func reaches(_ path: String) -> String? {
    ([builtIn, installed, programs, grammars] + pythonEnvironments).first { place in
      // The path as it is written, and where it leads.
      [path, SkillFiles.real(path) ?? path].contains { path in
        [place, SkillFiles.real(place) ?? place].contains { place in
          path == place || place.hasPrefix(path + "/") || path.hasPrefix(place + "/")
        }
      }
    }
  }
}
