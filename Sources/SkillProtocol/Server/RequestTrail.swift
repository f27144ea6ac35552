package import GRPCCore
package import Logging
import SaraiCore

/// Takes the name of a request from process to process: a client sends the one that its task works for, and a server
/// works for the one that it is sent, and notes the call.
package struct RequestTrail: ClientInterceptor, ServerInterceptor {
  private let log: Logger?

  /// - Parameter log: Gets a line of each call that belongs to a request; nil for clients.
  package init(log: Logger? = nil) { self.log = log }

  package func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingClientRequest<Input>, context: ClientContext,
    next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
  ) async throws -> StreamingClientResponse<Output> {
    guard let id = RequestID.current else { return try await next(request, context) }
    var request = request
    request.metadata.replaceOrAddString(id, forKey: RequestID.key)
    return try await next(request, context)
  }

  package func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next:
      @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    guard let id = request.metadata[stringValues: RequestID.key].first(where: RequestID.isValid) else {
      return try await next(request, context)
    }
    let start = ContinuousClock.now
    let method = context.descriptor
    return try await RequestID.$current.withValue(id) {
      var response: StreamingServerResponse<Output>
      do {
        response = try await next(request, context)
      } catch {
        note(method, since: start, error)
        throw error
      }
      switch response.accepted {
      case .failure(let error): note(method, since: start, error)
      case .success(var contents):
        // What answers runs when this has returned, and so outside of the name's scope.
        let produce = contents.producer
        contents.producer = { writer in
          try await RequestID.$current.withValue(id) {
            do {
              let trailers = try await produce(writer)
              note(method, since: start, nil)
              return trailers
            } catch {
              note(method, since: start, error)
              throw error
            }
          }
        }
        response.accepted = .success(contents)
      }
      return response
    }
  }

  private func note(_ method: MethodDescriptor, since start: ContinuousClock.Instant, _ error: (any Error)?) {
    let outcome =
      switch error {
      case nil: "ok"
      case is CancellationError: "cancelled"
      // The kind and not the words, which may be a person's.
      case let error as RPCError: "\(error.code)"
      default: "failed"
      }
    // A draft model is asked many times for one answer.
    let isFrequent = method.service == Sarai_Draft_V1_Draft.descriptor
    log?.log(
      level: isFrequent ? .debug : .info, "call",
      metadata: [
        "method": "\(method.method)", "outcome": "\(outcome)",
        "seconds": "\(((ContinuousClock.now - start).seconds * 1e6).rounded() / 1e6)",
      ])
  }
}
