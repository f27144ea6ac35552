import Glibc
import SaraiCore

/// llama-server in several settings, each a process of its own on the same model file, asked one at a time.
final class SpeculativeReference {
  struct Setting: Sendable {
    var name: String
    var arguments: [String]
  }

  struct Answer {
    var text: String
    /// By its own clock, after the prompt.
    var tokensPerSecond: Double?
  }

  private let process: ChildProcess
  private let client: StreamingClient
  let setting: Setting

  /// Plain decoding, its n-gram methods with lookups as short as they take them, and a draft model where there is one.
  static func settings(draftFile: String?) -> [Setting] {
    let ngrams = ["ngram-simple", "ngram-map-k"].map { name in
      Setting(
        name: name,
        arguments: ["--spec-type", name, "--spec-\(name)-size-n", "4", "--spec-\(name)-size-m", "16"])
    }
    let draft = draftFile.map {
      [Setting(name: "draft", arguments: ["--spec-type", "draft-simple", "--spec-draft-model", $0])]
    }
    return [Setting(name: "plain", arguments: [])] + ngrams + (draft ?? [])
  }

  init(
    _ setting: Setting, executable: String, modelFile: String, threads: Int, contextTokens: Int, folder: String,
    environment: [String: String]
  ) throws {
    self.setting = setting
    let log = "\(folder)/\(setting.name).log"
    client = StreamingClient(port: try Connection.freePort())
    process = try ChildProcess(
      executable,
      [
        "--model", modelFile, "--host", "127.0.0.1", "--port", "\(client.port)", "--parallel", "1", "--cache-ram", "0",
        "--ctx-size", "\(contextTokens)", "--threads", "\(threads)",
      ] + setting.arguments, environment: environment, log: log)
    let deadline = Monotonic.seconds() + 60
    while !client.isReady("/health") {
      guard process.isRunning, Monotonic.seconds() < deadline else {
        let last = ProcFile.lines(log).suffix(3).joined(separator: " / ")
        throw SaraiError(
          .engineFailed,
          Localized(
            es: "llama-server (\(setting.name)) no arranca: \(last)",
            en: "llama-server (\(setting.name)) does not start: \(last)"), subject: setting.name)
      }
      usleep(5_000)
    }
  }

  deinit { process.stop() }

  func ask(_ prompt: SpeculativePrompt, maxTokens: Int) throws -> Answer {
    var body: JSONObject = [
      "messages": .array(
        prompt.messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }),
      "max_tokens": .integer(Int64(maxTokens)), "temperature": 0, "cache_prompt": true,
    ]
    if let grammar = prompt.grammar { body["grammar"] = .string(grammar.gbnf) }
    let response = try client.request("POST", "/v1/chat/completions", body: .object(body))
    guard response.status == 200, let reply = try? JSONValue(parsing: response.body) else {
      throw SaraiError(
        .engineFailed,
        Localized(
          es: "llama-server (\(setting.name)) contestó \(response.status).",
          en: "llama-server (\(setting.name)) answered \(response.status)."),
        subject: setting.name, cause: String(decoding: response.body.prefix(500), as: UTF8.self))
    }
    let timings = reply["timings"]
    let count = timings?["predicted_n"]?.integerValue ?? 0
    let seconds = (timings?["predicted_ms"]?.doubleValue ?? 0) / 1_000
    let text = reply["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue ?? ""
    return Answer(text: text, tokensPerSecond: count >= 16 && seconds > 0 ? Double(count) / seconds : nil)
  }
}
