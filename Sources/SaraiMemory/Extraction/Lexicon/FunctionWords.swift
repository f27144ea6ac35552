import SaraiCore

/// The closed classes of a language, folded.
struct FunctionWords: Sendable {
  var definite: Set<String>
  var indefinite: Set<String>
  /// By the person who has: 0 the one who speaks, 1 the one spoken to, 2 others, 3 several with the one who speaks.
  var possessives: [String: Int]
  var demonstratives: Set<String>
  var prepositions: Set<String>
  var conjunctions: Set<String>
  /// Words that begin a clause which says when, why or under which condition.
  var subordinators: Set<String>
  var relatives: Set<String>
  var negations: Set<String>
  var adverbs: Set<String>
  /// Pronouns as subjects, with the person that they stand for, 0…5.
  var subjects: [String: Int]
  var numbers: [String: Int]
  var interrogatives: Set<String>

  static func of(_ language: Language) -> FunctionWords { language == .spanish ? spanish : english }

  static let spanish = FunctionWords(
    definite: ["el", "la", "los", "las", "lo"],
    indefinite: [
      "un", "una", "unos", "unas", "algun", "alguna", "algunos", "algunas", "otro", "otra", "otros", "otras", "varios",
      "varias", "muchos", "muchas", "mucho", "mucha", "pocos", "pocas", "todo", "toda", "todos", "todas", "cada",
      "ningun",
      "ninguna", "bastante", "bastantes",
    ],
    possessives: [
      "mi": 0, "mis": 0, "mio": 0, "mia": 0, "tu": 1, "tus": 1, "su": 2, "sus": 2, "nuestro": 3, "nuestra": 3,
      "nuestros": 3, "nuestras": 3,
    ],
    demonstratives: [
      "este", "esta", "estos", "estas", "ese", "esa", "esos", "esas", "aquel", "aquella", "esto", "eso",
    ],
    prepositions: [
      "a", "al", "ante", "bajo", "con", "contra", "de", "del", "desde", "en", "entre", "hacia", "hasta", "para", "por",
      "segun",
      "sin", "sobre", "tras", "conmigo", "contigo", "como",
    ],
    conjunctions: ["y", "e", "o", "u", "ni", "pero", "sino", "aunque", "asi"],
    subordinators: ["porque", "cuando", "si", "mientras", "aunque", "pues", "ya que", "salvo", "excepto"],
    relatives: ["que", "q", "quien", "quienes", "donde", "cuyo", "cuya", "k"],
    negations: ["no", "nunca", "jamas", "tampoco"],
    adverbs: [
      "ya", "muy", "mucho", "bastante", "tambien", "siempre", "casi", "ahora", "antes", "despues", "luego", "todavia",
      "aun", "hoy", "apenas",
      "solo", "solamente", "aqui", "alli", "ahi", "bien", "mal", "mejor", "peor", "demasiado", "actualmente",
      "ultimamente",
      "normalmente", "generalmente", "habitualmente", "realmente", "entonces", "juntos", "juntas", "ademas",
      "finalmente", "hace",
      "nada", "algo", "tan", "menudo", "veces", "poco", "pronto", "temporalmente", "recien", "recientemente",
      "oficialmente", "probablemente", "perdona", "oye", "bueno", "mira", "pues", "hola", "vaya", "gracias",
      "sinceramente", "encima", "total", "vale",
    ],
    subjects: [
      "yo": 0, "tu": 1, "vos": 1, "usted": 2, "el": 2, "ella": 2, "nosotros": 3, "nosotras": 3, "vosotros": 4,
      "ellos": 5,
      "ellas": 5, "ustedes": 5,
    ],
    numbers: numberTable(
      """
      un uno=1 una=1 dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 once=11 doce=12 trece=13 catorce=14
      quince=15 dieciseis=16 diecisiete=17 dieciocho=18 diecinueve=19 veinte=20 veintiun=21 veintiuno=21 veintidos=22
      veintitres=23 veinticuatro=24 veinticinco=25 veintiseis=26 veintisiete=27 veintiocho=28 veintinueve=29 treinta=30
      cuarenta=40 cincuenta=50 sesenta=60 setenta=70 ochenta=80 noventa=90 cien=100 ciento=100 doscientos=200 trescientos=300
      cuatrocientos=400 quinientos=500 seiscientos=600 setecientos=700 ochocientos=800 novecientos=900 mil=1000
      """),
    interrogatives: [
      "que", "quien", "quienes", "cual", "cuales", "como", "donde", "adonde", "cuando", "cuanto", "cuanta", "cuantos",
      "cuantas",
      "q",
    ])

  static let english = FunctionWords(
    definite: ["the"],
    indefinite: ["a", "an", "some", "any", "another", "many", "several", "all", "every", "each", "no", "both"],
    possessives: ["my": 0, "your": 1, "his": 2, "her": 2, "its": 2, "their": 2, "our": 3, "mine": 0],
    demonstratives: ["this", "that", "these", "those"],
    prepositions: [
      "in", "at", "on", "to", "with", "from", "of", "for", "by", "about", "under", "without", "since", "until", "into",
      "onto",
      "near", "inside", "as", "behind", "between", "after", "before", "during", "over", "through", "across", "against",
      "around",
    ],
    conjunctions: ["and", "or", "but", "nor", "so"],
    subordinators: ["because", "when", "if", "while", "although", "though", "unless", "whenever"],
    relatives: ["who", "which", "that", "where", "whose", "whom"],
    negations: ["not", "never", "no", "hardly", "barely", "seldom", "rarely"],
    adverbs: [
      "really", "very", "now", "always", "usually", "often", "also", "too", "just", "actually", "currently", "still",
      "already",
      "anymore", "then", "here", "there", "well", "only", "even", "ever", "once", "sometimes", "together", "longer",
      "quite", "so",
      "finally", "recently", "mostly", "probably", "originally", "officially", "hey", "hi", "hello", "sorry", "oh",
      "yes", "well", "please", "much", "totally", "absolutely", "almost", "nearly", "both", "generally", "normally",
      "previously", "formerly", "temporarily", "luckily", "unfortunately", "sadly", "instead", "back", "away", "again",
      "lately",
    ],
    subjects: ["i": 0, "you": 1, "he": 2, "she": 2, "it": 2, "we": 3, "they": 5],
    numbers: numberTable(
      """
      one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14
      fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70
      eighty=80 ninety=90 hundred=100 thousand=1000
      """),
    interrogatives: ["what", "who", "whom", "whose", "which", "where", "when", "how", "why"])

  private static func numberTable(_ text: String) -> [String: Int] {
    Dictionary(
      text.split(whereSeparator: \.isWhitespace).compactMap { entry in
        let parts = entry.split(separator: "=")
        return parts.count == 2 ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
      }, uniquingKeysWith: { first, _ in first })
  }

  func isDeterminer(_ word: String) -> Bool {
    definite.contains(word) || indefinite.contains(word) || possessives[word] != nil || demonstratives.contains(word)
  }
}

/// The pronouns that stand before a Spanish verb.
enum Clitics {
  static let all: Set<String> = ["me", "te", "se", "le", "les", "lo", "la", "los", "las", "nos", "os"]
  /// Those that are articles as well.
  static let articles: Set<String> = ["la", "lo", "los", "las"]
}
