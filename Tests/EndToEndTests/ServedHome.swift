import Foundation
import FoundationNetworking
import SaraiCore
import TestSupport
import Testing

/// A home with `sarai serve`, asked over HTTP.
struct ServedHome {
  struct Answer {
    let status: Int
    let requestID: String
    let body: String
  }

  let home: CommandLineHome
  let server: WatchedProcess
  /// `http://127.0.0.1:PORT`
  let address: String
  /// What clients have to bring; nil where they need nothing.
  let token: String?

  /// - Parameters:
  ///   - arguments: Of `serve`.
  ///   - preparation: A command to run before; none where it is empty.
  static func with<Result>(
    _ arguments: String..., after preparation: [String] = [], token: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (ServedHome) async throws -> Result
  ) async throws -> Result {
    try await CommandLineHome.with { home in
      if !preparation.isEmpty {
        let outcome = try await home.run(preparation)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      var arguments = arguments
      if let token {
        let file = home.file("token")
        try Data(token.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        arguments += ["--set", "server.token_file=\(file.path)"]
      }
      let server = try WatchedProcess(home.process(["serve", "--port", "0"] + arguments))
      defer { server.stop() }
      try await server.wait(for: "SARAi listens on ")
      let address = try await server.wait(for: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
      return try await body(ServedHome(home: home, server: server, address: address, token: token))
    }
  }

  func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
    var request = URLRequest(url: try #require(URL(string: address + path)))
    request.httpMethod = method
    request.httpBody = body.map { Data($0.serialized()) }
    request.timeoutInterval = 120
    request.setValue("es", forHTTPHeaderField: "Accept-Language")
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    let (data, response) = try await URLSession.shared.data(for: request)
    let http = response as? HTTPURLResponse
    return Answer(
      status: http?.statusCode ?? 0, requestID: http?.value(forHTTPHeaderField: "x-request-id") ?? "",
      body: String(decoding: data, as: UTF8.self))
  }

  /// A turn with SARAi, of an owner who has a memory.
  @discardableResult
  func say(_ text: String, model: String = "sarai", tokens: Int64 = 24, streams: Bool = false) async throws -> Answer {
    let body: JSONValue = [
      "model": .string(model), "messages": [["role": "user", "content": .string(text)]],
      "max_tokens": .integer(tokens), "temperature": 0, "stream": .bool(streams),
    ]
    return try await ask("POST", "/v1/chat/completions", body)
  }

  func metrics() async throws -> String { try await ask("GET", "/metrics").body }
}
