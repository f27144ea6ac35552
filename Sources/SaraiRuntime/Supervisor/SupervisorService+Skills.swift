import GRPCCore
import SaraiCore
import SkillProtocol

/// The calls about skills.
extension SupervisorService {
  private var notThere: any Error {
    Sarai_Skills_V1_ErrorDetail.rpcError(
      SaraiError(
        .notAvailable, es: "Esta versión aún no ejecuta habilidades.", en: "This version does not run skills yet."))
  }

  func openSkill(
    request: Sarai_Supervisor_V1_OpenSkillRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_OpenSkillReply { throw notThere }

  func reloadSkill(
    request: Sarai_Supervisor_V1_ReloadSkillRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_ReloadSkillReply { throw notThere }

  func readSkillLog(
    request: Sarai_Supervisor_V1_ReadSkillLogRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_ReadSkillLogReply { throw notThere }
}
