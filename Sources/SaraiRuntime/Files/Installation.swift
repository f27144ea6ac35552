import Glibc
import SaraiCore

/// What came with SARAi: the catalogue, the default configuration, skills, and the programs beside `sarai`.
package struct Installation: Sendable, Hashable {
  package let executable: String
  /// Holds `models.yaml` and `sarai.yaml`.
  package let share: String
  /// The package's own folder, where this is what it was built in.
  package let checkout: String?

  package var catalogue: String { share + "/models.yaml" }
  package var defaultConfiguration: String { share + "/sarai.yaml" }
  /// What `sarai tune` lets a model read.
  package var tuningText: String { share + "/tune.txt" }
  package var engine: String { programs + "/sarai-engine" }
  package var memory: String { programs + "/sarai-memory" }
  package var loop: String { programs + "/sarai-loop" }
  package var confine: String { programs + "/sarai-confine" }
  /// `sarai-engine`, `sarai-memory`, `sarai-loop`, `sarai-skill`, `sarai-confine`.
  package var programs: String { Self.folder(of: executable) }
  package var skills: String { part("skills") }
  package var grammars: String { part("grammars") }
  /// What `sarai skill new` starts from.
  package var skillTemplates: String { skills + "/templates" }
  /// Folders with Python environments for skills: those of an installation, those of a checkout.
  package var pythonEnvironments: [String] {
    [Self.folder(of: programs) + "/lib/sarai/python"] + (checkout.map { [$0 + "/.deps/python"] } ?? [])
  }

  private func part(_ name: String) -> String { (checkout ?? share) + "/" + name }

  /// Looks at `SARAI_SHARE_DIR`, then at `../share/sarai` beside the executable's folder, then up from the executable
  /// for a checkout's `config`.
  ///
  /// - Throws: `SaraiError.notFound` where none of them has `models.yaml`.
  package init(environment: [String: String], executable: String = Self.currentExecutable()) throws {
    self.executable = executable
    if let named = environment["SARAI_SHARE_DIR"], !named.isEmpty {
      guard access(named + "/models.yaml", R_OK) == 0 else {
        throw SaraiError(
          .notFound, es: "SARAI_SHARE_DIR=\(named) no contiene models.yaml: corrígelo o quita la variable.",
          en: "SARAI_SHARE_DIR=\(named) holds no models.yaml: correct it, or unset the variable.",
          subject: "SARAI_SHARE_DIR")
      }
      share = named
      checkout = nil
      return
    }
    var folder = Self.folder(of: executable)
    var candidates = [Self.folder(of: folder) + "/share/sarai"]
    while folder != "/" {
      candidates.append(folder + "/config")
      folder = Self.folder(of: folder)
    }
    guard let found = candidates.first(where: { access($0 + "/models.yaml", R_OK) == 0 }) else {
      throw SaraiError(
        .notFound,
        es: "Falta models.yaml, el catálogo de modelos: reinstala SARAi con «make install» o define SARAI_SHARE_DIR.",
        en:
          "models.yaml, the catalogue of models, is missing: reinstall SARAi with \"make install\", or set SARAI_SHARE_DIR.",
        subject: "models.yaml")
    }
    share = found
    checkout = found == candidates[0] ? nil : Self.folder(of: found)
  }

  /// A file that was asked for; nil where none was.
  ///
  /// - Throws: `SaraiError.notFound` where it is not there.
  static func readable(_ asked: String?) throws -> String? {
    guard let asked, !asked.isEmpty else { return nil }
    guard access(asked, R_OK) == 0 else { throw PrivateFile.fault(reading: asked) }
    return asked
  }

  package static func currentExecutable() -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return "/usr/local/bin/sarai" }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
