import FoundationEssentials
import GRPCCore
import SwiftProtobuf
import Logging
import Synchronization

/// The contract's calls as gRPC carries them.
struct SkillService: Sarai_Skills_V1_Skill.ServiceProtocol {
  static let contractVersion: UInt32 = 1

  let host: SkillHost

  func describe(
    request: ServerRequest<Sarai_Skills_V1_DescribeRequest>, context: ServerContext
  ) async throws -> ServerResponse<Sarai_Skills_V1_DescribeReply> {
    var reply = Sarai_Skills_V1_DescribeReply()
    reply.contractVersion = Self.contractVersion
    reply.name = host.type.name
    reply.version = host.type.version
    reply.kit = SkillMain.kit
    reply.obeysGrammars = host.type.obeysGrammars
    reply.limits.requestBytes = UInt64(host.options.maximumRequestBytes)
    reply.limits.replyBytes = UInt64(host.options.maximumReplyBytes)
    reply.limits.runningRequests = UInt32(host.options.maximumRunning)
    reply.limits.waitingRequests = UInt32(host.options.maximumWaiting)
    reply.limits.timeoutMilliseconds = UInt64(host.options.timeoutSeconds * 1_000)
    reply.generation = host.generation
    reply.metrics = host.metricsNow()
    return ServerResponse(message: reply)
  }

  func infer(
    request: ServerRequest<Sarai_Skills_V1_InferRequest>, context: ServerContext
  ) async throws -> ServerResponse<Sarai_Skills_V1_InferReply> {
    do {
      let attempt = try host.attempt(request.message, callTimeout: Self.timeout(request.metadata))
      return ServerResponse(message: try await outcome(of: attempt))
    } catch {
      throw SkillError(thrown: error).rpcError
    }
  }

  func inferStream(
    request: ServerRequest<Sarai_Skills_V1_InferRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Sarai_Skills_V1_InferEvent> {
    // The parts that wait here are bounded by the size that an answer may have.
    let (events, continuation) = AsyncStream<Sarai_Skills_V1_InferEvent>.makeStream()
    let attempt: Attempt
    do {
      attempt = try host.attempt(request.message, callTimeout: Self.timeout(request.metadata)) { part in
        continuation.yield(.with { $0.part = Data(part.utf8) })
      }
    } catch {
      throw SkillError(thrown: error).rpcError
    }
    return StreamingServerResponse { response in
      do {
        // A writer that fails means that the caller has gone, and cancels the attempt.
        async let reply: Sarai_Skills_V1_InferReply = {
          defer { continuation.finish() }
          return try await outcome(of: attempt)
        }()
        do {
          for await event in events { try await response.write(event) }
        } catch {
          attempt.end(.failure(.cancelled))
        }
        let last = try await reply
        try await response.write(.with { $0.reply = last })
        return [:]
      } catch {
        throw SkillError(thrown: error).rpcError
      }
    }
  }

  func session(
    request: StreamingServerRequest<Sarai_Skills_V1_SessionRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Sarai_Skills_V1_InferReply> {
    StreamingServerResponse { [host] response in
      let session = SkillSession(host: host, response: response)
      do {
        try await session.run(request.messages)
      } catch {
        throw SkillError(thrown: error).rpcError
      }
      return [:]
    }
  }

  func reload(
    request: ServerRequest<Sarai_Skills_V1_ReloadRequest>, context: ServerContext
  ) async throws -> ServerResponse<Sarai_Skills_V1_ReloadReply> {
    do {
      let (generation, seconds) = try await host.reload()
      var reply = Sarai_Skills_V1_ReloadReply()
      reply.generation = generation
      reply.seconds = seconds
      return ServerResponse(message: reply)
    } catch {
      throw SkillError(thrown: error).rpcError
    }
  }

  /// Runs an attempt to its outcome; the caller's leaving cancels it.
  private func outcome(of attempt: Attempt) async throws -> Sarai_Skills_V1_InferReply {
    try await withRPCCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        attempt.start { outcome in continuation.resume(with: outcome) }
      }
    } onCancelRPC: {
      // gRPC's own timer cancels too, a moment before ours would say that it is late.
      let isLate = attempt.request.deadline - .now < .milliseconds(5)
      attempt.end(.failure(isLate ? .late : .cancelled))
    }
  }

  /// The deadline of the gRPC call, which travels as digits and a unit.
  static func timeout(_ metadata: Metadata) -> Duration? {
    guard let text = metadata[stringValues: "grpc-timeout"].first(where: { _ in true }), let unit = text.last,
      let amount = Int64(text.dropLast()), (0...99_999_999).contains(amount)
    else { return nil }
    return switch unit {
    case "H": .seconds(amount * 3_600)
    case "M": .seconds(amount * 60)
    case "S": .seconds(amount)
    case "m": .milliseconds(amount)
    case "u": .microseconds(amount)
    case "n": .nanoseconds(amount)
    default: nil
    }
  }
}

extension SkillError {
  var rpcError: RPCError {
    var error = detail.rpcError
    // Another instance, or this one's successor, can answer.
    if self == .stopping { error.code = .unavailable }
    return error
  }
}
