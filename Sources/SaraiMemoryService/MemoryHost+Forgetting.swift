import MemoryProtocol
import SaraiCore
import SaraiMemory

// What a request to forget means, before anything is forgotten.
extension MemoryHost {
  /// The facts and turns that a request names, by number or in words.
  ///
  /// - Throws: `notFound` for a number that is not the owner's.
  func named(
    in request: Sarai_Memory_V1_ForgetRequest, owner: Owner
  ) throws -> (facts: [FactID], turns: [TurnID]) {
    var facts = request.facts.map { FactID(rawValue: $0) }
    var turns = request.turns.map { TurnID(rawValue: $0) }
    guard !request.text.isEmpty else { return (facts, turns) }
    let language = LanguageGuess.language(of: request.text, fallback: Language(tag: request.language) ?? .spanish)
    let known =
      try Forgetting(lookup: store, owner: owner).facts(
        askedFor: Self.sentence(request.text, language), language: language, now: .current()) ?? []
    facts += known
    // A sentence of which no fact was taken, or whose facts were taken back.
    if known.isEmpty { turns += try store.turns(saying: request.text, owner: owner).map(\.id) }
    return (facts, turns)
  }

  func rehearsal(
    _ facts: [FactID], _ turns: [TurnID], _ owner: Owner
  ) throws -> Sarai_Memory_V1_ForgetReply {
    var reply = Sarai_Memory_V1_ForgetReply()
    reply.facts = facts.map(\.rawValue)
    reply.turns = turns.map(\.rawValue)
    reply.said = ReplyLimits.first(try facts.map { try store.fact($0, owner: owner) }).map { Sarai_Memory_V1_Fact($0) }
    reply.saidTurns = try turns.prefix(ReplyLimits.turns).compactMap { id in
      guard let turn = try store.turn(id, owner: owner) else {
        throw SaraiError(
          .notFound, es: "No hay ninguna frase \(id.rawValue) en esta memoria; «sarai memory recall» las busca.",
          en: "There is no turn \(id.rawValue) in this memory; `sarai memory recall` looks for them.",
          subject: "\(id.rawValue)")
      }
      return Sarai_Memory_V1_Turn(turn, upTo: ReplyLimits.turnBytes)
    }
    return reply
  }

  /// What to forget as the request of a chat: "mi clave" is "olvida mi clave".
  private static func sentence(_ text: String, _ language: Language) -> String {
    let text = String(text.prefix(2000))
    let isRequest = ["olvid", "borra", "elimin", "forget", "delete", "remove", "erase"].contains {
      text.lowercased().hasPrefix($0)
    }
    return isRequest ? text : (language == .spanish ? "olvida " : "forget ") + text
  }
}
