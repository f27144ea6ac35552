import FoundationEssentials
import Glibc
import SaraiCore

/// A home of its own with `sarai serve`, everything that it starts, and a table to ask about.
final class MixedBed {
  struct Places: Sendable {
    /// The `sarai` that is measured; its other programs lie beside it.
    var saraiExecutable: String
    var models: String
    /// Folders of the checkout: `config`, `skills`, `grammars`, and the environments of Python skills.
    var configuration: String
    var skills: String
    var grammars: String
    var python: String
    var environment: [String: String]
  }

  let folder: String
  let watch: ProcessWatch
  let client: StreamingClient
  private let places: Places
  private let settings: [String]
  private var server: ChildProcess
  private static let startTimeoutSeconds = 120.0

  /// So long after its last use the skill nlp ends, in seconds: an hour in what SARAi comes with, which no benchmark
  /// waits for.
  static let nlpStaysSeconds = 15

  /// Starts it, and waits until it answers.
  ///
  /// - Parameters:
  ///   - settings: As `--set` takes them.
  ///   - prepare: Lays what is to be there from the start into the home.
  init(_ places: Places, settings: [String] = [], prepare: (String) throws -> Void = { _ in }) throws {
    self.places = places
    self.settings = settings
    folder = "/tmp/sarai-bench-\(getpid())"
    watch = ProcessWatch(home: folder)
    client = StreamingClient(port: try Connection.freePort(), timeoutSeconds: 60)
    try Self.lay(places, folder: folder)
    try prepare(folder)
    server = try Self.start(places, settings, folder: folder, port: client.port)
    try awaitReady()
  }

  var serve: Int32 { server.pid }
  var isServing: Bool { server.isRunning }
  var supervisor: Int32? { ProcessSearch.supervisor(home: folder) }
  /// Where the loop's and the supervisor's caches and logs lie.
  var state: String { folder + "/state" }

  /// Starts a server in the place of one that was killed, and does not wait for it.
  func restartServer() throws {
    server = try Self.start(places, settings, folder: folder, port: client.port)
  }

  func awaitReady() throws {
    let deadline = Monotonic.seconds() + Self.startTimeoutSeconds
    while !client.isReady("/health") {
      guard server.isRunning, Monotonic.seconds() < deadline else {
        let last = ProcFile.lines("\(folder)/serve.log").suffix(3).joined(separator: " / ")
        throw SaraiError(
          .engineFailed,
          Localized(es: "sarai serve no arranca: \(last)", en: "sarai serve does not start: \(last)"), subject: "serve")
      }
      usleep(2_000)
    }
  }

  /// Ends everything and removes the home.
  func close() {
    server.stop()
    let supervisor = supervisor
    if let supervisor { kill(supervisor, SIGTERM) }
    let deadline = Monotonic.seconds() + 20
    while let supervisor, ProcessSearch.command(supervisor) != nil, Monotonic.seconds() < deadline { usleep(5_000) }
    if let supervisor, self.supervisor == supervisor { kill(supervisor, SIGKILL) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: - Asking

  /// What a turn took, in milliseconds, and whether it was answered.
  struct Reply: Sendable {
    var turn: MixedTurns.Turn
    var isAnswered: Bool
    /// The answer holds what it has to; nil where nobody can tell.
    var isRight: Bool?
    var milliseconds: Double
    var firstToken: Double
    var tokensPerSecond: Double?
  }

  func ask(_ turn: MixedTurns.Turn, maxTokens: Int = 48) -> Reply {
    let body: JSONValue = [
      "model": "sarai", "user": .string("bench-\(turn.language.rawValue)"),
      "messages": [["role": "user", "content": .string(turn.text)]], "max_tokens": .integer(Int64(maxTokens)),
      "temperature": 0, "stream": true, "stream_options": ["include_usage": true],
    ]
    let start = Monotonic.seconds()
    let stream = try? client.stream(body)
    let milliseconds = 1000 * (Monotonic.seconds() - start)
    guard let stream, stream.isFinished else {
      return Reply(turn: turn, isAnswered: false, milliseconds: milliseconds, firstToken: .nan)
    }
    return Reply(
      turn: turn, isAnswered: true, isRight: turn.accepted.map { stream.text.contains($0) },
      milliseconds: milliseconds, firstToken: 1000 * stream.firstTokenSeconds, tokensPerSecond: stream.tokensPerSecond)
  }

  /// The sum of a metric's samples whose labels hold a text; nil where there is none.
  func metric(_ name: String, _ label: String = "") -> Double? {
    guard let reply = try? client.request("GET", "/metrics"), reply.status == 200 else { return nil }
    return Self.metric(name, label, String(decoding: reply.body, as: UTF8.self))
  }

  static func metric(_ name: String, _ label: String, _ text: String) -> Double? {
    let values = text.split(separator: "\n").filter {
      ($0.hasPrefix(name + "{") || $0.hasPrefix(name + " ")) && (label.isEmpty || $0.contains(label))
    }.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    return values.isEmpty ? nil : values.reduce(0, +)
  }

  // MARK: - Starting

  private static func start(
    _ places: Places, _ settings: [String], folder: String, port: UInt16
  ) throws -> ChildProcess {
    var environment = places.environment.filter { !$0.key.hasPrefix("SARAI_") }
    environment["SARAI_HOME"] = folder
    environment["SARAI_SHARE_DIR"] = folder + "/share"
    environment["SARAI_MODELS_DIR"] = places.models
    return try ChildProcess(
      places.saraiExecutable, ["serve", "--port", "\(port)"] + settings.flatMap { ["--set", $0] },
      environment: environment, log: "\(folder)/serve.log")
  }

  /// The shipped files once more, with a skill that asks the table, and with nlp told to end soon.
  private static func lay(_ places: Places, folder: String) throws {
    let files = FileManager.default
    try? files.removeItem(atPath: folder)
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try files.copyItem(atPath: places.configuration, toPath: folder + "/share")
    try files.copyItem(atPath: places.skills, toPath: folder + "/share/skills")
    try files.copyItem(atPath: places.grammars, toPath: folder + "/share/grammars")
    try files.createSymbolicLink(atPath: folder + "/python", withDestinationPath: places.python)
    try rewrite(folder + "/share/skills/nlp/skill.yaml") { text in
      text.replacing("keepWarmSeconds: 3600", with: "keepWarmSeconds: \(nlpStaysSeconds)")
    }
    let shop = folder + "/share/skills/shop"
    try files.copyItem(atPath: folder + "/share/skills/sql", toPath: shop)
    let table = folder + "/ventas.csv"
    try MixedTurns.salesTable.write(toFile: table, atomically: true, encoding: .utf8)
    try rewrite(shop + "/SKILL.md") { $0.replacing("name: sql", with: "name: shop", maxReplacements: 1) }
    try rewrite(shop + "/skill.yaml") { text in
      let granted = text.replacing("files: []", with: "files: [\(table)]").replacing(
        "models: [expert_short]", with: "models: []"
      )
      .replacing("\nconfiguration: {}", with: "\nconfiguration: {data: /files\(table), model: never}")
      return granted + shopIntents
    }
  }

  private static func rewrite(_ path: String, _ change: (String) -> String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = change(text)
    guard changed != text else {
      throw SaraiError(
        .internalFault, es: "\(path) ya no tiene lo que la prueba cambia: actualiza MixedBed.swift.",
        en: "\(path) no longer holds what the benchmark changes: bring MixedBed.swift up to date.", subject: path)
    }
    try changed.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private static let shopIntents = """

    intents:
      maxQuestionBytes: 1000
      declared:
        - name: shop
          all: [[venta*, sale*]]
          examples:
            es: ["¿cuántas ventas hay en Madrid?"]
            en: ["how many sales are there in Madrid?"]

    """
}
