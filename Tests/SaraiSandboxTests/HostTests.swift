import CSeccomp
import Foundation
import Glibc
import SaraiCore
@testable import SaraiSandbox
import TestSupport
import Testing

/// What happens where SARAi itself, or bubblewrap, does not do its part.
@Suite(.timeLimit(.minutes(2))) struct HostTests {
  private static let variable = "SARAI_SANDBOX_HOST"

  /// This test is both sides: started again with the variable set, it is the host that will be killed.
  @Test(
    "Where SARAi is killed, its programs end; what stays behind is removed at the next start",
    arguments: SandboxUser.all)
  func killedHost(_ user: SandboxUser) async throws {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment[Self.variable] {
      guard folder.hasSuffix(user.rawValue) else { return }
      return try await Self.actAsHost(user, folder: folder)
    }
    let folder = "\(Tools.folder)/h-\(user.rawValue)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    chmod(folder, 0o755)
    let groups = try controlGroups()
    let host = Process()
    host.executableURL = URL(filePath: CommandLine.arguments[0])
    host.arguments = ["--testing-library", "swift-testing", "--no-parallel", "--filter", "HostTests/killedHost"]
    host.environment = environment.merging([Self.variable: folder]) { _, own in own }
    let output = Pipe()
    host.standardOutput = output
    host.standardError = FileHandle.nullDevice
    try host.run()
    var text = ""
    var program: Int32?
    while program == nil {
      let bytes = output.fileHandleForReading.availableData
      try #require(!bytes.isEmpty, "\(text)")
      text += String(decoding: bytes, as: UTF8.self)
      // The last piece may be half a line.
      program = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .first { $0.hasPrefix("program ") }.flatMap { Int32($0.dropFirst("program ".count)) }
    }
    let pid = try #require(program)
    let watched = try [pid, parent(of: pid), parent(of: parent(of: pid))].map { pid in
      let watch = sarai_watch_process(pid)
      try #require(watch >= 0)
      return watch
    }
    kill(host.processIdentifier, SIGKILL)
    for watch in watched {
      var polled = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
      while poll(&polled, 1, -1) < 0 {}
      close(watch)
    }
    host.waitUntilExit()
    try? FileManager.default.removeItem(atPath: "/var/tmp/sarai-tools-\(host.processIdentifier)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    let next = try SandboxSubject.bubblewrap.ownBackend(user, runtimeFolder: URL(filePath: folder))
    #expect(await next.check().isUsable)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    #expect(try controlGroups() == groups)
    await next.close()
  }

  private static func actAsHost(_ user: SandboxUser, folder: String) async throws {
    let backend = try SandboxSubject.bubblewrap.ownBackend(user, runtimeFolder: URL(filePath: folder))
    let printed = Printed()
    let process = try await backend.launch(Probe.launch("refuse-to-end") { $0.serves = true }, output: printed.receive)
    await printed.waitForLine("ready")
    FileHandle.standardOutput.write(Data("program \(process.pid)\n".utf8))
    _ = await process.waitForExit()
  }

  /// A bubblewrap that never gets anywhere when it reads "/slow", and else is the real one.
  private func withSlowBubblewrap(
    _ user: SandboxUser, _ body: (any SandboxBackend, URL) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "bwrap").path
      try "#!/bin/sh\ncase \"$*\" in */slow*) exec sleep 1000 ;; esac\nexec /usr/bin/bwrap \"$@\"\n"
        .write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      var configuration = SandboxSubject.configuration(user, runtimeFolder: folder.path)
      configuration.bubblewrap = path
      let backend = try BubblewrapBackend(configuration)
      try await body(backend, folder)
      await backend.close()
    }
  }

  private func slow(_ profile: inout SandboxProfile) {
    profile.readOnly = [.init(host: "/etc/hostname", inside: "/slow")]
    profile.serves = true
  }

  @Test("A start that takes too long is ended, and nothing is left of it", arguments: SandboxUser.all)
  func startTimeout(_ user: SandboxUser) async throws {
    let groups = try controlGroups()
    try await withSlowBubblewrap(user) { backend, folder in
      await #expect {
        try await backend.launch(
          Probe.launch("ok") {
            slow(&$0)
            $0.limits.startSeconds = 0.05
          }
        ) { _ in }
      } throws: {
        ($0 as? SaraiError)?.code == .timeout
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["bwrap"])
      #expect(try controlGroups() == groups)
      let next = try await backend.launch(Probe.launch("ok")) { _ in }
      #expect(await next.waitForExit().reason == .exited(code: 0))
    }
  }

  @Test(
    "A start whose caller has lost interest is ended, and so is one that meets a closing backend",
    arguments: SandboxUser.all)
  func cancelledStart(_ user: SandboxUser) async throws {
    try await withSlowBubblewrap(user) { backend, folder in
      let task = Task { try await backend.launch(Probe.launch("ok") { slow(&$0) }) { _ in } }
      task.cancel()
      await #expect { try await task.value } throws: { ($0 as? SaraiError)?.code == .cancelled }
      let other = Task { try await backend.launch(Probe.launch("ok") { slow(&$0) }) { _ in } }
      await backend.close()
      await #expect { try await other.value } throws: { ($0 as? SaraiError)?.code == .cancelled }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left == ["bwrap"])
    }
  }
}
