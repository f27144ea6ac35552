import Foundation
import TestSupport
import Testing

@testable import SaraiSandbox

/// A stranger's shared object names files of the host: what it names is mounted only where it is a shared object.
@Suite struct UntrustedLibraryTests {
  /// The smallest ELF file with one string that names its loader.
  private static func elf(interpreter: String, kind: UInt8 = 3) -> Data {
    let text = Data(interpreter.utf8) + [0]
    var file = Data([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 57))
    file[16] = kind
    file[32] = 64
    file[54] = 56
    file[56] = 1
    var segment = Data([UInt8](repeating: 0, count: 56))
    segment[0] = 3
    segment[8] = 120
    segment[32] = UInt8(text.count)
    return file + segment + text
  }

  @Test("A key, a folder, or a memory dump that a file names as its loader is not mounted")
  func loaders() async throws {
    try await withTemporaryFolder { root in
      let skill = root.appending(path: "skill")
      try FileManager.default.createDirectory(at: skill, withIntermediateDirectories: true)
      let key = root.appending(path: "key")
      try Data("secret".utf8).write(to: key)
      let dump = root.appending(path: "core")
      try Self.elf(interpreter: "/x", kind: 4).write(to: dump)
      for (index, named) in [key.path, root.path, dump.path, "/nowhere"].enumerated() {
        try Self.elf(interpreter: named).write(to: skill.appending(path: "lib\(index).so"))
      }
      var closure = LibraryClosure()
      closure.addFolder(skill.path)
      #expect(closure.result.interpreters.isEmpty && closure.result.libraries.isEmpty, "\(closure.result)")
      #expect(closure.result.missing.count == 4)
      // A loader as it should be is found, so the file above is one that counts.
      let loader = skill.appending(path: "loader.so.1")
      try Self.elf(interpreter: "/nowhere").write(to: loader)
      try Self.elf(interpreter: loader.path).write(to: skill.appending(path: "good.so"))
      closure.addFolder(skill.path)
      #expect(closure.result.interpreters == [loader.path])
    }
  }
}
