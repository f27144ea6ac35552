import FoundationEssentials
import Glibc
import SaraiCore
import SystemPackage

/// The files of a skill's folder, none of which is trusted.
enum SkillFiles {
  /// What the system knows of a file, links not followed.
  struct Facts: Sendable, Hashable {
    enum Kind: Sendable, Hashable { case file, folder, link, other }

    let kind: Kind
    let bytes: Int
    let inode: UInt64
    let modified: Date?
    /// The permission bits, those for set-user-ID and set-group-ID among them.
    let mode: Int

    /// Nil where there is no such file.
    init?(_ path: String) {
      guard let status = try? FilePath(path).stat(followTargetSymlink: false) else { return nil }
      kind =
        switch status.type {
        case .regular: .file
        case .directory: .folder
        case .symbolicLink: .link
        default: .other
        }
      bytes = Int(status.size)
      inode = UInt64(status.inode.rawValue)
      modified = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
      mode = Int(status.permissions.rawValue)
    }
  }

  /// The path without links; nil where it does not exist.
  static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// A regular file of the folder, or one that a link within the folder leads to.
  ///
  /// - Parameter name: Relative to the folder, without `..`.
  /// - Returns: Its real path; nil where there is no such file.
  /// - Throws: `corruptFile` where it is no regular file or lies outside of the folder.
  static func find(_ name: String, in folder: String) throws(SaraiError) -> String? {
    guard Facts("\(folder)/\(name)") != nil else { return nil }
    let shown = SkillFault.shown("\(folder)/\(name)", maxLength: 300)
    guard let real = real("\(folder)/\(name)"), let home = self.real(folder) else {
      throw SkillFault.error(
        shown, nil, "", es: "es un enlace que no lleva a ningún archivo", en: "it is a link that leads nowhere")
    }
    guard real.hasPrefix(home + "/") else {
      throw SkillFault.error(
        shown, nil, "", es: "es un enlace que sale de la carpeta de la habilidad",
        en: "it is a link that leads out of the skill's folder")
    }
    guard Facts(real)?.kind == .file else {
      throw SkillFault.error(shown, nil, "", es: "no es un archivo corriente", en: "it is no regular file")
    }
    return real
  }

  /// - Returns: Nil where the folder has no such file.
  /// - Throws: `corruptFile`; `tooLarge`; `forbidden` where it may not be read.
  static func text(_ name: String, in folder: String, maxBytes: Int) throws(SaraiError) -> String? {
    guard let path = try find(name, in: folder) else { return nil }
    return try text(path, maxBytes: maxBytes)
  }

  /// A whole file of UTF-8.
  static func text(_ path: String, maxBytes: Int) throws(SaraiError) -> String {
    let shown = SkillFault.shown(path, maxLength: 300)
    // A pipe that someone put there meanwhile would keep the opening waiting.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw SaraiError(
        .forbidden,
        Localized(
          es: "No se puede leer \(shown): comprueba que existe y sus permisos.",
          en: "\(shown) cannot be read: check that it exists, and its permissions."), subject: path, cause: reason)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      bytes += buffer[..<count]
      guard bytes.count <= maxBytes else {
        throw SaraiError(
          .tooLarge, es: "\(shown) es demasiado grande (más de \(maxBytes >> 10) KiB): recórtalo.",
          en: "\(shown) is too large (more than \(maxBytes >> 10) KiB): shorten it.", subject: path)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SkillFault.error(shown, nil, "", es: "no es texto UTF-8", en: "it is no UTF-8 text")
    }
    return text
  }

  /// Relative, of names only: no `.`, `..`, empty part, nor anything that could steer a terminal.
  static func isSafe(relative path: String) -> Bool {
    guard (1...1024).contains(path.utf8.count), !path.hasPrefix("/"), !hasControlCharacters(path) else { return false }
    return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".."
    }
  }

  static func hasControlCharacters(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
  }
}
