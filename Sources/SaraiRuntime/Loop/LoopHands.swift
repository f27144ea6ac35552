import FoundationEssentials
import Glibc
import Logging
import LoopProtocol
import MemoryProtocol
import SaraiAgent
import SaraiCore
import SaraiModels
import SaraiSkills
import SkillProtocol

/// What the loop can have done, by the supervisor: each order is carried out and its effect measured before and after.
struct LoopHands: OrderPerforming {
  typealias Order = Sarai_Loop_V1_Order
  typealias Outcome = Sarai_Loop_V1_Outcome

  /// What an action says for a person to read, in characters.
  static let longestText = 8_000

  let folders: Folders
  let models: ModelPool
  let skills: SkillPool
  /// SARAi herself, as a client of this very supervisor: for prompts, skills and the memory.
  let assistant: Assistant
  private let log = Logger(label: "sarai.loop")

  init(folders: Folders, models: ModelPool, skills: SkillPool, assistant: Assistant) {
    self.folders = folders
    self.models = models
    self.skills = skills
    self.assistant = assistant
  }

  func perform(_ order: Order) async -> Outcome {
    var outcome = Outcome()
    do {
      let limit = order.limitSeconds > 0 ? order.limitSeconds : 600
      outcome = try await withDeadline(seconds: limit, expired: { Self.tooSlow(order.action, limit) }) {
        try await carryOut(order)
      }
      log.info("\(order.action): \(outcome.effect.before) → \(outcome.effect.after) \(outcome.effect.unit)")
    } catch {
      if Task.isCancelled || error is CancellationError {
        outcome.yielded = true
      } else {
        outcome.error = Sarai_Loop_V1_Fault(
          error as? SaraiError ?? SaraiError(.internalFault, es: "\(error)", en: "\(error)"))
        log.warning("\(order.action) failed: \(error)")
      }
    }
    return outcome
  }

  private func carryOut(_ order: Order) async throws -> Outcome {
    let arguments = order.arguments
    switch order.action {
    case "prune_caches": return try await pruneCaches(arguments)
    case "rotate_logs": return rotateLogs(days: try Self.number("days", arguments, default: 30))
    case "vacuum_memory", "compact_databases": return try await vacuumMemory()
    case "rotate_memory": return try await rotateMemory(days: try Self.number("days", arguments, default: 90))
    case "backup_memory": return try await backUpMemory()
    case "warm_model": return try await warmModel(arguments["model"] ?? "expert_short")
    case "warm_skill": return try await warmSkill(try Self.text("skill", arguments))
    case "run_skill": return try await runSkill(try Self.text("skill", arguments), arguments)
    case "run_prompt": return try await runPrompt(try Self.text("prompt", arguments), order)
    default:
      throw SaraiError(
        .notAvailable, es: "SARAi no sabe hacer «\(order.action)»: mira «sarai job add --help».",
        en: "SARAi cannot do \"\(order.action)\": see \"sarai job add --help\".", subject: order.action)
    }
  }

  // MARK: - The memory

  private func vacuumMemory() async throws -> Outcome {
    let report = try await assistant.memory.vacuum()
    return .effect("bytes", before: report.bytesBefore, after: report.bytesAfter)
  }

  private func rotateMemory(days: Int) async throws -> Outcome {
    let known = try await assistant.memory.statistics()
    let report = try await assistant.memory.rotate(days: days)
    let rows = known.facts + known.pastFacts + known.turns
    return .effect("rows", before: rows, after: rows - report.factsRemoved - report.turnsRemoved)
  }

  /// The effect is for how long nothing of what was told had a copy, in milliseconds; none where nothing was told since.
  private func backUpMemory() async throws -> Outcome {
    let last = try await assistant.memory.backups().map(\.takenAt).max()
    let changed = ["memory.db", "memory.db-wal"].compactMap { FileStatus(folders.memory + "/" + $0) }
      .filter { $0.sizeBytes > 0 }.map { Int64($0.modified * 1_000) }.max()
    guard let changed, changed > last ?? 0 else { return .effect("milliseconds", before: 0, after: 0) }
    _ = try await assistant.memory.backup(content: nil)
    let now = Int64(WallClock.seconds * 1_000)
    return .effect("milliseconds", before: Int(max(1, now - (last ?? changed))), after: 0)
  }

  // MARK: - Warming

  /// The effect is how long the start took that nobody has to wait for now, in milliseconds.
  private func warmModel(_ model: String) async throws -> Outcome {
    let role = model == Turn.sarai ? "expert_short" : model
    let isLoaded = await models.models().contains { ($0.id == role || $0.roles.contains(role)) && $0.isLoaded }
    guard !isLoaded else { return .effect("milliseconds", before: 0, after: 0) }
    let took = try await Self.milliseconds { try await models.prepare(role) }
    let again = try await Self.milliseconds { try await models.prepare(role) }
    return .effect("milliseconds", before: took, after: again)
  }

  private func warmSkill(_ name: String) async throws -> Outcome {
    let isWarm = await skills.status().contains { $0.name == name && !$0.processes.isEmpty }
    guard !isWarm else { return .effect("milliseconds", before: 0, after: 0) }
    let took = try await Self.milliseconds { try await assistant.skills.check(name) }
    let again = try await Self.milliseconds { try await assistant.skills.check(name) }
    return .effect("milliseconds", before: took, after: again)
  }

  private static func milliseconds(_ body: () async throws -> Void) async throws -> Int {
    let start = ContinuousClock.now
    try await body()
    return Int((start.duration(to: .now) / .milliseconds(1)).rounded())
  }

  // MARK: - Work for a person

  private func runSkill(_ name: String, _ arguments: [String: String]) async throws -> Outcome {
    let language = arguments["language"].flatMap { Language(tag: $0) } ?? .spanish
    let call = SkillCall(.text(arguments["text"] ?? ""), language: language, requestID: "loop")
    let answer = try await assistant.skills.infer(name, call, grants: SkillGrants(files: []))
    return .message(answer.output.map { "\($0.words)" } ?? "")
  }

  /// A turn as any other, but for what it teaches: nobody has said anything.
  private func runPrompt(_ prompt: String, _ order: Order) async throws -> Outcome {
    let language = order.arguments["language"].flatMap { Language(tag: $0) } ?? .spanish
    let use = order.owner.isEmpty ? nil : MemoryUse(owner: order.owner, conversation: "", learns: false)
    let reply = try await assistant.turn.run(
      Turn.Request(
        messages: [Message(.user, prompt)], model: order.arguments["model"] ?? Turn.sarai, language: language,
        memory: use, client: "loop", requestID: "loop"))
    var text = ""
    for try await event in reply.events {
      try Task.checkCancellation()
      if case .text(let piece) = event, text.count < Self.longestText { text += piece }
    }
    return .message(text)
  }

  // MARK: - Arguments

  private static func text(_ name: String, _ arguments: [String: String]) throws -> String {
    guard let value = arguments[name], !value.isEmpty else {
      throw SaraiError(
        .invalidRequest, es: "A la tarea le falta «\(name)»: añádelo con «sarai job edit».",
        en: "The job lacks \"\(name)\": add it with \"sarai job edit\".", subject: name)
    }
    return value
  }

  static func number(_ name: String, _ arguments: [String: String], default usual: Int) throws -> Int {
    guard let value = arguments[name] else { return usual }
    guard let number = Int(value), (1...36_500).contains(number) else {
      throw SaraiError(
        .invalidRequest, es: "«\(name)» debe ser un número de días, de 1 a 36500, y es «\(value)».",
        en: "\"\(name)\" has to be a number of days, 1 to 36500, and is \"\(value)\".", subject: name)
    }
    return number
  }

  private static func tooSlow(_ action: String, _ seconds: Double) -> SaraiError {
    SaraiError(
      .timeout, es: "«\(action)» no terminó en \(Int(seconds)) s y se dejó.",
      en: "\"\(action)\" did not end within \(Int(seconds)) s and was given up.", subject: action)
  }
}

extension Sarai_Loop_V1_Outcome {
  static func effect(_ unit: String, before: Int, after: Int) -> Self {
    var outcome = Self()
    outcome.effect.unit = unit
    outcome.effect.before = Double(before)
    outcome.effect.after = Double(after)
    return outcome
  }

  /// What an action has to say is its effect: one message that was not there before.
  static func message(_ text: String) -> Self {
    let shown = String(text.prefix(LoopHands.longestText)).trimmingCharacters
    var outcome = effect("messages", before: 0, after: shown.isEmpty ? 0 : 1)
    outcome.text = shown
    return outcome
  }
}

extension String {
  fileprivate var trimmingCharacters: String {
    String(trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed())
  }
}

extension SkillContent {
  /// As a person reads it.
  fileprivate var words: String {
    switch self {
    case .text(let text), .json(let text): text
    }
  }
}

/// The clock on the wall as the loop's contract counts it.
enum WallClock {
  /// Since 1970.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
