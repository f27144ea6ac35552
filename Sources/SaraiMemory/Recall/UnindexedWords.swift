import SaraiCore

/// Words that say how a sentence is built and little about what: not indexed, and by them a language is told.
enum UnindexedWords {
  static func of(_ language: Language) -> Set<String> {
    switch language {
    case .spanish: spanish
    case .english: english
    }
  }

  /// Where the language is not known, function words of both are left out.
  static func isFunctionWord(_ word: String, in language: Language?) -> Bool {
    language.map { of($0).contains(word) } ?? (spanish.contains(word) || english.contains(word))
  }

  static let english = set(
    """
    a an the of to in on at for with by from as and or but if so than that this these those there here it its is are
    was were be been being am do does did doing done have has had having will would can could should may might must
    shall not no nor i me my mine we us our ours you your yours he him his she her hers they them their theirs who whom
    whose which what when where why how all any both each few more most other some such only own same too very just
    about into over after before during between out up down off again then once also don didn doesn isn wasn weren won
    wouldn couldn shouldn hasn haven hadn aren
    """)
  static let spanish = set(
    """
    el la los las un una unos unas lo al del de en con sin por para a ante bajo desde hasta entre hacia sobre segun y e
    o u ni que si no pero mas aunque porque pues como cuando donde quien quienes cual cuales cuanto cuanta cuantos
    cuantas este esta esto estos estas ese esa eso esos esas aquel aquella aquello aquellos aquellas yo me mi mis mio
    mia mios mias tu te ti tus tuyo tuya el ella ello ellos ellas se su sus suyo suya le les nos nosotros nosotras
    nuestro nuestra nuestros nuestras os vosotros vuestro vuestra usted ustedes soy eres es somos sois son era eras
    eran fue fui fueron sea ser siendo sido estoy estas esta estamos estan estaba estaban estar he has ha hemos han
    habia habian haber hay muy ya tambien tan tanto solo cada otro otra otros otras mismo misma asi aqui ahi alli
    """)

  private static func set(_ list: String) -> Set<String> {
    Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
  }
}
