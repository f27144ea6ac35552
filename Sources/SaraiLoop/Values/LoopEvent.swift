/// Something that happened. All times are milliseconds since 1970.
package struct LoopEvent: Sendable, Hashable {
  /// The sender's own name for it, another one for each event: one that is posted twice counts once. Empty where it
  /// cannot come twice.
  package var id: String
  package var kind: LoopEventKind
  /// Zero for now.
  package var at: Int64
  /// What `LoopEventKind` says of each kind; others are passed over.
  package var values: [String: String]

  package init(_ kind: LoopEventKind, id: String = "", at: Int64 = 0, values: [String: String] = [:]) {
    self.id = id
    self.kind = kind
    self.at = at
    self.values = values
  }

  /// Whom it is about; the person at the keyboard where it says nothing.
  package var owner: String { values["owner"] ?? LoopOwner.local }

  func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }
}

/// Whose job, reminder or message. Names are those of the memory's owners.
package enum LoopOwner {
  /// The person at the keyboard.
  package static let local = "local"
  /// SARAi's own upkeep; what there is to say of it is said to `local`.
  package static let system = ""

  static func reader(of owner: String) -> String { owner.isEmpty ? local : owner }
}
