import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SaraiCore
@testable import SaraiSandbox
import SkillProtocol
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct EngineTests {
  @Test("The engine serves its model from a sandbox that has the model, a socket and nothing else")
  func serves() async throws {
    // The checkout's own files: whoever runs the tests can read them.
    let user = try #require(SandboxUser.all.first)
    let model = TestParts.smolLM2.resolvingSymlinksInPath().path
    var profile = SandboxProfile(
      name: "engine", kind: .engine, executable: TestParts.executable("sarai-engine").resolvingSymlinksInPath().path,
      readOnly: [.init(host: model, inside: "/model.gguf")], serves: true)
    profile.limits.memoryBytes = 2 << 30
    profile.limits.temporaryBytes = 256 << 20
    profile.limits.fileBytes = 256 << 20
    let launch = SandboxLaunch(
      profile,
      arguments: [
        "serve", "--socket", SandboxPaths.socket, "--model", "/model.gguf", "--cache-dir", "/tmp/cache", "--context",
        "512", "--name", "smol",
      ], environment: ["GGML_NO_BACKTRACE": "1", "SWIFT_BACKTRACE": "enable=no"])
    let printed = Printed()
    let engine = try await SandboxSubject.bubblewrap.backend(user).launch(launch, output: printed.receive)
    let end = Task {
      let exit = await engine.waitForExit()
      printed.finish()
      return exit
    }
    let line = await printed.nextLine()
    let first = try #require(line, "\(printed.error)")
    #expect(first.contains("\"ready\":true"), "\(first)")
    let socket = try #require(engine.socket)
    let text = try await withGRPCClient(
      transport: .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext)
    ) { client in
      var request = Sarai_Engine_V1_GenerateRequest()
      request.client = "test"
      var message = Sarai_Engine_V1_Message()
      message.role = "user"
      message.content = "Say hello."
      request.chat.messages = [message]
      request.sampling.maxTokens = 16
      return try await Sarai_Engine_V1_Engine.Client(wrapping: client).generate(request) { response in
        try await response.messages.reduce(into: "") { $0 += $1.text }
      }
    }
    #expect(!text.isEmpty)
    await engine.terminate(graceSeconds: 20)
    let exit = await end.value
    #expect(exit.reason == .exited(code: 0), "\(printed.error)")
    #expect(try #require(exit.peakMemoryBytes) > 50 << 20)
  }
}
