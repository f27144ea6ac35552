import CSeccomp
import Foundation
import Glibc
import SaraiCore
@testable import SaraiSandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct DockerHostTests {
  private static let variable = "SARAI_DOCKER_HOST"

  /// This test is both sides: started again with the variable set, it is the host that will be killed.
  @Test("Where SARAi is killed, containers end with their input, and the next start removes those that do not heed it")
  func killedHost() async throws {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment[Self.variable] { return try await Self.actAsHost(folder) }
    let folder = "\(Tools.folder)/h-docker"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The engine has to be there before, so that it does not end with the other host.
    _ = TestContainers.socket
    let host = Process()
    host.executableURL = URL(filePath: CommandLine.arguments[0])
    host.arguments = ["--testing-library", "swift-testing", "--no-parallel", "--filter", "DockerHostTests/killedHost"]
    host.environment = environment.merging([Self.variable: folder]) { _, own in own }
    let output = Pipe()
    host.standardOutput = output
    host.standardError = FileHandle.nullDevice
    try host.run()
    var text = ""
    var programs: [Int32] = []
    while programs.count < 2 {
      let bytes = output.fileHandleForReading.availableData
      try #require(!bytes.isEmpty, "\(text)")
      text += String(decoding: bytes, as: UTF8.self)
      // The last piece may be half a line.
      programs = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .filter { $0.hasPrefix("program ") }.compactMap { Int32($0.dropFirst("program ".count)) }
    }
    let watches = programs.map { sarai_watch_process($0) }
    try #require(watches.allSatisfy { $0 >= 0 })
    kill(host.processIdentifier, SIGKILL)
    Self.waitForEnd(watches[0])
    host.waitUntilExit()
    try? FileManager.default.removeItem(atPath: "/var/tmp/sarai-tools-\(host.processIdentifier)")
    #expect(kill(programs[1], 0) == 0)
    let user = try #require(SandboxUser.all.first)
    let next = try DockerBackend(SandboxSubject.dockerConfiguration(user, runtimeFolder: folder))
    #expect(await next.check().isUsable)
    Self.waitForEnd(watches[1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    await next.close()
  }

  private static func waitForEnd(_ watch: Int32) {
    var polled = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
    while poll(&polled, 1, -1) < 0 {}
    close(watch)
  }

  private static func actAsHost(_ folder: String) async throws {
    let user = try #require(SandboxUser.all.first)
    let backend = try DockerBackend(SandboxSubject.dockerConfiguration(user, runtimeFolder: folder))
    var processes: [any SandboxedProcess] = []
    for command in ["wait-for-end", "refuse-to-end"] {
      let printed = Printed()
      let process = try await backend.launch(Probe.launch(command) { $0.serves = true }, output: printed.receive)
      await printed.waitForLine("ready")
      FileHandle.standardOutput.write(Data("program \(process.pid)\n".utf8))
      processes.append(process)
    }
    for process in processes { _ = await process.waitForExit() }
  }
}
