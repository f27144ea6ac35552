import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import SaraiCore

/// A model behind a server that speaks the OpenAI API (vLLM, llama-server, Ray Serve): an entry with `backend: openai`.
///
/// It streams what the local engine streams. What such a server does not tell stays zero: the prompt's tokens at the
/// start of a generation (they come with its end), and the time in its queue.
package final class RemoteModel: Sendable {
  package struct Limits: Sendable {
    package var connectTimeoutSeconds: Int64 = 15
    /// The longest silence, the computing of a long prompt included.
    package var idleTimeoutSeconds: Int64 = 300
    /// Of one line of the event stream.
    package var maximumLineBytes = 1 << 20
    /// Of all that one generation sends.
    package var maximumStreamBytes = 64 << 20
    package var maximumErrorBytes = 64 << 10

    package init() {}
  }

  package let entry: CatalogueEntry
  let endpoint: RemoteEndpoint
  let limits: Limits
  let transport: HTTPTransport
  private let address: WebAddress
  private let ownLanguage: Language?
  private let environment: [String: String]

  /// - Parameter ownLanguage: Set where the server is SARAi itself: it is asked for words in this language, and its
  ///   errors are passed on as they are.
  /// - Throws: `internalFault` for an entry with another backend.
  package init(
    entry: CatalogueEntry, environment: [String: String], limits: Limits = Limits(), ownLanguage: Language? = nil
  ) throws(SaraiError) {
    guard case .remote(let endpoint) = entry.source, let address = WebAddress(endpoint.baseURL) else {
      throw SaraiError(
        .internalFault, es: "«\(entry.id)» no es un modelo remoto.", en: "\"\(entry.id)\" is not a remote model.")
    }
    self.entry = entry
    self.endpoint = endpoint
    self.address = address
    self.environment = environment
    self.limits = limits
    self.ownLanguage = ownLanguage
    // A server on this machine is not behind a proxy, whatever the variables say.
    let proxies = address.isLoopback ? ProxySettings(environment: [:]) : ProxySettings(environment: environment)
    transport = HTTPTransport(
      proxies: proxies,
      policy: .init(
        connectTimeoutSeconds: limits.connectTimeoutSeconds, idleTimeoutSeconds: limits.idleTimeoutSeconds))
  }

  package func shutdown() async { await transport.shutdown() }

  /// Streams a generation. Ending the iteration closes the connection, which ends the work of the server too.
  package func generate(
    _ request: GenerationRequest
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    let start = ContinuousClock.now
    let response = try await begin(request)
    guard response.headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") == true else {
      throw fault.brokenAnswer("content-type \(response.headers.first(name: "content-type") ?? "none")")
    }
    let seed = request.sampling.seed ?? 0
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await self.relay(response.body, since: start, seed: seed) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: self.mapped(error))
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func begin(_ request: GenerationRequest) async throws -> HTTPClientResponse {
    guard request.grammar == nil else {
      // OpenAI's API has no grammars: the answer could be anything.
      throw SaraiError(
        .notAvailable, es: "El servidor remoto «\(entry.id)» no puede obedecer gramáticas. Usa un modelo instalado.",
        en: "The remote server \"\(entry.id)\" can't obey grammars. Use an installed model.", subject: entry.id)
    }
    let dialect: RemoteRequest.Dialect = ownLanguage == nil ? .lenient : .own
    let (path, body) = RemoteRequest.generation(request, model: endpoint.model, dialect: dialect)
    do {
      return try await post(path, body)
    } catch let error as SaraiError
      where error.code == .invalidRequest && dialect == .lenient && request.sampling.repetitionPenalty != 1
    {
      return try await post(path, RemoteRequest.generation(request, model: endpoint.model, dialect: .strict).body)
    }
  }

  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    let body = RemoteRequest.embedding(request, model: endpoint.model)
    let response = try await post("/embeddings", body)
    let bytes: [UInt8]
    do {
      bytes = Array(try await response.body.collect(upTo: limits.maximumStreamBytes).readableBytesView)
    } catch {
      throw mapped(error)
    }
    return try RemoteAnswer.embedding(bytes, texts: request.texts.count, fault: fault)
  }

  /// An estimate on the safe side, for such servers have no common way to count: a token for every three bytes of
  /// UTF-8, and eight for the frame of each message.
  package func measure(_ prompt: Prompt) -> PromptMeasure {
    let tokens =
      switch prompt {
      case .chat(let messages): messages.reduce(0) { $0 + 8 + ($1.content.utf8.count + 2) / 3 }
      case .text(let text): (text.utf8.count + 2) / 3
      case .tokens(let ids): ids.count
      }
    return PromptMeasure(promptTokens: tokens, contextTokens: entry.contextTokens)
  }

  var fault: RemoteFault {
    RemoteFault(
      id: entry.id, host: address.host, variable: endpoint.apiKeyVariable, isOwnServer: ownLanguage != nil)
  }

  private func post(_ path: String, _ body: [UInt8]) async throws -> HTTPClientResponse {
    guard let url = WebAddress(endpoint.baseURL + path) else { throw fault.brokenAnswer("base_url") }
    var headers: HTTPHeaders = [
      "user-agent": "sarai", "content-type": "application/json", "accept": "text/event-stream, application/json",
      "accept-encoding": "identity",
    ]
    if let ownLanguage { headers.add(name: "accept-language", value: ownLanguage.rawValue) }
    if let variable = endpoint.apiKeyVariable {
      guard let key = environment[variable], !key.isEmpty, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
        throw fault.missingKey(variable)
      }
      headers.add(name: "authorization", value: "Bearer \(key)")
    }
    do {
      let response = try await transport.post(url, headers: headers, body: body)
      guard response.status != .ok else { return response }
      let text = try? await response.body.collect(upTo: limits.maximumErrorBytes)
      throw fault.status(Int(response.status.code), body: text.map { Array($0.readableBytesView) } ?? [])
    } catch {
      throw mapped(error)
    }
  }

  private func relay(
    _ body: HTTPClientResponse.Body, since start: ContinuousClock.Instant, seed: UInt64,
    _ yield: (GenerationEvent) -> Void
  ) async throws {
    var splitter = LineSplitter(maximumLineBytes: limits.maximumLineBytes)
    var stream = RemoteStream(start: start, seed: seed, fault: fault)
    var bytes = 0
    for try await chunk in body {
      bytes += chunk.readableBytes
      guard bytes <= limits.maximumStreamBytes else { throw fault.tooLong() }
      for line in splitter.lines(after: chunk.readableBytesView) {
        for event in try stream.events(after: line) { yield(event) }
        if stream.isDone { return }
      }
      guard !splitter.isOverrun else { throw fault.tooLong() }
    }
    for event in try stream.end() { yield(event) }
  }

  private func mapped(_ error: any Error) -> any Error {
    if error is SaraiError || error is CancellationError { return error }
    if error as? HTTPClientError == .cancelled || Task.isCancelled { return CancellationError() }
    if error is NIOTooManyBytesError { return fault.tooLong() }
    return fault.connection(error)
  }
}
