import SaraiCore

/// The tables of fields of `/api/loop`, `/api/jobs` and `/api/inbox`.
enum LoopFields {
  private static let name = Shape.string(1...200)

  static let user = Field.optional(
    "user", .string(1...256), default: .string(API.localOwner),
    es: "De quién son las tareas y los avisos. Sin él, de quien usa esta máquina.",
    en: "Whose jobs and messages. Without it, those of who uses this machine.")

  private static let language = Field.optional(
    "language", .choice(Language.allCases.map(\.rawValue)),
    es: "El idioma en el que se dice cuándo. Sin él, el de Accept-Language.",
    en: "The language in which the time is told. Without it, that of Accept-Language.")

  // MARK: - /api/loop

  static let nothing: [Field] = []

  static let pause: [Field] = [
    .optional(
      "seconds", .integer(1...31_536_000), es: "Por cuánto tiempo. Sin él, hasta /api/loop/resume.",
      en: "For how long. Without it, until /api/loop/resume.")
  ]

  static let history: [Field] = [MemoryFields.limit(1000, default: 100), user]

  static let plan: [Field] = [
    .optional("hours", .integer(1...168), default: 24, es: "De cuántas horas.", en: "Of how many hours."), user,
  ]

  static let runNow: [Field] = [
    .required("job", .integer(1...Int64.max), es: "El número de la tarea.", en: "The job's number."), user,
  ]

  // MARK: - /api/jobs

  static let owned: [Field] = [user]

  private static let schedule = Field.required(
    "schedule", .string(1...1000),
    es: "Cuándo, como se dice o como se guarda: «cada martes a las 9», «en 45 minutos», «0 9 * * 2», «on user_idle».",
    en: "When, as it is said or as it is kept: \"every Tuesday at 9\", \"in 45 minutes\", \"0 9 * * 2\", "
      + "\"on user_idle\".")

  private static let arguments = Field.optional(
    "arguments", .texts(maxCount: 32, bytes: 16_384),
    es: "Los datos de la acción: «text» de remind, «prompt» de run_prompt, «skill» y «text» de run_skill, "
      + "«path» del fichero que se vigila…",
    en: "What the action is given: \"text\" for remind, \"prompt\" for run_prompt, \"skill\" and \"text\" for "
      + "run_skill, \"path\" of the file that is watched, …")

  private static let details: [Field] = [
    .optional("name", name, es: "Un nombre para la lista.", en: "A name for the list."),
    .optional(
      "zone", .string(1...255), es: "Zona horaria, como Europe/Madrid. Sin ella, la de la máquina.",
      en: "Time zone, such as Europe/Madrid. Without it, the machine's."),
    .optional(
      "catch_up", .choice(["once", "all", "skip"]), es: "Si se le pasó la hora: una vez, todas o ninguna.",
      en: "Where its time was missed: once, all or none."),
    .optional("priority", .integer(1...10), es: "Qué va antes.", en: "What goes first."),
    .optional(
      "limit_seconds", .integer(1...86_400), es: "Cuánto puede tardar.", en: "How long it may take."),
  ]

  static let add: [Field] =
    [
      schedule,
      .required(
        "action", .string(1...64),
        es: "Qué: remind, run_prompt, run_skill, warm_model, backup_memory, prune_caches…",
        en: "What: remind, run_prompt, run_skill, warm_model, backup_memory, prune_caches, …"),
      arguments,
    ] + details + [language, user]

  static let edit: [Field] =
    [
      .optional("schedule", schedule.shape, es: schedule.doc.es, en: schedule.doc.en), arguments,
      .optional(
        "enabled", .boolean, es: "Encendida, también si estaba suspendida, o apagada.",
        en: "On, also where it was suspended, or off."),
    ] + details + [language, user]

  // MARK: - /api/inbox

  static let inbox: [Field] = [
    .optional("all", .boolean, default: false, es: "También lo ya leído.", en: "What was read already, too."),
    MemoryFields.limit(1000, default: 100), user,
  ]

  static let mark: [Field] = [
    .required(
      "mark", .choice(InboxMark.allCases.map(\.rawValue)),
      es: "Leído, que sí a lo que ofrece, descartado, o nunca más sobre eso.",
      en: "Read, yes to what it offers, dismissed, or never again about that."),
    user,
  ]
}
