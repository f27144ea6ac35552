package import SaraiCore

/// Whose memory: the `user` of a chat completion, the owner of a token, or the person at the keyboard.
///
/// Nothing of one owner is ever shown to another, compared with it, or counted for it.
package struct Owner: Sendable, Hashable {
  package let name: String

  /// The person at the keyboard, where nothing names another one.
  package static let local = Owner(trusted: "local")

  /// - Throws: `invalidRequest` for an empty name, one of more than 256 bytes, or one with a NUL.
  package init(_ name: String) throws(SaraiError) {
    guard !name.isEmpty, name.utf8.count <= Self.largestBytes, !name.utf8.contains(0) else {
      throw SaraiError(
        .invalidRequest,
        es: "El nombre del dueño de la memoria debe tener de 1 a \(Self.largestBytes) bytes y ningún carácter nulo.",
        en: "The name of a memory's owner must have 1 to \(Self.largestBytes) bytes and no null character.",
        subject: "user")
    }
    self.name = name
  }

  private init(trusted name: String) { self.name = name }

  private static let largestBytes = 256
}

/// The number of a fact: never used again, not even after the fact was forgotten.
package struct FactID: Sendable, Hashable, Comparable, RawRepresentable {
  package let rawValue: Int64

  package init(rawValue: Int64) { self.rawValue = rawValue }

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The number of a turn. Turns of one conversation have rising numbers in the order in which they were stored.
package struct TurnID: Sendable, Hashable, Comparable, RawRepresentable {
  package let rawValue: Int64

  package init(rawValue: Int64) { self.rawValue = rawValue }

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The number of something done to the memory that `undo` may take back.
package struct OperationID: Sendable, Hashable, Comparable, RawRepresentable {
  package let rawValue: Int64

  package init(rawValue: Int64) { self.rawValue = rawValue }

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
