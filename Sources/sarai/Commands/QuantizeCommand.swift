import ArgumentParser
import SaraiCore
import SaraiModels
import SaraiRuntime

struct QuantizeCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "quantize",
      abstract: words(
        es: "Hace variantes más pequeñas de un modelo instalado.", en: "Make smaller variants of an installed model."),
      discussion: words(
        es: """
          Cada variante se instala con su propio id y se quita con «sarai rm». Tipos: \(Self.types). \
          Cuanto más pequeña, más rápida y menos precisa; «sarai tune» mide las dos cosas.
          """,
        en: """
          Each variant is installed under an id of its own and goes with "sarai rm". Types: \(Self.types). \
          The smaller, the faster and the less precise; "sarai tune" measures both.
          """), aliases: ["quantise"])
  }

  private static let types = QuantisationType.allCases.map(\.rawValue).joined(separator: ", ")

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "El modelo instalado.", en: "The installed model."), valueName: words(es: "modelo", en: "model")))
  var model: String

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      words(
        es: "Los tipos, como Q4_0; se hace una variante de cada uno.", en: "The types, such as Q4_0; one variant each."),
      valueName: words(es: "tipo", en: "type")))
  var type: [String]

  @Option(
    help: ArgumentHelp(
      words(es: "El id de la variante, si es una sola.", en: "The variant's id, where it is only one."),
      valueName: "id"))
  var name: String?

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    var types: [QuantisationType] = []
    for text in type {
      let asked = try QuantisationType(asking: text)
      if !types.contains(asked) { types.append(asked) }
    }
    guard name == nil || types.count == 1 else {
      throw SaraiError(
        .invalidRequest, es: "Con --name solo cabe un tipo. Repite la orden para cada variante.",
        en: "With --name there is room for one type only. Repeat the command for each variant.", subject: "name")
    }
    let setup = try options.setup()
    try Folders.create(setup.folders.state, variable: "SARAI_STATE_DIR")
    let store = try setup.store()
    let made = try await setup.withEngineTool { engine in
      let puller = Puller(store: store, engine: engine, environment: setup.environment)
      var made: [InstalledModel] = []
      for type in types { made.append(try await make(type, puller)) }
      return made
    }
    guard !json else {
      let listing = try ModelListing(setup)
      return Output.json(.array(try made.map { try listing.row($0.id).json }))
    }
    for model in made {
      Output.line(
        words(
          es: "\(model.id) listo (\(readableBytes(model.sizeBytes))). Pruébalo: sarai run \(model.id) «Hola»",
          en: "\(model.id) is ready (\(readableBytes(model.sizeBytes))). Try it: sarai run \(model.id) \"Hello\""))
    }
  }

  private func make(_ type: QuantisationType, _ puller: Puller) async throws -> InstalledModel {
    let bar = ProgressBar()
    defer { bar.end() }
    return try await puller.quantise(model, as: type, name: name) { bar.show($0) }
  }
}
