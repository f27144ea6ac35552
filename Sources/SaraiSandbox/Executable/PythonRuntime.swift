import FoundationEssentials
package import SaraiCore

/// What a Python interpreter needs inside a sandbox, found from its files without running it.
package struct PythonRuntime: Sendable, Hashable {
  /// The interpreter as it was asked for: a virtual environment's `bin/python` tells Python where its packages are.
  package var interpreter: String
  /// The standard library, the virtual environment where there is one, and the real interpreter's file.
  package var roots: [String]

  /// - Parameter interpreter: `/usr/bin/python3`, or a virtual environment's `bin/python`.
  /// - Throws: `notFound` where it is no Python that could be understood.
  package init(interpreter: String) throws(SaraiError) {
    guard let real = realPath(interpreter), let name = real.split(separator: "/").last, name.hasPrefix("python3.")
    else {
      throw SaraiError(
        .notFound, es: "«\(interpreter)» no es un Python 3: indica el de una instalación o un entorno virtual.",
        en: "\"\(interpreter)\" is no Python 3: name that of an installation or of a virtual environment.",
        subject: interpreter)
    }
    let prefix = Self.parent(Self.parent(real))
    let library = "\(prefix)/lib/\(name)"
    guard FileManager.default.fileExists(atPath: "\(library)/os.py") else {
      throw SaraiError(
        .notFound, es: "«\(interpreter)» no tiene su biblioteca estándar en «\(library)»: reinstala Python.",
        en: "\"\(interpreter)\" lacks its standard library in \"\(library)\": install Python again.",
        subject: interpreter)
    }
    self.interpreter = interpreter
    var roots = [library]
    let environment = Self.parent(Self.parent(interpreter))
    if FileManager.default.fileExists(atPath: "\(environment)/pyvenv.cfg") {
      // The packages by themselves, too: their folder is the one that changes when a package comes or goes.
      roots += [environment, "\(environment)/lib/\(name)/site-packages"]
    }
    if !roots.contains(where: { real.hasPrefix($0 + "/") }) { roots.append(real) }
    self.roots = roots
  }

  private static func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
