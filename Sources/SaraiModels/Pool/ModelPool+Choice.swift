import Logging
package import SaraiCore

/// From the name in a request to the models that may answer it.
extension ModelPool {
  /// The name under which the whole of SARAi is asked for; to the pool it is the role that answers by default.
  private static let assistantName = "sarai"

  /// A model that may answer, and with how large a context.
  struct Candidate: Sendable {
    var id: String
    var wishedContextTokens: Int
  }

  /// A candidate that could not answer.
  package struct CandidateFailure: Sendable {
    package var id: String
    package var error: SaraiError

    package init(id: String, error: SaraiError) {
      self.id = id
      self.error = error
    }
  }

  struct Choice: Sendable {
    /// Nil where a model was asked for by its id: then no other stands in for it.
    var role: ModelRole?
    var candidates: [Candidate]
  }

  /// The answer of the first candidate that can give one.
  ///
  /// - Parameters:
  ///   - kind: what it has to be able to do; nil where any will do.
  ///   - failures: candidates that were tried already, and what came of it.
  ///   - remote: asks a model on another server. Where that fails, the next candidate is tried.
  func answer<Reply: Sendable>(
    _ name: String, kind: ModelSummary.Kind?, after failures: [CandidateFailure] = [],
    remote: @Sendable (CatalogueEntry) async throws -> Reply
  ) async throws -> Answer<Reply> {
    guard !isShutDown else { throw shuttingDown() }
    let choice = try choice(for: name)
    var failures = choice.role == nil ? [] : failures
    for candidate in choice.candidates where !failures.contains(where: { $0.id == candidate.id }) {
      do {
        let answer = try await answer(candidate, kind: kind, remote: remote)
        noteStandIn(candidate.id, role: choice.role, failures: failures)
        return answer
      } catch let error as SaraiError where choice.role != nil && Self.lets(nextAnswer: error) {
        failures.append(CandidateFailure(id: candidate.id, error: error))
      }
    }
    throw failures.first?.error ?? unknownModel(name)
  }

  private func answer<Reply: Sendable>(
    _ candidate: Candidate, kind: ModelSummary.Kind?, remote: @Sendable (CatalogueEntry) async throws -> Reply
  ) async throws -> Answer<Reply> {
    if let entry = parts.store.catalogue[candidate.id], entry.backend == .openai {
      try check(entry, is: kind)
      return .remote(try await remote(entry))
    }
    let model = try find(candidate.id)
    try check(model.entry, is: kind)
    let key = EngineKey(
      model: model.id, contextTokens: contextTokens(of: model.entry, wished: candidate.wishedContextTokens))
    return .engine(try await lease(key, model))
  }

  func remoteModel(_ entry: CatalogueEntry) throws -> any ModelGateway {
    if let model = remoteModels[entry.id] { return model }
    let model = try parts.remote(entry)
    remoteModels[entry.id] = model
    return model
  }

  func choice(for name: String) throws -> Choice {
    let role = name == Self.assistantName ? ModelRole.expertShort : ModelRole(rawValue: name)
    if let role {
      guard let setting = settings.roles[role] else { throw roleNotSet(role) }
      return Choice(role: role, candidates: candidates(setting))
    }
    guard parts.store.catalogue[name] != nil || (try? parts.store.find(name)) != nil else { throw unknownModel(name) }
    // A model asked for by its id is best answered with the engine that its role already keeps.
    let wished = ModelRole.allCases.lazy.compactMap { self.settings.roles[$0] }
      .first { $0.model == name || $0.fallback.contains(name) }?.contextTokens
    return Choice(
      role: nil, candidates: [Candidate(id: name, wishedContextTokens: wished ?? settings.defaultContextTokens)])
  }

  private func candidates(_ setting: PoolSettings.Role) -> [Candidate] {
    ([setting.model] + setting.fallback).map { Candidate(id: $0, wishedContextTokens: setting.contextTokens) }
  }

  func contextTokens(of entry: CatalogueEntry, wished: Int) -> Int {
    entry.contextTokens > 0 ? min(wished, entry.contextTokens) : wished
  }

  private func find(_ id: String) throws -> InstalledModel {
    do {
      return try parts.store.find(id)
    } catch {
      let isUnknown = error.code == .modelNotFound && parts.store.catalogue[id] == nil
      throw isUnknown ? unknownModel(id) : error
    }
  }

  private func check(_ entry: CatalogueEntry, is kind: ModelSummary.Kind?) throws {
    guard let kind, entry.kind != kind else { return }
    throw wrongKind(entry, wanted: kind)
  }

  /// Faults of a model or its engine, for which another may stand in; not those of the request or of the moment.
  package static func lets(nextAnswer error: SaraiError) -> Bool {
    switch error.code {
    case .modelNotFound, .notFound, .corruptFile, .engineFailed, .insufficientResources, .timeout, .network: true
    default: false
    }
  }

  private func noteStandIn(_ id: String, role: ModelRole?, failures: [CandidateFailure]) {
    guard let role, let first = failures.first else { return }
    let (failed, error) = (first.id, first.error)
    let notice = Localized(
      es: "«\(failed)» no puede atender el papel «\(role.rawValue)» y lo sustituye «\(id)». \(error.message.es)",
      en: "\"\(failed)\" cannot fill the role \"\(role.rawValue)\"; \"\(id)\" stands in. \(error.message.en)")
    guard toldNotices.insert(notice).inserted else { return }
    pendingNotices.append(notice)
    parts.logger.warning(
      "fallback model",
      metadata: [
        "for": "\(role.rawValue)", "wanted": "\(failed)", "used": "\(id)", "reason": "\(error)",
      ])
  }

  // MARK: - Summaries

  func summaries() -> [ModelSummary] {
    let installed = (try? parts.store.installed()) ?? []
    let remote = parts.store.catalogue.entries.filter { $0.backend == .openai }
    let available = Set(installed.map(\.id) + remote.map(\.id))
    // A role is filled by the first of its candidates that is there.
    var roles: [String: [ModelRole]] = [:]
    for role in ModelRole.allCases {
      guard let setting = settings.roles[role],
        let id = candidates(setting).map(\.id).first(where: available.contains)
      else { continue }
      roles[id, default: []].append(role)
    }
    return installed.map { summary(of: $0.entry, roles: roles[$0.id] ?? [], created: $0.created) }
      + remote.map { summary(of: $0, roles: roles[$0.id] ?? [], created: 0) }
  }

  private func summary(of entry: CatalogueEntry, roles: [ModelRole], created: Int) -> ModelSummary {
    // As `choice(for:)` does: asked for by its id, it is answered by the engine of its first role.
    let wished = roles.first.flatMap { settings.roles[$0]?.contextTokens } ?? settings.defaultContextTokens
    return ModelSummary(
      id: entry.id, kind: entry.kind, roles: roles.map(\.rawValue),
      contextTokens: contextTokens(of: entry, wished: wished), languages: entry.languages, licence: entry.licence,
      isRemote: entry.backend == .openai,
      isLoaded: slots.contains { $0.key.model == entry.id && $0.value.runningEngine != nil }, created: created)
  }
}
