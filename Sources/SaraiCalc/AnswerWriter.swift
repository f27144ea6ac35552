import SaraiCore

/// Works a request out and words the answer.
struct AnswerWriter {
  let language: Language
  let now: CivilDateTime
  let ending: Ending
  let money: Money

  var format: NumberFormat { NumberFormat(language: language) }
  var isSpanish: Bool { language == .spanish }

  /// Nil where the question has no exact answer after all.
  func answer(_ request: Request) -> CalcAnswer? {
    do throws(CalcFault) {
      return try work(request)
    } catch {
      guard isTold(error, of: request) else { return nil }
      return CalcAnswer(
        kind: kind(of: request), language: language, text: error.message[language], outcome: .fault(error))
    }
  }

  func made(_ kind: CalcAnswer.Kind, es: String, en: String, value: String) -> CalcAnswer {
    CalcAnswer(kind: kind, language: language, text: Localized(es: es, en: en)[language], outcome: .value(value))
  }

  private func work(_ request: Request) throws(CalcFault) -> CalcAnswer? {
    switch request {
    case .arithmetic(let expression, _): try arithmetic(expression)
    case .share(let part, let whole): try share(part, whole)
    case .change(let from, let to): try change(from, to)
    case .whole(let part, let percent): try whole(part, percent)
    case .conversion(let quantity, let unit, _): try conversion(quantity, unit)
    case .total(let sum, let unit, _): try total(sum, in: unit)
    case .shiftedDate(let span, let isForward, let from): try shiftedDate(span, isForward, from)
    case .shiftedClock(let span, let isForward, let from): try shiftedClock(span, isForward, from)
    case .day(let date): try day(date)
    case .bareDate(let date): try bareDate(date)
    case .currentTime: currentTime()
    case .until(let date, let measure): try until(date, measure)
    case .since(let date, let measure): try since(date, measure)
    case .between(let a, let b, let measure): try between(a, b, measure)
    case .clocks(let from, let to, let measure): clocks(from, to, measure)
    case .leapYear(let year): leapYear(year)
    case .daysOfMonth(let month, let year): daysOfMonth(month, year)
    case .daysOfYear(let year): daysOfYear(year)
    case .age(let birth): try age(birth)
    }
  }

  private func kind(of request: Request) -> CalcAnswer.Kind {
    switch request {
    case .arithmetic, .share, .change, .whole: .arithmetic
    case .conversion, .total: .units
    case .shiftedClock, .currentTime, .clocks: .time
    default: .date
    }
  }

  /// A fault is told where the question is clearly meant so; how far one gets in 2 hours is another question.
  private func isTold(_ fault: CalcFault, of request: Request) -> Bool {
    guard case .incompatibleUnits = fault else { return true }
    guard case .conversion(let quantity, let unit, _) = request else {
      if case .total(_, _, .strong) = request { return true }
      return false
    }
    let pair: Set<Dimension> = [quantity.unit.dimension, unit.dimension]
    // How long a distance takes, what a cup of flour weighs, what a food gives: there is an answer, though not ours.
    let isOpen =
      !pair.isDisjoint(with: [.time, .calendar, .energy]) || pair == [.mass, .volume]
    return !isOpen
  }

  // MARK: - Arithmetic

  private func arithmetic(_ expression: Expression) throws(CalcFault) -> CalcAnswer {
    let value = try expression.evaluate()
    let (shown, isRounded) = amount(value)
    let plain = NumberFormat.plain(value.rational, isExact: value.isExact) + (money.symbol.map { " " + $0 } ?? "")
    var echo = expression.text(format)
    if isSpanish, let first = echo.unicodeScalars.first, case .percentOf = expression,
      first.properties.numericType != nil
    {
      echo = "el " + echo
    }
    if echo.utf8.count > 160 { echo = isSpanish ? "el resultado" : "the result" }
    echo = echo.prefix(1).uppercased() + echo.dropFirst()
    guard isRounded else {
      return made(.arithmetic, es: "\(echo) es \(shown).", en: "\(echo) is \(shown).", value: plain)
    }
    let exact =
      fraction(value, of: expression).map { (es: "; exacto: \($0)", en: "; exactly \($0)") } ?? (es: "", en: "")
    return made(
      .arithmetic, es: "\(echo) ≈ \(shown) (redondeado\(exact.es)).", en: "\(echo) ≈ \(shown) (rounded\(exact.en)).",
      value: plain)
  }

  /// A number, with its currency where there is one.
  private func amount(_ value: Value) -> (text: String, isRounded: Bool) {
    let shown = format.show(value.rational, isExact: value.isExact)
    let isRounded = shown.isRounded || !value.isExact
    guard let symbol = money.symbol else { return (shown.text, isRounded) }
    // Cents have two digits.
    let text = value.rational.decimals == 1 ? shown.text + "0" : shown.text
    if isSpanish || symbol == "pesos" { return (text + "\u{00A0}" + symbol, isRounded) }
    return ((value.rational.isNegative ? "\u{2212}" : "") + symbol + text.drop { $0 == "\u{2212}" }, isRounded)
  }

  /// The exact value as a fraction that can be read, unless the question was that fraction.
  private func fraction(_ value: Value, of expression: Expression) -> String? {
    guard value.isExact, value.rational.denominator.bitWidth <= 20, value.rational.numerator.bitWidth <= 30 else {
      return nil
    }
    if case .binary(.divide, .number(let a), .number) = expression, a == Rational(value.rational.numerator) {
      return nil
    }
    let sign = value.rational.isNegative ? "\u{2212}" : ""
    return sign + value.rational.numerator.magnitude.description + "/" + value.rational.denominator.description
  }

  private func percent(_ value: Value) -> (shown: String, sign: String, plain: String) {
    let shown = format.show(value.rational, isExact: value.isExact)
    let isRounded = shown.isRounded || !value.isExact
    return (
      shown.text + format.percentMark, isRounded ? "≈" : "",
      NumberFormat.plain(value.rational, isExact: !isRounded) + " %"
    )
  }

  private func share(_ part: Expression, _ whole: Expression) throws(CalcFault) -> CalcAnswer {
    let quotient = try Expression.combine(.divide, part.evaluate(), whole.evaluate())
    let (shown, sign, plain) = percent(try Expression.combine(.multiply, quotient, Value(Rational(100))))
    let (a, b) = (part.text(format), whole.text(format))
    return made(
      .arithmetic, es: "\(a) es \(sign.isEmpty ? "el " : "≈ ")\(shown) de \(b).",
      en: "\(a) is \(sign.isEmpty ? "" : "≈ ")\(shown) of \(b).", value: plain)
  }

  private func change(_ from: Expression, _ to: Expression) throws(CalcFault) -> CalcAnswer {
    let start = try from.evaluate()
    let difference = try Expression.combine(.subtract, to.evaluate(), start)
    let quotient = try Expression.combine(.divide, difference, start)
    let (shown, sign, plain) = percent(try Expression.combine(.multiply, quotient, Value(Rational(100))))
    let (a, b) = (from.text(format), to.text(format))
    let mark = sign.isEmpty ? "" : sign + " "
    return made(
      .arithmetic, es: "De \(a) a \(b) el cambio es del \(mark)\(shown).",
      en: "From \(a) to \(b) the change is \(mark)\(shown).", value: plain)
  }

  private func whole(_ part: Expression, _ percent: Expression) throws(CalcFault) -> CalcAnswer {
    let hundred = try Expression.combine(.multiply, part.evaluate(), Value(Rational(100)))
    let value = try Expression.combine(.divide, hundred, percent.evaluate())
    let (shown, isRounded) = amount(value)
    let (a, b) = (part.text(format), percent.text(format) + format.percentMark)
    let mark = isRounded ? "≈ " : ""
    return made(
      .arithmetic, es: "\(a) es el \(b) de \(mark)\(shown).", en: "\(a) is \(b) of \(mark)\(shown).",
      value: NumberFormat.plain(value.rational, isExact: value.isExact))
  }

  // MARK: - Units

  private func conversion(_ quantity: Quantity, _ unit: Unit) throws(CalcFault) -> CalcAnswer? {
    let value = try quantity.converted(to: unit)
    let shown = format.show(value)
    let name = unit.name(of: shown.isRounded ? Rational(2) : value, language)
    let (from, to) = (quantity.text(format), "\(shown.text) \(name)")
    let plain = NumberFormat.plain(value, isExact: !shown.isRounded) + " " + unit.symbol
    return shown.isRounded
      ? made(.units, es: "\(from) son ≈ \(to) (redondeado).", en: "\(from) is ≈ \(to) (rounded).", value: plain)
      : made(.units, es: "\(from) son \(to).", en: "\(from) is \(to).", value: plain)
  }
}
