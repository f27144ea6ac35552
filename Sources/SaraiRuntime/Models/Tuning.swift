package import SaraiCore
package import SaraiModels

/// `sarai tune`: measures a model, and variants of it where that is allowed, and keeps what was found best for each.
package struct Tuning: Sendable {
  package enum Event: Sendable {
    case measuring(model: String, fraction: Double, step: String)
    case making(model: String, fraction: Double)
    case checking(model: String, fraction: Double)
  }

  package struct Measured: Sendable {
    package var id: String
    package var sizeBytes: Int64
    package var report: TuneReport
  }

  package struct Outcome: Sendable {
    /// The model that was asked for, then its variants.
    package var models: [Measured]
    /// The id of the one that answers fastest without drafts, unless it is hardly faster than the first.
    package var bestID: String
    package var isKept: Bool

    package var best: Measured { models.first { $0.id == bestID } ?? models[0] }
    package var processors: Int { models[0].report.processors }
  }

  /// A variant has to be this much faster to be worth its loss.
  private static let leastGain = 1.1

  private let store: ModelStore
  private let engine: EngineTool
  private let puller: Puller
  private let text: String
  private let keeps: Bool

  /// - Parameters:
  ///   - text: A file that the model reads and foretells meanwhile.
  ///   - keeps: Whether the settings are written, and the best variant stays.
  package init(store: ModelStore, engine: EngineTool, environment: [String: String], text: String, keeps: Bool) {
    self.store = store
    self.engine = engine
    puller = Puller(store: store, engine: engine, environment: environment)
    self.text = text
    self.keeps = keeps
  }

  /// - Parameter variants: Types to make of the model and to measure too; those that would not make it smaller are left
  ///   out. Variants that were not there before and are not the best are removed again.
  /// - Throws: `SaraiError`: what `ModelStore.find`, `ModelStore.verify`, `EngineTool.tune` and `Puller.quantise` throw.
  package func run(
    _ id: String, variants: [QuantisationType], events: @escaping @Sendable (Event) -> Void
  ) async throws -> Outcome {
    let base = try store.find(id)
    guard base.entry.backend == .llama, base.entry.kind == .chat else {
      throw SaraiError(
        .invalidRequest, es: "«\(id)» no es un modelo de chat en esta máquina: no hay nada que ajustar.",
        en: "\"\(id)\" is no chat model on this machine: there is nothing to tune.", subject: id)
    }
    let before = Set(try store.installed().map(\.id))
    var made: [String] = []
    do {
      var models = [try await measure(base, events)]
      for type in variants {
        guard let variant = try await make(type, of: id, events) else { continue }
        if !before.contains(variant.id) { made.append(variant.id) }
        models.append(try await measure(variant, events))
      }
      let bestID = Self.best(of: models)
      for id in made where id != bestID || !keeps { _ = try store.remove(id) }
      return Outcome(models: models, bestID: bestID, isKept: keeps)
    } catch {
      for id in made { _ = try? store.remove(id) }
      throw error
    }
  }

  private func measure(
    _ model: InstalledModel, _ events: @escaping @Sendable (Event) -> Void
  ) async throws -> Measured {
    let sha256 = try await store.verify(model) { done, total in
      events(.checking(model: model.id, fraction: Double(done) / Double(max(1, total))))
    }
    let report = try await engine.tune(model.path, text: text) { fraction, step in
      events(.measuring(model: model.id, fraction: fraction, step: step))
    }
    if keeps { try store.tunings.remember(report.tuning, sha256: sha256) }
    return Measured(id: model.id, sizeBytes: model.sizeBytes, report: report)
  }

  /// Nil where the model has that type, or a smaller one, already.
  private func make(
    _ type: QuantisationType, of id: String, _ events: @escaping @Sendable (Event) -> Void
  ) async throws -> InstalledModel? {
    do {
      return try await puller.quantise(id, as: type) { event in
        if case .quantising(_, let fraction) = event {
          events(.making(model: "\(id) \(type.rawValue)", fraction: fraction))
        }
      }
    } catch let error as SaraiError where error.code == .invalidRequest && error.subject == "type" {
      return nil
    }
  }

  static func best(of models: [Measured]) -> String {
    let base = models[0]
    let fastest = models.min { $0.report.best.turn_seconds < $1.report.best.turn_seconds } ?? base
    let isWorthIt = base.report.best.turn_seconds >= fastest.report.best.turn_seconds * leastGain
    return isWorthIt ? fastest.id : base.id
  }
}

extension Tuning.Outcome {
  package var json: JSONValue {
    [
      "processors": .integer(Int64(processors)), "best": .string(bestID), "kept": .bool(isKept),
      "models": .array(models.map(\.json)),
    ]
  }
}

extension Tuning.Measured {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["id"] = .string(id)
    object["size_bytes"] = .integer(sizeBytes)
    object["library_build"] = .string(report.library_build)
    object["perplexity"] = report.perplexity.map(JSONValue.number) ?? .null
    object["perplexity_tokens"] = report.perplexity_tokens.map { .integer(Int64($0)) } ?? .null
    object["chosen"] = .integer(Int64(report.chosen))
    object["candidates"] = .array(report.candidates.map(\.json))
    return .object(object)
  }
}

extension TuneReport.Candidate {
  fileprivate var json: JSONValue {
    [
      "extra_buffers": .bool(extra_buffers), "max_threads": .integer(Int64(max_threads)),
      "batch_tokens": .integer(Int64(batch_tokens)), "exact_batch": .integer(Int64(exact_batch)),
      "turn_seconds": .number(turn_seconds), "ceiling": .number(ceiling),
      "threads": .array(
        threads.map {
          [
            "threads": .integer(Int64($0.threads)), "decode_tokens_per_second": .number($0.decode),
            "loaded_decode_tokens_per_second": .number($0.loaded_decode),
            "prompt_tokens_per_second": .number($0.prompt),
          ]
        }),
      "batches": .array(
        batches.map { ["tokens": .integer(Int64($0.tokens)), "prompt_tokens_per_second": .number($0.prompt)] }),
      "verification": .array(
        verification.map { ["tokens": .integer(Int64($0.tokens)), "seconds": .number($0.seconds)] }),
    ]
  }
}
