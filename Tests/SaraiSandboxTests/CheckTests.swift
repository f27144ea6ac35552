import Foundation
import SaraiCore
import SaraiSandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct CheckTests {
  @Test(
    "The check finds every layer that sandboxes count on, and says so line by line", arguments: LifecycleTests.cases)
  func finds(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let report = try await subject.backend(user).check()
    #expect(report.isUsable, "\(report.lines)")
    #expect(report.layers.isSuperset(of: [.seccomp, .userNamespace, .noExecute]))
    #expect(report.layers.contains(.landlock) == (subject == .bubblewrap))
    #expect(try #require(report.version).contains("."))
    #expect(report.lines.allSatisfy { $0.verdict != .missing && !$0.note.es.isEmpty && !$0.note.en.isEmpty })
    if user == .root || subject == .docker {
      #expect(report.layers.contains([.memoryControlGroup, .tasksControlGroup]))
    }
  }

  @Test("Without bubblewrap nothing is run, and the error and the report say what is missing")
  func withoutBubblewrap() async throws {
    try await withTemporaryFolder { folder in
      var configuration = SandboxSubject.configuration(.unprivileged, runtimeFolder: folder.path)
      configuration.bubblewrap = folder.appending(path: "bwrap").path
      let backend = try BubblewrapBackend(configuration)
      let report = await backend.check()
      #expect(!report.isUsable && report.layers.isEmpty && report.version == nil)
      #expect(report.lines.first { $0.name == "bubblewrap" }?.verdict == .missing)
      await #expect { try await backend.launch(Probe.launch("ok")) { _ in } } throws: {
        ($0 as? SaraiError)?.code == .notAvailable
      }
      await backend.close()
    }
  }

  @Test("A bubblewrap that makes no sandbox is not believed")
  func falseBubblewrap() async throws {
    try await withTemporaryFolder { folder in
      // Runs what comes after `--` as it is, and says that it is a bubblewrap.
      let script = """
        #!/bin/sh
        [ "$1" = --version ] && echo "bubblewrap 0.8.0" && exit 0
        exec \(Tools.confine)
        """
      let path = folder.appending(path: "bwrap").path
      try script.write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      var configuration = SandboxSubject.configuration(.root, runtimeFolder: folder.path)
      configuration.bubblewrap = path
      configuration.identity = SandboxUser.all.contains(.root) ? SandboxUser.unprivileged.identity : .caller
      let backend = try BubblewrapBackend(configuration)
      let report = await backend.check()
      #expect(report.version == "0.8.0")
      #expect(!report.isUsable)
      await #expect { try await backend.launch(Probe.launch("ok")) { _ in } } throws: {
        ($0 as? SaraiError)?.code == .notAvailable
      }
      await backend.close()
    }
  }
}

@Suite(.timeLimit(.minutes(2))) struct StartFailureTests {
  private func failure(
    _ subject: SandboxSubject, _ user: SandboxUser, _ launch: SandboxLaunch
  ) async throws -> SaraiError? {
    let groups = try controlGroups()
    do {
      let process = try await subject.backend(user).launch(launch) { _ in }
      await process.terminate(graceSeconds: 0)
      return nil
    } catch let error as SaraiError {
      #expect(try controlGroups() == groups)
      return error
    }
  }

  @Test("A start that cannot succeed fails with an error that names what is wrong", arguments: LifecycleTests.cases)
  func fails(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    try await withTemporaryFolder { folder in
      let files = FileManager.default
      let script = folder.appending(path: "script").path
      try "#!/bin/sh\n".write(toFile: script, atomically: true, encoding: .utf8)
      let damaged = folder.appending(path: "damaged").path
      try Data(contentsOf: URL(filePath: Probe.path)).prefix(80).write(to: URL(filePath: damaged))
      let plain = folder.appending(path: "plain").path
      try files.copyItem(atPath: Probe.path, toPath: plain)
      for path in [script, damaged] { try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
      try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: plain)
      let cases: [(SaraiError.Code, (inout SandboxProfile) -> Void)] = [
        (.notFound, { $0.executable = folder.appending(path: "absent").path }),
        (.invalidRequest, { $0.executable = script }), (.invalidRequest, { $0.executable = damaged }),
        (.invalidRequest, { $0.executable = folder.path }), (.sandboxFailed, { $0.executable = plain }),
        (.notFound, { $0.readOnly = [.init(host: "/nowhere/at/all", inside: "/data")] }),
        (.notFound, { $0.sockets = [.init(name: "x", host: "/nowhere/x.sock")] }),
      ]
      for (code, change) in cases {
        let profile = Probe.profile(change)
        let error = try await failure(subject, user, SandboxLaunch(profile, arguments: ["ok"]))
        #expect(error?.code == code, "\(profile.executable): \(String(describing: error))")
      }
    }
  }

  @Test("Arguments that no program can get are refused before anything starts", arguments: LifecycleTests.cases)
  func arguments(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    let long = String(repeating: "x", count: 200_000)
    #expect(try await failure(subject, user, Probe.launch("say", long))?.code == .tooLarge)
    #expect(try await failure(subject, user, Probe.launch("say", "a\0b"))?.code == .invalidRequest)
    #expect(try await failure(subject, user, Probe.launch("ok", environment: ["A=B": "c"]))?.code == .invalidRequest)
    let many = SandboxLaunch(Probe.profile(), arguments: (0..<3000).map { "\($0)" })
    #expect(try await failure(subject, user, many)?.code == .tooLarge)
  }

  @Test("A program that was replaced by another is looked at anew", arguments: LifecycleTests.cases)
  func replaced(_ subject: SandboxSubject, _ user: SandboxUser) async throws {
    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "program").path
      try FileManager.default.copyItem(atPath: Probe.path, toPath: path)
      let profile = SandboxProfile(name: "x", kind: .native, executable: path)
      let backend = try await subject.backend(user)
      let first = try await backend.launch(SandboxLaunch(profile, arguments: ["ok"])) { _ in }
      #expect(await first.waitForExit().reason == .exited(code: 0))
      // A dynamic program needs libraries that the first did not.
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.copyItem(atPath: "/usr/bin/true", toPath: path)
      let second = try await backend.launch(SandboxLaunch(profile)) { _ in }
      #expect(await second.waitForExit().reason == .exited(code: 0))
    }
  }
}
