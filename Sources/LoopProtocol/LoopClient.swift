package import GRPCCore
package import GRPCNIOTransportHTTP2Posix
import SaraiCore
import SkillProtocol

/// The loop in another process, over its unix socket.
package struct LoopClient: Sendable {
  package typealias Connection = GRPCClient<HTTP2ClientTransport.Posix>
  package typealias Service = Sarai_Loop_V1_Loop.Client<HTTP2ClientTransport.Posix>

  /// The process at the other end is gone, or was never there.
  private struct Gone: Error {
    var cause: any Error
  }

  /// What one message of this contract may hold, either way.
  package static let messageBytes = 16 << 20
  /// How long a call waits for a process in the place of one that ended.
  private static let comebackSeconds = 3.0

  private let connection: @Sendable () async throws -> Connection
  private let lost: @Sendable (Connection) -> Void

  /// - Parameters:
  ///   - connection: Gives a connection; a new one after `lost`.
  ///   - lost: Told of a connection that found nobody at the other end.
  package init(
    connection: @escaping @Sendable () async throws -> Connection, lost: @escaping @Sendable (Connection) -> Void
  ) {
    self.connection = connection
    self.lost = lost
  }

  /// Makes a call that may be made twice: one that reads, or whose second time changes nothing.
  ///
  /// - Throws: `SaraiError`: what the loop says, or that it does not answer.
  package func call<Reply: Sendable>(
    _ body: @Sendable (Service, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    let end = ContinuousClock.now + .seconds(Self.comebackSeconds)
    var pause = Duration.milliseconds(5)
    while true {
      do {
        return try await attempt(body)
      } catch let gone as Gone {
        guard .now < end else { throw Self.silent("\(gone.cause)") }
      }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(200))
    }
  }

  /// Makes a call that must not be made twice, on a connection that was just seen to answer.
  package func callOnce<Reply: Sendable>(
    _ body: @Sendable (Service, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    _ = try await call { try await $0.describe(Sarai_Loop_V1_DescribeRequest(), options: $1) }
    do {
      return try await attempt(body)
    } catch let gone as Gone {
      throw Self.silent("\(gone.cause)")
    }
  }

  private func attempt<Reply: Sendable>(
    _ body: @Sendable (Service, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    var options = CallOptions.defaults
    options.waitForReady = false
    options.maxRequestMessageBytes = Self.messageBytes
    options.maxResponseMessageBytes = Self.messageBytes
    let connection = try await connection()
    do {
      return try await body(Service(wrapping: connection), options)
    } catch let error as RPCError {
      if let detail = Sarai_Skills_V1_ErrorDetail(error) { throw SaraiError(detail) }
      if Task.isCancelled || error.code == .cancelled { throw CancellationError() }
      guard error.code == .unavailable || error.code == .unknown else { throw Self.silent("\(error)") }
      lost(connection)
      throw Gone(cause: error)
    }
  }

  private static func silent(_ cause: String) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "El bucle de SARAi, que lleva los avisos y las tareas, no respondió. Vuelve a intentarlo; si se repite, "
          + "«sarai doctor».",
        en: "SARAi's loop, which keeps reminders and jobs, did not answer. Try again; if it goes on, \"sarai doctor\"."),
      cause: cause)
  }
}
