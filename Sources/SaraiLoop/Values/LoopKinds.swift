package import SaraiCore

/// What the loop can do.
package enum LoopActionKind: String, Sendable, CaseIterable, Hashable {
  case pruneCaches = "prune_caches"
  case rotateLogs = "rotate_logs"
  case vacuumMemory = "vacuum_memory"
  case rotateMemory = "rotate_memory"
  case compactDatabases = "compact_databases"
  case backupMemory = "backup_memory"
  case warmModel = "warm_model"
  case warmSkill = "warm_skill"
  case runSkill = "run_skill"
  case runPrompt = "run_prompt"
  /// Messages to the person, which the engine writes itself.
  case remind, suggest, alert

  /// True for what is written into the inbox and touches nothing else: no hands are needed, and nobody's answer waits.
  package var isMessage: Bool { self == .remind || self == .suggest || self == .alert }

  /// True where doing it a second time does no harm: it may be cut short for an answer to the person, and ordered again
  /// when nobody knows how it ended. What a skill has begun may be more than words.
  package var isRepeatable: Bool { self != .runSkill }

  /// True for what a person asks for themselves; the others look after the whole of SARAi.
  package var isPersonal: Bool {
    switch self {
    case .remind, .runSkill, .runPrompt: true
    default: false
    }
  }

  /// How long it may take where the job says nothing else.
  package var limitSeconds: Int64 {
    switch self {
    case .remind, .suggest, .alert: 10
    case .warmModel, .warmSkill, .pruneCaches, .rotateLogs: 120
    case .runSkill, .runPrompt: 600
    case .vacuumMemory, .rotateMemory, .compactDatabases, .backupMemory: 1800
    }
  }

  package func name(_ language: Language) -> String { words[language] }

  package var words: Localized {
    switch self {
    case .pruneCaches: Localized(es: "vaciar cachés", en: "prune caches")
    case .rotateLogs: Localized(es: "rotar registros", en: "rotate logs")
    case .vacuumMemory: Localized(es: "compactar la memoria", en: "vacuum the memory")
    case .rotateMemory: Localized(es: "rotar la memoria", en: "rotate the memory")
    case .compactDatabases: Localized(es: "compactar bases de datos", en: "compact databases")
    case .backupMemory: Localized(es: "copiar la memoria", en: "back up the memory")
    case .warmModel: Localized(es: "calentar un modelo", en: "warm a model")
    case .warmSkill: Localized(es: "calentar una habilidad", en: "warm a skill")
    case .runSkill: Localized(es: "ejecutar una habilidad", en: "run a skill")
    case .runPrompt: Localized(es: "hacer una consulta", en: "run a prompt")
    case .remind: Localized(es: "recordar", en: "remind")
    case .suggest: Localized(es: "sugerir", en: "suggest")
    case .alert: Localized(es: "avisar", en: "alert")
    }
  }
}

/// What the loop hears of.
package enum LoopEventKind: String, Sendable, CaseIterable, Hashable {
  /// SARAi's own processes rose above the threshold. Values: `bytes`, `threshold`.
  case memoryHigh = "memory_high"
  case memoryCritical = "memory_critical"
  case memoryNormal = "memory_normal"
  /// Values: `path`, `free_bytes`, `total_bytes`; where known `largest` (what takes most room, in words).
  case diskLow = "disk_low"
  /// Values: `path`.
  case fileChanged = "file_changed"
  /// The person has been away for `idleSeconds`. Values: `owner`.
  case userIdle = "user_idle"
  /// The person is back after having been idle. Values: `owner`.
  case userActive = "user_active"
  /// Values: `skill`.
  case skillCrashed = "skill_crashed"
  /// Somebody told a fact. Values: `owner`, `fact` (its number), `subject`, `verb`, `object`, `told_at` (milliseconds
  /// since 1970), and `said` (their own words). Facts without a date are passed over.
  case factDated = "fact_dated"
  /// A fact holds no more or was forgotten. Values: `owner`, `fact`.
  case factGone = "fact_gone"
  /// Values: `database`, `bytes`, `before`.
  case databaseGrown = "database_grown"
  /// What the memory holds now. Values: `owner`, `questions` (contradictions that wait for the person),
  /// `facts_not_backed_up`, `backed_up_at` (milliseconds since 1970; absent where never).
  case memoryMeasured = "memory_measured"
  /// A turn begins and ends. Values: `request`, `owner`; at its end `model` or `skill`, where one answered. No texts.
  case answering, answered
}
