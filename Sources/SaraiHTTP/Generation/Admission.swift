import SaraiCore
import Synchronization

/// Counts the requests for a model that are being worked on or wait, and turns away those beyond the limit.
final class Admission: Sendable {
  /// A place that was taken; it is free again when the ticket is let go, however its request ends.
  final class Ticket: Sendable {
    private let admission: Admission

    fileprivate init(_ admission: Admission) {
      self.admission = admission
    }

    deinit {
      admission.taken.withLock { $0 -= 1 }
    }
  }

  private let limit: Int
  private let taken = Mutex(0)

  init(limit: Int) {
    self.limit = limit
  }

  var count: Int { taken.withLock { $0 } }

  /// - Throws: `SaraiError` (`busy`) when every place is taken.
  func enter() throws(SaraiError) -> Ticket {
    let entered = taken.withLock { taken in
      guard taken < limit else { return false }
      taken += 1
      return true
    }
    guard entered else {
      throw SaraiError(
        .busy, es: "Hay ya \(limit) peticiones en cola: espera un momento y vuelve a intentarlo.",
        en: "\(limit) requests are queued already: wait a moment and try again.")
    }
    return Ticket(self)
  }
}
