import Foundation
import Glibc

/// The Docker engine that tests run containers with.
package enum TestContainers {
  /// Its socket. Root's tests have an engine of their own, which ends with them; others use the one that there is.
  package static let socket: String = {
    let isRoot = geteuid() == 0
    let wasRunning = isRoot && (try? output(of: ["running"])) != nil
    do {
      let socket = try output(of: [isRoot ? "start" : "find"])
      if isRoot, !wasRunning { atexit { _ = try? TestContainers.output(of: ["stop"]) } }
      return socket
    } catch {
      fatalError("scripts/docker-engine: \(error)")
    }
  }()

  package struct Failure: Error {
    package var status: Int32
    package var output: String
  }

  /// Runs `scripts/docker-engine`.
  private static func output(of arguments: [String]) throws -> String {
    let script = Process()
    script.executableURL = TestParts.root.appending(path: "scripts/docker-engine")
    script.arguments = arguments
    let pipe = Pipe()
    script.standardOutput = pipe
    script.standardInput = FileHandle.nullDevice
    try script.run()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    script.waitUntilExit()
    guard script.terminationStatus == 0 else { throw Failure(status: script.terminationStatus, output: text) }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
