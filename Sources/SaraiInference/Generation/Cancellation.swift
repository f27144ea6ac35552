import CLlama

/// Says to a computation, from any thread, that nobody waits for it any more.
///
/// libllama looks at it between two operations, so even a long prompt stops within milliseconds.
package final class Cancellation: @unchecked Sendable {
  /// Atomic, in memory that C reads.
  let flag: OpaquePointer

  package init() {
    guard let flag = sarai_flag_create() else { fatalError("out of memory") }
    self.flag = flag
  }

  deinit {
    sarai_flag_free(flag)
  }

  package func cancel() {
    sarai_flag_raise(flag)
  }

  package var isCancelled: Bool {
    sarai_flag_is_raised(flag)
  }
}
