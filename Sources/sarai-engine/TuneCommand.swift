import ArgumentParser
import FoundationEssentials
import Glibc
import SaraiCore
import SaraiInference
import SkillProtocol

/// Measures a model on this machine.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Measures a model on this machine, printing progress and a report as JSON.")

  @Argument(help: "The model file.", completion: .file(extensions: ["gguf"]))
  var model: String

  @Argument(help: "A text in UTF-8, at most 1 MiB, to read meanwhile.", completion: .file())
  var text: String

  private static let limitBytes = 1 << 20

  func run() {
    let channel = MachineChannel()
    do {
      LlamaLibrary.start { _, _ in }
      let tuner = Tuner(modelPath: model, text: try readText()) { share, step in
        channel.write(Progress(progress: share, step: step))
      }
      channel.write(Outcome(report: Report(try tuner.run())))
    } catch {
      channel.write(error: SaraiError(error))
      Glibc.exit(MachineChannel.dataError)
    }
  }

  private func readText() throws -> String {
    guard let data = FileManager.default.contents(atPath: text), data.count <= Self.limitBytes,
      let text = String(validating: data, as: UTF8.self)
    else {
      throw SaraiError(
        .invalidRequest, es: "\(text) no se puede leer, pasa de 1 MiB o no es UTF-8. Da otro texto con --text.",
        en: "\(text) can't be read, is longer than 1 MiB, or is not UTF-8. Give another text with --text.",
        subject: text)
    }
    return text
  }

  private struct Progress: Encodable {
    /// From 0 to 1.
    var progress: Double
    var step: String
  }

  private struct Outcome: Encodable {
    var report: Report
  }
}

/// A report as JSON; speeds in tokens a second.
private struct Report: Encodable {
  struct Threads: Encodable {
    var threads: Int
    var decode: Double
    var loaded_decode: Double
    var prompt: Double
  }

  struct Verification: Encodable {
    var tokens: Int
    var seconds: Double
  }

  struct Batch: Encodable {
    var tokens: Int
    var prompt: Double
  }

  struct Candidate: Encodable {
    var extra_buffers: Bool
    var threads: [Threads]
    var batches: [Batch]
    var verification: [Verification]
    var max_threads: Int
    var batch_tokens: Int
    var exact_batch: Int
    var turn_seconds: Double
    var ceiling: Double
  }

  var name: String
  var library_build: String
  var processors: Int
  var candidates: [Candidate]
  var chosen: Int
  var perplexity_tokens: Int?
  /// Absent where the model computes no numbers.
  var mean_loss: Double?

  init(_ report: TuneReport) {
    name = report.modelName
    library_build = LlamaLibrary.build
    processors = report.processors
    candidates = report.candidates.map(Candidate.init)
    chosen = report.chosen
    if let perplexity = report.perplexity, perplexity.meanLoss.isFinite {
      perplexity_tokens = perplexity.tokens
      mean_loss = perplexity.meanLoss
    }
  }
}

extension Report.Candidate {
  fileprivate init(_ candidate: TuneReport.Candidate) {
    self.init(
      extra_buffers: candidate.tuning.extraBuffers,
      threads: candidate.threads.map {
        .init(threads: $0.threads, decode: $0.decode, loaded_decode: $0.loadedDecode, prompt: $0.prompt)
      },
      batches: candidate.batches.map { .init(tokens: $0.tokens, prompt: $0.prompt) },
      verification: candidate.verification.map { .init(tokens: $0.tokens, seconds: $0.seconds) },
      max_threads: candidate.tuning.maximumThreads ?? 1, batch_tokens: candidate.tuning.batchTokens,
      exact_batch: candidate.exactBatchTokens, turn_seconds: candidate.turnSeconds, ceiling: candidate.ceiling)
  }
}
