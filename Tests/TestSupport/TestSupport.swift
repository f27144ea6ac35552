package import Foundation

/// Where the parts that tests run against are found. `make test` puts them there.
package enum TestParts {
  package static let root: URL = {
    var folder = URL(filePath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      folder.deleteLastPathComponent()
    }
    return folder
  }()

  /// The default model: SmolLM2-135M-Instruct as Q4_1.
  package static var smolLM2: URL { root.appending(path: ".deps/models/SmolLM2-135M-Instruct.Q4_1.gguf") }
  /// multilingual-e5-small, 4 bit.
  package static var e5: URL { root.appending(path: ".deps/models/e5-small-q4.bin") }

  /// An executable of this package, from the build that the running tests came from.
  package static func executable(_ name: String) -> URL {
    // The test bundle lies beside the executables: .build/<triple>/<configuration>/.
    URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: name)
  }
}

/// A folder of its own for one test, deleted at the end whatever happens.
///
/// - Parameter inMemory: For tests that write often and do not need the disk; where there is no such place, on the disk.
package func withTemporaryFolder<Result>(
  isolation: isolated (any Actor)? = #isolation, inMemory: Bool = false, _ body: (URL) async throws -> Result
) async throws -> Result {
  // Unix socket paths are at most 107 bytes long: keep the name short.
  let parent = inMemory && FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
  let folder = URL(filePath: "\(parent)/sarai-\(UInt32.random(in: .min ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder)
}
