import SaraiCore
import SkillProtocol
import Synchronization

/// What turns texts into vectors.
package protocol TextEmbedder: Sendable {
  /// What tells its vectors from those of others.
  func name() async throws -> String
  /// - Parameter isQuery: Whether the texts are questions, which e5 embeds in another way than what answers them.
  func embed(_ texts: [String], isQuery: Bool) async throws -> [[Float]]
}

/// The embedding model behind a socket that speaks the engine contract.
package final class EngineEmbedder: TextEmbedder {
  private static let timeoutSeconds = 120.0

  private let socket: GrantedSocket
  private let known = Mutex<String?>(nil)

  package init(socket: String) { self.socket = GrantedSocket(socket) }

  package func name() async throws -> String {
    if let known = known.withLock({ $0 }) { return known }
    let reply = try await socket.call(timeoutSeconds: Self.timeoutSeconds) { client, options in
      try await Sarai_Engine_V1_Engine.Client(wrapping: client).describe(
        Sarai_Engine_V1_DescribeRequest(), options: options)
    }
    let name = "\(reply.architecture) \(reply.modelSha256.prefix(16))"
    known.withLock { $0 = name }
    return name
  }

  package func embed(_ texts: [String], isQuery: Bool) async throws -> [[Float]] {
    var request = Sarai_Engine_V1_EmbedRequest()
    request.requestID = RequestID.current ?? "memory"
    request.client = "memory"
    request.texts = texts
    request.purpose = isQuery ? .query : .passage
    let reply = try await socket.call(timeoutSeconds: Self.timeoutSeconds) { [request] client, options in
      try await Sarai_Engine_V1_Engine.Client(wrapping: client).embed(request, options: options)
    }
    guard reply.vectors.count == texts.count else { throw GrantedSocket.Absent() }
    return reply.vectors.map(\.values)
  }
}
