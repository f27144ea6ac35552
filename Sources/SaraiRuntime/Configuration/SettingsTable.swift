package import SaraiCore

/// Every key of the configuration. Parsing, validation, `config explain`, the default file and reload all read this table.
package enum SettingsTable {
  package struct Section: Sendable {
    package let name: String
    package let doc: Localized
    package let settings: [Setting]
  }

  package static let sections: [Section] = [
    Section(
      name: "runtime", doc: Localized(es: "Los motores que ejecutan los modelos.", en: "The engines that run models."),
      settings: runtime),
    Section(
      name: "memory", doc: Localized(es: "La memoria que ocupan los modelos.", en: "The memory that models take."),
      settings: memory),
    Section(
      name: "server", doc: Localized(es: "La API compatible con OpenAI.", en: "The OpenAI-compatible API."),
      settings: server),
    Section(
      name: "models",
      doc: Localized(
        es: "Qué modelo del catálogo cumple cada papel. Dos papeles pueden compartir fichero.",
        en: "Which model of the catalogue fills each role. Two roles may share a file."),
      settings: models),
    Section(
      name: "chat", doc: Localized(es: "La charla en el terminal.", en: "The chat in the terminal."), settings: chat),
    Section(
      name: "loop",
      doc: Localized(es: "Lo que SARAi hace por iniciativa propia.", en: "What SARAi does of her own accord."),
      settings: loop),
    Section(
      name: "log",
      doc: Localized(
        es: "El registro, por stderr y en ficheros que lee «sarai logs».",
        en: "The log, on stderr and in files that \"sarai logs\" reads."), settings: log),
    Section(
      name: "phoenix",
      doc: Localized(
        es: "Funciones de las próximas versiones: activar una que aún no existe es un error.",
        en: "Features of coming versions: turning one on that does not exist yet is an error."),
      settings: phoenix),
  ]

  package static let all: [Setting] = sections.flatMap(\.settings)
  private static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

  package static func setting(_ key: String) -> Setting? { byKey[key] }
  static func isKey(_ key: String) -> Bool { byKey[key] != nil }
  /// True for what stands before the last dot of some key: `server`, `models.draft`.
  static func isGroup(_ name: String) -> Bool { all.contains { $0.key.hasPrefix(name + ".") } }

  /// The known key that a wrong one most likely means, by edit distance, or nil where none is near.
  package static func nearest(to key: String) -> String? {
    let lowered = key.lowercased()
    let ranked = all.map { setting in
      // Someone who forgets the section still means the key.
      let bare = setting.key.drop { $0 != "." }.dropFirst()
      return (setting.key, min(editDistance(lowered, setting.key), editDistance(lowered, String(bare)) + 1))
    }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(2, key.count / 3) else { return nil }
    return best.0
  }

  // MARK: - The sections

  private static let runtime: [Setting] = [
    Setting(
      "runtime.backend", .choice(["cpu"]), .text("cpu"),
      es: "Con qué se calcula.", en: "What computes."),
    Setting(
      "runtime.max_concurrent_llms", .integer(1...16), .integer(2), reload: .live,
      es: "Modelos en memoria a la vez; el menos usado deja sitio.",
      en: "Models in memory at once; the least recently used makes room."),
    Setting(
      "runtime.threads", .integer(1...256, orAuto: true), .auto, reload: .live,
      es: "Hilos de cálculo por modelo; «auto» sigue la carga de la máquina.",
      en: "Computing threads of a model; auto follows the machine's load."),
    Setting(
      "runtime.speculation", .choice(["cost", "acceptance", "none"]), .text("cost"), reload: .live,
      es:
        "Cuántos tokens se adivinan y verifican a la vez, sin que cambie el texto: los que compensan según lo medido, "
        + "según los aciertos, o ninguno.",
      en: "How many tokens are guessed and verified at once, which never changes a text: as many as pay by what was "
        + "measured, by how often guesses were right, or none."),
    Setting(
      "runtime.max_queue", .integer(1...10_000), .integer(64), reload: .live,
      es: "Peticiones que esperan turno en un modelo; a las demás se les pide que vuelvan luego.",
      en: "Requests that wait for a model; others are asked to come back."),
    Setting(
      "runtime.linger_seconds", .number(0...604_800), .number(300), reload: .live,
      es: "Segundos que los modelos y las habilidades siguen listos cuando ya nadie los usa; «sarai stop» los detiene.",
      en: "Seconds for which models and skills stay ready once nobody uses them; \"sarai stop\" ends them."),
  ]

  private static let memory: [Setting] = [
    Setting(
      "memory.max_ram_gb", .number(0.125...4096, orAuto: true), .auto, reload: .live,
      es: "Memoria para todos los modelos, en GiB; «auto» toma parte de la que está libre.",
      en: "Memory for all models, in GiB; auto takes a share of what is free."),
    Setting(
      "memory.model_ttl_seconds", .integer(0...604_800), .integer(300), reload: .live,
      es: "Segundos sin uso tras los que un modelo deja la memoria; 0, nunca.",
      en: "Idle seconds after which a model leaves memory; 0 means never."),
  ]

  private static let server: [Setting] = [
    Setting(
      "server.host", .text(maxLength: 255), .text("127.0.0.1"),
      es: "Dirección en la que escucha; si otras máquinas llegan a ella, hace falta «token_file».",
      en: "The address to listen on; one that other machines reach needs token_file."),
    Setting(
      "server.port", .integer(0...65_535), .integer(8080),
      es: "Puerto; 0 toma uno libre.", en: "Port; 0 takes a free one."),
    Setting(
      "server.token_file", .path, .text(""),
      es: "Fichero con la clave que deben traer los clientes; vacío, ninguna.",
      en: "File with the token that clients must bring; empty means none."),
    Setting(
      "server.allowed_hosts", .list(maxCount: 64), .list([]),
      es: "Nombres de más con los que se puede llamar al servidor (cabecera Host).",
      en: "Further names by which the server may be called (Host header)."),
    Setting(
      "server.allowed_origins", .list(maxCount: 64), .list([]),
      es: "Páginas que pueden llamar desde un navegador (cabecera Origin), p. ej. \"https://ejemplo.es\".",
      en: "Pages that may call from a browser (Origin header), e.g. \"https://example.org\"."),
    Setting(
      "server.max_body_bytes", .integer(1024...1_073_741_824), .integer(2 << 20),
      es: "El cuerpo más largo de una petición.", en: "The largest body of a request."),
    Setting(
      "server.max_header_bytes", .integer(1024...1_048_576), .integer(32 << 10),
      es: "Las cabeceras más largas de una petición.", en: "The largest headers of a request."),
    Setting(
      "server.max_header_count", .integer(8...10_000), .integer(100),
      es: "Cabeceras de una petición.", en: "Headers of a request."),
    Setting(
      "server.max_connections", .integer(1...100_000), .integer(512),
      es: "Conexiones a la vez; las demás esperan.", en: "Connections at once; others wait."),
    Setting(
      "server.max_queued_requests", .integer(1...10_000), .integer(64),
      es: "Peticiones admitidas a la vez; a las demás se les pide que vuelvan luego.",
      en: "Requests taken in at once; others are asked to come back."),
    Setting(
      "server.first_token_timeout_seconds", .number(1...86_400), .number(300),
      es: "Espera máxima hasta la primera palabra de una respuesta.",
      en: "The longest wait for an answer's first word."),
    Setting(
      "server.request_timeout_seconds", .number(1...86_400), .number(1800),
      es: "Espera máxima hasta el final de una respuesta.", en: "The longest wait for an answer's end."),
    Setting(
      "server.idle_timeout_seconds", .number(1...86_400), .number(60),
      es: "Cuánto sigue abierta una conexión que calla o que no lee.",
      en: "How long a connection that says or reads nothing stays open."),
    Setting(
      "server.header_read_timeout_seconds", .number(1...3600), .number(10),
      es: "Cuánto pueden tardar en llegar las cabeceras.", en: "How long headers may take to arrive."),
    Setting(
      "server.body_read_timeout_seconds", .number(1...86_400), .number(60),
      es: "Cuánto puede tardar en llegar el cuerpo.", en: "How long a body may take to arrive."),
    Setting(
      "server.drain_timeout_seconds", .number(1...3600), .number(10),
      es: "Al parar, cuánto se espera a que terminen las respuestas en curso.",
      en: "When stopping, how long answers under way may take to end."),
  ]

  private static let models: [Setting] =
    role(
      "expert_short", id: "smollm2-135m", context: 1024,
      es: "el que contesta cuando la conversación es corta", en: "answers while the conversation is short")
    + role(
      "expert_long", id: "smollm2-135m", context: 2048,
      es: "el que contesta cuando la conversación es larga", en: "answers when the conversation is long")
    + role(
      "tiny", id: "smollm2-135m", context: 1024,
      es: "el de respaldo, cuando los demás no caben", en: "stands in where the others do not fit")
    + role(
      "draft", id: "", context: 1024,
      es: "el que propone palabras a otro mayor", en: "proposes words to a larger one")
    + role(
      "embeddings", id: "multilingual-e5-small", context: 512,
      es: "el que convierte textos en vectores", en: "turns texts into vectors")

  private static func role(_ name: String, id: String, context: Int, es: String, en: String) -> [Setting] {
    [
      Setting(
        "models.\(name).id", .text(maxLength: 128, orEmpty: true), .text(id), reload: .live,
        es: "Modelo de «\(name)», \(es); vacío, ninguno.", en: "The model of \(name), which \(en); empty means none."),
      Setting(
        "models.\(name).context", .integer(64...1_048_576), .integer(context), reload: .live,
        es: "Su contexto, en tokens.", en: "Its context, in tokens."),
    ]
  }

  private static let chat: [Setting] = [
    Setting(
      "chat.language", .choice(["auto", "es", "en"]), .text("auto"), reload: .nextCommand,
      es: "Idioma de los mensajes; «auto» sigue LANG.", en: "Language of messages; auto follows LANG."),
    Setting(
      "chat.model", .text(maxLength: 128), .text("sarai"), reload: .nextCommand,
      es: "Con quién se habla: «sarai», un papel o un modelo.", en: "Whom to talk to: sarai, a role or a model."),
    Setting(
      "chat.max_tokens", .integer(1...131_072), .integer(512), reload: .nextCommand,
      es: "Longitud máxima de una respuesta, en tokens.", en: "The longest answer, in tokens."),
    Setting(
      "chat.save", .boolean, .boolean(true), reload: .nextCommand,
      es: "Guarda las conversaciones.", en: "Keeps conversations."),
    Setting(
      "chat.memory", .choice(["learn", "private", "none"]), .text("learn"), reload: .nextCommand,
      es: "Lo que dices se recuerda («learn»), solo se consulta lo ya dicho («private») o ni eso («none»).",
      en: "What you say is remembered (learn), only looked up (private), or not even that (none)."),
    Setting(
      "chat.timings", .boolean, .boolean(true), reload: .nextCommand,
      es: "Muestra cuánto tardó cada respuesta.", en: "Shows how long each answer took."),
  ]

  private static let loop: [Setting] = [
    Setting(
      "loop.suggestions_a_day", .integer(0...24), .integer(3), reload: .live,
      es: "Cuántas sugerencias hace al día, como mucho; 0, ninguna. Los recordatorios no cuentan.",
      en: "How many suggestions she makes a day at most; 0 means none. Reminders do not count."),
    Setting(
      "loop.quiet_from_hour", .integer(0...23), .integer(22), reload: .live,
      es: "Desde qué hora calla, salvo lo que pediste para esa hora.",
      en: "From which hour she is quiet, but for what you asked for at that hour."),
    Setting(
      "loop.quiet_until_hour", .integer(0...23), .integer(8), reload: .live,
      es: "Hasta qué hora calla; la misma que la anterior, nunca.",
      en: "Until which hour she is quiet; the same as the one above means never."),
    Setting(
      "loop.memory_high_gb", .number(0.1...4096), .number(10), reload: .live,
      es: "Con cuánta memoria en uso por SARAi se vacían sus cachés, en GB.",
      en: "With how much memory in use by SARAi her caches are emptied, in GB."),
    Setting(
      "loop.memory_critical_gb", .number(0.1...4096), .number(10.5), reload: .live,
      es: "Con cuánta memoria en uso por SARAi te avisa, en GB.",
      en: "With how much memory in use by SARAi she alerts you, in GB."),
    Setting(
      "loop.notifications", .boolean, .boolean(true), reload: .live,
      es: "Muestra avisos en el escritorio, donde lo hay.",
      en: "Shows notifications on the desktop, where there is one."),
  ]

  private static let log: [Setting] = [
    Setting(
      "log.level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]), .text("notice"),
      reload: .live, es: "Desde qué gravedad se anota.", en: "The least severity that is written."),
    Setting(
      "log.format", .choice(["text", "json"]), .text("text"), reload: .live,
      es: "Cómo salen las líneas por stderr; en los ficheros son siempre JSON.",
      en: "How lines look on stderr; in files they are JSON always."),
    Setting(
      "log.file_mib", .integer(1...1024), .integer(8), reload: .live,
      es: "Tamaño, en MiB, con el que se empieza otro fichero; también se empieza cada día.",
      en: "The size, in MiB, at which another file is begun; so it is each day."),
    Setting(
      "log.files", .integer(1...1000), .integer(30), reload: .live,
      es: "Cuántos ficheros anteriores se guardan de cada registro.", en: "Earlier files kept of each log."),
    Setting(
      "log.days", .integer(1...3650), .integer(30), reload: .live,
      es: "Cuántos días se guardan.", en: "For how many days they are kept."),
  ]

  private static let phoenix: [Setting] = [
    Setting(
      "phoenix.skill_runtime", .choice(["docker", "local", "disabled"]), .text("local"),
      es: "Cómo se aíslan las habilidades: «local» es bubblewrap; «disabled» no ejecuta las que piden aislamiento, y "
        + "deja los modelos sin él.",
      en:
        "How skills are sandboxed: local is bubblewrap; disabled runs none that asks for a sandbox, and leaves models "
        + "without one."),
    Setting(
      "phoenix.entity_memory_skill", .boolean, .boolean(true),
      es: "La memoria en un proceso propio y aislado; sin él, la lleva el supervisor.",
      en: "Memory in a sandboxed process of its own; without it, the supervisor keeps it."),
    Setting(
      "phoenix.proactive_loop_enabled", .boolean, .boolean(true), reload: .live,
      es: "Recordatorios, tareas y sugerencias, por iniciativa propia, en un proceso propio y aislado.",
      en: "Reminders, jobs and suggestions, of her own accord, in a sandboxed process of its own."),
    Setting(
      "phoenix.speculative_draft_skill", .boolean, .boolean(true), reload: .live,
      es: "El modelo de models.draft, si lo hay, adelanta palabras a los demás en un proceso propio y aislado.",
      en: "The model of models.draft, if any, guesses ahead for the others in a sandboxed process of its own."),
    Setting(
      "phoenix.grammar_constraints", .boolean, .boolean(true),
      es: "Respuestas sujetas a una gramática, sobre la API: JSON según un esquema y llamadas a funciones.",
      en: "Answers bound by a grammar, over the API: JSON by a schema, and calls of functions."),
    flag(
      "self_repair_ephemeral", es: "Parches probados en entornos efímeros.",
      en: "Patches tried in throw-away sandboxes."),
    flag("red_team_sandboxed", es: "Ataques de prueba contra las habilidades.", en: "Test attacks against skills."),
    flag("federated_mode", es: "Aprendizaje federado.", en: "Federated learning."),
    flag("profiles_as_context", es: "Perfiles separados.", en: "Separate profiles."),
    flag("attested_build", es: "Compilaciones con atestación.", en: "Attested builds."),
  ]

  private static func flag(_ name: String, es: String, en: String) -> Setting {
    Setting("phoenix.\(name)", .boolean, .boolean(false), isAvailable: false, es: es, en: en)
  }
}

/// Levenshtein's distance (1966) between two short texts, in characters, by rows.
func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b.prefix(128))
  var row = Array(0...b.count)
  for (i, character) in a.prefix(128).enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let substituted = diagonal + (character == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j + 1] + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
