import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SkillProtocol
import TestSupport
import Testing

/// Two real engines: one writes, the other guesses ahead for it over a socket, and dies now and then.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DraftTests {
  private static func text(
    _ calls: Sarai_Engine_V1_Engine.Client<HTTP2ClientTransport.Posix>, _ request: Sarai_Engine_V1_GenerateRequest
  ) async throws -> String {
    try await calls.generate(request) { response in
      try await response.messages.reduce(into: "") { $0 += $1.text }
    }
  }

  private static func requests() -> [Sarai_Engine_V1_GenerateRequest] {
    ["Say hello.", "Count from one to twelve.", "Repeat: red, green, blue, red, green, blue, red."].enumerated().map {
      index, question in
      .chat(question) {
        $0.temperature = index == 1 ? 0.8 : 0
        $0.seed = UInt64(index) + 5
        $0.maxTokens = 40
      }
    }
  }

  @Test func `an engine in its draft role guesses over gRPC, and refuses other vocabularies`() async throws {
    try await withEngine(arguments: ["--context", "512", "--draft"]) { engine in
      try await engine.withClient { calls, client in
        let drafts = Sarai_Draft_V1_Draft.Client(wrapping: client)
        var check = Sarai_Draft_V1_CheckRequest()
        check.modelName = "stranger"
        check.vocabularySize = 7
        let stranger = check
        let refused = await #expect(throws: RPCError.self) { _ = try await drafts.check(stranger) }
        let detail = try #require(refused.flatMap { Sarai_Skills_V1_ErrorDetail($0) })
        #expect(detail.code == "not_available" && detail.messageEs.contains("vocabularios"))

        var text = Sarai_Engine_V1_TokenizeRequest()
        text.text = "1, 2, 3, 4, 5, 6, 7,"
        let tokens = try await calls.tokenize(text).tokens
        var request = Sarai_Draft_V1_ProposeRequest()
        request.textID = 1
        request.tokens = tokens
        request.count = 6
        let guesses = try await drafts.propose(request).tokens
        #expect(guesses.count == 6)
        var plain = Sarai_Engine_V1_GenerateRequest()
        plain.tokens.ids = tokens
        plain.sampling.maxTokens = 6
        var detokenize = Sarai_Engine_V1_DetokenizeRequest()
        detokenize.tokens = guesses
        #expect(try await calls.detokenize(detokenize).text == Self.text(calls, plain))
        request.textID = 2
        request.keep = 5
        #expect(try await drafts.propose(request).isUnknown)
      }
    }
  }

  @Test func `a draft engine that dies, hangs or is not there changes no text`() async throws {
    let plain = try await withEngine(arguments: ["--context", "512"]) { engine in
      try await engine.withClient { calls, _ in
        var texts: [String] = []
        for request in Self.requests() { texts.append(try await Self.text(calls, request)) }
        return texts
      }
    }
    try await withTemporaryFolder { folder in
      let draftFolder = folder.appending(path: "d")
      try FileManager.default.createDirectory(at: draftFolder, withIntermediateDirectories: true)
      let socket = draftFolder.appending(path: "engine.sock").path
      try await withEngine(arguments: ["--context", "512", "--draft-socket", socket]) { target in
        try await target.withClient { calls, _ in
          @Sendable func check(_ comment: Comment) async throws {
            for (index, request) in Self.requests().enumerated() {
              #expect(try await Self.text(calls, request) == plain[index], comment)
            }
          }
          try await check("nobody is there")
          for round in 0..<rounds(3, soak: 50) {
            let draft = try RunningEngine(in: draftFolder, arguments: ["--context", "512", "--draft"])
            #expect(draft.isReady)
            let pid = draft.process.processIdentifier
            try await check("there")
            // Stopped in the middle of an answer: it neither answers nor goes away.
            async let hanging: Void = check("stopped")
            kill(pid, round % 2 == 0 ? SIGSTOP : SIGKILL)
            try await hanging
            kill(pid, SIGKILL)
            draft.process.waitUntilExit()
            try await check("killed")
          }
        }
      }
    }
  }
}
