import SaraiCore

/// What is told once and remembered in the state folder.
package struct Notices: Sendable {
  private let path: String

  package init(folders: Folders) {
    path = folders.state + "/notices"
  }

  /// True the first time that it is asked for a name. Where it cannot be remembered it is told again.
  package func isFirst(_ name: String) -> Bool {
    let known = (try? PrivateFile.read(path, maxBytes: 64 << 10)) ?? nil
    var lines = String(decoding: known ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    guard !lines.contains(name) else { return false }
    lines.append(name)
    try? PrivateFile.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
    return true
  }
}
