import Foundation
import Glibc
import SaraiCore
import TestSupport
import Testing

/// `make service`: what it installs, held against the real systemd's checks and run by the real supervisord.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ServiceTests {
  @Test func `The units are right, and as closed as sandboxes inside them allow`() async throws {
    try await withTemporaryFolder { folder in
      let prefix = try Self.prefix(in: folder)
      let made = try Self.service(["DESTDIR": folder.path, "PREFIX": prefix.path])
      #expect(made.status == 0, "\(made)")
      let units = ["sarai.service", "sarai.socket"].map { "\(folder.path)/etc/systemd/system/\($0)" }
      let verified = try Self.run("/usr/bin/systemd-analyze", ["verify"] + units)
      #expect(verified.status == 0 && verified.text.isEmpty, "\(verified)")
      let text = try units.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
      #expect(!text.contains("@PREFIX@") && !text.contains("@USER@") && !text.contains("@HOME@"))
      // 0 is closed, 10 is open; services without a word about it are at 9.6. The threshold is in tenths.
      let scored = try Self.run(
        "/usr/bin/systemd-analyze", ["security", "--offline=true", "--no-pager", "--threshold=40", units[0]])
      #expect(scored.status == 0, "\(scored)")
      let gone = try Self.service(["DESTDIR": folder.path, "PREFIX": prefix.path], "remove")
      #expect(gone.status == 0 && !units.contains { FileManager.default.fileExists(atPath: $0) }, "\(gone)")
    }
  }

  @Test func `supervisord keeps it running, and lets it end where a person says so`() async throws {
    try await CommandLineHome.with { home in
      let prefix = try Self.prefix(in: home.folder)
      let variables = ["PREFIX": prefix.path, "MANAGER": "supervisord", "START": "0", "SARAI_HOME": home.folder.path]
      let made = try Self.service(variables)
      #expect(made.status == 0, "\(made)")
      let file = home.file("config/supervisord.conf").path

      let process = home.process([])
      process.executableURL = URL(filePath: "/usr/bin/python3")
      process.arguments = [try Self.supervisor("supervisord"), "--nodaemon", "-c", file]
      process.environment?.merge(Self.packages) { $1 }
      // The port of the configuration may be somebody else's here.
      process.environment?["SARAI_PORT"] = "0"
      let manager = try WatchedProcess(process)
      defer { manager.stop() }
      try await manager.wait(for: "entered RUNNING state")

      let first = try Self.program(in: try Self.control(file, "status"))
      let record = home.file("state/server.json")
      while !FileManager.default.fileExists(atPath: record.path) { try await Task.sleep(for: .milliseconds(50)) }
      kill(first, SIGKILL)
      try await manager.wait(for: "exited: sarai")
      try await manager.wait(for: "entered RUNNING state")
      #expect(try Self.program(in: try Self.control(file, "status")) != first)

      #expect(try await home.run("stop").status == 0)
      try await manager.wait(for: "exit status 0; expected")
      let ended = try Self.control(file, "status")
      #expect(ended.contains("EXITED"), "\(ended)")
      _ = try Self.control(file, "shutdown")
      #expect(await manager.end() == 0, "\(manager.text)")
      await Processes.awaitNone(mentioning: home.folder.path)
    }
  }

  @Test func `What is not installed, or unknown, is said with what to do`() async throws {
    try await withTemporaryFolder { folder in
      let absent = try Self.service(["PREFIX": folder.path, "START": "0"])
      #expect(absent.status != 0 && absent.text.contains("make install"), "\(absent)")
      let unknown = try Self.service(["MANAGER": "cron", "START": "0"])
      #expect(unknown.status != 0 && unknown.text.contains("supervisord"), "\(unknown)")
    }
  }

  // MARK: - Programs

  struct Outcome {
    let status: Int32
    let text: String
  }

  /// A place with the program in it, as `make install` leaves one.
  private static func prefix(in folder: URL) throws -> URL {
    let prefix = folder.appending(path: "prefix")
    let programs = prefix.appending(path: "bin")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    // One that is a link finds what belongs to it where it really is.
    try FileManager.default.createSymbolicLink(
      at: programs.appending(path: "sarai"), withDestinationURL: TestParts.executable("sarai"))
    return prefix
  }

  private static func service(_ variables: [String: String], _ arguments: String...) throws -> Outcome {
    try run(
      TestParts.root.appending(path: "scripts/service").path, arguments,
      variables.merging(["LC_ALL": "en_US.UTF-8"]) { $1 })
  }

  private static func run(
    _ program: String, _ arguments: [String], _ variables: [String: String] = [:]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, text: String(decoding: said, as: UTF8.self))
  }

  // MARK: - Supervisor's own

  /// Debian's package, unpacked, or the machine's own.
  private static let unpacked = TestParts.root.appending(path: ".deps/supervisor/usr")
  private static var packages: [String: String] {
    ["PYTHONPATH": unpacked.appending(path: "lib/python3/dist-packages").path, "PYTHONWARNINGS": "ignore"]
  }

  private static func supervisor(_ name: String) throws -> String {
    let places = [unpacked.appending(path: "bin/\(name)").path, "/usr/bin/\(name)"]
    return try #require(
      places.first { FileManager.default.fileExists(atPath: $0) }, "no \(name): make test installs it")
  }

  private static func control(_ file: String, _ command: String) throws -> String {
    try run("/usr/bin/python3", [try supervisor("supervisorctl"), "-c", file, command], packages).text
  }

  private static func program(in status: String) throws -> Int32 {
    let pid = status.split(separator: "pid ").last?.prefix { $0.isNumber }
    return try #require(pid.flatMap { Int32($0) }, "\(status)")
  }
}
