import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SaraiCore
@testable import SaraiSandbox
import SkillProtocol
import TestSupport
import Testing

/// Real skills: what their kind lets them ask of the kernel has to be enough for them.
@Suite(.timeLimit(.minutes(3))) struct SkillTests {
  private func withSkill<Result: Sendable>(
    _ profile: SandboxProfile, arguments: [String], environment: [String: String] = [:],
    backend: (any SandboxBackend)? = nil,
    _ body: @Sendable (Sarai_Skills_V1_Skill.Client<HTTP2ClientTransport.Posix>) async throws -> Result
  ) async throws -> Result {
    // The checkout's own files: whoever runs the tests can read them.
    let user = try #require(SandboxUser.all.first)
    let printed = Printed()
    let environment = environment.merging(["SARAI_SKILL_SOCKET": SandboxPaths.socket]) { own, _ in own }
    let chosen: any SandboxBackend
    if let backend { chosen = backend } else { chosen = try await SandboxSubject.bubblewrap.backend(user) }
    let skill = try await chosen.launch(
      SandboxLaunch(profile, arguments: arguments, environment: environment), output: printed.receive)
    let end = Task {
      let exit = await skill.waitForExit()
      printed.finish()
      return exit
    }
    let line = await printed.nextLine()
    let first = try #require(line, "\(printed.error)")
    #expect(first.contains("\"ready\":true") || first.contains("\"ready\": true"), "\(first)")
    let socket = try #require(skill.socket)
    let result = try await withGRPCClient(
      transport: .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext)
    ) { try await body(Sarai_Skills_V1_Skill.Client(wrapping: $0)) }
    await skill.terminate(graceSeconds: 20)
    #expect(await end.value.reason == .exited(code: 0), "\(printed.error)")
    return result
  }

  @Test("calc answers from a sandbox in which it has its socket and nothing else")
  func calc() async throws {
    let profile = SandboxProfile(
      name: "calc", kind: .native, executable: TestParts.executable("sarai-skill").resolvingSymlinksInPath().path,
      serves: true, limits: SandboxLimits(memoryBytes: 64 << 20, tasks: 8))
    let answer = try await withSkill(profile, arguments: ["calc"]) { calls in
      var request = Sarai_Skills_V1_InferRequest()
      request.input.text = Data("¿Cuánto es el 21 % de 340?".utf8)
      return String(decoding: try await calls.infer(request).output.text, as: UTF8.self)
    }
    #expect(answer.contains("71,4"))
  }

  /// Libdispatch asks for that now and then, and ends the process where it gets no answer.
  @Test("A thread of a Swift skill is found in /proc by its own number, although only /proc/self may be read")
  func threads() async throws {
    let profile = SandboxProfile(
      name: "conformance", kind: .native,
      executable: TestParts.executable("conformance-skill").resolvingSymlinksInPath().path, serves: true,
      limits: SandboxLimits(memoryBytes: 128 << 20, tasks: 16))
    let answer = try await withSkill(profile, arguments: []) { calls in
      var request = Sarai_Skills_V1_InferRequest()
      request.input.text = Data("thread".utf8)
      return String(decoding: try await calls.infer(request).output.text, as: UTF8.self)
    }
    // The number, the thread's name, and what it does: it runs, for it is the one that reads.
    #expect(answer.wholeMatch(of: /\d+ \(.+\) R .+/.dotMatchesNewlines()) != nil, "\(answer)")
  }

  @Test("A Python skill on its kit answers from a sandbox, out of a virtual environment")
  func python() async throws {
    let root = TestParts.root.resolvingSymlinksInPath()
    let runtime = try PythonRuntime(interpreter: root.appending(path: ".deps/venv/bin/python").path)
    let kit = root.appending(path: "skills/python-kit/src").path
    let script = root.appending(path: "Tests/SkillProtocolTests/python/conformance_skill.py").path
    let profile = SandboxProfile(
      name: "python", kind: .python, executable: runtime.interpreter, roots: runtime.roots + [kit],
      readOnly: [.init(host: script, inside: "/skill/skill.py")], serves: true)
    let description = try await withSkill(
      profile, arguments: ["/skill/skill.py"], environment: ["PYTHONPATH": kit]
    ) { try await $0.describe(.init()) }
    #expect(description.name == "conformance")
  }

  @Test("calc answers from its own image, which make skill-image makes, and which holds nothing else")
  func image() async throws {
    let program = TestParts.executable("sarai-skill").resolvingSymlinksInPath()
    let script = Process()
    script.executableURL = TestParts.root.appending(path: "scripts/skill-image")
    script.environment = ProcessInfo.processInfo.environment.merging([
      "SKILL": "calc", "SKILL_PROGRAMS": program.deletingLastPathComponent().path,
      "DOCKER_HOST": "unix://\(TestContainers.socket)",
    ]) { $1 }
    let pipe = Pipe()
    script.standardOutput = pipe
    try script.run()
    let said = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    script.waitUntilExit()
    try #require(script.terminationStatus == 0, "\(said)")
    #expect(said.hasPrefix("saraiskill.calc:\(SaraiVersion.current)"))
    try await withTemporaryFolder { folder in
      let user = try #require(SandboxUser.all.first)
      var configuration = SandboxSubject.dockerConfiguration(user, runtimeFolder: folder.path)
      configuration.images = .required
      let backend = try DockerBackend(configuration)
      var profile = SandboxProfile(
        name: "calc", kind: .native, executable: program.path,
        roots: [TestParts.root.appending(path: "skills/calc").path], serves: true,
        limits: SandboxLimits(memoryBytes: 64 << 20, tasks: 16))
      let answer = try await withSkill(profile, arguments: ["calc"], backend: backend) { calls in
        var request = Sarai_Skills_V1_InferRequest()
        request.input.text = Data("¿Cuánto es el 21 % de 340?".utf8)
        return String(decoding: try await calls.infer(request).output.text, as: UTF8.self)
      }
      #expect(answer.contains("71,4"))
      // Another program than the image was made for.
      profile.executable = Probe.path
      await #expect { try await backend.launch(SandboxLaunch(profile)) { _ in } } throws: {
        ($0 as? SaraiError)?.code == .notAvailable
      }
      await backend.close()
    }
  }
}
