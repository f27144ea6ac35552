package import SaraiCore

/// Why a question that is clearly arithmetic, dates or units has no answer.
package enum CalcFault: Error, Sendable, Hashable {
  case divisionByZero
  /// 0 to the power of 0.
  case undefinedPower
  /// An even root of a negative number.
  case negativeRoot
  /// A factorial or remainder of something that is no whole number.
  case notWhole
  /// A result with more digits than are said.
  case tooLarge
  /// A result closer to zero than is said.
  case tooSmall
  /// A negative number to a power that no real number is.
  case noRealPower
  /// A date outside the years 1 to 9999.
  case outOfRange
  case belowAbsoluteZero
  /// - Parameters: The day, the month, and the year if any, as they were given.
  case noSuchDate(day: Int, month: Int, year: Int?)
  /// 3/4/2026 in English: day and month could be either.
  case ambiguousDate(first: Int, second: Int, year: Int)
  /// - Parameters: The names of the two units.
  case incompatibleUnits(Localized, Localized)

  /// The case's name, for programs.
  package var name: String {
    switch self {
    case .divisionByZero: "divisionByZero"
    case .undefinedPower: "undefinedPower"
    case .negativeRoot: "negativeRoot"
    case .notWhole: "notWhole"
    case .tooLarge: "tooLarge"
    case .tooSmall: "tooSmall"
    case .noRealPower: "noRealPower"
    case .outOfRange: "outOfRange"
    case .belowAbsoluteZero: "belowAbsoluteZero"
    case .noSuchDate: "noSuchDate"
    case .ambiguousDate: "ambiguousDate"
    case .incompatibleUnits: "incompatibleUnits"
    }
  }

  package var message: Localized {
    switch self {
    case .divisionByZero: Localized(es: "No se puede dividir entre cero.", en: "Nothing can be divided by zero.")
    case .undefinedPower: Localized(es: "0 elevado a 0 no está definido.", en: "0 to the power of 0 is not defined.")
    case .negativeRoot:
      Localized(
        es: "Un número negativo no tiene raíz de índice par entre los números reales.",
        en: "A negative number has no even root among the real numbers.")
    case .notWhole:
      Localized(
        es: "Eso solo está definido para números enteros; el factorial, además, desde 0.",
        en: "That is only defined for whole numbers; a factorial, from 0 on.")
    case .tooLarge:
      Localized(
        es: "El resultado o un paso del cálculo es demasiado grande: tendría más de 1.200 cifras.",
        en: "The result or a step towards it is too large: it would have more than 1,200 digits.")
    case .tooSmall:
      Localized(
        es: "El resultado o un paso del cálculo está demasiado cerca de cero: tendría más de 1.000 ceros tras la coma.",
        en:
          "The result or a step towards it is too close to zero: it would have more than 1,000 zeros behind the point.")
    case .noRealPower:
      Localized(
        es: "Un número negativo elevado a un exponente irracional no es un número real.",
        en: "A negative number to an irrational power is not a real number.")
    case .outOfRange:
      Localized(
        es: "Esa fecha se sale de los años que sé calcular, del 1 al 9999.",
        en: "That date lies outside the years that I can work out, 1 to 9999.")
    case .belowAbsoluteZero:
      Localized(
        es: "Esa temperatura no existe: está por debajo del cero absoluto (−273,15 °C).",
        en: "There is no such temperature: it is below absolute zero (−273.15 °C).")
    case .noSuchDate(let day, let month, let year): Self.noSuchDate(day, month, year)
    case .ambiguousDate(let first, let second, let year):
      Localized(
        es: "\(first)/\(second)/\(year) puede ser dos días distintos: escribe el mes con letras.",
        en: "\(first)/\(second)/\(year) could be \(DateWords.english(second, first, year)) or "
          + "\(DateWords.english(first, second, year)): write the month as a word.")
    case .incompatibleUnits(let from, let to):
      Localized(
        es: "No se puede convertir de \(from.es) a \(to.es): miden cosas distintas.",
        en: "\(from.en) cannot be converted to \(to.en): they measure different things.")
    }
  }

  private static func noSuchDate(_ day: Int, _ month: Int, _ year: Int?) -> Localized {
    guard (1...12).contains(month) else {
      return Localized(
        es: "No hay un mes \(month): van del 1 al 12.", en: "There is no month \(month): they go from 1 to 12.")
    }
    let days = CivilDate.daysIn(month: month, year: year ?? 2000)
    let name = Localized(es: DateWords.spanishMonths[month - 1], en: DateWords.englishMonths[month - 1])
    let of = year.map { (es: " de \($0)", en: " \($0)") } ?? (es: "", en: "")
    return Localized(
      es: "El \(day) de \(name.es)\(of.es) no existe: \(name.es)\(of.es) tiene \(days) días.",
      en: "There is no \(day) \(name.en)\(of.en): \(name.en)\(of.en) has \(days) days.")
  }
}
