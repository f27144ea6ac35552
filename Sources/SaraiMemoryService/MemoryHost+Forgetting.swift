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
    let asked = try Forgetting(lookup: store, owner: owner).request(
      in: Self.sentence(request.text, language), language: language, now: .current())
    var known: [FactID] = []
    switch asked {
    case .facts(let ids)?, .several(let ids)?: known = ids
    case .everything?: throw Self.tooMuch
    case .nothing?, .otherwise?, .unsure?, nil: break
    }
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

  /// All of it is asked for by its own name, not by a word that may be meant otherwise.
  private static var tooMuch: SaraiError {
    SaraiError(
      .invalidRequest,
      es: "Eso sería todo lo que recuerdo, y no he olvidado nada. Para olvidarlo todo: «sarai memory forget --all», o "
        + "«everything»: true en /api/memory/forget.",
      en: "That would be all that I remember, and I have forgotten nothing. To forget everything: "
        + "\"sarai memory forget --all\", or \"everything\": true in /api/memory/forget.", subject: "text")
  }

  /// What to forget as the request of a chat: "mi clave" is "olvida mi clave".
  private static func sentence(_ text: String, _ language: Language) -> String {
    let text = String(text.prefix(2000))
    let isRequest = ["olvid", "borra", "elimin", "forget", "delete", "remove", "erase"].contains {
      Term(text).folded.hasPrefix($0)
    }
    return isRequest ? text : (language == .spanish ? "olvida " : "forget ") + text
  }
}

extension Sarai_Memory_V1_ForgetReply {
  init(_ receipt: ForgetReceipt, of request: ForgetRequest) {
    self.init()
    facts = receipt.facts.map(\.rawValue)
    turns = receipt.turns.map(\.rawValue)
    backupsPurged = UInt32(clamping: receipt.backupsPurged)
    said = receipt.said.map { Sarai_Memory_V1_Fact($0) }
    saidTurns = receipt.saidTurns.map { Sarai_Memory_V1_Turn($0, upTo: ReplyLimits.turnBytes) }
    isEverything = request.everything
    includesMentions = request.includesMentions
  }
}
