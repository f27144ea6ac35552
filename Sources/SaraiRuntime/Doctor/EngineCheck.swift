import Logging
import SaraiCore
import SaraiModels
import SaraiSandbox

/// Starts the default model in an engine of its own, asks it for a word, and stops it.
enum EngineCheck {
  static func finding(_ setup: Setup) async -> Finding {
    let title = Localized(es: "respuesta de prueba", en: "trial answer")
    do {
      return try await Scratch.with { folder in
        var settings = PoolSettings(setup, setup.configuration)
        settings.cacheFolder = folder
        settings.socketFolder = folder
        let environment = setup.environment
        let backend = try SupervisorParts.engineBackend(setup, folder: folder)
        let pool = ModelPool(
          settings: settings,
          parts: ModelPool.Parts(
            store: try setup.store(stateFolder: folder),
            launcher: backend.map { SandboxLauncher($0) } ?? DirectLauncher(),
            remote: { RemoteGateway(model: try RemoteModel(entry: $0, environment: environment)) },
            environment: environment, logger: Logger(label: "sarai.doctor", factory: { _ in SwiftLogNoOpLogHandler() }))
        )
        do {
          let finding = try await ask(pool, title: title)
          await pool.shutDown()
          await backend?.close()
          return finding
        } catch {
          await pool.shutDown()
          await backend?.close()
          throw error
        }
      }
    } catch {
      let message = (error as? SaraiError)?.message ?? Localized(es: "\(error)", en: "\(error)")
      return Finding(
        "engine:answer", .fault, title, message,
        advice: Localized(
          es: "mira si falta memoria o si el modelo está dañado (sarai pull)",
          en: "see whether memory is short or the model is damaged (sarai pull)"))
    }
  }

  private static func ask(_ pool: ModelPool, title: Localized) async throws -> Finding {
    var sampling = SamplingParameters()
    sampling.temperature = 0
    sampling.maxTokens = 8
    let clock = ContinuousClock()
    let start = clock.now
    var tokens = 0
    let events = try await pool.generate(
      GenerationRequest(
        model: ModelRole.expertShort.rawValue, prompt: .chat([Message(.user, "Hola")]), sampling: sampling,
        client: "doctor", requestID: "doctor"))
    for try await event in events {
      if case .finished(let summary) = event { tokens = summary.usage.completionTokens }
    }
    let milliseconds = Int(start.duration(to: clock.now) / .milliseconds(1))
    guard tokens > 0 else {
      return Finding(
        "engine:answer", .fault, title, Localized(es: "el motor no dijo nada", en: "the engine said nothing"),
        advice: Localized(es: "prueba otro modelo: sarai list --all", en: "try another model: sarai list --all"))
    }
    return Finding(
      "engine:answer", .ok, title,
      Localized(
        es: "\(tokens) tokens en \(milliseconds) ms, arranque incluido",
        en: "\(tokens) tokens in \(milliseconds) ms, start included"))
  }
}
