import FoundationEssentials
import Glibc

/// Finds the shared objects that programs need, as the system's loader would, without running anything.
struct LibraryClosure {
  struct Result: Sendable, Hashable {
    /// The programs that load dynamic executables. They have to be executable inside.
    var interpreters: Set<String> = []
    /// Every shared object, by the path at which the loader will look for it.
    var libraries: Set<String> = []
    /// Names that nothing was found for. A program may do without (plug-ins often name what is not installed).
    var missing: Set<String> = []
  }

  /// The most files that one closure takes in.
  private static let mostFiles = 20_000

  private let defaultFolders: [String]
  private var files: [String: ELFFile] = [:]
  private(set) var result = Result()

  /// - Parameter configuration: the loader's own list of folders.
  init(configuration: String = "/etc/ld.so.conf") {
    #if arch(x86_64)
      let triple = "x86_64-linux-gnu"
    #else
      let triple = "aarch64-linux-gnu"
    #endif
    let builtIn = ["/lib/\(triple)", "/usr/lib/\(triple)", "/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    let configured = Self.folders(configuration: configuration, depth: 0)
    defaultFolders = builtIn + configured.filter { !builtIn.contains($0) }
  }

  /// Adds an executable or shared object and all that it needs.
  ///
  /// Files that are not ELF (scripts, data) need nothing.
  /// - Throws: `ELFFile.Fault` where the file itself cannot be read or is damaged.
  mutating func add(_ path: String) throws(ELFFile.Fault) {
    let file: ELFFile
    do { file = try read(path) } catch {
      if error == .notELF { return }
      throw error
    }
    var waiting: [(file: ELFFile, path: String, inherited: [String])] = [(file, path, [])]
    // Who wrote the file may have named anything, and what is named here is mounted: a key, a whole folder.
    if let interpreter = file.interpreter {
      if (try? read(interpreter))?.isShared == true {
        result.interpreters.insert(interpreter)
      } else {
        result.missing.insert(interpreter)
      }
    }
    while let next = waiting.popLast() {
      let own = next.file.searchPaths.map { Self.resolve($0, of: next.path) }
      for name in next.file.needed {
        let folders = own + next.inherited + defaultFolders
        guard let found = find(name, in: folders) else {
          result.missing.insert(name)
          continue
        }
        // The loader itself is named as needed, too; it is there already, at the path the executable names.
        if result.libraries.count >= Self.mostFiles { throw .damaged }
        guard result.libraries.insert(found.path).inserted else { continue }
        waiting.append((found.file, found.path, own + next.inherited))
      }
    }
  }

  /// Adds every shared object below a folder, with all that they need. Damaged ones are passed over: nothing can load
  /// them.
  mutating func addFolder(_ folder: String) {
    guard let names = FileManager.default.enumerate(folder, most: Self.mostFiles * 10) else { return }
    for path in names where Self.isSharedObject(path) { try? add(path) }
  }

  private static func isSharedObject(_ path: String) -> Bool {
    path.hasSuffix(".so") || path.contains(".so.")
  }

  private mutating func read(_ path: String) throws(ELFFile.Fault) -> ELFFile {
    if let known = files[path] { return known }
    let file = try ELFFile(path: path)
    files[path] = file
    return file
  }

  private mutating func find(_ name: String, in folders: [String]) -> (path: String, file: ELFFile)? {
    if name.hasPrefix("/") { return (try? read(name)).flatMap { $0.isShared ? (name, $0) : nil } }
    guard !name.contains("/") else { return nil }
    for folder in folders {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      if let file = try? read(path), file.isShared { return (path, file) }
    }
    return nil
  }

  /// `$ORIGIN` is the folder in which the file really lies.
  private static func resolve(_ folder: String, of path: String) -> String {
    guard folder.contains("$") else { return folder }
    let real = realPath(path) ?? path
    let origin = real.lastIndex(of: "/").map { String(real[..<$0]) } ?? "/"
    let named = folder.replacing("${ORIGIN}", with: origin).replacing("$ORIGIN", with: origin)
    // Inside, a path with "..", through folders that are not mounted, would lead nowhere.
    return realPath(named) ?? named
  }

  private static func folders(configuration: String, depth: Int) -> [String] {
    guard depth < 4, let bytes = FileManager.default.contents(atPath: configuration), bytes.count < 1 << 20 else {
      return []
    }
    var folders: [String] = []
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let text = line.prefix { $0 != "#" }.trimmed
      if text.hasPrefix("include "), let pattern = text.split(separator: " ").last {
        for file in matches(String(pattern)) { folders += Self.folders(configuration: file, depth: depth + 1) }
      } else if text.hasPrefix("/") {
        folders.append(text)
      }
    }
    return folders
  }

  private static func matches(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
  }
}

/// Where a path leads in the end, or nil where it leads nowhere.
func realPath(_ path: String) -> String? {
  guard let real = realpath(path, nil) else { return nil }
  defer { free(real) }
  return String(cString: real)
}

extension FileManager {
  /// Paths of the files below a folder, at most so many; symbolic links to folders are not followed.
  fileprivate func enumerate(_ folder: String, most: Int) -> [String]? {
    guard let names = try? subpathsOfDirectory(atPath: folder) else { return nil }
    return names.prefix(most).map { "\(folder)/\($0)" }
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text.drop { $0.isWhitespace })
  }
}
