import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("What is wished, feared, read or joked about is no fact")
struct WordsOfOthersTests {
  @Test(
    "In Spanish",
    arguments: [
      "Leí que mi barrio es Narnia", "Mi jefe me ha dicho: «vives en Narnia»", "\"Soy de Narnia\", dijo mi abuelo",
      "Mi hijo quiere que vivamos en Narnia", "Espero que mi hermana viva en Narnia",
      "No es verdad que mi hermana vive en Narnia", "Pon que me llamo Narnia",
      "Te cuento un chiste: mi mujer es de Narnia", "Por lo visto mi hermana vive en Narnia",
      "Si me toca la lotería, me compro una casa en Narnia", "Viviré en Narnia", "Voy a vivir en Narnia",
    ])
  func spanish(text: String) throws {
    #expect(try !Conversation(.spanish, text).current.contains { $0.contains("Narnia") })
  }

  @Test(
    "In English",
    arguments: [
      "I read that my town is Narnia", "\"I live in Narnia,\" said my grandfather", "I hope my sister lives in Narnia",
      "I wish I lived in Narnia", "I heard my brother lives in Narnia", "Apparently my brother lives in Narnia",
      "It's not true that my sister lives in Narnia", "If I win the lottery, I'll buy a house in Narnia",
      "I will live in Narnia", "I'm going to live in Narnia", "They say my town is Narnia",
    ])
  func english(text: String) throws {
    #expect(try !Conversation(.english, text).current.contains { $0.contains("Narnia") })
  }

  @Test("What one thinks oneself, or only begins with such a verb, is told")
  func own() throws {
    #expect(
      try Conversation(.english, "I think my sister lives in Leeds").current == [
        "hermana del usuario | vivir en | Leeds"
      ])
    #expect(
      try Conversation(.english, "I told you my brother works at Ikea").current == [
        "hermano del usuario | trabajar en | Ikea"
      ])
    #expect(
      try Conversation(.english, "Don't forget my cat is called Pau").current == ["gato del usuario | llamarse | Pau"])
    #expect(
      try Conversation(.english, "If I remember correctly, my uncle lives in Leeds").current == [
        "tio del usuario | vivir en | Leeds"
      ])
    #expect(try Conversation(.spanish, "Escucho jazz").current == ["usuario | escuchar | jazz"])
    #expect(
      try Conversation(.spanish, "Quiero que sepas que mi tía es monja").current == ["tia del usuario | ser | monja"])
  }

  @Test("Nobody is nobody's name, and three denials are three")
  func denials() throws {
    #expect(
      try Conversation(.spanish, "Mi madre no come carne ni pescado ni huevos").current == [
        "no madre del usuario | comer | carne", "no madre del usuario | comer | pescado",
        "no madre del usuario | comer | huevos",
      ])
    #expect(try Conversation(.spanish, "Ni siquiera tengo coche").current == ["no usuario | tener | coche"])
    for text in ["Nadie en mi casa fuma", "Nobody in my family smokes"] {
      #expect(try Conversation(text.hasPrefix("Nadie") ? .spanish : .english, text).current == [], "\(text)")
    }
    #expect(
      try Conversation(.english, "My brother doesn't live in York but in Leeds").current == [
        "no hermano del usuario | vivir en | York", "hermano del usuario | vivir en | Leeds",
      ])
  }

  @Test("A correction may be of whom it was told, or of a number alone")
  func corrections() throws {
    #expect(
      try Conversation(.spanish, "Mi hermana vive en Lugo", "Perdón, quería decir mi prima").current == [
        "prima del usuario | vivir en | Lugo"
      ])
    #expect(
      try Conversation(.english, "My sister lives in Leeds", "Sorry, not my sister, my cousin").current == [
        "primo del usuario | vivir en | Leeds"
      ])
    #expect(
      try Conversation(.spanish, "Mi perro tiene 5 años", "No, 6").current == ["perro del usuario | tener | 6 años"])
    #expect(
      try Conversation(.spanish, "Trabajo en Ikea. Bueno, en realidad en Leroy Merlin.").current == [
        "usuario | trabajar en | Leroy Merlin"
      ])
    #expect(
      try Conversation(.spanish, "Mi hermana está casada, espera un hijo").current.contains {
        $0.contains("casada")
      })
  }
}
