/// Brings forms of one English word to one stem.
///
/// After the English (Porter 2) algorithm as M. Porter published it at snowballstem.org/algorithms/english. Words have
/// no apostrophes here, so its step 0 is left out.
struct EnglishStemmer {
  private var letters: [UInt8]
  /// Where the regions R1 and R2 start: behind the first consonant after a vowel, and the same again within R1.
  private var first = 0
  private var second = 0

  /// - Parameter word: Lower case, without accents.
  static func stem(_ word: String) -> String {
    let letters = Array(word.utf8)
    guard letters.count > 2, letters.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
    if let exception = exceptions[word] { return exception }
    var stemmer = EnglishStemmer(letters: letters)
    stemmer.run()
    return String(decoding: stemmer.letters, as: UTF8.self).lowercased()
  }

  private init(letters: [UInt8]) {
    self.letters = letters
    markConsonantY()
    findRegions()
  }

  private mutating func run() {
    step1a()
    if Self.unchangedAfterPlural.contains(String(decoding: letters, as: UTF8.self)) { return }
    step1b()
    step1c()
    if let (ending, replacement) = Self.step2.first(where: { ends($0.0) }) {
      step2(ending, replacement)
    }
    if let (ending, replacement) = Self.step3.first(where: { ends($0.0) }), starts(ending) >= first {
      if ending != "ative" || starts(ending) >= second { replace(ending, with: replacement) }
    }
    step4()
    step5()
  }

  // MARK: Regions

  /// A "y" at the start or behind a vowel is a consonant, written "Y" from here on.
  private mutating func markConsonantY() {
    for index in letters.indices where letters[index] == UInt8(ascii: "y") {
      if index == 0 || Self.isVowel(letters[index - 1]) { letters[index] = UInt8(ascii: "Y") }
    }
  }

  private mutating func findRegions() {
    let prefix = ["gener", "commun", "arsen"].first { letters.starts(with: $0.utf8) }
    first = prefix?.utf8.count ?? regionStart(from: 0)
    second = regionStart(from: first)
  }

  private func regionStart(from start: Int) -> Int {
    guard start + 1 < letters.count else { return letters.count }
    for index in (start + 1)..<letters.count where !Self.isVowel(letters[index]) && Self.isVowel(letters[index - 1]) {
      return index + 1
    }
    return letters.count
  }

  private static func isVowel(_ letter: UInt8) -> Bool { "aeiouy".utf8.contains(letter) }

  private func hasVowel(before end: Int) -> Bool { letters[..<max(0, end)].contains(where: Self.isVowel) }

  private func ends(_ ending: String) -> Bool { letters.suffix(ending.utf8.count).elementsEqual(ending.utf8) }

  private func starts(_ ending: String) -> Int { letters.count - ending.utf8.count }

  private mutating func replace(_ ending: String, with replacement: String) {
    letters.removeLast(ending.utf8.count)
    letters.append(contentsOf: replacement.utf8)
  }

  /// A vowel between consonants of which the last is none of w, x, Y; or a vowel that starts the word and a consonant.
  private func endsInShortSyllable(at end: Int) -> Bool {
    guard end >= 2, !Self.isVowel(letters[end - 1]), Self.isVowel(letters[end - 2]) else { return false }
    if end == 2 { return true }
    return !Self.isVowel(letters[end - 3]) && !"wxY".utf8.contains(letters[end - 1])
  }

  // MARK: Steps

  private mutating func step1a() {
    if ends("sses") {
      replace("sses", with: "ss")
    } else if ends("ied") || ends("ies") {
      letters.removeLast(letters.count > 4 ? 2 : 1)
    } else if ends("s"), !ends("us"), !ends("ss"), hasVowel(before: letters.count - 2) {
      letters.removeLast()
    }
  }

  private mutating func step1b() {
    if let ending = ["eedly", "eed"].first(where: ends) {
      if starts(ending) >= first { replace(ending, with: "ee") }
      return
    }
    guard let ending = ["ingly", "edly", "ing", "ed"].first(where: ends), hasVowel(before: starts(ending)) else {
      return
    }
    replace(ending, with: "")
    if ends("at") || ends("bl") || ends("iz") {
      letters.append(UInt8(ascii: "e"))
    } else if ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"].contains(where: ends) {
      letters.removeLast()
    } else if first >= letters.count, endsInShortSyllable(at: letters.count) {
      letters.append(UInt8(ascii: "e"))
    }
  }

  private mutating func step1c() {
    guard letters.count > 2, let last = letters.last, last | 0x20 == UInt8(ascii: "y"),
      !Self.isVowel(letters[letters.count - 2])
    else { return }
    letters[letters.count - 1] = UInt8(ascii: "i")
  }

  private mutating func step2(_ ending: String, _ replacement: String) {
    let start = starts(ending)
    guard start >= first else { return }
    if ending == "ogi" {
      guard start > 0, letters[start - 1] == UInt8(ascii: "l") else { return }
    }
    if ending == "li" {
      guard start > 0, "cdeghkmnrt".utf8.contains(letters[start - 1]) else { return }
    }
    replace(ending, with: replacement)
  }

  private mutating func step4() {
    guard let ending = Self.step4.first(where: ends), starts(ending) >= second else { return }
    if ending == "ion" {
      guard let before = letters.dropLast(3).last, "st".utf8.contains(before) else { return }
    }
    replace(ending, with: "")
  }

  private mutating func step5() {
    let start = letters.count - 1
    if ends("e") {
      if start >= second || (start >= first && !endsInShortSyllable(at: start)) { letters.removeLast() }
    } else if ends("ll"), start >= second {
      letters.removeLast()
    }
  }

  // MARK: Tables, longest endings first

  private static let step2: [(String, String)] = [
    ("ational", "ate"), ("fulness", "ful"), ("iveness", "ive"), ("ization", "ize"), ("ousness", "ous"),
    ("biliti", "ble"), ("lessli", "less"), ("tional", "tion"), ("alism", "al"), ("aliti", "al"), ("ation", "ate"),
    ("entli", "ent"), ("fulli", "ful"), ("iviti", "ive"), ("ousli", "ous"), ("abli", "able"), ("alli", "al"),
    ("anci", "ance"), ("ator", "ate"), ("enci", "ence"), ("izer", "ize"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
  ]
  private static let step3: [(String, String)] = [
    ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("ative", ""), ("icate", "ic"), ("iciti", "ic"),
    ("ical", "ic"), ("ness", ""), ("ful", ""),
  ]
  private static let step4 = [
    "ement", "able", "ance", "ence", "ible", "ment", "ant", "ate", "ent", "ion", "ism", "iti", "ive", "ize", "ous",
    "al", "er", "ic",
  ]
  private static let exceptions = [
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
    "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl", "sky": "sky", "news": "news", "howe": "howe",
    "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes",
  ]
  private static let unchangedAfterPlural: Set<String> = [
    "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed",
  ]
}
