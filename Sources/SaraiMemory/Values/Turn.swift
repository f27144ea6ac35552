/// Who spoke in a turn.
package enum TurnRole: String, Sendable, CaseIterable {
  case user, assistant, tool
}

/// Something that was said, word by word.
package struct Turn: Sendable, Hashable, Identifiable {
  package let id: TurnID
  package var conversation: String
  package var role: TurnRole
  /// The name of who spoke, in conversations of several people; empty otherwise.
  package var speaker: String
  package var saidAt: Timestamp
  package var text: String

  package init(
    id: TurnID, conversation: String, role: TurnRole, speaker: String, saidAt: Timestamp, text: String
  ) {
    self.id = id
    self.conversation = conversation
    self.role = role
    self.speaker = speaker
    self.saidAt = saidAt
    self.text = text
  }
}

/// A turn that is about to be stored.
package struct NewTurn: Sendable, Hashable {
  package var conversation: String
  package var role: TurnRole
  package var speaker: String
  package var saidAt: Timestamp
  package var text: String

  package init(
    conversation: String, role: TurnRole = .user, speaker: String = "", saidAt: Timestamp = .now(), text: String
  ) {
    self.conversation = conversation
    self.role = role
    self.speaker = speaker
    self.saidAt = saidAt
    self.text = text
  }
}

/// What an embedding stands for.
package enum VectorKind: String, Sendable, CaseIterable {
  /// One turn; its number is a `TurnID`.
  case turn
  /// A turn and the one after it in the same conversation; its number is the `TurnID` of the first.
  case window
  /// One fact; its number is a `FactID`.
  case fact
}

/// An embedding as it is kept: 8-bit components and what they are multiplied by.
package struct StoredVector: Sendable, Hashable {
  package var scale: Float
  package var components: [Int8]

  package init(scale: Float, components: [Int8]) {
    self.scale = scale
    self.components = components
  }

  /// Rounds each component to one of 255 steps between its largest and its smallest possible value.
  package init(_ vector: [Float]) {
    let largest = vector.reduce(Float(0)) { $1.isFinite ? max($0, $1.magnitude) : $0 }
    scale = largest / 127
    components = vector.map { $0.isFinite && largest > 0 ? Int8(($0 / largest * 127).rounded()) : 0 }
  }

  package var floats: [Float] { components.map { Float($0) * scale } }
}
