import SaraiCore

/// Finds out whom a phrase speaks of: «Andrés» and «mi primo» are one where somebody said so.
struct EntityResolver {
  var view: FactView
  /// Who was spoken of last, for «él», «su» and dropped subjects.
  var last: String?
  /// Who was just introduced under which words: «un perro» in «tengo un perro que…».
  var introduced: [String: String] = [:]

  /// Whether a question is read: then a thing may be found under a name that is not quite its own.
  let isAsking: Bool

  init(_ view: FactView, isAsking: Bool = false) {
    self.view = view
    self.isAsking = isAsking
  }

  /// The names under which a phrase may be kept, those with facts only if there are any; empty where it cannot be told.
  func names(of phrase: NounPhrase) throws -> [String] {
    if let known = introduced[phrase.text] { return [known] }
    if phrase.isUser { return [EntityName.user] }
    if phrase.pronoun != nil { return last.map { [$0] } ?? [] }
    if phrase.isName, let name = phrase.name { return try people(named: name) }
    let roles = try roles(of: phrase)
    if let name = phrase.name, phrase.isNameable {
      if !isAsking, let other = try another(phrase, roles, named: name) { return [other] }
      return try people(roles, named: name)
    }
    return try holders(of: roles, isPlural: phrase.isPlural)
  }

  /// What a phrase is called by what it is to its owner, without regard to who that is.
  func roles(of phrase: NounPhrase) throws -> [String] {
    if let known = introduced[phrase.text] { return [known] }
    if !phrase.relative.isEmpty {
      return [Content.stems(of: phrase.text).joined(separator: " ")]
    }
    var nouns = EntityName.nouns(of: phrase)
    if let name = phrase.name, !phrase.isNameable { nouns = nouns.map { $0.isEmpty ? name : $0 + " " + name } }
    if let owner = phrase.possessor.first {
      let owners = try names(of: owner)
      return owners.flatMap { owner in nouns.map { EntityName.owned($0, by: owner) } }
    }
    switch phrase.determiner {
    case .possessive(0), .possessive(3): return nouns.map { $0 + EntityName.ofUser }
    case .possessive:
      guard let last else { return [] }
      return nouns.map { EntityName.owned($0, by: last) }
    default: return nouns
    }
  }

  /// Those who are known to be something to somebody: the role itself, and everybody told to have it.
  private func holders(of roles: [String], isPlural: Bool) throws -> [String] {
    var found: [String] = []
    var all = roles
    if isPlural { all = roles.flatMap { role in expanded(role) } }
    for role in all {
      for fact in try view.facts(verbs: ["ser"], objects: [role]).reversed()
      where !fact.isNegated && !found.contains(fact.subject.text) {
        found.append(fact.subject.text)
      }
      if try !view.facts(subjects: [role]).isEmpty, !found.contains(role) { found.append(role) }
    }
    if found.isEmpty { found = try similar(roles) }
    return found.isEmpty ? Array(roles.prefix(1)) : found
  }

  /// «hijos» are sons and daughters.
  private func expanded(_ role: String) -> [String] {
    let head = role.prefix { $0 != " " }
    return Kinship.members(of: String(head)).map { $0 + role.dropFirst(head.count) }
  }

  /// The same thing under a longer or shorter name: «clave del wifi» and «clave del wifi de casa», with or without «mi».
  private func similar(_ roles: [String]) throws -> [String] {
    for role in roles {
      let isOfUser = role.hasSuffix(EntityName.ofUser)
      let bare = isOfUser ? String(role.dropLast(EntityName.ofUser.count)) : role
      guard !bare.isEmpty else { continue }
      if Kinship.isKin(String(bare.prefix { $0 != " " })) {
        let qualified = try qualified(role)
        if qualified.count == 1 { return qualified }
        continue
      }
      let variant = isOfUser ? bare : bare + EntityName.ofUser
      if try !view.facts(subjects: [variant]).isEmpty { return [variant] }
      guard isAsking else { continue }
      let words = bare.split(separator: " ").filter { $0 != "de" && $0 != "del" }.map(String.init)
      guard let head = words.first, head.count > 2 else { continue }
      let others = Set(
        try view.facts(text: words.joined(separator: " ")).map(\.subject.text).filter { subject in
          let folded = Fold.text(subject)
          return folded.hasPrefix(head) && words.allSatisfy { folded.contains($0) } && !belongsToAnother(subject, words)
        })
      if others.count == 1 { return Array(others) }
      let shorter = Set(
        try view.facts(text: head).map(\.subject.text).filter { subject in
          let parts = subject.split(separator: " ").map { Fold.text($0) }.filter {
            !["de", "del", "usuario"].contains($0)
          }
          return parts.first == head && parts.count > 1 && parts.allSatisfy(words.contains)
        })
      let isAnothers = words.contains { Kinship.isKin($0) || GivenNames.contains($0) }
      if shorter.count == 1, words.count > 1, !isAnothers { return Array(shorter) }
    }
    return []
  }

  /// «el hijo de Charo», when only «el hijo pequeño de Charo» was told.
  private func qualified(_ role: String) throws -> [String] {
    guard isAsking, let space = role.firstIndex(of: " ") else { return [] }
    let (noun, owner) = (role[..<space], role[space...])
    let subjects = try view.facts(text: String(noun)).map(\.subject.text).filter { subject in
      subject.hasPrefix(noun + " ") && subject.hasSuffix(owner)
        && ["mayor", "pequeno", "mediano"].contains(
          String(subject.dropFirst(noun.count + 1).dropLast(owner.count)))
    }
    return Array(Set(subjects))
  }

  /// «perro de vecina del usuario» is not the dog of who asks for «mi perro».
  private func belongsToAnother(_ subject: String, _ words: [String]) -> Bool {
    subject.split(separator: " ").dropFirst().contains { word in
      !words.contains(Fold.text(word)) && (Kinship.isKin(Fold.text(word)) || GivenNames.contains(String(word)))
    }
  }

  /// Whoever has a name: by what was said first, by the name itself otherwise.
  func people(named name: String) throws -> [String] {
    let called = try view.facts(verbs: ["llamarse"], objects: [name]).filter { !$0.isNegated }.map(\.subject.text)
    if !called.isEmpty {
      let isOneToo = try called.contains { !EntityName.isOfUser($0) } == false && !view.facts(subjects: [name]).isEmpty
      return Array(Set(called + (isOneToo ? [name] : []))).sorted()
    }
    if try !view.facts(subjects: [name]).isEmpty { return [name] }
    return try misspelt(name) ?? [name]
  }

  /// Somebody whose name differs by a slip.
  private func misspelt(_ name: String) throws -> [String]? {
    let folded = Fold.text(name)
    guard folded.count >= 5 else { return nil }
    for fact in try view.facts(text: String(folded.prefix(2))) {
      if fact.verb == "llamarse", isSlip(folded, fact.object.folded) { return [fact.subject.text] }
      if fact.subject.text.first?.isUppercase ?? false, isSlip(folded, fact.subject.folded) {
        return [fact.subject.text]
      }
    }
    return nil
  }

  private func isSlip(_ typed: String, _ known: String) -> Bool {
    guard typed != known, EditDistance.between(typed, known, limit: 1) == 1 else { return typed == known }
    // Mariano is not Mariana.
    return typed.count != known.count || typed.last == known.last
  }

  /// «Mi otra amiga Laura», «mi vecina Ana» beside «mi compañera Ana»: somebody else of the same name.
  private func another(_ phrase: NounPhrase, _ roles: [String], named name: String) throws -> String? {
    guard let role = roles.first, phrase.isPossessedByUser else { return nil }
    let known = try view.facts(subjects: [name], verbs: ["ser"]).filter {
      !$0.isNegated && EntityName.parts($0.object.text)?.owner == EntityName.user
    }.map(\.object.text)
    guard !known.isEmpty else { return nil }
    let isOther = phrase.text.split(separator: " ").contains { ["otro", "otra", "other"].contains(Fold.text($0)) }
    func words(_ role: String) -> Set<Substring> {
      Set(role.split(separator: " ")).subtracting(["de", "del", "usuario"])
    }
    // «Mi hermana mayor Ana» is «mi hermana Ana».
    let isSameRole = known.contains { !words($0).isDisjoint(with: words(role)) }
    guard isOther || !isSameRole else { return nil }
    let entity = isSameRole ? "otra " + role : role
    let names = try view.facts(subjects: [entity], verbs: ["llamarse"]).map(\.object)
    return names.isEmpty || names.contains(Term(name)) ? entity : nil
  }

  /// «mi hermana Ana»: the sister who is called so, the one whose name was not told yet, or another one.
  private func people(_ roles: [String], named name: String) throws -> [String] {
    let holders = try holders(of: roles, isPlural: false)
    for holder in holders {
      if Term(holder) == Term(name) { return [holder] }
      if try view.facts(subjects: [holder], verbs: ["llamarse"], objects: [name]).isEmpty == false { return [holder] }
    }
    let called = try people(named: name)
    if called != [name], called.contains(where: { roles.contains($0) }) { return called }
    for role in roles where holders == [role] {
      let hasFacts = try !view.facts(subjects: [role]).isEmpty
      let hasName = try !view.facts(subjects: [role], verbs: ["llamarse"]).isEmpty
      if hasFacts, !hasName { return [role] }
    }
    return [name]
  }
}
