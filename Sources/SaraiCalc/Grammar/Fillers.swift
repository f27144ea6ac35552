import SaraiCore

/// What people say around a question without asking anything by it.
enum Fillers {
  /// The tokens that are left between greetings and thanks.
  static func core(_ reader: Reader, in range: Range<Int>) -> Range<Int> {
    let (before, after) =
      reader.language == .spanish ? (spanishBefore, spanishAfter) : (englishBefore, englishAfter)
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower < upper {
      if lower > range.lowerBound, isPause(reader.text(lower)) {
        lower += 1
      } else if let end = reader.end(ofAny: before, at: lower), end < upper {
        lower = end
      } else {
        break
      }
    }
    while let start = startOfLast(after, reader, lower..<upper) {
      upper = start
      while upper > lower, isPause(reader.text(upper - 1)) || reader.text(upper - 1) == "?" { upper -= 1 }
    }
    return lower..<upper
  }

  private static func isPause(_ text: String) -> Bool { [",", ".", ":", ";", "!", "-"].contains(text) }

  /// Where the phrase begins that ends the range, if one does.
  private static func startOfLast(_ phrases: Phrases, _ reader: Reader, _ range: Range<Int>) -> Int? {
    for length in 1...4 where range.count > length {
      if reader.end(ofAny: phrases, at: range.upperBound - length) == range.upperBound {
        return range.upperBound - length
      }
    }
    return nil
  }

  private static let spanishBefore: Phrases = [
    "hola", "oye", "hey", "eh", "buenas", "buenos dias", "buenas tardes", "buenas noches", "sarai", "a ver",
    "vamos a ver",
    "por favor", "porfa", "perdona", "perdon", "disculpa", "dime", "digame", "decidme", "sabes", "sabes decirme",
    "sabrias", "sabrias decirme", "me sabrias decir", "me sabes decir", "me puedes decir", "puedes decirme",
    "podrias decirme", "me podrias decir",
    "me dices", "me puede decir", "puede decirme", "quiero saber", "quisiera saber", "me gustaria saber",
    "necesito saber",
    "querria saber", "tengo una duda", "una duda", "una pregunta", "una cosa", "pregunta", "vale", "ok", "bueno",
    "pues",
    "y", "entonces", "rapido", "puedes", "podrias", "me puedes", "me podrias", "ayudame a", "necesito", "quiero",
    "recuerdame",
    "oye sarai", "gracias", "vale gracias",
  ]
  private static let spanishAfter: Phrases = [
    "por favor", "porfa", "porfavor", "gracias", "muchas gracias", "exactamente", "sarai", "anda", "eh", "entonces",
    "si no te importa", "mas o menos",
  ]
  private static let englishBefore: Phrases = [
    "hi", "hello", "hey", "ok", "okay", "so", "and", "well", "sarai", "please", "sorry", "excuse me", "quick question",
    "a question", "question", "one question", "can you tell me", "could you tell me", "would you tell me",
    "can you please tell me", "could you please tell me", "do you know", "tell me", "please tell me", "i need to know",
    "i want to know", "i would like to know", "id like to know", "i wonder", "can you", "could you", "would you",
    "can you please", "could you please", "can u", "quickly", "help me", "help me to", "let me know", "good morning",
    "good evening", "good afternoon", "then", "thanks", "just", "i need to", "i want to",
  ]
  private static let englishAfter: Phrases = [
    "please", "pls", "plz", "thanks", "thank you", "thx", "exactly", "sarai", "then", "for me", "precisely", "mate",
  ]
}
