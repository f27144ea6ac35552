import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Words and their stems")
struct StemmingTests {
  @Test("Words lose case, accents and what English writes after an apostrophe")
  func words() {
    #expect(
      WordSplitter.words("¿Dónde está María's café? I DIDN’T — «niño»") == [
        "donde", "esta", "maria", "cafe", "i", "didn", "nino",
      ])
    #expect(WordSplitter.words("o'clock 21st 3.5") == ["oclock", "21st", "3", "5"])
    #expect(WordSplitter.words("Привет, мир") == ["привет", "мир"])
    #expect(WordSplitter.words("'' ’ ...") == [])
    #expect(WordSplitter.words("a b c", limit: 2) == ["a", "b"])
    // Decomposed text reads as composed text does.
    #expect(WordSplitter.words("cafe\u{301}") == ["cafe"])
  }

  @Test("A word of a million letters stays small")
  func longWord() {
    let words = WordSplitter.words(String(repeating: "ab", count: 500_000) + " end")
    #expect(words.count == 2)
    #expect(words.allSatisfy { $0.utf8.count <= 64 })
  }

  @Test(
    "English words have the stems that the published algorithm gives",
    arguments: [
      ("caresses", "caress"), ("flies", "fli"), ("ties", "tie"), ("gas", "gas"), ("gaps", "gap"), ("agreed", "agre"),
      ("hopping", "hop"), ("hoping", "hope"), ("luxuriated", "luxuri"), ("cry", "cri"), ("say", "say"), ("by", "by"),
      ("generously", "generous"), ("communism", "communism"), ("rational", "ration"), ("relational", "relat"),
      ("adoption", "adopt"), ("adopting", "adopt"), ("hopefulness", "hope"), ("consistency", "consist"),
      ("knightly", "knight"), ("national", "nation"), ("dying", "die"), ("news", "news"), ("succeeded", "succeed"),
      ("controlling", "control"), ("youthful", "youth"), ("conversational", "convers"), ("analogi", "analog"),
      ("replacement", "replac"), ("happiness", "happi"), ("skies", "sky"), ("be", "be"),
    ])
  func english(word: String, stem: String) {
    #expect(EnglishStemmer.stem(word) == stem)
  }

  @Test(
    "Forms of one Spanish word share a stem",
    arguments: [
      ["trabajo", "trabajas", "trabajaba", "trabajando", "trabajar", "trabajare", "trabajamos", "trabajaron"],
      ["hermano", "hermana", "hermanos", "hermanas"], ["luz", "luces"],
      ["vivo", "vive", "viven", "vivia", "vivir", "viviendo", "vivido"],
      ["conversar", "conversacion", "conversaciones"], ["comprar", "comprarlo", "comprarselo", "comprandolas"],
      ["ciudad", "ciudades"],
    ])
  func spanish(forms: [String]) {
    #expect(Set(forms.map(SpanishStemmer.stem)).count == 1, "\(forms.map(SpanishStemmer.stem))")
  }

  @Test(
    "Different Spanish words keep different stems",
    arguments: [("casa", "caza"), ("madre", "madera"), ("pero", "perro"), ("hora", "ahorro"), ("piso", "pisto")])
  func spanishApart(one: String, other: String) {
    #expect(SpanishStemmer.stem(one) != SpanishStemmer.stem(other))
  }

  @Test("A text's language is told by its function words")
  func language() {
    #expect(RecallTerms.language(of: WordSplitter.words("Mi hermana vive en Madrid")) == .spanish)
    #expect(RecallTerms.language(of: WordSplitter.words("My sister lives in Madrid")) == .english)
    #expect(RecallTerms.language(of: ["madrid"]) == nil)
  }

  @Test("A name is found in turns of either language")
  func names() {
    let groups = RecallTerms.groups(["carlos"], language: .english, without: [])
    #expect(groups.count == 1)
    for language in [Language.spanish, .english] {
      let terms = RecallTerms.terms(["carlos"], language: language)
      #expect(!Set(groups[0]).isDisjoint(with: terms))
    }
  }
}
