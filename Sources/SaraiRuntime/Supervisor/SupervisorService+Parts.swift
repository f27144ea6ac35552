import GRPCCore
import SaraiCore
import SaraiSkills
import SkillProtocol

/// The calls about skills and the memory.
extension SupervisorService {
  /// Files that a call may grant beside those of the manifest.
  private static let maximumFiles = 32

  func openSkill(
    request: Sarai_Supervisor_V1_OpenSkillRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_OpenSkillReply {
    attendance.note()
    return try await answering {
      guard request.readOnlyFiles.count <= Self.maximumFiles else {
        throw SaraiError(
          .invalidRequest, es: "Demasiados ficheros: como mucho \(Self.maximumFiles), o la carpeta que los tiene.",
          en: "Too many files: at most \(Self.maximumFiles), or the folder that holds them.", subject: "files")
      }
      let files = request.readOnlyFiles.map { SkillGrants.File(path: $0) }
      var reply = Sarai_Supervisor_V1_OpenSkillReply()
      reply.socket = try await skills.gate(request.name, grants: SkillGrants(files: files))
      return reply
    }
  }

  func reloadSkill(
    request: Sarai_Supervisor_V1_ReloadSkillRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_ReloadSkillReply {
    try await answering {
      try await skills.reload(request.name)
      return Sarai_Supervisor_V1_ReloadSkillReply()
    }
  }

  func stopSkill(
    request: Sarai_Supervisor_V1_StopSkillRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_StopSkillReply {
    await skills.stop(request.name)
    return Sarai_Supervisor_V1_StopSkillReply()
  }

  func openMemory(
    request: Sarai_Supervisor_V1_OpenMemoryRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_OpenMemoryReply {
    attendance.note()
    return try await answering {
      var reply = Sarai_Supervisor_V1_OpenMemoryReply()
      reply.socket = try await memory.socket()
      if let notice = await memory.takeNotice() {
        reply.noticeEs = notice.es
        reply.noticeEn = notice.en
      }
      return reply
    }
  }

  func openLoop(
    request: Sarai_Supervisor_V1_OpenLoopRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_OpenLoopReply {
    attendance.note()
    return try await answering {
      var reply = Sarai_Supervisor_V1_OpenLoopReply()
      reply.socket = try await loop.socket()
      return reply
    }
  }

  private func answering<Reply>(_ body: () async throws -> Reply) async throws -> Reply {
    do { return try await body() } catch { throw Sarai_Skills_V1_ErrorDetail.rpcError(error) }
  }
}
