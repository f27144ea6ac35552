import SaraiCore

@testable import SaraiInference

/// Lists of numbers such as "[4, 15]", with nothing between the brackets but what that takes.
final class ListConstraint: TokenConstraint, @unchecked Sendable {
  private enum State {
    case start, number, digits, space, done
  }

  private let pieces: [[UInt8]]
  private let ends: Set<Int32>
  private var states = [State.start]

  init(model: LlamaModel) {
    let tokens = (0..<Int32(model.facts.vocabularySize))
    pieces = tokens.map { model.bytes(of: $0) }
    ends = Set(tokens.filter { model.endsGeneration($0) })
  }

  private init(_ other: ListConstraint) {
    pieces = other.pieces
    ends = other.ends
  }

  /// Another one, at the beginning.
  func fresh() -> ListConstraint { ListConstraint(self) }

  private var state: State { states[states.count - 1] }

  private static func next(_ state: State, _ byte: UInt8) -> State? {
    switch (state, byte) {
    case (.start, UInt8(ascii: "[")): .number
    case (.number, UInt8(ascii: "0")...UInt8(ascii: "9")), (.digits, UInt8(ascii: "0")...UInt8(ascii: "9")): .digits
    case (.digits, UInt8(ascii: ",")): .space
    case (.digits, UInt8(ascii: "]")): .done
    case (.space, UInt8(ascii: " ")): .number
    default: nil
    }
  }

  private func state(after token: Int32) -> State? {
    let bytes = pieces[Int(token)]
    guard !bytes.isEmpty, !ends.contains(token) else { return nil }
    return bytes.reduce(Optional(state)) { state, byte in state.flatMap { Self.next($0, byte) } }
  }

  func allows(_ token: Int32) -> Bool { ends.contains(token) ? isComplete : state(after: token) != nil }

  func mask(_ logits: UnsafeMutableBufferPointer<Float>) throws(SaraiError) {
    for token in logits.indices where !allows(Int32(token)) { logits[token] = -.infinity }
  }

  func accept(_ token: Int32) throws(SaraiError) {
    guard let next = state(after: token) else { throw SaraiError(.internalFault, es: "no", en: "no") }
    states.append(next)
  }

  func rollback(_ count: Int) throws(SaraiError) { states.removeLast(count) }

  var isComplete: Bool { state == .done }

  private func tokens(_ text: String) -> [Int32] {
    text.utf8.compactMap { byte in pieces.firstIndex(of: [byte]).map(Int32.init) }
  }

  func forced(limit: Int) -> [Int32] {
    switch state {
    case .start: Array(tokens("[").prefix(limit))
    case .space: Array(tokens(" ").prefix(limit))
    default: []
    }
  }

  func closing(limit: Int) -> [Int32]? {
    let text =
      switch state {
      case .start: "[0]"
      case .number: "0]"
      case .digits: "]"
      case .space: " 0]"
      case .done: ""
      }
    return text.utf8.count <= limit ? tokens(text) : nil
  }
}
