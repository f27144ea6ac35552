import GRDB
import SaraiAgent
package import SaraiCore

/// What SARAi does for itself from the start. The person may change when, or switch it off, and not remove it.
package enum BuiltinJobs {
  struct Entry {
    var name: String
    var schedule: String
    var action: LoopActionKind
    var arguments: [String: String] = [:]
    var priority = 5
    var catchUp = LoopJob.CatchUp.once
    var words: Localized
  }

  static let factDates = "fact_dates"

  static let table = [
    Entry(
      name: "prune_hourly", schedule: "@hourly", action: .pruneCaches, priority: 4, catchUp: .skip,
      words: Localized(es: "vaciar cachés que nadie usa", en: "prune caches that nobody uses")),
    Entry(
      name: "rotate_logs", schedule: "@daily", action: .rotateLogs, arguments: ["days": "30"], priority: 3,
      words: Localized(es: "rotar los registros (30 días)", en: "rotate logs (30 days)")),
    Entry(
      name: "vacuum_memory", schedule: "0 3 * * *", action: .vacuumMemory, priority: 3,
      words: Localized(es: "compactar la memoria", en: "vacuum the memory")),
    Entry(
      name: "rotate_memory", schedule: "10 3 * * *", action: .rotateMemory, arguments: ["days": "90"], priority: 3,
      words: Localized(
        es: "borrar lo que ya no vale y los turnos de más de 90 días",
        en: "remove what holds no more and turns older than 90 days")),
    Entry(
      name: "backup_memory", schedule: "0 4 * * *", action: .backupMemory, priority: 6,
      words: Localized(es: "copiar la memoria", en: "back up the memory")),
    Entry(
      name: "compact_databases", schedule: "@weekly", action: .compactDatabases, priority: 2,
      words: Localized(es: "compactar las bases de datos", en: "compact the databases")),
    Entry(
      name: "warm_habits", schedule: "58 * * * *", action: .warmModel, priority: 6, catchUp: .skip,
      words: Localized(
        es: "preparar lo que sueles usar a la hora siguiente", en: "make ready what you usually use in the next hour")),
    Entry(
      name: "warm_on_return", schedule: "on user_active", action: .warmModel, arguments: ["model": "sarai"],
      priority: 7,
      words: Localized(es: "preparar el modelo cuando vuelves", en: "make the model ready when you are back")),
    Entry(
      name: "prune_on_idle", schedule: "on user_idle", action: .pruneCaches, priority: 4,
      words: Localized(es: "vaciar cachés cuando te vas", en: "prune caches when you are away")),
    Entry(
      name: "prune_on_memory", schedule: "on memory_high", action: .pruneCaches, arguments: ["urgent": "1"],
      priority: 9,
      words: Localized(es: "vaciar cachés si SARAi ocupa demasiado", en: "prune caches when SARAi is too large")),
    Entry(
      name: "alert_on_memory", schedule: "on memory_critical", action: .alert, priority: 10,
      words: Localized(es: "avisar si SARAi ocupa demasiado", en: "tell when SARAi is too large")),
    Entry(
      name: "prune_on_disk", schedule: "on disk_low", action: .pruneCaches, arguments: ["urgent": "1"], priority: 9,
      words: Localized(es: "vaciar cachés si queda poco disco", en: "prune caches when the disk is low")),
    Entry(
      name: "alert_on_disk", schedule: "on disk_low", action: .alert, priority: 9,
      words: Localized(es: "avisar si queda poco disco", en: "tell when the disk is low")),
    Entry(
      name: "alert_on_crashes", schedule: "on skill_crashed", action: .alert,
      arguments: ["times": "3", "minutes": "10"], priority: 7,
      words: Localized(
        es: "avisar si una habilidad falla tres veces en diez minutos",
        en: "tell when a skill crashes three times in ten minutes")),
    Entry(
      name: "compact_on_growth", schedule: "on database_grown", action: .compactDatabases, priority: 3,
      words: Localized(es: "compactar una base de datos que ha crecido", en: "compact a database that grew")),
    Entry(
      name: factDates, schedule: "on fact_dated", action: .remind, priority: 8,
      words: Localized(es: "recordar las fechas que me cuentas", en: "remind you of dates that you tell me")),
    Entry(
      name: "suggest_on_idle", schedule: "on user_idle", action: .suggest, priority: 2,
      words: Localized(es: "sugerir algo útil, si lo hay", en: "suggest something useful, if there is something")),
  ]

  /// What one of them does, in words; nil for no such job.
  package static func words(_ name: String) -> Localized? { table.first { $0.name == name }?.words }

  static func install(_ loop: LoopTransaction, _ settings: LoopSettings, now: Int64) throws {
    let known = Set(try loop.rows("SELECT name FROM job WHERE source = 'builtin'").map { $0["name"] as String })
    for entry in table where !known.contains(entry.name) {
      var job = LoopJob(
        name: entry.name, owner: LoopOwner.system, schedule: try Schedule(text: entry.schedule), catchUp: entry.catchUp,
        action: entry.action, arguments: entry.arguments, priority: entry.priority, source: .builtin, anchor: now)
      job.nextAt = job.next(after: now, zone: settings.zone)
      try loop.insert(job)
    }
  }

  static func isOn(_ name: String, _ loop: LoopTransaction) throws -> Bool {
    try loop.number(
      "SELECT 1 FROM job WHERE name = ? AND source = 'builtin' AND is_enabled = 1 AND is_suspended = 0", [name]) != nil
  }
}
