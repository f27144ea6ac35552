package import SaraiCore

/// What decides which tokens may come next. One request uses it, one thread at a time.
///
/// Everything it says is a function of the text so far alone, whatever was asked, accepted and rolled back before.
package protocol TokenConstraint: AnyObject, Sendable {
  /// Whether the token may come next; tokens that end the text only where it may end.
  func allows(_ token: Int32) -> Bool
  /// Sets the logits of all tokens that may not come next to minus infinity.
  func mask(_ logits: UnsafeMutableBufferPointer<Float>) throws(SaraiError)
  /// Goes on after a token that is allowed.
  func accept(_ token: Int32) throws(SaraiError)
  /// Takes the last `count` accepted tokens back: at least the last 64 can be.
  func rollback(_ count: Int) throws(SaraiError)
  /// Whether the text may end here and can't go on.
  var isComplete: Bool { get }
  /// A spelling of the bytes that must come next whatever the model wants: at most `limit` tokens, empty where there is
  /// a choice. A draft, not a decision: the target may spell the same bytes in other tokens.
  func forced(limit: Int) -> [Int32]
  /// Tokens that complete the text from here in at most `limit` tokens, the shortest spelling that is known; nil where
  /// none is that short.
  func closing(limit: Int) -> [Int32]?
  /// Whether `closing` would find tokens, without spelling them.
  func canClose(within limit: Int) -> Bool
}

extension TokenConstraint {
  package func canClose(within limit: Int) -> Bool { closing(limit: limit) != nil }
}
