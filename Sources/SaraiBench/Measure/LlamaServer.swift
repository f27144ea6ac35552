import Glibc
import SaraiCore

/// llama-server with one model, a process of its own that is asked for whole answers one at a time.
final class LlamaServer {
  private let client: StreamingClient
  private let process: ChildProcess

  /// How its answer is bound: by a grammar that it is given, or by a schema of which it makes its own.
  enum Form {
    case free
    case grammar(String)
    case schema(JSONValue)
  }

  struct Answer {
    var tokens: Int
    /// As the server itself measured its decoding.
    var seconds: Double
    var text: String

    /// Nil for answers too short to say.
    var rate: Double? {
      tokens >= ModelAsker.fewestTokens && seconds > 0 ? Double(tokens) / seconds : nil
    }
  }

  private static let startTimeoutSeconds = 120.0

  /// Starts it, and waits until its model is loaded.
  ///
  /// - Parameters:
  ///   - name: Of its log in the folder, where there are several.
  ///   - settings: Arguments besides those that every comparison gives it.
  /// - Throws: `SaraiError` (`engineFailed`) with the end of its log.
  init(
    executable: String, modelFile: String, contextTokens: Int, threads: Int, environment: [String: String],
    folder: String, name: String = "llama-server", settings: [String] = []
  ) throws {
    let log = "\(folder)/\(name).log"
    client = StreamingClient(port: try Connection.freePort(), timeoutSeconds: 60)
    process = try ChildProcess(
      executable,
      [
        "--model", modelFile, "--host", "127.0.0.1", "--port", "\(client.port)", "--parallel", "1", "--cache-ram", "0",
        "--ctx-size", "\(contextTokens)", "--threads", "\(threads)",
      ] + settings, environment: environment, log: log)
    let deadline = Monotonic.seconds() + Self.startTimeoutSeconds
    while !client.isReady("/health") {
      guard process.isRunning, Monotonic.seconds() < deadline else {
        let last = ProcFile.lines(log).suffix(3).joined(separator: " / ")
        process.stop()
        throw SaraiError(
          .engineFailed,
          Localized(es: "llama-server no arranca: \(last)", en: "llama-server does not start: \(last)"),
          subject: "llama-server")
      }
      usleep(2_000)
    }
  }

  deinit { stop() }

  func stop() { process.stop() }

  /// - Throws: `SaraiError` (`network`, `timeout`; `internalFault` for an answer other than 200).
  func ask(_ messages: [Message], _ form: Form, maxTokens: Int) throws -> Answer {
    var body = JSONObject()
    body["messages"] = .array(
      messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] })
    body["temperature"] = 0
    body["max_tokens"] = .integer(Int64(maxTokens))
    switch form {
    case .free: break
    case .grammar(let gbnf): body["grammar"] = .string(gbnf)
    case .schema(let schema):
      body["response_format"] = ["type": "json_schema", "json_schema": ["name": "answer", "schema": schema]]
    }
    let response = try client.request("POST", "/v1/chat/completions", body: .object(body))
    guard response.status == 200, let value = try? JSONValue(parsing: response.body),
      let timings = value["timings"], let tokens = timings["predicted_n"]?.integerValue,
      let milliseconds = timings["predicted_ms"]?.doubleValue
    else {
      throw SaraiError(
        .internalFault,
        Localized(
          es: "llama-server contestó \(response.status) sin lo que se mide.",
          en: "llama-server answered \(response.status) without what is measured."),
        subject: "llama-server", cause: String(decoding: response.body.prefix(300), as: UTF8.self))
    }
    let text = value["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue ?? ""
    return Answer(tokens: Int(tokens), seconds: milliseconds / 1000, text: text)
  }
}
