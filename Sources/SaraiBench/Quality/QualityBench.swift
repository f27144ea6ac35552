package import SaraiAgent
package import SaraiCore

/// Asks the easy first questions twice, of the bare model and of SARAi, and counts the right answers.
///
/// The bare model gets the user's message alone and the sampling that its authors recommend; SARAi answers as in any
/// conversation, persona included. Every question is a conversation of its own, and every answer has the same seed.
package struct QualityBench: Sendable {
  /// A catalogue id or a role; nil is SARAi herself as she is configured.
  package let model: String?
  package let languages: [Language]
  private let models: any ModelGateway
  private let turn: Turn
  private let questions: [Language: [Question]]

  /// Enough for the words that are judged.
  package static let answerTokens = 64
  static let seed: UInt64 = 20

  /// SmolLM2's authors answer with temperature 0.2 and top-p 0.9 in their example.
  package static var bareSampling: SamplingParameters {
    var sampling = SamplingParameters()
    sampling.temperature = 0.2
    sampling.topP = 0.9
    return sampling
  }

  /// - Throws: `SaraiError` where a file of questions is missing or wrong.
  package init(
    models: any ModelGateway, model: String?, languages: [Language], questionsFolder: String,
    persona: Persona = .standard
  ) throws {
    self.model = model
    self.languages = languages
    self.models = models
    turn = Turn(models: models, persona: persona)
    var questions: [Language: [Question]] = [:]
    for language in languages { questions[language] = try Question.load(language, from: questionsFolder) }
    self.questions = questions
  }

  /// Takes only the first questions of each language, for a quick look.
  package func run(limit: Int? = nil, progress: BenchProgress = .silent) async throws -> QualityReport {
    var report = QualityReport(model: model ?? Turn.sarai)
    let total = languages.reduce(0) { $0 + asked(in: $1, limit: limit).count }
    var done = 0
    for language in languages {
      let all = questions[language, default: []]
      let judge = AnswerJudge(questions: all)
      for question in asked(in: language, limit: limit) {
        progress(
          Double(done) / Double(total),
          Localized(es: "\(question.id): \(question.text)", en: "\(question.id): \(question.text)"))
        let bare = try await bareAnswer(to: question)
        let sarai = try await saraiAnswer(to: question)
        report.outcomes.append(
          QualityReport.Outcome(
            question: question, language: language, bareAnswer: bare,
            isBareRight: judge.isRight(bare, to: question), saraiAnswer: sarai,
            isSARAiRight: judge.isRight(sarai, to: question)))
        done += 1
      }
    }
    progress(1, Localized(es: "listo", en: "done"))
    return report
  }

  private func asked(in language: Language, limit: Int?) -> ArraySlice<Question> {
    let all = questions[language, default: []]
    return all.prefix(limit ?? all.count)
  }

  private func bareAnswer(to question: Question) async throws -> String {
    let request = GenerationRequest(
      model: model ?? "expert_short", prompt: .chat([Message(.user, question.text)]),
      sampling: limited(Self.bareSampling),
      client: "bench", requestID: question.id)
    return try await Self.text(of: models.generate(request))
  }

  private func saraiAnswer(to question: Question) async throws -> String {
    let sampling = limited(turn.persona.sampling)
    // The turn adds the persona to conversations with SARAi; to another model's it is added here.
    let head = model == nil ? [] : turn.persona.messages
    let reply = try await turn.run(
      Turn.Request(
        messages: head + [Message(.user, question.text)], model: model ?? Turn.sarai, sampling: sampling,
        client: "bench", requestID: question.id))
    return try await Self.text(of: reply.events)
  }

  private func limited(_ sampling: SamplingParameters) -> SamplingParameters {
    var sampling = sampling
    sampling.maxTokens = Self.answerTokens
    sampling.seed = Self.seed
    return sampling
  }

  private static func text(of events: AsyncThrowingStream<GenerationEvent, any Error>) async throws -> String {
    var text = ""
    for try await case .text(let piece) in events { text += piece }
    return text
  }
}
