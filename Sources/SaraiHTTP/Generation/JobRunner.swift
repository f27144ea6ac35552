import HTTPTypes
import Hummingbird
import NIOCore
import SaraiCore
import SaraiSchema

/// Runs a job's choices and answers with a document or with events.
///
/// Ending the task that runs it (the client hung up) ends the iteration of the model's stream, and with it the
/// generation.
struct JobRunner: Sendable {
  typealias Events = AsyncThrowingStream<GenerationEvent, any Error>

  let job: CompletionJob
  let call: Call

  // MARK: - Whole

  func document() async throws -> Response {
    var finished: [CompletionDocument.Finished] = []
    var totals = JobTotals()
    for (index, choice) in job.choices.enumerated() {
      let (events, first) = try await begin(
        choice, within: index == 0 ? call.deadlines.firstToken : call.deadlines.total)
      let result = try await call.deadlines.total.limit { try await collect(choice, first, events) }
      totals.add(result.summary, countsPrompt: index % job.choicesPerPrompt == 0)
      finished.append(result)
    }
    let document = CompletionDocument(job: job, finished: finished, totals: totals)
    return .json(document.body, language: call.language)
  }

  private func collect(
    _ choice: CompletionJob.Choice, _ first: GenerationEvent, _ events: Events
  ) async throws -> CompletionDocument.Finished {
    var text = choice.echo
    var summary: GenerationSummary?
    func take(_ event: GenerationEvent) {
      note(event)
      switch event {
      case .started: break
      case .text(let more): text += more
      case .finished(let end): summary = end
      }
    }
    take(first)
    for try await event in events { take(event) }
    guard let summary else { throw Self.endedEarly }
    guard job.callsTools else { return CompletionDocument.Finished(text: text, summary: summary) }
    var reader = ToolCallReader()
    var (rest, calls): (String, [ToolCall]) = ("", [])
    for piece in reader.push(text) + reader.finish() {
      switch piece {
      case .text(let more): rest += more
      case .call(let call): calls.append(call)
      }
    }
    return CompletionDocument.Finished(text: rest, calls: calls, summary: summary)
  }

  // MARK: - Streamed

  /// The status line waits for the prompt to be read: what goes wrong before then is answered as any error is.
  func eventStream() async throws -> Response {
    guard let choice = job.choices.first else { throw Self.endedEarly }
    let opened = try await begin(choice, within: call.deadlines.firstToken)
    let headers: HTTPFields = [
      .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache",
      .contentLanguage: call.language.rawValue,
    ]
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { writer in
        var encoder = EventEncoder(job)
        do {
          try await send(opened, with: &encoder, to: &writer)
        } catch {
          let error = SaraiError(anything: error)
          call.record.fail(error)
          encoder.clear()
          encoder.fault(ErrorResponse(error, language: call.language))
          try await flush(&encoder, to: &writer)
        }
        try await writer.finish(nil)
      })
  }

  private func send(
    _ opened: (Events, GenerationEvent), with encoder: inout EventEncoder, to writer: inout any ResponseBodyWriter
  ) async throws {
    // A model that stalls in the middle of a stream leaves nothing to answer with: the connection is cut.
    let cutOff = call.connection.scheduleCancellation(at: call.deadlines.total)
    defer { cutOff.cancel() }
    var totals = JobTotals()
    for (index, choice) in job.choices.enumerated() {
      let (events, first) = index == 0 ? opened : try await begin(choice, within: call.deadlines.total)
      var summary: GenerationSummary?
      encoder.opening(of: index)
      encode(first, of: index, with: &encoder, summary: &summary)
      for try await event in events {
        encode(event, of: index, with: &encoder, summary: &summary)
        try await flush(&encoder, to: &writer)
        try call.deadlines.total.check()
      }
      guard let summary else { throw Self.endedEarly }
      totals.add(summary, countsPrompt: index % job.choicesPerPrompt == 0)
    }
    if job.includesUsage { encoder.usage(totals) }
    encoder.done()
    try await flush(&encoder, to: &writer)
  }

  private func encode(
    _ event: GenerationEvent, of index: Int, with encoder: inout EventEncoder, summary: inout GenerationSummary?
  ) {
    note(event)
    switch event {
    case .started: break
    case .text(let text): encoder.text(text, of: index)
    case .finished(let end):
      summary = end
      encoder.end(of: index, end)
    }
  }

  private func flush(_ encoder: inout EventEncoder, to writer: inout any ResponseBodyWriter) async throws {
    guard !encoder.isEmpty else { return }
    try await writer.write(encoder.buffer)
    encoder.clear()
  }

  // MARK: - Both

  private func begin(
    _ choice: CompletionJob.Choice, within deadline: Deadline
  ) async throws -> (Events, GenerationEvent) {
    try await deadline.limit {
      let events = try await choice.start()
      // A second iterator goes on where this one stops: they share the stream's buffer.
      var iterator = events.makeAsyncIterator()
      guard let first = try await iterator.next() else { throw Self.endedEarly }
      return (events, first)
    }
  }

  private func note(_ event: GenerationEvent) {
    switch event {
    case .started: break
    case .text: call.record.firstToken()
    case .finished(let summary): call.record.add(summary.usage)
    }
  }

  /// A stream that ends without its last event: the task was cancelled, or the engine went away.
  private static var endedEarly: any Error {
    if Task.isCancelled { return CancellationError() }
    return SaraiError(
      .engineFailed, es: "El motor dejó de responder a mitad de la respuesta: vuelve a intentarlo.",
      en: "The engine stopped in the middle of the answer: try again.")
  }
}
