/// The words of arithmetic in one language. Longer phrases come before those they begin with.
struct ArithmeticWords: Sendable {
  enum Function: Sendable {
    case list(Expression.List)
    case difference, half, factorial, absolute, remainder
    case root(Int)
    case power(Int)
    case times(Int)
    case part(Int)
  }

  let plus: Phrases
  let minus: Phrases
  let times: Phrases
  let dividedBy: Phrases
  let modulo: Phrases
  let power: Phrases
  let squared: Phrases
  let cubed: Phrases
  let percent: Phrases
  let of: Phrases
  let and: String
  let andHalf: Phrases
  let negative: Phrases
  let articles: Phrases
  let functions: PhraseTable<Function>
  /// Parts of a whole: third, fifths.
  let parts: [String: Int]
  /// Exponents said as ordinals: «a la quinta», "to the fifth".
  let ordinals: [String: Int]

  /// An exponent as an ordinal, with the word "power" if it follows.
  func ordinal(_ reader: Reader, at position: Int) -> (value: Int, end: Int)? {
    var found: (value: Int, end: Int)?
    if let value = ordinals[reader.text(position)] {
      found = (value, position + 1)
    } else if let token = reader.token(position), token.kind == .number, let value = Int(token.text), value <= 4096,
      let suffix = reader.token(position + 1), !suffix.followsSpace, ["th", "st", "nd", "rd"].contains(suffix.text)
    {
      found = (value, position + 2)
    }
    guard let found else { return nil }
    return (found.value, reader.end(ofAny: Self.powerNames, at: found.end) ?? found.end)
  }

  private static let powerNames: Phrases = ["power", "potencia"]

  static let spanish = ArithmeticWords(
    plus: ["+", "mas", "sumado a"],
    minus: ["-", "menos"],
    times: ["*", "x", "por", "multiplicado por", "multiplicada por", "multiplicados por", "veces"],
    dividedBy: [
      "/", "dividido entre", "dividido por", "dividida entre", "dividida por", "dividido", "dividir entre",
      "dividir por", "entre", "sobre",
    ],
    modulo: ["modulo", "mod"],
    power: [
      "^", "elevado a la potencia de", "elevado a la potencia", "elevado a la", "elevado al", "elevado a",
      "elevada a la", "elevada a", "a la potencia de", "a la potencia", "a la",
    ],
    squared: ["elevado al cuadrado", "al cuadrado", "^ cuadrado"],
    cubed: ["elevado al cubo", "al cubo"],
    percent: ["%", "por ciento", "porciento", "por 100"],
    of: ["de", "del"],
    and: "y",
    andHalf: ["y medio", "y media"],
    negative: ["menos"],
    articles: ["el", "la", "los", "las", "un", "una"],
    functions: PhraseTable([
      ("raiz cuadrada de", .root(2)), ("raiz cubica de", .root(3)), ("raiz cuarta de", .root(4)),
      ("raiz quinta de", .root(5)), ("raiz de", .root(2)), ("raiz", .root(2)), ("√", .root(2)), ("∛", .root(3)),
      ("sqrt", .root(2)), ("cuadrado de", .power(2)), ("cubo de", .power(3)), ("mitad de", .half),
      ("doble de", .times(2)),
      ("triple de", .times(3)), ("cuadruple de", .times(4)), ("factorial de", .factorial),
      ("tercera parte de", .part(3)), ("cuarta parte de", .part(4)), ("quinta parte de", .part(5)),
      ("decima parte de", .part(10)), ("valor absoluto de", .absolute), ("resto de dividir", .remainder),
      ("resto de", .remainder),
      ("suma de", .list(.sum)), ("suma entre", .list(.sum)), ("producto de", .list(.product)),
      ("media aritmetica de", .list(.mean)), ("media de", .list(.mean)), ("promedio de", .list(.mean)),
      ("media entre", .list(.mean)), ("diferencia entre", .difference),
      ("maximo comun divisor de", .list(.greatestCommonDivisor)), ("mcd de", .list(.greatestCommonDivisor)),
      ("mcd", .list(.greatestCommonDivisor)), ("mcm", .list(.leastCommonMultiple)),
      ("maximo comun divisor entre", .list(.greatestCommonDivisor)),
      ("minimo comun multiplo de", .list(.leastCommonMultiple)), ("mcm de", .list(.leastCommonMultiple)),
      ("minimo comun multiplo entre", .list(.leastCommonMultiple)),
    ]),
    parts: parts("medio tercio cuarto quinto sexto septimo octavo noveno decimo").merging(
      ["centesimo": 100, "centesimos": 100, "milesimo": 1000, "milesimos": 1000]
    ) { $1 },
    ordinals: [
      "segunda": 2, "tercera": 3, "cuarta": 4, "quinta": 5, "sexta": 6, "septima": 7, "octava": 8, "novena": 9,
      "decima": 10,
    ])

  static let english = ArithmeticWords(
    plus: ["+", "plus", "added to"],
    minus: ["-", "minus"],
    times: ["*", "x", "times", "multiplied by"],
    dividedBy: ["/", "divided by", "over"],
    modulo: ["modulo", "mod", "modulus"],
    power: [
      "^", "raised to the power of", "raised to the power", "raised to the", "raised to", "to the power of",
      "to the power", "to the",
    ],
    squared: ["squared"],
    cubed: ["cubed"],
    percent: ["%", "percent", "per cent", "pct"],
    of: ["of"],
    and: "and",
    andHalf: ["and a half"],
    negative: ["minus", "negative"],
    articles: ["the", "a", "an"],
    functions: PhraseTable([
      ("square root of", .root(2)), ("cube root of", .root(3)), ("cubic root of", .root(3)),
      ("fourth root of", .root(4)), ("fifth root of", .root(5)), ("root of", .root(2)), ("sqrt of", .root(2)),
      ("sqrt", .root(2)), ("√", .root(2)), ("∛", .root(3)), ("square of", .power(2)), ("cube of", .power(3)),
      ("half of", .half), ("twice", .times(2)), ("double of", .times(2)), ("triple of", .times(3)),
      ("factorial of", .factorial), ("absolute value of", .absolute), ("abs", .absolute),
      ("remainder of dividing", .remainder), ("remainder of", .remainder),
      ("sum of", .list(.sum)), ("product of", .list(.product)), ("average of", .list(.mean)), ("mean of", .list(.mean)),
      ("difference between", .difference), ("greatest common divisor of", .list(.greatestCommonDivisor)),
      ("greatest common factor of", .list(.greatestCommonDivisor)), ("gcd of", .list(.greatestCommonDivisor)),
      ("gcd", .list(.greatestCommonDivisor)), ("lcm", .list(.leastCommonMultiple)),
      ("least common multiple of", .list(.leastCommonMultiple)),
      ("lowest common multiple of", .list(.leastCommonMultiple)),
      ("lcm of", .list(.leastCommonMultiple)),
    ]),
    parts: parts("half third quarter fifth sixth seventh eighth ninth tenth").merging(
      ["halves": 2, "fourth": 4, "fourths": 4, "hundredth": 100, "hundredths": 100]
    ) { $1 },
    ordinals: [
      "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    ])

  /// Singular and plural of the parts from a half to a tenth.
  private static func parts(_ names: String) -> [String: Int] {
    var table: [String: Int] = [:]
    for (index, name) in names.split(separator: " ").enumerated() {
      table[String(name)] = index + 2
      table[name + "s"] = index + 2
    }
    return table
  }
}
