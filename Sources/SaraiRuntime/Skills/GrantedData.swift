import Glibc
package import SaraiAgent
package import SaraiCore
import SaraiSkills
import SkillProtocol
import Synchronization

/// The data that a person granted in a conversation: every question goes there before the model.
///
/// The `sql` skill answers what its rules are sure of, statements of SQL, and with the help of a model what names a table
/// or a column; the rest is left to the chat.
package final class GrantedData: IntentAnswering {
  private static let skill = "sql"
  /// A large file is read when it is first asked, and a model writes as fast as it can.
  private static let timeoutSeconds = 60.0

  private let skills: any SkillCalling
  private let granted = Mutex<String?>(nil)

  init(skills: any SkillCalling) { self.skills = skills }

  /// The file or folder; nil where there is none.
  package var path: String? { granted.withLock { $0 } }

  /// Grants a database, a CSV file or a folder of these, in the place of what was granted before.
  ///
  /// - Throws: `notFound` where it is not there; what the skill says of a file that it cannot read. Nothing has changed
  ///   then.
  package func grant(_ path: String) async throws {
    let real = try Self.real(path)
    // Reads the schema: what is no data is told now, and the first question finds it open.
    _ = try await ask("SELECT 1", of: real, language: .spanish)
    granted.withLock { $0 = real }
  }

  package func withdraw() { granted.withLock { $0 = nil } }

  package func answer(_ question: String, language: Language, now: CivilDateTime) async throws -> IntentAnswer? {
    guard let path else { return nil }
    do {
      return try await ask(question, of: path, language: language).map { IntentAnswer(text: $0, skill: Self.skill) }
    } catch let error as SaraiError where error.code == .invalidRequest {
      // "Select a present for my sister" only begins as a statement does.
      return nil
    } catch let error as SaraiError {
      // The model would make an answer up.
      return IntentAnswer(text: error.message[language], skill: Self.skill)
    }
  }

  private func ask(_ question: String, of path: String, language: Language) async throws -> String? {
    var call = SkillCall(.text(question), language: language, timeoutSeconds: Self.timeoutSeconds)
    call.options = ["data": SkillLauncher.inside(path), "model": "related"]
    let answer = try await skills.infer(Self.skill, call, grants: SkillGrants(files: [.init(path: path)]))
    return answer.text
  }

  /// A path as a sandbox is given it: absolute and without links.
  ///
  /// - Throws: `notFound` where nothing is there.
  package static func real(_ path: String) throws -> String {
    guard let real = realpath(path, nil) else {
      throw SaraiError(
        .notFound, es: "No se puede conceder «\(path)»: \(String(cString: strerror(errno))).",
        en: "\"\(path)\" cannot be granted: \(String(cString: strerror(errno))).", subject: path)
    }
    defer { free(real) }
    return String(cString: real)
  }
}
