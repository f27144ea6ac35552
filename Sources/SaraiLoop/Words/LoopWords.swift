import SaraiAgent
import SaraiCore

/// What the loop says to a person.
enum LoopWords {
  /// «Recordatorio: llamar a tu madre», and of what is late, since when.
  static func reminder(_ action: ProactiveAction, owner: String, zone: ZoneRules, now: Int64) -> InboxItem {
    let arguments = action.arguments
    var text: Localized
    let isFact = arguments["date"] != nil
    if isFact {
      text = dated(arguments, zone: zone, now: now)
    } else {
      let what = arguments["text"] ?? ""
      text =
        what.isEmpty
        ? Localized(es: "Me pediste que te avisara a esta hora.", en: "You asked me to let you know at this time.")
        : Localized(es: "Recordatorio: \(what)", en: "Reminder: \(what)")
    }
    if now - action.dueAt > LoopTransaction.late * 2 {
      let due = Moment(action.dueAt, zone, now: now)
      text = Localized(
        es: "\(text.es) (tocaba \(due.es); no estaba en marcha)",
        en: "\(text.en) (it was due \(due.en); I was not running)")
    }
    return InboxItem(
      owner: owner, kind: .reminder, text: text, why: told(arguments, zone: zone, now: now),
      topic: isFact ? "fact:" + (arguments["fact"] ?? "") : "reminder:\(action.job ?? 0)", createdAt: now)
  }

  /// «Me lo pediste el lunes 23 a las 21:14: «recuérdame mañana…»»
  static func told(_ arguments: [String: String], zone: ZoneRules, now: Int64) -> Localized {
    let said = arguments["said"] ?? ""
    let quote = said.isEmpty ? Localized(es: ".", en: ".") : Localized(es: ": «\(said)»", en: ": \"\(said)\"")
    guard let at = arguments["asked_at"].flatMap({ Int64($0) }) else {
      return Localized(es: "Lo tienes entre tus trabajos.", en: "It is one of your jobs.")
    }
    let moment = Moment(at, zone, now: now)
    return arguments["date"] == nil
      ? Localized(es: "Me lo pediste \(moment.es)\(quote.es)", en: "You asked me \(moment.en)\(quote.en)")
      : Localized(es: "Me lo contaste \(moment.es)\(quote.es)", en: "You told me \(moment.en)\(quote.en)")
  }

  /// «Mañana es el cumpleaños de tu madre.»
  static func dated(_ arguments: [String: String], zone: ZoneRules, now: Int64) -> Localized {
    let date = CivilDate(dayNumber: arguments["date"].flatMap { Int($0) } ?? 0)
    let second = arguments["second"].flatMap { Int($0) }
    let day = Moment.day(date, today: zone.civil(now / 1000).date)
    let hour = second.map(Moment.hour)
    let when = Localized(es: day.es + (hour.map { " " + $0.es } ?? ""), en: day.en + (hour.map { " " + $0.en } ?? ""))
    let (verb, said) = (arguments["verb"] ?? "", arguments["said"] ?? "")
    let subject = arguments["subject"] ?? ""
    if ["ser", "be", "is", "son"].contains(verb), let name = SubjectWords.spoken(subject) {
      return Localized(es: "\(capital(when.es)) es \(name.es).", en: "\(capital(when.en)) is \(name.en).")
    }
    let what =
      said.isEmpty ? [subject, verb, arguments["object"] ?? ""].filter { !$0.isEmpty }.joined(separator: " ") : said
    return Localized(
      es: "\(capital(when.es)): me contaste «\(what)».", en: "\(capital(when.en)): you told me \"\(what)\".")
  }

  /// What events have to say for themselves, or a job's own text.
  static func alert(_ action: ProactiveAction, owner: String, now: Int64) -> InboxItem {
    let values = action.arguments
    let event = LoopEventKind(rawValue: String(action.trigger.dropFirst(3)))
    var text = values["text"].map { Localized(es: $0, en: $0) }
    var topic = "job:\(action.job ?? 0)"
    var why = Localized(es: "Ocurrió «\(action.trigger)».", en: "\"\(action.trigger)\" happened.")
    func gigabytes(_ name: String) -> Localized { size(values["event." + name].flatMap { Int64($0) } ?? 0) }
    switch event {
    case .memoryCritical, .memoryHigh:
      let (bytes, limit) = (gigabytes("bytes"), gigabytes("threshold"))
      topic = "memory"
      text =
        text
        ?? Localized(
          es: "Los procesos de SARAi ocupan \(bytes.es). Se han vaciado las cachés; «sarai ps» dice qué ocupa más, y "
            + "«sarai stop» lo libera todo.",
          en:
            "SARAi's processes take \(bytes.en). Caches were pruned; `sarai ps` says what takes most, and `sarai stop` "
            + "frees it all.")
      why = Localized(
        es: "Han pasado de \(limit.es), el umbral de la configuración.",
        en: "They rose above \(limit.en), the threshold of the configuration.")
    case .diskLow:
      topic = "disk"
      text =
        text ?? disk(Dictionary(values.map { ($0.key.replacing("event.", with: ""), $0.value) }) { first, _ in first })
      why = diskWhy(Dictionary(values.map { ($0.key.replacing("event.", with: ""), $0.value) }) { first, _ in first })
    case .skillCrashed:
      let skill = values["event.skill"] ?? ""
      topic = "skill:" + skill
      text =
        text
        ?? Localized(
          es: "La habilidad «\(skill)» no deja de fallar. Mira por qué con: sarai skill logs \(skill)",
          en: "The skill \"\(skill)\" keeps crashing. See why with: sarai skill logs \(skill)")
      why = Localized(
        es: "Falló \(values["times"] ?? "varias") veces en \(values["minutes"] ?? "10") minutos.",
        en: "It crashed \(values["times"] ?? "several") times in \(values["minutes"] ?? "10") minutes.")
    default: break
    }
    return InboxItem(
      owner: owner, kind: .alert, text: text ?? why, why: why, topic: topic, createdAt: now)
  }

  static func report(_ job: LoopJob, _ action: ProactiveAction, zone: ZoneRules, now: Int64) -> Localized {
    let words = Localized(
      es: job.schedule.words(.spanish, zone: zone, now: now / 1000),
      en: job.schedule.words(.english, zone: zone, now: now / 1000))
    guard action.trigger != "now" else {
      return Localized(
        es: "Pediste que se hiciera ahora el trabajo «\(job.name)».", en: "You asked for the job \"\(job.name)\" now.")
    }
    return Localized(
      es: "Es el trabajo «\(job.name)»: \(words.es).", en: "It is the job \"\(job.name)\": \(words.en).")
  }

  // MARK: - Suggestions

  static func disk(_ values: [String: String]) -> Localized {
    let (free, path) = (size(values["free_bytes"].flatMap { Int64($0) } ?? 0), values["path"] ?? "/")
    let largest = values["largest"].map { Localized(es: " Lo que más ocupa: \($0).", en: " What takes most: \($0).") }
    return Localized(
      es: "Queda poco disco: \(free.es) libres en \(path).\(largest?.es ?? "") Los modelos que no uses se quitan con "
        + "«sarai rm», y «sarai memory vacuum» compacta la memoria.",
      en: "The disk is low: \(free.en) left in \(path).\(largest?.en ?? "") Models that you do not use go with "
        + "`sarai rm`, and `sarai memory vacuum` compacts the memory.")
  }

  static func diskWhy(_ values: [String: String]) -> Localized {
    let (free, total) = (
      size(values["free_bytes"].flatMap { Int64($0) } ?? 0), size(values["total_bytes"].flatMap { Int64($0) } ?? 0)
    )
    return Localized(es: "Medí \(free.es) libres de \(total.es).", en: "I measured \(free.en) free of \(total.en).")
  }

  static func backup(_ facts: Int64, last: Int64?, zone: ZoneRules, now: Int64) -> Localized {
    let moment = last.map { Moment($0, zone, now: now) }
    return Localized(
      es: "\(facts == 1 ? "Hay 1 hecho nuevo que no está" : "Hay \(facts) hechos nuevos que no están") en ninguna copia"
        + "\(moment.map { "; la última es \(Self.ofTime($0.es))" } ?? ""). ¿Hago una? sarai memory backup",
      en: "\(facts == 1 ? "1 new fact is" : "\(facts) new facts are") in no backup"
        + "\(moment.map { "; the last one was made \($0.en)" } ?? ""). Shall I make one? sarai memory backup")
  }

  /// «del lunes 3 a las 4:00», «de ayer…»
  private static func ofTime(_ moment: String) -> String {
    moment.hasPrefix("el ") ? "del " + moment.dropFirst(3) : "de " + moment
  }

  static func backupWhy(_ facts: Int64, last: Int64?, zone: ZoneRules, now: Int64) -> Localized {
    guard let last else {
      return Localized(es: "No hay ninguna copia de la memoria.", en: "There is no backup of the memory.")
    }
    let days = (now - last) / 86_400_000
    return Localized(
      es: "La última copia tiene \(days) días y desde entonces hay \(facts) hechos nuevos.",
      en: "The last backup is \(days) days old, and there are \(facts) new facts since.")
  }

  static func questions(_ count: Int64) -> Localized {
    Localized(
      es: "\(count == 1 ? "Hay 1 cosa" : "Hay \(count) cosas") de lo que me contaste por aclarar. ¿Las vemos? "
        + "sarai memory list --proposed",
      en:
        "\(count == 1 ? "1 thing" : "\(count) things") of what you told me \(count == 1 ? "is" : "are") open. Shall we "
        + "go through them? sarai memory list --proposed")
  }

  static func habit(_ skill: String, hour: Int) -> Localized {
    Localized(
      es: "Casi todos los días, hacia las \(hour), usas «\(skill)». Puedo hacerlo yo a esa hora sin que lo pidas: "
        + "sarai job add \"0 \(hour) * * *\" run_skill \(skill)",
      en: "On most days, at about \(hour):00, you use \"\(skill)\". I can do it by myself at that hour: "
        + "sarai job add \"0 \(hour) * * *\" run_skill \(skill)")
  }

  // MARK: - Pieces

  /// «3,1 GB»
  static func size(_ bytes: Int64) -> Localized {
    let tenths = (Double(bytes) / 100_000_000).rounded() / 10
    guard tenths < 1 else {
      return Localized(
        es: "\(tenths) GB".replacing(".", with: ",").replacing(",0 ", with: " "),
        en: "\(tenths) GB".replacing(".0 ", with: " "))
    }
    return Localized(es: "\(bytes / 1_000_000) MB", en: "\(bytes / 1_000_000) MB")
  }

  private static func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// Words that tell one reminder from another, without case and accents.
  static func telling(_ text: String) -> Set<String> {
    let words = Folding.plain(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let all = Set(words)
    let small: Set<String> = [
      "a", "al", "de", "del", "el", "en", "la", "las", "lo", "los", "me", "mi", "mis", "tu", "tus", "un", "una", "que",
      "y", "my", "your", "the", "to", "of", "an", "and", "about", "in", "on", "at",
    ]
    return all.subtracting(small).isEmpty ? all : all.subtracting(small)
  }
}
