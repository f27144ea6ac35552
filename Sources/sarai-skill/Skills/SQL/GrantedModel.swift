import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import SaraiCore
import SkillProtocol

func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// A model that the skill may ask, behind the socket that the grant brought.
struct GrantedModel: Sendable {
  let socket: String

  struct Question: Sendable {
    var prompt: String
    var grammar: String
    var maximumTokens: UInt32
    var requestID: String
  }

  struct Answer: Sendable {
    var text = ""
    /// Whether the text is all that the grammar wants, and not cut off.
    var isComplete = false
    var promptTokens = 0
    var cachedTokens = 0
    var completionTokens = 0
  }

  var isThere: Bool { access(socket, F_OK) == 0 }

  /// The likeliest text that obeys the grammar.
  ///
  /// - Throws: the engine's own error; `skillFailed` where it can't be reached.
  func generate(_ question: Question, deadline: ContinuousClock.Instant) async throws -> Answer {
    var request = Sarai_Engine_V1_GenerateRequest()
    request.requestID = question.requestID
    request.client = "skill sql"
    request.text = question.prompt
    request.sampling.temperature = 0
    request.sampling.maxTokens = question.maximumTokens
    request.grammar.gbnf = question.grammar
    var options = CallOptions.defaults
    options.timeout = deadline - .now
    var config = HTTP2ClientTransport.Posix.Config.defaults
    config.backoff = .init(initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    do {
      return try await withGRPCClient(
        transport: try HTTP2ClientTransport.Posix(
          target: .unixDomainSocket(path: socket), transportSecurity: .plaintext, config: config)
      ) { [request, options] client in
        try await Sarai_Engine_V1_Engine.Client(wrapping: client).generate(request, options: options) { response in
          var answer = Answer()
          for try await reply in response.messages { answer.take(reply) }
          return answer
        }
      }
    } catch let error as RPCError {
      if Task.isCancelled { throw CancellationError() }
      throw Self.meaning(of: error)
    }
  }

  private static func meaning(of error: RPCError) -> SaraiError {
    if let detail = Sarai_Skills_V1_ErrorDetail(error) {
      return SaraiError(
        SaraiError.Code(rawValue: detail.code) ?? .engineFailed,
        Localized(es: detail.messageEs, en: detail.messageEn), subject: detail.subject.isEmpty ? nil : detail.subject,
        cause: detail.cause)
    }
    return SaraiError(
      .engineFailed,
      Localized(
        es: "El modelo no ha contestado. Vuelve a intentarlo, o escribe la consulta en SQL.",
        en: "The model did not answer. Try again, or write the query in SQL."), subject: "model", cause: "\(error)")
  }
}

extension GrantedModel.Answer {
  fileprivate mutating func take(_ reply: Sarai_Engine_V1_GenerateReply) {
    switch reply.event {
    case .text(let text): self.text += text
    case .finished(let finished):
      isComplete = finished.reason == .stop
      promptTokens = Int(finished.promptTokens)
      cachedTokens = Int(finished.cachedTokens)
      completionTokens = Int(finished.completionTokens)
    case .started, nil: break
    }
  }
}
