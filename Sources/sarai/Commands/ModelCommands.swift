import ArgumentParser
import SaraiCore
import SaraiModels
import SaraiRuntime

struct ListCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "list",
      abstract: words(es: "Enumera los modelos instalados.", en: "List the installed models."), aliases: ["ls"])
  }

  @OptionGroup var options: ConfigurationOptions

  @Flag(
    name: .shortAndLong,
    help: ArgumentHelp(
      words(es: "También los del catálogo que no están instalados.", en: "Also those of the catalogue not installed.")))
  var all = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try options.setup()
    let models = try ModelListing(setup).rows(all: all)
    if json { return Output.json(.array(models.map(\.json))) }
    guard !models.isEmpty else {
      return Output.note(
        words(
          es: "No hay modelos instalados. Trae uno: sarai pull ID; los hay en: sarai list --all",
          en: "No model is installed. Fetch one: sarai pull ID; see: sarai list --all"))
    }
    let headers = words(
      es: "MODELO TAMAÑO CONTEXTO IDIOMAS LICENCIA PAPELES", en: "MODEL SIZE CONTEXT LANGUAGES LICENCE ROLES")
    var table = Table(
      headers: headers.split(separator: " ").map(String.init), alignments: [.left, .right, .right])
    table.rows = models.map { model in
      let entry = model.entry
      let name = model.isInstalled || !all ? entry.id : entry.id + words(es: " (por traer)", en: " (not fetched)")
      return [
        name, model.sizeBytes.map(readableBytes) ?? "—", String(entry.contextTokens),
        entry.languages.isEmpty ? "—" : entry.languages.joined(separator: ","), entry.licence,
        model.roles.isEmpty ? "—" : model.roles.joined(separator: ", "),
      ]
    }
    table.print()
  }
}

struct ShowCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "show",
      abstract: words(es: "Muestra lo que se sabe de un modelo.", en: "Show what is known of a model."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(help: ArgumentHelp(words(es: "El modelo.", en: "The model."), valueName: words(es: "modelo", en: "model")))
  var model: String

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try options.setup()
    let row = try ModelListing(setup).row(model)
    if json { return Output.json(row.json) }
    let entry = row.entry
    var lines: [(String, String)] = [
      (words(es: "modelo", en: "model"), entry.id), (words(es: "nombre", en: "name"), entry.name),
      (words(es: "tipo", en: "kind"), entry.kind.rawValue), (words(es: "motor", en: "backend"), entry.backend.rawValue),
      (words(es: "licencia", en: "licence"), entry.licence),
      (words(es: "idiomas", en: "languages"), entry.languages.joined(separator: ", ")),
      (words(es: "contexto", en: "context"), "\(entry.contextTokens) tokens"),
      (
        words(es: "parámetros", en: "parameters"),
        entry.parameterCount.map { decimal(Double($0) / 1e6, digits: 0) + " M" } ?? ""
      ),
      (words(es: "tamaño", en: "size"), row.sizeBytes.map(readableBytes) ?? ""),
      ("SHA-256", row.expectedSHA256 ?? ""), (words(es: "papeles", en: "roles"), row.roles.joined(separator: ", ")),
      (words(es: "borrador", en: "draft"), entry.draft ?? ""),
      (
        words(es: "fichero", en: "file"),
        entry.backend == .openai
          ? words(es: "en otro servidor", en: "on another server")
          : row.path ?? words(es: "no está aquí: sarai pull \(entry.id)", en: "not here: sarai pull \(entry.id)")
      ),
    ]
    if let notes = entry.notes { lines.append((words(es: "nota", en: "note"), notes[Words.language])) }
    lines.removeAll { $0.1.isEmpty }
    let width = lines.map { DisplayWidth.of($0.0) }.max() ?? 0
    for (name, value) in lines {
      let padding = String(repeating: " ", count: width - DisplayWidth.of(name) + 2)
      Output.line(Output.dim(name) + padding + value)
    }
  }
}

struct RemoveCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "rm",
      abstract: words(es: "Quita modelos instalados.", en: "Remove installed models."), aliases: ["remove"])
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(words(es: "Los modelos.", en: "The models."), valueName: words(es: "modelo", en: "model")))
  var models: [String]

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let store = try options.setup().store()
    var removals: [JSONValue] = []
    for model in models {
      let removal = try store.remove(model)
      removals.append([
        "id": .string(removal.id), "path": .string(removal.path), "freed_bytes": .integer(removal.freedBytes),
        "file_kept": .bool(removal.isFileKept),
      ])
      if json { continue }
      Output.line(
        removal.isFileKept
          ? words(
            es: "\(removal.id) ya no está en la lista; su fichero sigue en \(removal.path).",
            en: "\(removal.id) is off the list; its file stays at \(removal.path).")
          : words(
            es: "\(removal.id) borrado: \(readableBytes(removal.freedBytes)) libres.",
            en: "\(removal.id) removed: \(readableBytes(removal.freedBytes)) freed."))
    }
    if json { Output.json(.array(removals)) }
  }
}

struct ProcessesCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "ps",
      abstract: words(
        es: "Enumera los modelos y las habilidades que están en memoria.", en: "List the models and skills in memory."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try options.setup()
    let server = try ServerRecord.current(setup.folders)
    let parts = try await RunningParts(setup)
    let engines = parts.engines
    if json {
      return Output.json([
        "server": server.map { ["pid": .integer(Int64($0.pid)), "address": .string($0.address)] } ?? .null,
        "models": .array(engines.map(\.json)), "skills": .array(parts.skills.map(\.json)),
        "memory": parts.memory?.json ?? .null,
      ])
    }
    if let server {
      Output.note(
        Output.dim(
          words(es: "Servidor \(server.pid) en \(server.address)", en: "Server \(server.pid) at \(server.address)")))
    } else if engines.isEmpty, parts.skills.isEmpty {
      return Output.note(
        words(es: "No hay ningún servidor en marcha: sarai serve", en: "No server is running: sarai serve"))
    }
    let headers = words(es: "MODELO CONTEXTO MEMORIA PROCESO DESDE", en: "MODEL CONTEXT MEMORY PROCESS SINCE")
    var table = Table(
      headers: headers.split(separator: " ").map(String.init), alignments: [.left, .right, .right, .right])
    table.rows = engines.map { engine in
      [
        engine.model, String(engine.contextTokens), engine.memoryBytes.map(readableBytes) ?? "—",
        engine.pid.map { String($0) } ?? "—", readableDuration(engine.uptimeSeconds),
      ]
    }
    if !engines.isEmpty { table.print() }
    show(parts.skills)
    if let memory = parts.memory { show(memory) }
  }
}

extension ProcessesCommand {
  private func show(_ memory: RunningMemory) {
    let bytes = memory.memoryBytes.map { readableBytes($0) } ?? "—"
    let pid =
      memory.pid.map { words(es: "proceso \($0)", en: "process \($0)") }
      ?? words(es: "en el supervisor", en: "in the supervisor")
    Output.line(
      words(es: "Recuerdos: ", en: "What was told: ") + "\(pid) · \(bytes) · \(readableDuration(memory.uptimeSeconds))")
  }

  private func show(_ skills: [RunningSkill]) {
    guard !skills.isEmpty else { return }
    let headers = words(
      es: "HABILIDAD ESTADO PROCESOS MEMORIA PREGUNTAS FALLOS", en: "SKILL STATE PROCESSES MEMORY CALLS FAILURES")
    var table = Table(
      headers: headers.split(separator: " ").map(String.init),
      alignments: [.left, .left, .right, .right, .right, .right])
    table.rows = skills.map { skill in
      let state =
        switch skill.state {
        case "running": words(es: "en marcha", en: "running")
        case "starting": words(es: "arrancando", en: "starting")
        case "resting": words(es: "descansa", en: "resting")
        default: words(es: "parada", en: "stopped")
        }
      return [
        SearchText.singleLine(skill.name, maxLength: 64), state, String(skill.pids.count),
        readableBytes(skill.memoryBytes),
        String(skill.calls), String(skill.failures),
      ]
    }
    table.print()
  }
}

/// `45 s`, `12 min`, `3 h`
func readableDuration(_ seconds: Double) -> String {
  switch seconds {
  case ..<60: "\(Int(seconds)) s"
  case ..<3600: "\(Int(seconds / 60)) min"
  case ..<172_800: "\(Int(seconds / 3600)) h"
  default: words(es: "\(Int(seconds / 86_400)) días", en: "\(Int(seconds / 86_400)) days")
  }
}
