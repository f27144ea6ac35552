/// How much each sign weighs that a turn holds what a question wants.
///
/// Log-odds: fitted by a multinomial logistic model (the turns of a conversation compete to be a question's evidence)
/// to the public questions of LoCoMo that lie in the development half; docs/Benchmarks.md has what it reaches on
/// conversations it was not fitted to.
struct RecallWeights {
  /// BM25 of the turn itself.
  var turn: Float = 0.054
  /// BM25 of the turn with its neighbours.
  var window: Float = 0.217
  /// BM25 of the stretch of conversation.
  var segment: Float = 0.359
  /// Cosine over the mean, of the turn, the one before and the one after.
  var similarity: Float = 31.2
  var similarityBefore: Float = 11.5
  var similarityAfter: Float = 5.2
  /// The one whom the question is about said it.
  var speaker: Float = 2.89
  /// A time is asked for, and the turn speaks of time.
  var timeAskedFor: Float = 2.16
  /// The turn was said in the time that the question names, or soon after.
  var namedTime: Float = 4.02
  /// The turn speaks of time, whatever is asked.
  var time: Float = 0.406
  /// The turn asks.
  var question: Float = -0.57
  /// Of the logarithm of the number of content words.
  var length: Float = 0.723
  /// Content words beyond these make a turn no likelier to hold an answer.
  var longest: Float = 40

  static let standard = RecallWeights()

  /// For a question without a vector: its words have to say more.
  static let wordsAlone = {
    var weights = RecallWeights()
    weights.turn = 0.158
    weights.window = 0.286
    weights.segment = 0.428
    weights.speaker = 2.59
    return weights
  }()
}
