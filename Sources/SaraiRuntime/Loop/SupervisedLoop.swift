package import LoopProtocol
import SaraiCore
import SkillProtocol

/// The loop as a client of the supervisor has it: jobs, the inbox, what was done.
package final class SupervisedLoop: Sendable {
  private let socket: SupervisedSocket
  package let client: LoopClient

  init(supervision: Supervision) {
    let socket = SupervisedSocket {
      try await supervision.call {
        try await $0.openLoop(Sarai_Supervisor_V1_OpenLoopRequest(), options: .atOnce)
      }.socket
    }
    self.socket = socket
    client = LoopClient(connection: { try await socket.connection() }, lost: { socket.lose($0) })
  }

  package func close() { socket.close() }
}
