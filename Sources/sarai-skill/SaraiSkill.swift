import Glibc
import SkillProtocol

/// The built-in skills in one executable, so that all that run share the pages of its code: `sarai-skill NAME`.
@main
enum SaraiSkill {
  /// Every built-in skill. A new one is a type in a folder of its own under `Skills/`, and a line here.
  static let skills: [any Skill.Type] = [CalcSkill.self, SQLSkill.self]

  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    guard let name = arguments.first, let skill = skills.first(where: { $0.name == name }) else {
      let names = skills.map { $0.name }.sorted().joined(separator: ", ")
      let usage = "usage: sarai-skill NAME [--socket PATH] [--configuration FILE]\nNAME: \(names)\n"
      _ = write(STDERR_FILENO, usage, usage.utf8.count)
      exit(64)
    }
    await SkillMain.run(skill, arguments: Array(arguments.dropFirst()))
  }
}
