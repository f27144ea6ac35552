import SaraiCore

extension Expression {
  /// The expression as a language writes it, with only the parentheses it needs.
  func text(_ format: NumberFormat) -> String { Writer(format: format).text(self, in: 0) }

  private struct Writer {
    let format: NumberFormat

    private var isSpanish: Bool { format.language == .spanish }

    /// - Parameter context: How tightly what is around binds; a looser expression gets parentheses.
    func text(_ expression: Expression, in context: Int) -> String {
      let (text, binding) = bare(expression)
      return binding < context ? "(\(text))" : text
    }

    private func bare(_ expression: Expression) -> (text: String, binding: Int) {
      switch expression {
      case .number(let value):
        let shown = format.show(value)
        return (shown.text, value.isNegative ? 2 : shown.isProduct ? 3 : 9)
      case .pi: return ("π", 9)
      case .negated(let a): return ("\u{2212}" + text(a, in: 4), 3)
      case .binary(let operation, let a, let b): return binary(operation, a, b)
      case .root(let degree, let a):
        let sign = degree == 2 ? "√" : degree == 3 ? "∛" : (isSpanish ? "raíz \(degree).ª de " : "root \(degree) of ")
        return (sign + text(a, in: 8), 7)
      case .factorial(let a): return (text(a, in: 8) + "!", 8)
      case .absolute(let a): return ("|\(text(a, in: 0))|", 9)
      case .percent(let a): return (text(a, in: 7) + format.percentMark, 7)
      case .percentOf(let percent, let base):
        return ("\(text(percent, in: 7))\(format.percentMark) \(isSpanish ? "de" : "of") \(text(base, in: 7))", 3)
      case .changed(let base, let percent, let isIncrease):
        return ("\(text(base, in: 1)) \(isIncrease ? "+" : "\u{2212}") \(text(percent, in: 7))\(format.percentMark)", 1)
      case .list(let list, let items): return (self.list(list, items), 2)
      }
    }

    private func binary(_ operation: Binary, _ a: Expression, _ b: Expression) -> (text: String, binding: Int) {
      switch operation {
      case .add: ("\(text(a, in: 1)) + \(text(b, in: 1))", 1)
      case .subtract: ("\(text(a, in: 1)) \u{2212} \(text(b, in: 2))", 1)
      case .multiply: ("\(text(a, in: 3)) × \(text(b, in: 4))", 3)
      case .divide: ("\(text(a, in: 3)) ÷ \(text(b, in: 4))", 3)
      case .modulo: ("\(text(a, in: 3)) mod \(text(b, in: 4))", 3)
      case .power: ("\(text(a, in: 7))^\(text(b, in: 6))", 6)
      }
    }

    private func list(_ list: List, _ items: [Expression]) -> String {
      let texts = items.map { text($0, in: 0) }
      let all = texts.dropLast().joined(separator: ", ") + (isSpanish ? " y " : " and ") + (texts.last ?? "")
      let name: Localized =
        switch list {
        case .sum: Localized(es: "la suma de", en: "the sum of")
        case .product: Localized(es: "el producto de", en: "the product of")
        case .mean: Localized(es: "la media de", en: "the average of")
        case .greatestCommonDivisor:
          Localized(es: "el máximo común divisor de", en: "the greatest common divisor of")
        case .leastCommonMultiple: Localized(es: "el mínimo común múltiplo de", en: "the least common multiple of")
        }
      return "\(name[format.language]) \(all)"
    }
  }
}
