import MemoryProtocol
import SaraiCore
import SkillProtocol

/// The memory as a client of the supervisor has it: it asks for the memory's socket once, and talks to it from then on.
final class SupervisedMemory: Sendable {
  private let socket: SupervisedSocket
  private let kept: KeptTexts

  /// - Parameters:
  ///   - kept: Where what is forgotten is looked for as well.
  ///   - tell: Called with what the person has to know of the memory's file.
  init(supervision: Supervision, kept: KeptTexts, tell: @escaping @Sendable (Localized) -> Void) {
    self.kept = kept
    socket = SupervisedSocket {
      let reply = try await supervision.call {
        try await $0.openMemory(Sarai_Supervisor_V1_OpenMemoryRequest(), options: .atOnce)
      }
      if !reply.noticeEs.isEmpty { tell(Localized(es: reply.noticeEs, en: reply.noticeEn)) }
      return reply.socket
    }
  }

  /// The memory behind it.
  var gateway: MemoryClient {
    MemoryClient(
      connection: { [socket] in try await socket.connection() }, lost: { [socket] in socket.lose($0) },
      forgotten: { [kept] in kept.leaveOut($0, of: $1) })
  }

  func close() { socket.close() }
}
