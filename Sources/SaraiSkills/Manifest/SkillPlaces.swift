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
  /// Folders of SARAi's own that no skill sees, whatever it was granted: its sockets, conversations, tokens.
  package var own: [String]
  /// What `~/` stands for in a file grant; nil where nobody knows.
  package var home: String?

  package init(
    builtIn: String, installed: String, programs: String, grammars: String, pythonEnvironments: [String],
    own: [String] = [], home: String? = nil
  ) {
    self.builtIn = builtIn
    self.installed = installed
    self.programs = programs
    self.grammars = grammars
    self.pythonEnvironments = pythonEnvironments
    self.own = own
    self.home = home
  }

  /// Which of these places someone would reach who may write to `path`; nil for none.
  func reaches(_ path: String) -> String? {
    ([builtIn, installed, programs, grammars] + pythonEnvironments + own).first { place in
      Self.anyForm(path, place) { $0 == $1 || $1.hasPrefix($0 + "/") || $0.hasPrefix($1 + "/") }
    }
  }

  /// The folder of SARAi's own that `path` is or lies in; nil for none.
  func holds(_ path: String) -> String? {
    own.first { place in Self.anyForm(path, place) { $0 == $1 || $0.hasPrefix($1 + "/") } }
  }

  /// Asks of two paths as they are written, and of where they lead.
  private static func anyForm(_ path: String, _ place: String, _ test: (String, String) -> Bool) -> Bool {
    [path, SkillFiles.real(path) ?? path].contains { path in
      [place, SkillFiles.real(place) ?? place].contains { test(path, $0) }
    }
  }
}
