/// What a gap of a pattern takes.
enum Slot: Int, Sendable {
  /// An arithmetic expression.
  case expr
  /// A percentage by itself: 21 %.
  case percent
  /// Two or more expressions: 3, 4 and 5.
  case list
  /// A number with its unit, or several: 5 ft 10 in.
  case quantity
  /// Quantities with plus and minus between them.
  case sum
  case unit
  case date
  /// A length of time: 2 weeks and 3 days.
  case span
  /// A time of day.
  case clock
  case year
  case month
  /// What days are counted in: days, weeks, months, years, hours, minutes.
  case measure

  static let names: [String: Slot] = [
    "expr": .expr, "percent": .percent, "list": .list, "quantity": .quantity, "sum": .sum, "unit": .unit, "date": .date,
    "span": .span, "clock": .clock, "year": .year, "month": .month, "measure": .measure,
  ]
}

/// What a gap took.
enum Capture: Sendable {
  case expression(Expression)
  case list([Expression])
  case quantity(Quantity)
  case sum(QuantitySum)
  case unit(Unit)
  case date(DateExpression)
  case span(CalendarSpan)
  /// Minutes since midnight.
  case clock(Int)
  case year(Int)
  case month(Int)
  case measure(Measure)
}

/// A production of the grammar: `cuanto (es|son) <expr> [en total]`.
///
/// Words stand for themselves, `(a|b c)` for one of several, `[a]` for what may be missing, `<slot>` for a gap.
struct Pattern: Sendable {
  enum Instruction: Sendable {
    case word(String)
    case slot(Slot)
    /// Try each in turn.
    case fork([Int])
    case jump(Int)
  }

  private(set) var program: [Instruction] = []
  /// The first words it can begin with; nil where it can begin with a gap.
  let firstWords: Set<String>?

  init(_ source: String) {
    var compiler = Compiler(source)
    program = compiler.compile()
    firstWords = Self.firstWords(of: program)
  }

  private static func firstWords(of program: [Instruction]) -> Set<String>? {
    var words: Set<String> = []
    var open = [0]
    while let position = open.popLast() {
      guard position < program.count else { return nil }
      switch program[position] {
      case .word(let word): words.insert(word)
      case .slot: return nil
      case .fork(let targets): open += targets
      case .jump(let target): open.append(target)
      }
    }
    return words
  }

  private struct Compiler {
    private var pieces: [Substring]
    private var position = 0
    private var program: [Instruction] = []

    init(_ source: String) {
      var spaced = ""
      for character in source {
        if "()[]|".contains(character) { spaced += " \(character) " } else { spaced.append(character) }
      }
      pieces = spaced.split(separator: " ")
    }

    mutating func compile() -> [Instruction] {
      alternatives()
      precondition(position == pieces.count, "unbalanced pattern: \(pieces.joined(separator: " "))")
      return program
    }

    /// Each alternative ends in a jump behind the last one.
    private mutating func alternatives() {
      let fork = program.count
      program.append(.fork([]))
      var starts: [Int] = []
      var jumps: [Int] = []
      while true {
        starts.append(program.count)
        sequence()
        jumps.append(program.count)
        program.append(.jump(0))
        guard position < pieces.count, pieces[position] == "|" else { break }
        position += 1
      }
      program[fork] = .fork(starts)
      for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func sequence() {
      while position < pieces.count {
        let piece = pieces[position]
        if piece == "|" || piece == ")" || piece == "]" { return }
        position += 1
        if piece == "(" {
          alternatives()
          position += 1
        } else if piece == "[" {
          let fork = program.count
          program.append(.fork([]))
          alternatives()
          position += 1
          program[fork] = .fork([fork + 1, program.count])
        } else if piece.hasPrefix("<") {
          guard let slot = Slot.names[String(piece.dropFirst().dropLast())] else {
            preconditionFailure("no slot \(piece)")
          }
          program.append(.slot(slot))
        } else {
          program.append(.word(String(piece)))
        }
      }
    }
  }
}
