import SaraiCore
import Testing

@Suite struct LanguageTests {
  @Test(arguments: [
    ("es_ES.UTF-8", Language.spanish), ("en_GB.UTF-8", .english), ("C", .english), ("de_DE", .english),
  ])
  func `LANG chooses the language`(lang: String, expected: Language) {
    #expect(Language(environment: ["LANG": lang]) == expected)
  }

  @Test func `LC_ALL wins over LANG, and nothing set means Spanish`() {
    #expect(Language(environment: ["LC_ALL": "en_US", "LANG": "es_ES"]) == .english)
    #expect(Language(environment: [:]) == .spanish)
  }

  @Test(arguments: [
    ("es-MX,es;q=0.9,en;q=0.8", Language.spanish), ("fr, en;q=0.5", .english), ("en;q=0, es;q=0.1", .spanish),
  ])
  func `Accept-Language picks the best language spoken`(header: String, expected: Language) {
    #expect(Language(acceptLanguage: header) == expected)
  }

  @Test func `Accept-Language without a spoken language picks none`() {
    #expect(Language(acceptLanguage: "fr, de") == nil)
  }
}
