import GRPCCore

/// Runs the work of a call that this process answers, and gives it up when the caller leaves.
///
/// - Throws: What the work throws; `CancellationError` where it heeds being given up.
package func untilCallerLeaves<Result: Sendable>(
  _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  let task = Task { try await work() }
  return try await withTaskCancellationHandler {
    try await withRPCCancellationHandler {
      try await task.value
    } onCancelRPC: {
      task.cancel()
    }
  } onCancel: {
    task.cancel()
  }
}
