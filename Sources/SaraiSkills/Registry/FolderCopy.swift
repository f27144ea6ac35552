import FoundationEssentials
import Glibc
import SaraiCore

/// Copies a stranger's folder: plain files and folders, and links that stay inside.
struct FolderCopy {
  struct Bounds {
    var entries = 20_000
    var bytes = 1 << 30
    var depth = 32
  }

  /// What builds and tools leave behind and no skill needs.
  static let skipped: Set<String> = [
    ".git", ".hg", ".svn", ".build", ".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".DS_Store",
  ]

  private let source: String
  private let target: String
  private let bounds: Bounds
  private var entries = 0
  private var bytes = 0
  private var links: [String] = []

  /// Makes `target`, which must not be there, with all that `source` has.
  ///
  /// - Throws: `forbidden` for a device, a pipe, a socket, a file with set-user-ID, a link that leads out, a name with
  ///   control characters, and what cannot be read; `tooLarge`; `insufficientResources`. Whatever was copied before
  ///   is left for the caller to take away.
  static func run(_ source: String, to target: String, bounds: Bounds = Bounds()) throws(SaraiError) {
    var copy = FolderCopy(source: source, target: target, bounds: bounds)
    try copy.folder("", depth: 0)
    try copy.checkLinks()
  }

  private init(source: String, target: String, bounds: Bounds) {
    self.source = source
    self.target = target
    self.bounds = bounds
  }

  private mutating func folder(_ name: String, depth: Int) throws(SaraiError) {
    guard depth <= bounds.depth else {
      throw refused(
        name, es: "hay más de \(bounds.depth) carpetas anidadas", en: "more than \(bounds.depth) folders are nested")
    }
    // Whatever the umask is: who runs skills in a container may be somebody else.
    guard mkdir(target + name, 0o755) == 0, chmod(target + name, 0o755) == 0 else {
      throw SkillStorage.fault(target + name)
    }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: source + name) } catch {
      throw refused(name, es: "no se puede leer", en: "it cannot be read")
    }
    for child in names.sorted() where !Self.skipped.contains(child) {
      try entry("\(name)/\(child)", depth: depth)
    }
  }

  private mutating func entry(_ name: String, depth: Int) throws(SaraiError) {
    entries += 1
    guard entries <= bounds.entries else {
      throw SaraiError(
        .tooLarge, es: "La carpeta tiene más de \(bounds.entries) archivos: quita los que la habilidad no necesite.",
        en: "The folder has more than \(bounds.entries) files: take away those that the skill does not need.",
        subject: source)
    }
    guard !SkillFiles.hasControlCharacters(name), let facts = SkillFiles.Facts(source + name) else {
      throw refused(name, es: "su nombre no se puede usar", en: "its name cannot be used")
    }
    switch facts.kind {
    case .folder: try folder(name, depth: depth + 1)
    case .file:
      guard facts.mode & 0o6000 == 0 else {
        throw refused(
          name, es: "se ejecutaría con la identidad de su dueño (setuid)",
          en: "it would run with its owner's identity (setuid)")
      }
      try file(name, isExecutable: facts.mode & 0o111 != 0)
    case .link: try link(name)
    case .other:
      throw refused(
        name, es: "no es un archivo, una carpeta ni un enlace", en: "it is neither a file, a folder nor a link")
    }
  }

  private mutating func file(_ name: String, isExecutable: Bool) throws(SaraiError) {
    let input = open(source + name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard input >= 0 else { throw refused(name, es: "no se puede leer", en: "it cannot be read") }
    defer { close(input) }
    let mode: UInt32 = isExecutable ? 0o755 : 0o644
    let output = open(target + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard output >= 0 else { throw SkillStorage.fault(target + name) }
    defer { close(output) }
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = read(input, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw refused(name, es: "no se puede leer", en: "it cannot be read") }
      if count == 0 { break }
      bytes += count
      guard bytes <= bounds.bytes else {
        throw SaraiError(
          .tooLarge, es: "La carpeta pasa de \(bounds.bytes >> 20) MiB: quita lo que la habilidad no necesite.",
          en: "The folder is more than \(bounds.bytes >> 20) MiB: take away what the skill does not need.",
          subject: source)
      }
      guard SkillStorage.write(buffer[..<count], to: output) else { throw SkillStorage.fault(target + name) }
    }
    guard fchmod(output, mode) == 0, fsync(output) == 0 else { throw SkillStorage.fault(target + name) }
  }

  private mutating func link(_ name: String) throws(SaraiError) {
    guard let leads = try? FileManager.default.destinationOfSymbolicLink(atPath: source + name), !leads.hasPrefix("/")
    else { throw leadsOut(name) }
    guard symlink(leads, target + name) == 0 else { throw SkillStorage.fault(target + name) }
    links.append(name)
  }

  /// In the copy, where nobody changes anything meanwhile.
  private func checkLinks() throws(SaraiError) {
    guard let home = SkillFiles.real(target) else { throw SkillStorage.fault(target) }
    for name in links {
      guard let real = SkillFiles.real(target + name), real.hasPrefix(home + "/") else { throw leadsOut(name) }
    }
  }

  private func leadsOut(_ name: String) -> SaraiError {
    refused(
      name, es: "es un enlace que sale de la carpeta o no lleva a nada", en: "it is a link that leads out or nowhere")
  }

  private func refused(_ name: String, es: String, en: String) -> SaraiError {
    let shown = SkillFault.shown(source + name, maxLength: 300)
    return SaraiError(
      .forbidden, es: "«\(shown)» no se puede instalar: \(es). Quítalo y vuelve a intentarlo.",
      en: "\"\(shown)\" cannot be installed: \(en). Take it away and try again.", subject: source + name)
  }
}
