import Logging
package import SaraiCore

/// The model of the role `draft`, which guesses ahead for the others. It is a help, never a need: it takes the room that
/// is left, makes none, and nobody waits for it.
extension ModelPool {
  /// Takes the socket that engines which start from now on are granted.
  package func offerDrafts(at socket: String) { draftSocket = socket }

  /// Whether an engine gets the way to the draft model. A model's guesses for itself would cost what they save.
  func mayAskDraft(_ key: EngineKey, _ model: InstalledModel) -> Bool {
    guard settings.drafts, !key.isDraft, model.entry.kind == .chat, let draft = settings.roles[.draft] else {
      return false
    }
    return draft.model != model.id
  }

  /// The draft model's engine, where it is there and has nothing else to do than guess. Where it is not, it starts, if
  /// there is room.
  ///
  /// - Throws: `busy` until it is there; `notFound` where drafts are switched off; what finding the model throws.
  package func holdDraft() async throws -> HeldEngine {
    guard !isShutDown, settings.drafts, let role = settings.roles[.draft] else { throw Self.noDrafts }
    let model = try parts.store.find(role.model)
    guard model.entry.kind == .chat, model.entry.backend == .llama else { throw Self.noDrafts }
    let key = EngineKey(
      model: model.id, contextTokens: draftContextTokens(model.entry, role), isDraft: true)
    switch slots[key]?.phase {
    case .running(let engine) where slots[key]?.isDraining == false:
      slots[key]?.lease()
      return HeldEngine(Lease(key: key, engine: engine), of: self)
    case .resting(let error, let until):
      guard until <= .now else { throw error }
      slots[key] = nil
      start(draft: key, model)
    case nil: start(draft: key, model)
    default: break
    }
    throw SaraiError(
      .busy, es: "El modelo de borradores aún no está en marcha.", en: "The draft model is not running yet.",
      subject: model.id)
  }

  /// Tells people once why the draft model is of no use.
  package func draftRefused(_ error: SaraiError) {
    guard toldNotices.insert(error.message).inserted else { return }
    pendingNotices.append(error.message)
    parts.logger.warning("no drafts", metadata: ["reason": "\(error)"])
  }

  /// As long as the longest text that may ask.
  private func draftContextTokens(_ entry: CatalogueEntry, _ role: PoolSettings.Role) -> Int {
    let chats = settings.roles.filter { $0.key != .embeddings }.values.map(\.contextTokens)
    return contextTokens(of: entry, wished: max(role.contextTokens, chats.max() ?? 0))
  }

  private func start(draft key: EngineKey, _ model: InstalledModel) {
    let others = slots.filter { $0.value.occupiesMemory }
    let excess = excess(footprint(of: key, model), model, over: others)
    // It is none of the language models that are counted.
    guard excess.bytes <= 0 else { return }
    beginStart(key, model)
  }

  private static let noDrafts = SaraiError(
    .notFound, es: "Los borradores están desactivados.", en: "Drafts are switched off.",
    subject: "phoenix.speculative_draft_skill")
}
