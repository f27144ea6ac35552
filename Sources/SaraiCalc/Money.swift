/// Amounts of one currency: their arithmetic is exact, though what they are worth elsewhere is not.
struct Money: Sendable {
  /// Nil where no amount has a currency.
  var symbol: String?
  var count = 0

  /// Takes signs and names of a currency away from the numbers they stand with.
  ///
  /// - Returns: Nil where two currencies meet.
  static func take(from tokens: inout [Token]) -> Money? {
    var money = Money()
    var kept: [Token] = []
    for (index, token) in tokens.enumerated() {
      guard let symbol = symbols[token.text] else {
        kept.append(token)
        continue
      }
      let isSign = token.kind == .symbol
      let followsNumber = index > 0 && (tokens[index - 1].kind == .number || isCount(tokens[index - 1].text))
      let leadsNumber = isSign && index + 1 < tokens.count && tokens[index + 1].kind == .number
      guard followsNumber || leadsNumber else {
        kept.append(token)
        continue
      }
      guard money.symbol == nil || money.symbol == symbol else { return nil }
      money.symbol = symbol
      money.count += 1
    }
    tokens = kept
    return money
  }

  private static func isCount(_ word: String) -> Bool { Cues.words.contains(word) && word != "a" && word != "an" }

  private static let symbols = [
    "€": "€", "euro": "€", "euros": "€", "eur": "€", "$": "$", "dolar": "$", "dolares": "$", "dollar": "$",
    "dollars": "$",
    "£": "£", "pesos": "pesos", "peso": "pesos", "yenes": "¥", "yen": "¥", "¥": "¥",
  ]
}
