import Synchronization

/// Libraries that were found before: many profiles differ in nothing but what they grant, and a Python environment has
/// hundreds of shared objects to look at.
final class ClosureCache: Sendable {
  static let shared = ClosureCache()

  private struct Key: Hashable {
    var executable: String
    var executableFacts: FileFacts?
    var roots: [String]
    /// A folder changes when something is put into it or taken out; what lies deeper does not show.
    var rootFacts: [FileFacts?]
  }

  private let closures = Mutex<[Key: LibraryClosure.Result]>([:])
  private static let most = 64

  /// What an executable, and the shared objects below some folders, need; nil where it is no ELF file.
  func closure(of executable: String, roots: [String]) throws(ELFFile.Fault) -> LibraryClosure.Result? {
    let key = Key(
      executable: executable, executableFacts: FileFacts(executable), roots: roots,
      rootFacts: roots.map { FileFacts($0) })
    if let known = closures.withLock({ $0[key] }) { return known }
    var closure = LibraryClosure()
    do { _ = try ELFFile(path: executable) } catch {
      if error == .notELF { return nil }
      throw error
    }
    try closure.add(executable)
    for root in roots { closure.addFolder(root) }
    let result = closure.result
    closures.withLock { closures in
      if closures.count >= Self.most { closures.removeAll() }
      closures[key] = result
    }
    return result
  }
}
