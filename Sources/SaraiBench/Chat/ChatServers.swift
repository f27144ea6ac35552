import FoundationEssentials
import Glibc
import SaraiCore

/// `sarai serve` and llama-server side by side, on ports of their own.
final class ChatServers {
  enum Side: String, CaseIterable {
    case sarai, reference
  }

  private let options: ChatScenario.Options
  private let folder: String
  private let clients: [Side: StreamingClient]
  private let processes: [Side: ChildProcess]
  /// From the start of each process to the first token of its first question, where one was asked.
  let firstTokenSeconds: [Side: Double]
  private static let slotFile = "static-prefix.bin"
  private static let startTimeoutSeconds = 120.0

  /// Starts both, one after the other, and waits until each has its model loaded.
  ///
  /// - Parameter first: A question that each is asked as soon as it is, before the other one starts; `nil` asks none.
  ///   llama-server is told to restore its slot before.
  init(
    _ options: ChatScenario.Options, folder: String, order: [Side] = Side.allCases,
    first: (system: String, user: String)? = nil
  ) throws {
    self.options = options
    self.folder = folder
    var clients: [Side: StreamingClient] = [:]
    var processes: [Side: ChildProcess] = [:]
    var seconds: [Side: Double] = [:]
    for side in order {
      let client = StreamingClient(port: try Connection.freePort())
      let start = Monotonic.seconds()
      let process = try Self.start(side, options, folder: folder, port: client.port)
      processes[side] = process
      clients[side] = client
      try Self.awaitReady(
        process: process, log: "\(folder)/\(side.rawValue).log",
        isReady: { side == .sarai ? client.hasLoaded(options.modelID) : client.isReady("/health") })
      guard let first else { continue }
      if side == .reference { try Self.slot("restore", of: client) }
      let before = Monotonic.seconds() - start
      let body = Self.body(side, system: first.system, user: first.user, maxTokens: 4)
      seconds[side] = before + (try client.stream(body).firstTokenSeconds)
    }
    self.clients = clients
    self.processes = processes
    firstTokenSeconds = seconds
  }

  deinit { stop() }

  static func withServers(
    _ options: ChatScenario.Options, folder: String, order: [Side] = Side.allCases,
    first: (system: String, user: String)? = nil, _ body: (ChatServers) throws -> Void
  ) throws {
    let servers = try ChatServers(options, folder: folder, order: order, first: first)
    defer { servers.stop() }
    try body(servers)
  }

  func stop() {
    for process in processes.values { process.stop() }
    // It ends once its last client is gone; what comes next must find nothing warm.
    let deadline = Monotonic.seconds() + 20
    while ProcessSearch.supervisor(home: folder) != nil, Monotonic.seconds() < deadline { usleep(2_000) }
  }

  // MARK: - Asking

  func ask(_ side: Side, system: String, user: String, maxTokens: Int) throws -> StreamingClient.Stream {
    // What the other side still does after its answer (saving a prefix, spinning threads) is not this side's time.
    usleep(50_000)
    return try client(side).stream(Self.body(side, system: system, user: user, maxTokens: maxTokens))
  }

  /// Seconds to the first token of a conversation whose system prompt an earlier process computed: SARAi finds it by
  /// itself; llama-server is told to restore its slot, and that counts.
  func askRestored(_ side: Side, system: String, user: String) throws -> Double {
    usleep(50_000)
    let start = Monotonic.seconds()
    if side == .reference { try slot("restore") }
    let restoreSeconds = Monotonic.seconds() - start
    let stream = try client(side).stream(Self.body(side, system: system, user: user, maxTokens: 4))
    return (side == .reference ? restoreSeconds : 0) + stream.firstTokenSeconds
  }

  func saveReferenceSlot() throws { try slot("save") }

  private func slot(_ action: String) throws { try Self.slot(action, of: client(.reference)) }

  private static func slot(_ action: String, of client: StreamingClient) throws {
    let response = try client.request(
      "POST", "/slots/0?action=\(action)", body: ["filename": .string(slotFile)])
    guard response.status == 200 else {
      throw SaraiError(
        .internalFault,
        Localized(
          es: "llama-server no pudo con «\(action)» de su ranura.", en: "llama-server could not \(action) its slot."),
        cause: String(decoding: response.body.prefix(500), as: UTF8.self))
    }
  }

  private func client(_ side: Side) throws -> StreamingClient {
    guard let client = clients[side] else {
      throw SaraiError(
        .internalFault, Localized(es: "Falta un servidor medido.", en: "A measured server is missing."))
    }
    return client
  }

  static func body(_ side: Side, system: String, user: String, maxTokens: Int) -> JSONValue {
    [
      // A role, so that the context is the one asked for; llama-server serves one model, whatever its name.
      "model": side == .sarai ? "expert_long" : "model",
      "messages": [
        ["role": "system", "content": .string(system)], ["role": "user", "content": .string(user)],
      ],
      "max_tokens": .integer(Int64(maxTokens)), "temperature": 0, "stream": true,
      "stream_options": ["include_usage": true],
    ]
  }

  // MARK: - Memory

  /// Everything of SARAi's but the engine: the server, and the supervisor that runs the engine for it.
  func serveFootprint() -> ProcessFootprint? {
    guard let serve = processes[.sarai].flatMap({ ProcessFootprint(pid: $0.pid, modelFile: options.modelFile) }),
      let supervisor = ProcessSearch.supervisor(home: folder)
        .flatMap({ ProcessFootprint(pid: $0, modelFile: options.modelFile) })
    else { return nil }
    return serve.together(with: supervisor)
  }

  func engineFootprint() -> ProcessFootprint? {
    ProcessSearch.supervisor(home: folder).flatMap { ProcessSearch.descendant(of: $0, named: "sarai-engine") }
      .flatMap { ProcessFootprint(pid: $0, modelFile: options.modelFile) }
  }

  func referenceFootprint() -> ProcessFootprint? {
    processes[.reference].flatMap { ProcessFootprint(pid: $0.pid, modelFile: options.modelFile) }
  }

  /// `sarai serve` while 16 clients stream at once.
  func serveFootprintsUnderLoad() throws -> [ProcessFootprint] {
    let port = try client(.sarai).port
    let message = StreamingClient.message(
      "POST", "/v1/chat/completions",
      body: Self.body(.sarai, system: ChatPrompts.shortSystem, user: ChatPrompts.task(0), maxTokens: 32), port: port)
    var connections: [Connection] = []
    defer { for connection in connections { connection.close() } }
    for _ in 0..<16 {
      let connection = try Connection(port: port, timeoutSeconds: 120)
      connections.append(connection)
      try connection.send(message)
    }
    var footprints: [ProcessFootprint] = []
    for index in connections.indices {
      _ = try connections[index].readHead()
      while try connections[index].readBody() != nil {}
      if let footprint = serveFootprint() { footprints.append(footprint) }
    }
    return footprints
  }

  // MARK: - Starting

  private static func start(
    _ side: Side, _ options: ChatScenario.Options, folder: String, port: UInt16
  ) throws -> ChildProcess {
    let log = "\(folder)/\(side.rawValue).log"
    switch side {
    case .sarai:
      var environment = options.environment
      environment["SARAI_HOME"] = folder
      environment["SARAI_RUNTIME_LINGER_SECONDS"] = "0"
      environment["SARAI_MODELS_DIR"] = options.modelFile.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast().joined(separator: "/")
      // Both roles alike, so that there is one engine, as there is one model in llama-server.
      let roles = ["expert_short", "expert_long"].flatMap {
        ["models.\($0).id=\(options.modelID)", "models.\($0).context=\(options.contextTokens)"]
      }
      let settings = roles + ["runtime.threads=\(options.threads)"]
      return try ChildProcess(
        options.saraiExecutable, ["serve", "--port", "\(port)"] + settings.flatMap { ["--set", $0] },
        environment: environment, log: log)
    case .reference:
      // One slot, as SARAi has one context, and no cache of past prompts in memory, which SARAi does not have.
      return try ChildProcess(
        options.llamaServerExecutable,
        [
          "--model", options.modelFile, "--host", "127.0.0.1", "--port", "\(port)", "--parallel", "1", "--cache-ram",
          "0", "--ctx-size", "\(options.contextTokens)", "--threads", "\(options.threads)", "--slot-save-path",
          folder + "/",
        ], environment: options.environment, log: log)
    }
  }

  private static func awaitReady(process: ChildProcess, log: String, isReady: () -> Bool) throws {
    let deadline = Monotonic.seconds() + startTimeoutSeconds
    while !isReady() {
      guard process.isRunning, Monotonic.seconds() < deadline else {
        let last = ProcFile.lines(log).suffix(3).joined(separator: " / ")
        throw SaraiError(
          .engineFailed,
          Localized(es: "\(process.name) no arranca: \(last)", en: "\(process.name) does not start: \(last)"),
          subject: process.name)
      }
      usleep(2_000)
    }
  }
}
