import GRPCCore
import SaraiCore
import SaraiModels
import SkillProtocol

/// An engine that the supervisor keeps for a request.
final class EngineHold: Sendable {
  /// What the supervisor gave.
  enum Granted: Sendable {
    case engine(Sarai_Supervisor_V1_HoldEngineReply.Held)
    case remote(String)
  }

  private let answer = OneShot<Result<Granted, any Error>>()
  private let result = OneShot<Sarai_Supervisor_V1_HoldEngineRequest.Result?>()
  /// Set when the engine, or the supervisor, ends while it is held.
  let ended = OneShot<SaraiError>()

  /// Asks for an engine.
  ///
  /// - Throws: `SaraiError`; `SupervisorClient.Gone`.
  static func hold(
    _ model: String, kind: ModelSummary.Kind?, after failures: [ModelPool.CandidateFailure],
    with client: SupervisorClient
  ) async throws -> (EngineHold, Granted) {
    let hold = EngineHold()
    var first = Sarai_Supervisor_V1_HoldEngineRequest()
    first.hold.model = model
    first.hold.kind = kind?.rawValue ?? ""
    first.hold.failures = failures.map { failure in
      var message = Sarai_Supervisor_V1_HoldEngineRequest.Failure()
      message.id = failure.id
      message.error = Sarai_Skills_V1_ErrorDetail(failure.error)
      return message
    }
    // The call outlives the question: it is the hold. It ends with the result, so it needs no cancelling.
    let call = Task { [first] in await hold.run(first, with: client) }
    return try await withTaskCancellationHandler {
      (hold, try await hold.answer.wait().get())
    } onCancel: {
      call.cancel()
    }
  }

  deinit { result.set(nil) }

  /// Gives the engine back.
  func release(_ result: Sarai_Supervisor_V1_HoldEngineRequest.Result? = nil) { self.result.set(result) }

  private func run(_ first: Sarai_Supervisor_V1_HoldEngineRequest, with client: SupervisorClient) async {
    // Not this object: losing its last reference is what ends the call.
    let (answer, result, ended) = (answer, result, ended)
    do {
      try await client.call { supervisor in
        try await supervisor.holdEngine(options: .atOnce) { writer in
          try await writer.write(first)
          guard let outcome = try await result.waitOrCancel() else { return }
          var last = Sarai_Supervisor_V1_HoldEngineRequest()
          last.result = outcome
          try await writer.write(last)
        } onResponse: { response in
          for try await message in response.messages {
            switch message.step {
            case .engine(let held): answer.set(.success(.engine(held)))
            case .remote(let id):
              answer.set(.success(.remote(id)))
              result.set(nil)
            case .ended(let detail): ended.set(SaraiError(detail))
            case nil: break
            }
          }
        }
      }
      answer.set(.failure(CancellationError()))
    } catch {
      answer.set(.failure(error))
      ended.set(
        (error as? SaraiError)
          ?? SaraiError(
            .engineFailed,
            es: "El supervisor de SARAi se detuvo y con él el modelo que respondía. Vuelve a enviar la petición.",
            en: "SARAi's supervisor stopped, and with it the model that answered. Send the request again.", cause: error
          ))
    }
  }
}
