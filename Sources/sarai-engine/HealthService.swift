import GRPCCore
import SkillProtocol

/// The standard health check: the engine listens only once its model is loaded, so it serves from its first answer on.
struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
  /// The names that can be asked for; the empty one is the process.
  private static let services: Set<String> = ["", Sarai_Engine_V1_Engine.descriptor.fullyQualifiedService]

  func check(
    request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
  ) async throws -> Grpc_Health_V1_HealthCheckResponse {
    guard Self.services.contains(request.service) else {
      throw RPCError(code: .notFound, message: "unknown service")
    }
    return Self.response(.serving)
  }

  func watch(
    request: Grpc_Health_V1_HealthCheckRequest, response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>,
    context: ServerContext
  ) async throws {
    let isKnown = Self.services.contains(request.service)
    try await response.write(Self.response(isKnown ? .serving : .serviceUnknown))
    // The answer changes only when the engine ends, and the call ends with it.
    try await context.cancellation.cancelled
  }

  private static func response(
    _ status: Grpc_Health_V1_HealthCheckResponse.ServingStatus
  ) -> Grpc_Health_V1_HealthCheckResponse {
    var response = Grpc_Health_V1_HealthCheckResponse()
    response.status = status
    return response
  }
}
