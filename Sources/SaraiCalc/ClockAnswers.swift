import SaraiCore

/// Answers about the time of day.
extension AnswerWriter {
  func currentTime() -> CalcAnswer {
    let minutes = now.secondOfDay / 60
    return made(
      .time, es: "\(minutes / 60 == 1 ? "Es la" : "Son las") \(DateWords.clock(minutes: minutes)).",
      en: "It is \(DateWords.clock(minutes: minutes)).",
      value: DateWords.plain(now.date) + "T" + DateWords.clock(minutes: minutes))
  }

  func shiftedClock(_ span: CalendarSpan, _ isForward: Bool, _ from: Int?) throws(CalcFault) -> CalcAnswer? {
    guard span.months == 0, span.seconds < 1 << 40, span.days < 8_000_000 else { return nil }
    let sign = isForward ? 1 : -1
    let shift = sign * (span.days * 86_400 + span.seconds)
    if let from {
      guard span.days == 0, shift % 60 == 0 else { return nil }
      return clock(from: from, minutes: shift / 60)
    }
    let moved = now.adding(seconds: shift)
    guard Limits.years.contains(moved.date.year) else { throw .outOfRange }
    let minutes = moved.secondOfDay / 60
    let clock = DateWords.clock(minutes: minutes)
    let isOne = minutes / 60 == 1
    let article = isOne ? "la" : "las"
    let verb = isForward ? (isOne ? "Será" : "Serán") : (isOne ? "Era" : "Eran")
    let day =
      moved.date == now.date
      ? (es: "", en: "")
      : (
        es: " del \(DateWords.text(moved.date, .spanish))", en: " on \(DateWords.text(moved.date, .english))"
      )
    return made(
      .time, es: "\(verb) \(article) \(clock)\(day.es).", en: "It \(isForward ? "will be" : "was") \(clock)\(day.en).",
      value: DateWords.plain(moved.date) + "T" + clock)
  }

  private func clock(from: Int, minutes: Int) -> CalcAnswer {
    let sum = from + minutes
    let day = sum >= 0 ? sum / 1440 : (sum - 1439) / 1440
    let time = sum - day * 1440
    let clock = DateWords.clock(minutes: time)
    let other: (es: String, en: String) =
      switch day {
      case 0: ("", "")
      case 1: (" del día siguiente", " the next day")
      case -1: (" del día anterior", " the day before")
      default:
        day > 0 ? (" de \(day) días después", " \(day) days later") : (" de \(-day) días antes", " \(-day) days before")
      }
    return made(
      .time, es: "\(time / 60 == 1 ? "Es la" : "Son las") \(clock)\(other.es).", en: "It is \(clock)\(other.en).",
      value: clock)
  }

  func clocks(_ from: Int?, _ to: Int, _ measure: Measure?) -> CalcAnswer? {
    switch measure {
    case .hours, .minutes, nil: break
    default: return nil
    }
    let start = from ?? now.secondOfDay / 60
    let minutes = (to - start + 1440) % 1440
    let stretch = clockStretch(minutes: minutes, measure)
    let (a, b) = (DateWords.clock(minutes: start), DateWords.clock(minutes: to))
    let next = to < start ? (es: " del día siguiente", en: " the next day") : (es: "", en: "")
    guard from != nil else {
      return made(
        .time, es: "Hasta las \(b)\(next.es) \(stretch.count == 1 ? "falta" : "faltan") \(stretch.text).",
        en: "\(stretch.text) until \(b)\(next.en).", value: stretch.plain)
    }
    return made(
      .time, es: "De las \(a) a las \(b)\(next.es) hay \(stretch.text).",
      en: "From \(a) to \(b)\(next.en): \(stretch.text).",
      value: stretch.plain)
  }
}
