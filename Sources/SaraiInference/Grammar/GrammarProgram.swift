import CGrammar

/// A checked grammar as a program for `CGrammar`: a rule is a routine, its alternatives are splits.
struct GrammarProgram {
  private(set) var instructions: [sarai_instruction] = []
  private(set) var start: UInt32 = 0
  private(set) var byteStates = ByteStates()
  private var stateOfSet: [[ClosedRange<UInt32>]: Int32] = [:]

  init(_ rules: [GBNFRule], root: Int) {
    var starts: [UInt32] = []
    for rule in rules {
      starts.append(next)
      add(rule)
    }
    // Until here, calls name rules.
    for index in instructions.indices where instructions[index].operation == SARAI_CALL.rawValue {
      instructions[index].first = starts[Int(instructions[index].first)]
    }
    start = starts[root]
  }

  private var next: UInt32 { UInt32(instructions.count) }

  private mutating func add(_ rule: GBNFRule) {
    for (index, alternate) in rule.alternates.enumerated() {
      let split = index < rule.alternates.count - 1 ? addSplit() : nil
      for item in alternate { add(item) }
      add(SARAI_RETURN)
      if let split { instructions[split].second = next }
    }
  }

  private mutating func add(_ item: GBNFRule.Item) {
    guard let most = item.most else { return addEndless(item) }
    for _ in 0..<min(item.least, most) { add(item.atom) }
    guard most > item.least else { return }
    var splits: [Int] = []
    for _ in item.least..<most {
      splits.append(addSplit())
      add(item.atom)
    }
    for split in splits { instructions[split].second = next }
  }

  private mutating func addEndless(_ item: GBNFRule.Item) {
    guard item.least > 0 else {
      let split = addSplit()
      add(item.atom)
      add(SARAI_JUMP, UInt32(split))
      instructions[split].second = next
      return
    }
    for _ in 1..<item.least { add(item.atom) }
    let body = next
    add(item.atom)
    let split = addSplit()
    instructions[split].first = body
    instructions[split].second = next
  }

  private mutating func add(_ atom: GBNFRule.Item.Atom) {
    switch atom {
    case .rule(let index): add(SARAI_CALL, UInt32(index))
    case .set(let set): addSet(set)
    case .literal(let characters):
      for character in characters {
        guard let scalar = Unicode.Scalar(character) else {
          // No text has half a surrogate pair.
          addSet([])
          continue
        }
        for byte in UTF8.encode(scalar)! { add(SARAI_READ_BYTE, UInt32(byte)) }
      }
    }
  }

  private mutating func addSet(_ set: [ClosedRange<UInt32>]) {
    let state = stateOfSet[set] ?? byteStates.state(of: set)
    stateOfSet[set] = state
    add(SARAI_READ_SET, UInt32(state))
  }

  private mutating func add(_ operation: sarai_operation, _ first: UInt32 = 0) {
    instructions.append(sarai_instruction(operation: operation.rawValue, first: first, second: 0))
  }

  /// A split between what follows it and a place that is filled in later.
  private mutating func addSplit() -> Int {
    add(SARAI_SPLIT, next + 1)
    return instructions.count - 1
  }

  /// Lends the program to C.
  func withProgram<Result>(_ body: (UnsafePointer<sarai_program>) -> Result) -> Result {
    instructions.withUnsafeBufferPointer { instructions in
      byteStates.ranges.withUnsafeBufferPointer { ranges in
        byteStates.starts.withUnsafeBufferPointer { starts in
          var program = sarai_program(
            instructions: instructions.baseAddress, count: UInt32(instructions.count), start: start,
            ranges: ranges.baseAddress, range_starts: starts.baseAddress, byte_state_count: UInt32(starts.count - 1))
          return body(&program)
        }
      }
    }
  }
}
