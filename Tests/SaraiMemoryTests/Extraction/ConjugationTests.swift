import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Forms of verbs")
struct ConjugationTests {
  private let spanish = SpanishConjugation.shared
  private let english = EnglishConjugation.shared

  @Test("Spanish verbs keep the sound of their stem and change its vowel where it is stressed")
  func spanishForms() {
    #expect(spanish.form(of: "vivir", .present, person: 2) == "vive")
    #expect(spanish.form(of: "aparcar", .preterite, person: 0) == "aparqué")
    #expect(spanish.form(of: "conocer", .present, person: 0) == "conozco")
    #expect(spanish.form(of: "jugar", .present, person: 1) == "juegas")
    #expect(spanish.form(of: "dormir", .preterite, person: 2) == "durmió")
    #expect(spanish.form(of: "construir", .preterite, person: 2) == "construyó")
    #expect(spanish.form(of: "tener", .present, person: 1) == "tienes")
  }

  @Test("A form is read by the accents that were typed, and without them by any")
  func spanishReadings() {
    #expect(spanish.readings(of: Tokenizer.word("trabajó")).first?.tense == .preterite)
    #expect(spanish.readings(of: Tokenizer.word("trabajo")).first?.tense == .present)
    #expect(spanish.readings(of: Tokenizer.word("nacio")).first?.lemma == "nacer")
    #expect(spanish.readings(of: Tokenizer.word("matrícula")).isEmpty)
  }

  @Test("English verbs add their endings by their spelling")
  func englishForms() {
    #expect(english.third(of: "study") == "studies")
    #expect(english.third(of: "teach") == "teaches")
    #expect(english.past(of: "plan") == "planned")
    #expect(english.past(of: "lend") == "lent")
    #expect(english.gerund(of: "live") == "living")
  }
}

@Suite("Typing errors")
struct SpellingTests {
  private func corrected(_ text: String, _ language: Language) -> [String] {
    SpellingCorrector.of(language).corrected(text.split(separator: " ").map { Tokenizer.word(String($0)) }).map(
      \.folded)
  }

  @Test("Words that a sentence hangs on are mended, names and other words are left")
  func mended() {
    #expect(corrected("mi ermana bivo travajo yama", .spanish) == ["mi", "hermana", "vivo", "trabajo", "llama"])
    #expect(corrected("la alergia del marino Cristna", .spanish) == ["la", "alergia", "del", "marino", "cristna"])
    #expect(corrected("my sisster i wrok alergic", .english) == ["my", "sister", "i", "work", "allergic"])
  }

  @Test("One slip is a letter more, less, other, or two swapped")
  func distance() {
    #expect(EditDistance.between("cristina", "cristna", limit: 1) == 1)
    #expect(EditDistance.between("work", "wrok", limit: 1) == 1)
    #expect(EditDistance.between("ana", "maria", limit: 1) == 2)
    #expect(EditDistance.between("", "", limit: 1) == 0)
  }
}
