/// How much each sign weighs that a turn holds what a question wants.
///
/// Log-odds: fitted by a multinomial logistic model (the turns of a conversation compete to be a question's evidence)
/// to the public questions of LoCoMo that lie in the development half; docs/Benchmarks.md has what it reaches on
/// conversations it was not fitted to.
struct RecallWeights {
  /// BM25 of the turn with its neighbours.
  var window: Float = 0.235
  /// BM25 of the stretch of conversation.
  var segment: Float = 0.357
  /// Cosine over the mean, of the turn, the one before and the one after.
  var similarity: Float = 34.6
  var similarityBefore: Float = 10.6
  var similarityAfter: Float = 5.1
  /// The one whom the question is about said it.
  var speaker: Float = 3
  /// A time is asked for, and the turn speaks of time.
  var timeAskedFor: Float = 2.17
  /// The turn was said in the time that the question names, or soon after.
  var namedTime: Float = 4.03
  /// The turn speaks of time, whatever is asked.
  var time: Float = 0.416
  /// The turn asks.
  var question: Float = -0.55
  /// Of the logarithm of the number of content words.
  var length: Float = 0.727
  /// Content words beyond these make a turn no likelier to hold an answer.
  var longest: Float = 40

  static let standard = RecallWeights()
}
