import ArgumentParser
import SaraiCore
import SaraiRuntime

struct MemoryExportCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "export",
      abstract: words(
        es: "Escribe todo lo que recuerda como JSON Lines.", en: "Write all that it remembers as JSON Lines."))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(help: MemoryFileHelp.target, completion: .file(extensions: ["jsonl"]))
  var file: String?

  @Flag(
    help: ArgumentHelp(
      words(
        es: "Sin los hechos privados ni las frases, que pueden decirlos.",
        en: "Without private facts and turns, which may tell them.")))
  var withoutPrivate = false

  @Flag(help: MemoryFileHelp.force)
  var force = false

  func run() async throws {
    let setup = try options.setup()
    let writer = try file.flatMap { try $0 == "-" ? nil : PrivateFileWriter(absolutePath($0), replaces: force) }
    let slow = SlowWork(words(es: "exporta", en: "export"))
    let counter = LineCounter()
    defer { slow.end() }
    try await withMemory(setup) { memory in
      try await memory.export(owner: options.user, includesPrivate: !withoutPrivate) { lines in
        let text = lines.map { $0 + "\n" }.joined()
        let count = counter.add(lines.count)
        guard let writer else { return Output.write(Output.isTerminal ? text.withoutControlCharacters : text) }
        try writer.write(Array(text.utf8))
        slow.show(words(es: "\(count) líneas", en: "\(count) lines"))
      }
    }
    slow.end()
    guard let writer else { return }
    try writer.finish()
    if options.json {
      return Output.json([
        "file": .string(writer.path), "lines": .integer(Int64(counter.count)),
        "bytes": .integer(Int64(writer.bytesWritten)),
      ])
    }
    Output.line(
      words(
        es:
          "\(counter.count) líneas (\(readableBytes(Int64(writer.bytesWritten)))) en \(writer.path). Solo tú puedes leerlo.",
        en:
          "\(counter.count) lines (\(readableBytes(Int64(writer.bytesWritten)))) in \(writer.path). Only you can read it."
      ))
  }
}

struct MemoryImportCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "import",
      abstract: words(
        es: "Toma lo que «export» escribió, entero o nada; lo que ya sabía se queda como está.",
        en: "Take in what export wrote, all or nothing; what was known already is left alone."))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "El fichero, o «-».", en: "The file, or -."), valueName: words(es: "fichero", en: "file")),
    completion: .file(extensions: ["jsonl"]))
  var file: String

  /// The next lines; nothing is stored before all of them were read.
  private static func read(_ lines: LineSource) throws -> [String] {
    do {
      return try lines.next()
    } catch let fault as SaraiError {
      throw SaraiError(
        fault.code,
        Localized(
          es: fault.message.es + " No se ha importado nada.", en: fault.message.en + " Nothing was imported."),
        subject: fault.subject, cause: fault.cause)
    }
  }

  /// A turn of the greatest size with every character escaped.
  private static let maxLineBytes = 64 << 20

  func run() async throws {
    let setup = try options.setup()
    let source = try FileSource(file == "-" ? "/dev/stdin" : absolutePath(file))
    let lines = LineSource(source, maxLineBytes: Self.maxLineBytes)
    let slow = SlowWork(words(es: "importa", en: "import"))
    let report = try await withMemory(setup) { memory in
      try await slow.run(whereSilent: { lines.isAtEnd }) {
        try await memory.importLines(owner: options.user) {
          let next = try Self.read(lines)
          slow.show(readableBytes(Int64(source.bytesRead)), fraction: source.fractionRead)
          return next
        }
      }
    }
    if options.json { return Output.json(report.json) }
    let (facts, turns) = (MemoryText.facts(report.factsAdded), MemoryText.turns(report.turnsAdded))
    Output.line(
      words(
        es: "Importado: \(facts) y \(turns); ya sabía \(report.alreadyKnown).",
        en: "Imported: \(facts) and \(turns); \(report.alreadyKnown) were known already."))
  }
}

struct MemoryBackupCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "backup",
      abstract: words(
        es: "Guarda una copia de la memoria de todos, o la escribe en un fichero.",
        en: "Keep a backup of everyone's memory, or write it to a file."))
  }

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(help: MemoryFileHelp.target, completion: .file())
  var file: String?

  @Flag(help: ArgumentHelp(words(es: "Enumera las copias guardadas.", en: "List the backups that are kept.")))
  var list = false

  @Flag(help: MemoryFileHelp.force)
  var force = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  mutating func validate() throws {
    if list, file != nil {
      throw ValidationError(words(es: "--list no lleva fichero.", en: "--list takes no file."))
    }
    if file == "-" {
      throw ValidationError(words(es: "Una copia necesita un fichero.", en: "A backup needs a file."))
    }
  }

  func run() async throws {
    let setup = try configuration.setup()
    if list {
      let backups = try await withMemory(setup) { try await $0.backups() }
      return json ? Output.json(.array(backups.map(\.json))) : Self.show(backups)
    }
    let writer = try file.map { try PrivateFileWriter(absolutePath($0), replaces: force) }
    let slow = SlowWork(words(es: "copia", en: "backup"))
    defer { slow.end() }
    let backup = try await withMemory(setup) { memory in
      guard let writer else { return try await memory.backup(content: nil) }
      return try await memory.backup { bytes in
        try writer.write(bytes)
        slow.show(readableBytes(Int64(writer.bytesWritten)))
      }
    }
    try writer?.finish()
    slow.end()
    if json {
      var object = backup.json.objectValue ?? JSONObject()
      object["file"] = writer.map { .string($0.path) } ?? .null
      return Output.json(.object(object))
    }
    let size = readableBytes(Int64(writer?.bytesWritten ?? backup.bytes))
    let place = writer?.path ?? SearchText.singleLine(backup.name, maxLength: 200)
    Output.line(
      words(
        es: "Copia hecha: \(place) (\(size)). Para volver a ella: sarai memory restore \(place)",
        en: "Backed up: \(place) (\(size)). To go back to it: sarai memory restore \(place)"))
  }

  private static func show(_ backups: [MemoryBackup]) {
    guard !backups.isEmpty else {
      return Output.note(
        words(
          es: "No hay copias: haz una con «sarai memory backup».",
          en: "There are no backups: make one with \"sarai memory backup\"."))
    }
    let headers = words(es: "COPIA FECHA TAMAÑO MOTIVO", en: "BACKUP DATE SIZE REASON")
    var table = Table(
      headers: headers.split(separator: " ").map(String.init), alignments: [.left, .left, .right])
    table.rows = backups.map {
      [
        SearchText.singleLine($0.name, maxLength: 200), MemoryText.moment($0.takenAt), readableBytes(Int64($0.bytes)),
        SearchText.singleLine($0.reason, maxLength: 100),
      ]
    }
    table.print()
  }
}

struct MemoryRestoreCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "restore",
      abstract: words(
        es: "Vuelve a una copia: lo de ahora se sustituye, para todos.",
        en: "Go back to a backup: what is there now is replaced, for everyone."))
  }

  @OptionGroup var configuration: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "Un fichero, o una copia de «backup --list».", en: "A file, or a backup of backup --list."),
      valueName: words(es: "copia", en: "backup")),
    completion: .file())
  var source: String

  @Flag(name: .shortAndLong, help: ArgumentHelp(words(es: "Sin preguntar.", en: "Without asking.")))
  var yes = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON.", en: "As JSON.")))
  var json = false

  func run() async throws {
    let setup = try configuration.setup()
    let statistics = try await withMemory(setup) { memory in
      let restoration = try await restoration(memory)
      try ask(try await memory.statistics())
      return try await SlowWork.run(words(es: "restaura", en: "restore")) { try await memory.restore(restoration) }
    }
    if json { return Output.json(statistics.json) }
    Output.line(
      words(
        es: "Restaurada: \(MemoryText.facts(statistics.facts)) y \(MemoryText.turns(statistics.turns)).",
        en: "Restored: \(MemoryText.facts(statistics.facts)) and \(MemoryText.turns(statistics.turns))."))
  }

  /// The backup of that name, else the file.
  private func restoration(_ memory: any MemoryKeeping) async throws -> MemoryRestoration {
    let kept = try await memory.backups()
    if kept.contains(where: { $0.name == source }) { return .kept(name: source) }
    do {
      let file = try FileSource(absolutePath(source))
      return .file { try file.read(upTo: 256 << 10) }
    } catch let error as SaraiError where error.code == .notFound && !source.contains("/") {
      let names = kept.isEmpty ? "—" : kept.map(\.name).joined(separator: ", ")
      throw SaraiError(
        .notFound, es: "No hay ninguna copia ni fichero «\(source)». Copias: \(names).",
        en: "There is no backup and no file \"\(source)\". Backups: \(names).", subject: source)
    }
  }

  private func ask(_ now: MemoryStatistics) throws {
    guard !yes else { return }
    let what = "\(MemoryText.facts(now.facts)), \(MemoryText.turns(now.turns))"
    guard Consent.canBeAsked else {
      throw SaraiError(
        .forbidden,
        es: "Se perdería lo de ahora (\(what)) y no hay un terminal donde preguntarte. Si estás de acuerdo, usa --yes.",
        en:
          "What is there now (\(what)) would be lost, and there is no terminal to ask you on. If you agree, use --yes.",
        subject: "--yes")
    }
    Output.note(words(es: "Se perderá lo que hay ahora: \(what).", en: "What is there now will be lost: \(what)."))
    guard Consent.isGiven(words(es: "¿Sigo?", en: "Go on?")) else {
      Output.note(words(es: "Nada ha cambiado.", en: "Nothing has changed."))
      throw ExitCode(ExitStatus.failedCheck.rawValue)
    }
  }
}

enum MemoryFileHelp {
  static var target: ArgumentHelp {
    ArgumentHelp(
      words(es: "Adónde; no sobrescribe.", en: "Where to; it does not overwrite."),
      valueName: words(es: "fichero", en: "file"))
  }

  static var force: ArgumentHelp {
    ArgumentHelp(words(es: "Sobrescribe el fichero, si ya está.", en: "Overwrite the file where it is there."))
  }
}
