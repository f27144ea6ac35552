import SaraiCore
import SaraiModels
import SaraiSkills
import SkillProtocol

// SARAi's values as the messages of proto/supervisor.proto, and back.

extension Sarai_Supervisor_V1_Model {
  init(_ summary: ModelSummary) {
    self.init()
    id = summary.id
    kind = summary.kind.rawValue
    roles = summary.roles
    contextTokens = Int64(summary.contextTokens)
    languages = summary.languages
    licence = summary.licence
    isRemote = summary.isRemote
    isLoaded = summary.isLoaded
    created = Int64(summary.created)
  }
}

extension ModelSummary {
  /// Nil for a kind of a later version.
  init?(_ model: Sarai_Supervisor_V1_Model) {
    guard let kind = Kind(rawValue: model.kind) else { return nil }
    self.init(
      id: model.id, kind: kind, roles: model.roles, contextTokens: Int(model.contextTokens), languages: model.languages,
      licence: model.licence, isRemote: model.isRemote, isLoaded: model.isLoaded, created: Int(model.created))
  }
}

extension Sarai_Supervisor_V1_Sample {
  init(_ sample: MetricSample) {
    self.init()
    name = sample.name
    kind = sample.kind.rawValue
    help = sample.help
    labels = sample.labels.map { label in
      var message = Label()
      message.name = label.name
      message.value = label.value
      return message
    }
    value = sample.value
  }
}

extension MetricSample {
  /// Nil for a kind of a later version.
  init?(_ sample: Sarai_Supervisor_V1_Sample) {
    guard let kind = Kind(rawValue: sample.kind) else { return nil }
    self.init(
      sample.name, kind, help: sample.help, labels: sample.labels.map { ($0.name, $0.value) }, value: sample.value)
  }
}

extension Sarai_Supervisor_V1_Engine {
  init(_ status: EngineStatus) {
    self.init()
    model = status.model
    roles = status.roles
    if let pid = status.pid { self.pid = pid }
    state = status.state.rawValue
    if let bytes = status.memoryBytes { memoryBytes = Int64(bytes) }
    contextTokens = Int64(status.contextTokens)
    uptimeSeconds = status.uptimeSeconds
    idleSeconds = status.idleSeconds
    requests = status.requests
  }
}

extension Sarai_Supervisor_V1_SkillStatus {
  init(_ status: SkillStatus) {
    self.init()
    name = status.name
    state = status.phase.rawValue
    pids = status.processes.map(\.pid)
    calls = UInt64(clamping: status.totals.calls)
    failures = UInt64(clamping: status.totals.failed + status.totals.timedOut)
    restarts = UInt64(clamping: status.totals.deaths)
    uptimeSeconds = status.upSeconds
    memoryBytes = Int64(status.processes.compactMap(\.memoryBytes).reduce(0, +))
    if let error = status.lastError { self.error = Sarai_Skills_V1_ErrorDetail(error) }
  }
}

extension Sarai_Supervisor_V1_HoldEngineRequest.Result {
  /// How a generation ended.
  init(summary: GenerationSummary?, error: (any Error)?) {
    self.init()
    outcome =
      switch error {
      case nil: "ok"
      case is CancellationError: "cancelled"
      case let error as SaraiError where error.code == .cancelled: "cancelled"
      default: "error"
      }
    guard let summary else { return }
    promptTokens = UInt64(summary.usage.promptTokens)
    cachedTokens = UInt64(summary.usage.cachedTokens)
    completionTokens = UInt64(summary.usage.completionTokens)
    queueSeconds = summary.timings.queueSeconds
    promptSeconds = summary.timings.promptSeconds
    decodeSeconds = summary.timings.decodeSeconds
  }

  /// What the pool counts. A client can say what it likes here, and only its own figures would be wrong.
  var summary: GenerationSummary? {
    guard outcome == "ok" else { return nil }
    return GenerationSummary(
      finishReason: .stop,
      usage: Usage(
        promptTokens: Int(clamping: promptTokens), cachedTokens: Int(clamping: cachedTokens),
        completionTokens: Int(clamping: completionTokens)),
      timings: Timings(queueSeconds: queueSeconds, promptSeconds: promptSeconds, decodeSeconds: decodeSeconds), seed: 0)
  }

  var error: SaraiError? {
    switch outcome {
    case "ok": nil
    case "cancelled": SaraiError(.cancelled, es: "cancelada", en: "cancelled")
    default: SaraiError(.engineFailed, es: "fallida", en: "failed")
    }
  }
}

extension Sarai_Supervisor_V1_AttendReply {
  init(_ notice: Localized) {
    self.init()
    noticeEs = notice.es
    noticeEn = notice.en
  }
}
