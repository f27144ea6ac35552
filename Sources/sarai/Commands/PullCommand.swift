import ArgumentParser
import SaraiCore
import SaraiModels
import SaraiRuntime

struct PullCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "pull",
      abstract: words(es: "Trae un modelo a esta máquina.", en: "Fetch a model to this machine."),
      discussion: words(
        es: """
          De un fichero GGUF que ya tienes solo se anota dónde está. Lo que se corta sigue donde quedó. \
          Respeta HTTPS_PROXY y NO_PROXY.
          """,
        en: """
          A GGUF file that you have already is noted where it is. What was cut goes on where it stopped. \
          HTTPS_PROXY and NO_PROXY are honoured.
          """))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "Un modelo del catálogo, o la ruta de un fichero.", en: "A model of the catalogue, or a file's path."),
      valueName: words(es: "modelo", en: "model")),
    completion: .file(extensions: ["gguf"]))
  var model: String

  @Flag(help: ArgumentHelp(words(es: "Sin usar la red.", en: "Without using the network.")))
  var offline = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try options.setup()
    try Folders.create(setup.folders.models, variable: "SARAI_MODELS_DIR")
    try Folders.create(setup.folders.state, variable: "SARAI_STATE_DIR")
    let store = try setup.store()
    let bar = ProgressBar()
    let wasThere = (try? store.find(model)) != nil
    let installed: InstalledModel
    do {
      // A file that came from elsewhere is looked at, and requantised, in a sandbox.
      installed = try await setup.withEngineTool { engine in
        let puller = Puller(store: store, engine: engine, environment: setup.environment, isOffline: offline)
        return try await puller.pull(model) { bar.show($0) }
      }
      bar.end()
    } catch {
      bar.end()
      throw error
    }
    if json { return Output.json(try ModelListing(setup).row(installed.id).json) }
    Output.line(
      wasThere
        ? words(es: "\(installed.id) ya estaba, y está entero.", en: "\(installed.id) was here already, and is whole.")
        : words(
          es:
            "\(installed.id) listo (\(readableBytes(installed.sizeBytes))). Pruébalo: sarai run \(installed.id) «Hola»",
          en:
            "\(installed.id) is ready (\(readableBytes(installed.sizeBytes))). Try it: sarai run \(installed.id) \"Hello\""
        ))
  }
}

/// Tells how far a pull is.
final class ProgressBar: Sendable {
  private let line = ProgressLine()

  func show(_ event: Puller.Event) {
    switch event {
    case .waiting(let id):
      tell(words(es: "Otro proceso está trayendo \(id); espero.", en: "Another process is fetching \(id); waiting."))
    case .transferring(let file, let progress):
      let speed = progress.bytesPerSecond > 0 ? readableBytes(Int64(progress.bytesPerSecond)) + "/s" : ""
      draw(
        words(es: "descarga", en: "download"), file, fraction: fraction(progress.bytes, progress.totalBytes),
        detail: "\(readableBytes(progress.bytes)) \(speed) \(remaining(progress))")
    case .extracting(let file, let bytes, let total):
      draw(words(es: "extrae", en: "extract"), file, fraction: fraction(bytes, total), detail: "")
    case .checking(let file, let bytes, let total):
      draw(words(es: "comprueba", en: "check"), file, fraction: fraction(bytes, total), detail: "")
    case .quantising(let file, let fraction):
      draw(words(es: "cuantiza", en: "quantise"), file, fraction: fraction, detail: "")
    case .pinned(_, let sha256):
      tell(
        words(
          es: "Nadie decía su SHA-256; desde ahora ha de ser \(sha256).",
          en: "Nobody told its SHA-256; from now on it has to be \(sha256)."))
    }
  }

  func end() { line.end() }

  private func tell(_ text: String) {
    end()
    Output.note(text)
  }

  private func draw(_ step: String, _ file: String, fraction: Double?, detail: String) {
    line.draw(step, file.split(separator: "/").last.map(String.init) ?? file, fraction: fraction, detail: detail)
  }

  private func fraction(_ bytes: Int64, _ total: Int64?) -> Double? {
    total.flatMap { $0 > 0 ? min(1, max(0, Double(bytes) / Double($0))) : nil }
  }

  private func remaining(_ progress: TransferProgress) -> String {
    guard let total = progress.totalBytes, progress.bytesPerSecond > 0, total > progress.bytes else { return "" }
    let seconds = Double(total - progress.bytes) / progress.bytesPerSecond
    return words(es: "faltan ", en: "left ") + readableDuration(seconds)
  }
}
