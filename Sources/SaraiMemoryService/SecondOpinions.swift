import FoundationEssentials
import GRPCCore
package import SaraiCore
package import SaraiMemory
import SkillProtocol

/// The parse of the skill `nlp`, behind the socket of its grant.
package struct SkillParser: SentenceParsing {
  private static let timeoutSeconds = 10.0

  private let socket: GrantedSocket

  package init(socket: String) { self.socket = GrantedSocket(socket) }

  package func parse(_ text: String, language: Language) async throws -> [DependencyTree]? {
    var request = Sarai_Skills_V1_InferRequest()
    request.requestID = RequestID.current ?? "memory"
    request.input.text = Data(text.utf8)
    request.language = language.rawValue
    request.options = ["text_language": language.rawValue]
    let reply: Sarai_Skills_V1_InferReply
    do {
      reply = try await socket.call(timeoutSeconds: Self.timeoutSeconds) { [request] client, options in
        try await Sarai_Skills_V1_Skill.Client(wrapping: client).infer(request, options: options)
      }
    } catch {
      throw Self.fault("nlp", error)
    }
    guard reply.hasOutput else { return nil }
    return try NlpAnalysis.trees(json: String(decoding: reply.output.json, as: UTF8.self))
  }

  static func fault(_ subject: String, _ error: any Error) -> any Error {
    if error is CancellationError { return error }
    return SaraiError(
      .notAvailable, es: "«\(subject)» no pudo ayudar a aprender.", en: "\"\(subject)\" could not help to learn.",
      subject: subject, cause: error)
  }
}

/// The language model of a role, behind the socket of its grant. A model that is too small writes facts that nobody told,
/// so only those beyond a size are asked.
package struct EngineFactModel: FactModel {
  private static let timeoutSeconds = 60.0
  private static let mostTokens: UInt32 = 256
  /// Bytes of weights below which a model is no help: about a billion parameters of four bits.
  private static let leastBytes: UInt64 = 600 << 20

  private let socket: GrantedSocket

  package init(socket: String) { self.socket = GrantedSocket(socket) }

  package func extract(prompt: String, grammar: String) async throws -> String? {
    do {
      return try await socket.call(timeoutSeconds: Self.timeoutSeconds) { client, options in
        let engine = Sarai_Engine_V1_Engine.Client(wrapping: client)
        let model = try await engine.describe(Sarai_Engine_V1_DescribeRequest(), options: options)
        guard model.generates, model.weightBytes >= Self.leastBytes else { return nil }
        var request = Sarai_Engine_V1_GenerateRequest()
        request.requestID = RequestID.current ?? "memory"
        request.client = "memory"
        request.text = prompt
        request.sampling.temperature = 0
        request.sampling.maxTokens = Self.mostTokens
        request.grammar.gbnf = grammar
        return try await engine.generate(request, options: options) { response in
          var text = ""
          var isWhole = false
          for try await reply in response.messages {
            switch reply.event {
            case .text(let piece): text += piece
            case .finished(let finished): isWhole = finished.reason == .stop
            case .started, nil: break
            }
          }
          return isWhole ? text : nil
        }
      }
    } catch {
      throw SkillParser.fault("model", error)
    }
  }
}
