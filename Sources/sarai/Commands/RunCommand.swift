import ArgumentParser
import FoundationEssentials
import Glibc
import SaraiAgent
import SaraiCore
import SaraiRuntime

struct RunCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "run",
      abstract: words(
        es: "Una pregunta y su respuesta, para guiones.", en: "One question and its answer, for scripts."),
      discussion: words(
        es: "Lo que llega por la entrada se añade a la pregunta: git diff | sarai run sarai \"Resume esto\"",
        en: "What comes by standard input is added to the question: git diff | sarai run sarai \"Sum this up\""))
  }

  @OptionGroup var options: ConfigurationOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "«sarai», un papel o un modelo.", en: "\"sarai\", a role or a model."),
      valueName: words(es: "modelo", en: "model")))
  var model: String

  @Argument(
    help: ArgumentHelp(
      words(es: "La pregunta.", en: "The question."), valueName: words(es: "pregunta", en: "prompt")))
  var prompt: [String] = []

  @Option(
    help: ArgumentHelp(
      words(es: "Instrucciones para el modelo.", en: "Instructions for the model."),
      valueName: words(es: "texto", en: "text")))
  var system: String?

  @Option(
    help: ArgumentHelp(
      words(es: "La misma semilla da el mismo texto.", en: "The same seed gives the same text."),
      valueName: words(es: "número", en: "number")))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      words(es: "De 0 (siempre lo más probable) a 2.", en: "From 0 (always the likeliest) to 2."),
      valueName: words(es: "número", en: "number")))
  var temperature: Float?

  @Option(
    help: ArgumentHelp(
      words(es: "Longitud máxima de la respuesta, en tokens.", en: "The longest answer, in tokens."),
      valueName: words(es: "número", en: "number")))
  var maxTokens: Int?

  @Flag(
    name: .customLong("private"),
    help: ArgumentHelp(words(es: "Nada de lo dicho se recuerda.", en: "Nothing of what is said is remembered.")))
  var isPrivate = false

  @Flag(help: ArgumentHelp(words(es: "Como JSON, con medidas.", en: "As JSON, with measures.")))
  var json = false

  private static let maxInputBytes = 16 << 20

  mutating func validate() throws {
    if let temperature, !(0...2).contains(temperature) {
      throw ValidationError(
        words(
          es: "--temperature \(temperature): ha de estar entre 0 y 2.",
          en: "--temperature \(temperature): it must be from 0 to 2."))
    }
    if let maxTokens, maxTokens < 1 {
      throw ValidationError(
        words(
          es: "--max-tokens \(maxTokens): ha de ser 1 o más.", en: "--max-tokens \(maxTokens): it must be at least 1."))
    }
  }

  func run() async throws {
    let setup = try options.setup()
    let (question, ownWords) = try question()
    var messages = [Message(.user, question)]
    if let system { messages.insert(Message(.system, system), at: 0) }
    var sampling = Persona.standard.sampling
    sampling.seed = seed
    sampling.maxTokens = maxTokens
    if let temperature { sampling.temperature = temperature }
    let request = GenerationRequest(
      model: model, prompt: .chat(messages), sampling: sampling, client: "run", requestID: "run")
    var text = ""
    var summary: GenerationSummary?
    try await Assistant.with(setup, tell: Output.tell) { assistant in
      let memory = setup.memoryOwner.map {
        MemoryUse(owner: $0, conversation: "run", learns: !setup.isPrivate && !isPrivate, ownWords: ownWords)
      }
      for try await event in try await assistant.generate(request, memory: memory) {
        switch event {
        case .started: break
        case .text(let piece):
          text += piece
          if !json { Output.write(Output.isTerminal ? piece.withoutControlCharacters : piece) }
        case .finished(let end): summary = end
        }
      }
    }
    if json { return Output.json(Self.json(model: model, text: text, summary: summary)) }
    if !text.hasSuffix("\n") { Output.line() }
  }

  /// The words of the command line, then what stdin holds, where it is no terminal; and apart what of it the person
  /// says, where stdin brings other text than that.
  private func question() throws -> (text: String, ownWords: String?) {
    let said = prompt.joined(separator: " ")
    var parts = said.isEmpty ? [] : [said]
    if isatty(STDIN_FILENO) == 0 {
      let bytes = try PrivateFile.read("/dev/stdin", maxBytes: Self.maxInputBytes) ?? []
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains(where: { !$0.isWhitespace }) { parts.append(text) }
    }
    let question = parts.joined(separator: "\n\n")
    guard question.contains(where: { !$0.isWhitespace }) else {
      throw ValidationError(
        words(
          es: "Falta la pregunta: sarai run \(model) «¿Qué tal?», o dásela por la entrada.",
          en: "The question is missing: sarai run \(model) \"How are you?\", or give it by standard input."))
    }
    return (question, parts.count > 1 ? said : nil)
  }

  private static func json(model: String, text: String, summary: GenerationSummary?) -> JSONValue {
    var object = JSONObject()
    object["model"] = .string(model)
    object["text"] = .string(text)
    if let summary {
      object["finish_reason"] = .string(summary.finishReason.rawValue)
      object["usage"] = [
        "prompt_tokens": .integer(Int64(summary.usage.promptTokens)),
        "cached_tokens": .integer(Int64(summary.usage.cachedTokens)),
        "completion_tokens": .integer(Int64(summary.usage.completionTokens)),
      ]
    }
    return .object(object)
  }
}
