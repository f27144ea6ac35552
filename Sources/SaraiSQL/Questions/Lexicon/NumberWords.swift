/// Small numbers in words; "un" and "una" are articles, and numbers only where something is counted.
enum NumberWords {
  static func number(_ word: String) -> Int? { numbers[word] }

  /// Also "un", "una" and "one".
  static func countedNumber(_ word: String) -> Int? {
    numbers[word] ?? (["un", "una", "one", "uno"].contains(word) ? 1 : nil)
  }

  private static let numbers: [String: Int] = {
    var table: [String: Int] = [:]
    for line in [
      "cero _ dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
      "zero _ two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
    ] {
      for (number, word) in line.split(separator: " ").enumerated() { table[String(word)] = number }
    }
    for (word, number) in [
      ("veinte", 20), ("treinta", 30), ("cuarenta", 40), ("cincuenta", 50), ("cien", 100), ("mil", 1_000),
      ("twenty", 20),
      ("thirty", 30), ("forty", 40), ("fifty", 50), ("hundred", 100), ("thousand", 1_000),
    ] { table[word] = number }
    table["_"] = nil
    return table
  }()
}
