package import SaraiModels
import SaraiSandbox

extension Setup {
  /// Runs one-off commands of the engine where engines run: in sandboxes, unless they are switched off.
  ///
  /// - Throws: `SaraiError` where sandboxes do not hold here, and what `body` throws.
  package func withEngineTool<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: (EngineTool) async throws -> Result
  ) async throws -> Result {
    try Folders.create(folders.sandboxes)
    let backend = try SupervisorParts.engineBackend(self, folder: folders.sandboxes)
    let launcher: any ProcessLauncher = backend.map { SandboxLauncher($0) } ?? DirectLauncher()
    let tool = EngineTool(executable: installation.engine, launcher: launcher, environment: environment)
    do {
      let result = try await body(tool)
      await backend?.close()
      return result
    } catch {
      await backend?.close()
      throw error
    }
  }
}
