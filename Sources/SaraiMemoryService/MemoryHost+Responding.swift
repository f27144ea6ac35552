import MemoryProtocol
import SaraiCore
import SaraiMemory
import Synchronization

// What memory alone says to a turn.
extension MemoryHost {
  static let longestTurn = 4000

  func respond(_ request: Sarai_Memory_V1_RespondRequest) async throws -> Sarai_Memory_V1_RespondReply {
    let owner = try Owner(request.owner)
    let memory = memory(of: owner)
    var reply = Sarai_Memory_V1_RespondReply()
    reply.waitedSeconds = await settle(memory, withinSeconds: request.waitSeconds)
    let before = memory.heard(request.text)
    guard request.text.utf8.count <= Self.longestTurn else { return reply }
    let question = Question(request, owner: owner)
    if request.mayChange, let open = memory.takeQuestion(in: request.conversation),
      let answer = try await settle(open, by: question, memory)
    {
      reply.take(answer)
    } else if request.mayChange, let answer = try await change(question, memory, after: before) {
      reply.take(answer)
    } else if let answer = try await reading({ try self.report(question) ?? self.answer(question) }) {
      reply.take(answer)
      if request.mayChange, answer.outcome == .contradictory {
        memory.ask(OpenQuestion(conversation: request.conversation, purpose: .correcting(answer.facts)))
      }
    } else if request.acknowledges.contains(question.language.rawValue), let answer = try await acknowledge(question) {
      reply.take(answer)
    }
    counters.withLock { $0.count(reply.outcome) }
    return reply
  }

  /// Requests that change something: forgetting, and whether to learn.
  ///
  /// - Parameter before: The hash of what the turn before this one said, where that is known.
  private func change(_ question: Question, _ memory: OwnerMemory, after before: Int?) async throws -> Answer? {
    let language = question.language
    switch MemoryRequest(question.text) {
    case .pause:
      try await writing { try self.store.setSetting(.learningPaused, true, owner: question.owner) }
      return Answer(
        .reported,
        Localized(
          es: "De acuerdo: no aprendo nada hasta que digas «vuelve a aprender».",
          en: "All right: I learn nothing until you say \"start learning again\".")[language], [], language)
    case .resume:
      try await writing { try self.store.setSetting(.learningPaused, false, owner: question.owner) }
      return Answer(
        .reported, Localized(es: "De acuerdo: vuelvo a aprender.", en: "All right: I am learning again.")[language], [],
        language)
    case .lastLearnt, nil: break
    }
    let asked = try await reading {
      let lastTurn = try self.lastTurn(of: question.owner, after: before)
      return try Forgetting(lookup: self.store, owner: question.owner, lastTurn: .turn(lastTurn)).request(
        in: question.text, language: question.fallback, now: question.now)
    }
    switch asked {
    case nil: return unkept(question)
    case .nothing?:
      return Answer(
        .forgotten, Localized(es: "No tengo nada guardado sobre eso.", en: "I have nothing about that.")[language], [],
        language)
    case .everything?:
      return Answer(
        .reported,
        Localized(
          es:
            "Para olvidarlo todo, escribe en una terminal: sarai memory forget --all. Si es solo una cosa, dime cuál.",
          en: "To forget everything, type in a terminal: sarai memory forget --all. If it is one thing, tell me which.")[
            language], [], language)
    case .several(let ids)?: return try await askWhich(ids, question, memory)
    case .otherwise(let ids)?:
      let facts = try await reading { try ids.prefix(4).map { try self.store.fact($0, owner: question.owner) } }
      let known = facts.map { FactSentence.text($0, language) }.joined(separator: " ")
      return Answer(
        .reported,
        Localized(
          es: "Eso no lo tengo guardado; lo que sé es otra cosa: \(known)",
          en: "I do not have that; what I know is something else: \(known)")[language], ids, language)
    case .unsure(let ids, let object)?:
      let names = try await reading { try self.names(of: ids, owner: question.owner, language) }
      return Answer(
        .reported,
        Localized(
          es: "No he olvidado nada. Para que olvide \(names.text) para siempre, di solo «Olvida \(object)».",
          en: "I have forgotten nothing. For me to forget \(names.text) for good, say only \"Forget \(object)\".")[
            language], ids, language)
    case .facts(let ids)?: return try await forget(ids, question, memory)
    }
  }

  /// The user's last turn; nil where it was not kept.
  private func lastTurn(of owner: Owner, after before: Int?) throws -> TurnID? {
    guard let turn = try store.turns(of: owner, limit: 4).last(where: { $0.role == .user }) else { return nil }
    return before == nil || before == turn.text.hashValue ? turn.id : nil
  }

  /// «Esto no lo apuntes: …»
  private func unkept(_ question: Question) -> Answer? {
    guard !question.text.contains("?"), Unkept.isAsked(in: question.text, language: question.fallback) else {
      return nil
    }
    return Answer(
      .reported,
      Localized(es: "De acuerdo: de esto no guardo nada.", en: "All right: I keep nothing of this.")[question.language],
      [], question.language)
  }

  func forget(_ asked: [FactID], _ question: Question, _ memory: OwnerMemory) async throws -> Answer {
    let language = question.language
    let (names, includesMentions) = try await reading {
      let names = try self.names(of: asked, owner: question.owner, language)
      return (names, try names.isSecret && self.areTelling(asked, owner: question.owner))
    }
    let request = ForgetRequest(owner: question.owner, facts: asked, includesMentions: includesMentions)
    let receipt = try await forget(request, memory)
    // Never what was forgotten: only what it was about.
    var text = Localized(es: "Olvidado: \(names.text).", en: "Forgotten: \(names.text).")[language]
    let others = receipt.facts.filter { !asked.contains($0) }.count
    if others > 0 {
      text +=
        " "
        + Localized(
          es: others == 1
            ? "Con ello se ha ido otro dato que lo mencionaba o al que sustituía."
            : "Con ello se han ido otros \(others) datos que lo mencionaban o a los que sustituía.",
          en: others == 1
            ? "One other fact that mentioned it or that it had replaced went with it."
            : "\(others) other facts that mentioned it or that it had replaced went with it.")[language]
    }
    var answer = Answer(.forgotten, text, asked, language)
    answer.forgotten = Sarai_Memory_V1_ForgetReply(receipt, of: request)
    return answer
  }

  /// Whether the values of secrets are rare enough that whatever mentions them must be about them.
  private func areTelling(_ ids: [FactID], owner: Owner) throws -> Bool {
    try ids.map { try store.fact($0, owner: owner) }.filter { FactTopic.isSecret($0) }.allSatisfy { fact in
      let words = fact.object.folded.split { !$0.isLetter && !$0.isNumber }
      var query = FactQuery(owner: owner, text: fact.object.text, validity: .ever, limit: 100)
      query.order = .newestFirst
      let others = try store.facts(query).filter { other in
        !ids.contains(other.id)
          && [other.subject, other.verb, other.object].contains { term in
            let said = Set(term.folded.split { !$0.isLetter && !$0.isNumber })
            return !words.isEmpty && words.allSatisfy(said.contains)
          }
      }
      return FactTopic.isTelling(fact.object.text, others: others.count)
    }
  }

  /// What facts are about, without what they say; and whether that is a secret.
  private func names(of ids: [FactID], owner: Owner, _ language: Language) throws -> (text: String, isSecret: Bool) {
    let facts = try ids.map { try store.fact($0, owner: owner) }
    var names: [String] = []
    for fact in facts {
      let name = FactTopic.text(fact, language)
      if !names.contains(name) { names.append(name) }
    }
    let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return (shown, facts.contains { FactTopic.isSecret($0) })
  }

  private func report(_ question: Question) throws -> Answer? {
    guard MemoryRequest(question.text) == .lastLearnt else { return nil }
    let facts = try store.lastLearnt(owner: question.owner)?.facts ?? []
    let language = question.language
    guard !facts.isEmpty else {
      let isPaused = try store.setting(.learningPaused, owner: question.owner)
      return Answer(
        .reported,
        isPaused
          ? Localized(es: "Nada: el aprendizaje está en pausa.", en: "Nothing: learning is paused.")[language]
          : Localized(es: "Aún no he aprendido nada.", en: "I have not learnt anything yet.")[language], [], language)
    }
    let sentences = facts.prefix(8).map { FactSentence.text($0, language) }
    return Answer(.reported, sentences.joined(separator: " "), facts.map(\.id), language)
  }

  private func answer(_ question: Question) throws -> Answer? {
    // Who tells something and asks in one breath wants both heard; what is told is learnt after the answer.
    guard
      try Learner(lookup: store, owner: question.owner).changes(
        from: question.text, language: question.fallback, now: question.now
      ).isEmpty
    else { return nil }
    var found = try Answerer(lookup: store, owner: question.owner).answer(
      question.text, language: question.fallback, now: question.now)
    if found.map({ $0.outcome == .unknown }) ?? true {
      let quotation = Quotation(lookup: store, owner: question.owner) { [store] in
        try store.turn($0, owner: question.owner)
      }
      found =
        try quotation.answer(question.text, language: question.fallback, now: question.now) ?? found
    }
    guard let answer = found else { return nil }
    let outcome: Sarai_Memory_V1_RespondReply.Outcome =
      switch answer.outcome {
      case .known: .known
      case .unknown: .unknown
      case .contradictory: .contradictory
      }
    return Answer(outcome, answer.text, answer.facts, answer.language)
  }

  /// Says what a turn told, where the rules have read every word of it and it asks for nothing.
  private func acknowledge(_ question: Question) async throws -> Answer? {
    guard question.mayChange, !question.text.contains("?") else { return nil }
    let learnt = try await writing { [store] in
      try await TurnLearning(lookup: store, owner: question.owner).learn(
        from: question.text, language: question.fallback, now: question.now)
    }
    guard !learnt.changes.isEmpty else { return nil }
    // What is not kept is not acknowledged either.
    if try await reading({ try self.store.setting(.learningPaused, owner: question.owner) }) {
      return Answer(
        .reported,
        Localized(
          es: "El aprendizaje está en pausa: no guardo nada de esto. Di «vuelve a aprender» para que siga.",
          en: "Learning is paused: I keep none of this. Say \"start learning again\" to go on.")[question.language], [],
        question.language)
    }
    guard learnt.doubts.isEmpty else { return nil }
    return Answer(
      .acknowledged, Acknowledgement.text(of: learnt.changes, question.language), [], question.language)
  }

  func forget(_ request: ForgetRequest, _ memory: OwnerMemory) async throws -> ForgetReceipt {
    try await memory.lessons.run {
      let receipt: ForgetReceipt
      do {
        receipt = try await writing { try self.store.forget(request) }
      } catch {
        // A full disk may stop it when the rows are gone already.
        memory.dropIndex()
        throw error
      }
      if request.everything { memory.dropIndex() }
      news.post(request.owner, told: [], gone: receipt.facts.map(\.rawValue))
      memory.updateIndex { index in
        for turn in receipt.turns { index.remove(turn) }
      }
      return receipt
    }
  }
}

/// A turn as memory looks at it.
struct Question: Sendable {
  let owner: Owner
  let conversation: String
  let text: String
  /// The person's, for texts that do not show theirs.
  let fallback: Language
  let language: Language
  let now: CivilDateTime
  let mayChange: Bool

  init(_ request: Sarai_Memory_V1_RespondRequest, owner: Owner) {
    self.owner = owner
    conversation = request.conversation
    text = request.text
    fallback = Language(tag: request.language) ?? .spanish
    language = LanguageGuess.language(of: request.text, fallback: fallback)
    now = CivilDateTime(request.now)
    mayChange = request.mayChange
  }
}

/// What memory says to a turn.
struct Answer: Sendable {
  let outcome: Sarai_Memory_V1_RespondReply.Outcome
  let text: String
  let facts: [FactID]
  let language: Language
  /// What was forgotten for it.
  var forgotten: Sarai_Memory_V1_ForgetReply?

  init(
    _ outcome: Sarai_Memory_V1_RespondReply.Outcome, _ text: String, _ facts: [FactID], _ language: Language
  ) {
    self.outcome = outcome
    self.text = text
    self.facts = facts
    self.language = language
  }
}

extension Sarai_Memory_V1_RespondReply {
  fileprivate mutating func take(_ answer: Answer) {
    outcome = answer.outcome
    text = answer.text
    facts = answer.facts.map(\.rawValue)
    language = answer.language.rawValue
    if let forgotten = answer.forgotten { self.forgotten = forgotten }
  }
}
