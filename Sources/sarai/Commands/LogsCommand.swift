import ArgumentParser
import Glibc
import SaraiCore
import SaraiRuntime

/// The logs of all processes, merged by time.
struct LogsCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "logs",
      abstract: words(
        es: "Lo que anotaron los procesos de SARAi, en orden.", en: "What SARAi's processes have logged, in order."))
  }

  @OptionGroup var options: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      words(
        es:
          "Solo de este papel: serve, supervisor, engine, memory, loop, command, skill, o el nombre de una habilidad.",
        en: "Only of this role: serve, supervisor, engine, memory, loop, command, skill, or a skill's name."),
      valueName: words(es: "papel", en: "role")))
  var role: String?

  @Option(
    help: ArgumentHelp(
      words(
        es: "Desde entonces: 45s, 10m, 2h, 3d, o una fecha (2026-11-23, 2026-11-23T10:00).",
        en: "Since then: 45s, 10m, 2h, 3d, or a date (2026-11-23, 2026-11-23T10:00)."),
      valueName: words(es: "cuándo", en: "when")))
  var since: String?

  @Option(
    help: ArgumentHelp(
      words(es: "Desde esta gravedad: trace … critical.", en: "From this severity on: trace … critical."),
      valueName: words(es: "gravedad", en: "level")))
  var level: String?

  @Option(
    help: ArgumentHelp(
      words(
        es: "Solo de esta petición: el x-request-id de su respuesta.",
        en: "Only of this request: the x-request-id of its answer."),
      valueName: words(es: "id", en: "id")))
  var request: String?

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp(
      words(es: "Las últimas tantas líneas.", en: "The last so many lines."),
      valueName: words(es: "número", en: "number")))
  var lines = 200

  @Flag(name: [.customShort("f"), .long], help: ArgumentHelp(words(es: "Y las que vengan.", en: "And those to come.")))
  var follow = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON, un objeto por línea.", en: "As JSON, one object a line.")))
  var json = false

  func validate() throws {
    guard (0...1_000_000).contains(lines) else {
      throw ValidationError(words(es: "--lines: de 0 a 1000000.", en: "--lines: from 0 to 1000000."))
    }
    if let level, !LogQuery.levels.contains(level) {
      let all = LogQuery.levels.joined(separator: ", ")
      throw ValidationError(
        words(es: "--level \(level): ha de ser una de \(all).", en: "--level \(level): it must be one of \(all)."))
    }
    if let since, Self.seconds(since, now: 0) == nil {
      throw ValidationError(
        words(
          es: "--since \(since): se escribe 45s, 10m, 2h, 3d o una fecha como 2026-11-23T10:00.",
          en: "--since \(since): write 45s, 10m, 2h, 3d or a date such as 2026-11-23T10:00."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let reader = LogReader(setup.folders)
    let query = LogQuery(
      role: role, since: since.flatMap { Self.seconds($0, now: Double(time(nil))) }, level: level, request: request)
    let found = reader.last(lines, query)
    for line in found { show(line) }
    guard follow else {
      if found.isEmpty {
        Output.note(
          words(
            es: "No hay líneas así. Con «log.level: info» se anota más: cada petición y lo que hizo falta para ella.",
            en: "There are no such lines. With \"log.level: info\" more is written: each request and what it took."))
      }
      return
    }
    await reader.follow(query) { for line in $0 { show(line) } }
  }

  private func show(_ line: LogLine) {
    Output.line(json ? String(decoding: line.json, as: UTF8.self) : line.text)
  }

  /// Seconds since 1970; a date that names no zone is one of this machine's.
  static func seconds(_ text: String, now: Double) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    if let last = text.last, let unit = units[last], let count = Double(text.dropLast()), count >= 0, count.isFinite {
      return now - count * unit
    }
    let offset = CivilDateTime.current().utcOffsetSeconds
    return ISOTime.milliseconds(text, utcOffsetSeconds: offset).map { Double($0) / 1_000 }
  }
}
