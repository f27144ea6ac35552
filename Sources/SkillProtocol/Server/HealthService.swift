package import GRPCCore
import Synchronization

/// Whether a server takes calls; those who watch its health are told of the change.
package final class ServingStatus: Sendable {
  private struct State {
    var isServing = true
    var lastWatcher = 0
    var watchers: [Int: AsyncStream<Bool>.Continuation] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package var isServing: Bool { state.withLock { $0.isServing } }

  /// The server is about to end.
  package func stopServing() {
    let watchers = state.withLock { state in
      state.isServing = false
      return state.watchers.values
    }
    for watcher in watchers { watcher.yield(false) }
  }

  /// The status now, and each change to come.
  fileprivate func changes() -> (AsyncStream<Bool>, end: @Sendable () -> Void) {
    let (stream, continuation) = AsyncStream<Bool>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.lastWatcher += 1
      state.watchers[state.lastWatcher] = continuation
      continuation.yield(state.isServing)
      return state.lastWatcher
    }
    return (
      stream,
      {
        self.state.withLock { state in _ = state.watchers.removeValue(forKey: number) }
        continuation.finish()
      }
    )
  }
}

/// The standard health check. A server listens only once it is set up, so it serves from its first answer on.
package struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
  /// The names that can be asked for; the empty one is the process.
  private let services: Set<String>
  private let status: ServingStatus

  /// - Parameter service: The full name of the service that the process has for its callers.
  package init(service: String, status: ServingStatus = ServingStatus()) {
    services = ["", service]
    self.status = status
  }

  package func check(
    request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
  ) async throws -> Grpc_Health_V1_HealthCheckResponse {
    guard services.contains(request.service) else {
      throw RPCError(code: .notFound, message: "unknown service")
    }
    return Self.response(status.isServing ? .serving : .notServing)
  }

  package func watch(
    request: Grpc_Health_V1_HealthCheckRequest, response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>,
    context: ServerContext
  ) async throws {
    guard services.contains(request.service) else {
      try await response.write(Self.response(.serviceUnknown))
      return try await context.cancellation.cancelled
    }
    let (changes, end) = status.changes()
    defer { end() }
    // The call is cancelled when the caller leaves and when the server ends.
    try await withRPCCancellationHandler {
      for await isServing in changes { try await response.write(Self.response(isServing ? .serving : .notServing)) }
    } onCancelRPC: {
      end()
    }
  }

  private static func response(
    _ status: Grpc_Health_V1_HealthCheckResponse.ServingStatus
  ) -> Grpc_Health_V1_HealthCheckResponse {
    var response = Grpc_Health_V1_HealthCheckResponse()
    response.status = status
    return response
  }
}
