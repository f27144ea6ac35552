/// Who is told when turns begin and end: what is done unasked makes room for them.
package struct TurnObserver: Sendable {
  /// Who answered, where no skill and no memory did.
  package static let model = "model"
  /// Nobody answered: the turn failed.
  package static let nobody = ""

  /// Notes a turn, and gives what is to be called, with the name of who answered, when it is over.
  package let begin: @Sendable () -> @Sendable (String) -> Void

  package init(begin: @escaping @Sendable () -> @Sendable (String) -> Void) { self.begin = begin }
}
