import SaraiCore

/// What a unit measures.
enum Dimension: String, Sendable {
  case length, mass, volume, area, speed, temperature, time, data, energy, pressure
  /// Months and years: no fixed number of days.
  case calendar
}

/// A unit of measurement with its exact size.
struct Unit: Sendable, Hashable {
  /// As it is written in every language; `oz`, `km/h`.
  let symbol: String
  let dimension: Dimension
  /// How many of the dimension's base units one is.
  let factor: Rational
  /// What is added to get from this unit's zero to the base unit's; only for temperatures.
  let offset: Rational
  let singular: Localized
  let plural: Localized

  static func == (a: Unit, b: Unit) -> Bool { a.symbol == b.symbol }
  func hash(into hasher: inout Hasher) { hasher.combine(symbol) }

  func name(of value: Rational, _ language: Language) -> String {
    (value.magnitude == .one ? singular : plural)[language]
  }
}

/// A number of units, as it was asked: 5 ft 10 in has two parts.
struct Quantity: Sendable, Hashable {
  struct Part: Sendable, Hashable {
    var value: Rational
    var unit: Unit
  }

  var parts: [Part]

  var unit: Unit { parts[0].unit }

  /// In the dimension's base unit.
  var base: Rational {
    parts.reduce(.zero) { $0 + $1.value * $1.unit.factor } + unit.offset
  }

  /// - Throws: `incompatibleUnits`, `belowAbsoluteZero`, `tooLarge`.
  func converted(to target: Unit) throws(CalcFault) -> Rational {
    guard target.dimension == unit.dimension else { throw .incompatibleUnits(unit.plural, target.plural) }
    let base = base
    guard target.dimension != .temperature || !base.isNegative else { throw .belowAbsoluteZero }
    let result = (base - target.offset) / target.factor
    guard result.bitWidth <= Limits.bits else { throw .tooLarge }
    return result
  }

  func text(_ format: NumberFormat) -> String {
    parts.map { "\(format.show($0.value).text) \($0.unit.name(of: $0.value, format.language))" }
      .joined(separator: format.language == .spanish ? " y " : " ")
  }
}
