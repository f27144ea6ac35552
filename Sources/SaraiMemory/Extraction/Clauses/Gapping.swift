import SaraiCore

/// Clauses that leave out the verb of the one before: «y mi hermana Sonia en Burgos».
enum Gapping {
  static func clause(_ segment: [Chunk], after main: ClauseReader.Builder, isContrast: Bool) -> ClauseReader.Builder? {
    guard var verb = main.verb else { return nil }
    // «Antes vivía en Londres y ahora en Bilbao»
    var builder = ClauseReader.Builder()
    let content = segment.filter { !$0.isMark && !$0.isAdverb && !$0.isNegation }
    let isNow = segment.contains { [.adverb("ahora"), .adverb("now"), .adverb("actualmente")].contains($0) }
    if isNow, verb.isPast || verb.isImperfect {
      verb.isPast = false
      verb.isImperfect = false
      verb.isNow = true
      if case .prepositional? = content.first {
        builder.before = main.before.filter { !$0.isAdverb }
        builder.antecedent = main.antecedent
        builder.verb = verb
        builder.after = content
        return builder
      }
    }
    // «Me gusta el té pero no el café»
    if segment.first?.isNegation ?? false, !verb.isNegated, content.count == 1,
      main.after.contains(where: { $0.shape == content[0].shape })
    {
      verb.isNegated = true
      builder.before = main.before
      builder.antecedent = main.antecedent
      builder.verb = verb
      builder.after = content
      return builder
    }
    if isContrast {
      verb.isNegated = false
      builder.before = main.before
      builder.antecedent = main.antecedent
      builder.verb = verb
      builder.after = content
      return builder
    }
    if let pleased = pleased(content, verb) { return pleased }
    guard case .phrase(let first)? = content.first else { return nil }
    let model = main.before.compactMap(\.phrase).last
    if content.count == 1 {
      guard let (subject, value) = GappedCopula.divided(first, verb, main, model) else { return nil }
      builder.before = [.phrase(subject)]
      builder.verb = verb
      builder.after = [.phrase(value)]
      return builder
    }
    builder.verb = verb
    if first.isDefinite {
      var subject = first
      if subject.head.isEmpty || RelativeAdjectives.all.contains(subject.head), subject.name == nil, let model {
        subject = RelativeAdjectives.completed(subject, like: model)
      }
      builder.before = [.phrase(subject)]
      builder.after = GappedCopula.completed(Array(content.dropFirst()), after: main, verb)
      return builder
    }
    // «y natación los miércoles»: the same subject with other objects.
    let shape = main.after.filter { !$0.isMark && !$0.isAdverb }.map(\.shape)
    guard content.map(\.shape) == shape else { return nil }
    builder.before = main.before
    builder.antecedent = main.antecedent
    builder.isRelative = main.isRelative
    builder.after = content
    return builder
  }
}

/// «El wifi es Sol y la clave Luna», «el padre es policía y la madre maestra»: one phrase that is a subject and what it is.
enum GappedCopula {
  static func divided(
    _ phrase: NounPhrase, _ verb: VerbGroup, _ main: ClauseReader.Builder, _ model: NounPhrase?
  ) -> (subject: NounPhrase, value: NounPhrase)? {
    var subject = phrase
    // «…y el pequeño Leo»
    if let name = phrase.name, phrase.head.isEmpty, phrase.determiner == .definite, let model,
      let last = phrase.modifiers.last, RelativeAdjectives.all.contains(last)
    {
      subject.name = nil
      var value = NounPhrase(text: name)
      value.name = name
      return (RelativeAdjectives.completed(subject, like: model), value)
    }
    // «…y mi madre enfermera»: in small letters it is no name but what she is.
    if let name = phrase.name, phrase.isKin, name.first?.isLowercase ?? false, !GivenNames.contains(name),
      ["ser", "estar", "be"].contains(verb.lemma), !main.after.contains(where: { $0.phrase?.isName == true })
    {
      subject.name = nil
      var value = NounPhrase(text: name)
      value.head = Inflection.singular(Fold.text(name))
      return (subject, value)
    }
    if let name = phrase.name, !phrase.head.isEmpty {
      subject.name = nil
      var value = NounPhrase(text: name)
      value.name = name
      if RelativeAdjectives.all.contains(phrase.head), let model {
        return (RelativeAdjectives.completed(subject, like: model), value)
      }
      let isNaming = ["llamar", "be", "call", "name"].contains(verb.lemma)
      if isNaming, phrase.isNameable, phrase.isPossessedByUser,
        main.after.contains(where: { $0.phrase?.isName == true })
      {
        return (subject, value)
      }
      guard verb.verb == "ser" || verb.lemma == "ser" || verb.lemma == "be", !phrase.isKin, !Titles.isTitled(phrase),
        phrase.determiner == .definite || phrase.isPossessedByUser
      else { return nil }
      return (subject, value)
    }
    // «Mi perro tiene 3 años y mi gato 5»
    if let (noun, number) = phrase.dividedNumber, main.after.contains(where: { $0.phrase?.quantity != nil }) {
      var value = NounPhrase(text: String(number))
      value.quantity = number
      return (noun, value)
    }
    guard phrase.determiner == .definite || phrase.isPossessedByUser, !phrase.head.isEmpty, model?.isPlural == false,
      let last = phrase.modifiers.last, let word = phrase.text.split(separator: " ").last.map(String.init),
      Fold.text(word) == last, !RelativeAdjectives.all.contains(last), last != "favorito", last != "favorita"
    else { return nil }
    subject.modifiers.removeLast()
    subject.text = String(phrase.text.dropLast(word.count + 1))
    guard ["ser", "estar", "be"].contains(verb.lemma) else { return nil }
    if subject.possessor.isEmpty, subject.isKin, subject.determiner == .definite, let model {
      subject.possessor = model.possessor
      if model.possessor.isEmpty { subject.determiner = model.determiner }
    }
    // «…y la clave 9dkK2»: that of the wifi.
    if keys.contains(subject.head), subject.complements.isEmpty, subject.possessor.isEmpty, let model, !model.isKin,
      !model.head.isEmpty, !keys.contains(model.head)
    {
      subject.complements = [model.head]
    }
    var value = NounPhrase(text: word)
    value.head = Inflection.singular(last)
    return (subject, value)
  }

  private static let keys = Vocabulary.set("clave contraseña codigo pin usuario password code passcode login")

  /// «Soy alérgico a las nueces y mi hijo a la leche»: what is left out before the last part.
  static func completed(_ rest: [Chunk], after main: ClauseReader.Builder, _ verb: VerbGroup) -> [Chunk] {
    let before = main.after.filter { !$0.isMark && !$0.isAdverb }
    let isTime = rest.allSatisfy { if case .time = $0 { true } else { false } }
    guard ["ser", "estar", "be"].contains(verb.lemma) || isTime, rest.count < before.count,
      before.suffix(rest.count).map(\.shape) == rest.map(\.shape)
    else { return rest }
    return before.dropLast(rest.count) + rest
  }
}

extension Gapping {
  /// «A mi padre le encantan los churros y a mi madre las porras»: whom, and what.
  private static func pleased(_ content: [Chunk], _ verb: VerbGroup) -> ClauseReader.Builder? {
    guard content.count == 2, case .prepositional("a", let person, _)? = content.first, person.isDefinite,
      case .phrase? = content.last, VerbClasses.experiencer.contains(verb.lemma)
    else { return nil }
    var builder = ClauseReader.Builder()
    builder.before = [content[0]]
    builder.verb = verb
    builder.verb?.clitics = ["le"]
    builder.after = [content[1]]
    return builder
  }
}

/// «el pequeño», "the younger one": an adjective that stands for the noun before it.
enum RelativeAdjectives {
  static let all = Vocabulary.set(
    """
    mayor menor pequeño pequeña peque mediano mediana paterno paterna materno materna otro otra viejo vieja nuevo nueva primero
    primera segundo segunda older younger other oldest youngest
    """)

  /// «Mi hijo, el mayor, se llama…»
  static func aside(_ chunks: [Chunk], _ place: Int) -> NounPhrase? {
    guard place + 4 < chunks.count, case .phrase(var person) = chunks[place], person.isKin,
      chunks[place + 1] == .comma, case .phrase(let which) = chunks[place + 2], which.determiner == .definite,
      which.name == nil, chunks[place + 3] == .comma
    else { return nil }
    let words = which.modifiers + [which.head].filter { !$0.isEmpty }
    guard !words.isEmpty, words.allSatisfy({ all.contains($0) || $0 == "one" }) else { return nil }
    person.modifiers += words.filter { $0 != "one" }
    return person
  }

  static func completed(_ phrase: NounPhrase, like model: NounPhrase) -> NounPhrase {
    var phrase = phrase
    if !phrase.head.isEmpty { phrase.modifiers.insert(phrase.head, at: 0) }
    phrase.head = model.head
    if phrase.complements.isEmpty { phrase.complements = model.complements }
    if phrase.modifiers.isEmpty { phrase.modifiers = model.modifiers }
    phrase.text = model.text + " " + phrase.text
    if phrase.possessor.isEmpty {
      phrase.possessor = model.possessor
      phrase.determiner = model.determiner
    }
    return phrase
  }
}
