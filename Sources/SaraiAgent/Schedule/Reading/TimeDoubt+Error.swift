import SaraiCore

extension TimeDoubt {
  /// What to tell whoever wrote `text`.
  func error(about text: String) -> SaraiError {
    let shown = text.utf8.count > 100 ? String(text.prefix(60)) + "…" : text
    let message =
      switch self {
      case .notUnderstood:
        Localized(
          es: "No entiendo cuándo es «\(shown)»: escribe, por ejemplo, «en 45 minutos», «mañana a las 8», «cada martes "
            + "a las 9», «el 3 de mayo a las 10» o cinco campos de cron.",
          en: "I do not understand when \"\(shown)\" is: write, for instance, \"in 45 minutes\", \"tomorrow at 8\", "
            + "\"every Tuesday at 9\", \"on May 3rd at 10\" or five fields of cron.")
      case .vague:
        Localized(
          es: "«\(shown)» no dice cuándo: pon una hora, como «en 20 minutos» o «hoy a las 18:00».",
          en: "\"\(shown)\" does not say when: give a time, such as \"in 20 minutes\" or \"today at 18:00\".")
      case .frequency:
        Localized(
          es: "«\(shown)» no dice a qué horas: ponlas, como «todos los días a las 9 y a las 21».",
          en: "\"\(shown)\" does not say at which hours: give them, such as \"every day at 9 and at 21:00\".")
      case .ambiguousDate:
        Localized(
          es: "«\(shown)» puede leerse de dos maneras: escribe el mes con letras, como «3 de mayo».",
          en: "\"\(shown)\" can be read in two ways: write the month in letters, such as \"3 May\".")
      case .impossibleDate:
        Localized(
          es: "«\(shown)» es una fecha que no existe: pon otro día.",
          en: "\"\(shown)\" is a date that does not exist: give another day.")
      case .past:
        Localized(
          es: "«\(shown)» ya ha pasado: pon un momento que esté por venir.",
          en: "\"\(shown)\" is already past: give a time that is still to come.")
      case .tooComplex:
        Localized(
          es:
            "«\(shown)» no cabe en un solo horario: haz uno para cada hora, o di los días de la semana o del mes, como "
            + "«los lunes y jueves a las 9».",
          en: "\"\(shown)\" does not fit one schedule: make one for each time, or name the days of the week or month, "
            + "such as \"on Mondays and Thursdays at 9\".")
      }
    return SaraiError(.invalidRequest, message, subject: "schedule")
  }
}
