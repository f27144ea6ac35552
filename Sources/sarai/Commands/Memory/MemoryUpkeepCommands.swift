import ArgumentParser
import SaraiCore
import SaraiRuntime
import Synchronization

struct MemoryVacuumCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "vacuum",
      abstract: words(
        es: "Compacta: quita duplicados y devuelve el espacio libre.",
        en: "Compact: remove duplicates and give free space back."))
  }

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try configuration.setup()
    let report = try await withMemory(setup) { memory in
      try await SlowWork.run(words(es: "compacta", en: "compact")) { try await memory.vacuum() }
    }
    if json { return Output.json(report.json) }
    let (before, after) = (readableBytes(Int64(report.bytesBefore)), readableBytes(Int64(report.bytesAfter)))
    Output.line(
      words(
        es: "De \(before) a \(after); \(report.duplicatesRemoved) duplicados y \(report.termsRemoved) términos menos.",
        en: "From \(before) to \(after); \(report.duplicatesRemoved) duplicates and \(report.termsRemoved) terms less.")
    )
  }
}

struct MemoryRotateCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "rotate",
      abstract: words(
        es: "Borra lo que ya no vale y las frases viejas; nunca un hecho que vale.",
        en: "Delete what no longer holds and old turns; never a fact that holds."))
  }

  @OptionGroup var configuration: ConfigurationOptions

  @Option(
    help: ArgumentHelp(
      words(es: "Lo que dejó de valer hace más de tantos días.", en: "What ceased to hold more than so many days ago."),
      valueName: words(es: "días", en: "days")))
  var days: Int

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  mutating func validate() throws {
    guard (0...1_000_000).contains(days) else {
      throw ValidationError(words(es: "--days: de 0 a 1000000.", en: "--days: from 0 to 1000000."))
    }
  }

  func run() async throws {
    let setup = try configuration.setup()
    let report = try await withMemory(setup) { memory in
      try await SlowWork.run(words(es: "rota", en: "rotate")) { [days] in try await memory.rotate(days: days) }
    }
    if json { return Output.json(report.json) }
    let (facts, turns) = (MemoryText.facts(report.factsRemoved), MemoryText.turns(report.turnsRemoved))
    Output.line(words(es: "Borrado: \(facts) y \(turns).", en: "Deleted: \(facts) and \(turns)."))
  }
}

struct MemoryStatsCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "stats",
      abstract: words(
        es: "Cuánto recuerda, de todos, y cuánto ocupa.", en: "How much it remembers, of everyone, and its size."))
  }

  @OptionGroup var configuration: ConfigurationOptions

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try configuration.setup()
    let now = try await withMemory(setup) { try await $0.statistics() }
    if json { return Output.json(now.json) }
    func bytes(_ count: Int) -> String { readableBytes(Int64(count)) }
    let rows = [
      (words(es: "personas", en: "people"), "\(now.owners)"),
      (words(es: "hechos", en: "facts"), "\(now.facts)"),
      (words(es: "que ya no valen", en: "no longer holding"), "\(now.pastFacts)"),
      (words(es: "por confirmar", en: "to be confirmed"), "\(now.proposedFacts)"),
      (words(es: "frases", en: "turns"), "\(now.turns)"),
      (words(es: "términos", en: "terms"), "\(now.terms)"),
      (words(es: "vectores", en: "vectors"), "\(now.vectors) (\(bytes(now.vectorBytes)))"),
      (
        words(es: "en disco", en: "on disk"),
        words(
          es: "\(bytes(now.databaseBytes)), \(bytes(now.freeBytes)) libres",
          en: "\(bytes(now.databaseBytes)), \(bytes(now.freeBytes)) of it free")
      ),
      (words(es: "copias", en: "backups"), "\(now.backups) (\(bytes(now.backupBytes)))"),
    ]
    let width = rows.map { DisplayWidth.of($0.0) }.max() ?? 0
    for (name, value) in rows {
      Output.line(Output.dim(name) + String(repeating: " ", count: width - DisplayWidth.of(name) + 2) + value)
    }
  }
}

/// Counts lines from whatever thread they come.
final class LineCounter: Sendable {
  private let lines = Mutex(0)

  var count: Int { lines.withLock { $0 } }

  /// - Returns: How many there are then.
  @discardableResult
  func add(_ more: Int) -> Int {
    lines.withLock { lines in
      lines += more
      return lines
    }
  }
}
