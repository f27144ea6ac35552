import Foundation
import SaraiCore
import TestSupport
import Testing

/// What deploy/prometheus and deploy/grafana ship, with real programs.
@Suite(.serialized, .timeLimit(.minutes(15))) struct MonitoringTests {
  /// Why a metric may be absent from a system that has had some of everything.
  private static let mayBeAbsent = [
    "until measured", "before the first", "without one", "while switched off",
  ]

  // MARK: - Files

  @Test func `promtool takes the configuration and the alerts, and their examples hold`() throws {
    for arguments in [
      ["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"],
    ] {
      let process = Process()
      process.executableURL = PrometheusServer.program("promtool")
      process.arguments = arguments
      process.currentDirectoryURL = PrometheusServer.folder
      let output = Pipe()
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let said = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(arguments): \(String(decoding: said, as: UTF8.self))")
    }
  }

  @Test func `every alert has an example in which it fires`() throws {
    let folder = PrometheusServer.folder
    let rules = try String(contentsOf: folder.appending(path: "alerts.yml"), encoding: .utf8)
    let examples = try String(contentsOf: folder.appending(path: "alerts_test.yml"), encoding: .utf8)
    let fired = examples.matches(of: /alertname: (\w+)\n +exp_alerts:/).map { $0.1 }
    let alerts = rules.matches(of: /- alert: (\w+)/).map { $0.1 }
    #expect(alerts.count > 10 && Set(alerts) == Set(fired))
    let document = try String(contentsOf: TestParts.root.appending(path: "docs/Metrics.md"), encoding: .utf8)
    #expect(alerts.filter { !document.contains("`\($0)`") } == [])
  }

  @Test func `dashboards have what Grafana asks for, and their panels do not lie on each other`() throws {
    let dashboards = try Dashboard.all()
    #expect(
      dashboards.map(\.uid) == ["sarai-loop", "sarai-memory", "sarai-serve", "sarai-skills", "sarai-speculation"])
    for dashboard in dashboards {
      #expect(dashboard.schemaVersion >= 38 && !dashboard.title.isEmpty)
      #expect(Array(dashboard.templating.list.map(\.name).prefix(2)) == ["datasource", "instance"])
      #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
      for (index, panel) in dashboard.panels.enumerated() {
        #expect(!panel.title.isEmpty && panel.datasource.uid == "${datasource}" && !panel.targets.isEmpty)
        #expect(Set(panel.targets.map(\.refId)).count == panel.targets.count)
        #expect(panel.gridPos.x + panel.gridPos.w <= 24)
        #expect(!dashboard.panels[..<index].contains { $0.gridPos.overlaps(panel.gridPos) }, "\(panel.title)")
      }
    }
  }

  // MARK: - A running system

  @Test func `a real Prometheus finds data for every panel, what is documented, and fires when the server stops`()
    async throws
  {
    try await ServedHome.with(
      "--set", "models.draft.id=smollm2-135m-q4_0", "--set", "runtime.speculation=acceptance",
      after: ["quantize", "smollm2-135m", "--type", "Q4_0"]
    ) { served in
      let prometheusFolder = served.home.folder.appending(path: "prometheus")
      try FileManager.default.createDirectory(at: prometheusFolder, withIntermediateDirectories: true)
      let prometheus = try await PrometheusServer(
        in: prometheusFolder, scraping: String(served.address.dropFirst("http://".count)))
      do {
        // What is counted has to grow between two looks.
        for round in 1...2 {
          try await use(served, round: round)
          try await act(served, round: round)
          try await prometheus.awaitScrapes(2)
        }
        try await checkPanels(prometheus)
        try checkDocument(try await served.metrics())
        let firing = try await prometheus.firing()
        #expect(firing.isEmpty || firing.allSatisfy { $0["alertname"] == "SaraiDiskFull" }, "\(firing)")
        served.server.signal(SIGTERM)
        #expect(await served.server.end() == 0)
        try await prometheus.awaitAlert("SaraiDown")
      } catch {
        await prometheus.stop()
        throw error
      }
      await prometheus.stop()
    }
  }

  /// Turns that memory, a skill and the model answer, an error, and upkeep of the memory.
  private func use(_ served: ServedHome, round: Int) async throws {
    let city = ["Madrid", "Lugo"][round - 1]
    #expect(try await served.say("Mi hermana \(["Ana", "Eva"][round - 1]) vive en \(city)").status == 200)
    #expect(try await served.say("¿Dónde vive mi hermana \(["Ana", "Eva"][round - 1])?").body.contains(city))
    _ = try await served.say("¿Cómo se llama mi dentista?")
    #expect(try await served.say("¿Cuánto es \(round + 20) por 7?").body.contains("\((round + 20) * 7)"))
    // A text that repeats itself is one that can be guessed.
    let list = (1...12).map { "item \($0) is red and round" }.joined(separator: ", ")
    for _ in 1...2 {
      let told = try await served.say("Repeat word by word: \(list).", model: "expert_short", tokens: 96, streams: true)
      #expect(told.status == 200, "\(told.body)")
    }
    try await awaitExactness(served)
    for _ in 1...2 {
      try await served.say("Repeat word by word: \(list).", model: "expert_short", tokens: 96)
      try await served.say("Tell me about lighthouses.", model: "expert_short", tokens: 80)
    }
    let embedded = try await served.ask(
      "POST", "/v1/embeddings", ["model": "embeddings", "input": .string("hola \(round)")])
    #expect(embedded.status == 200)
    #expect(try await served.say("Hola", model: "nobody").status == 404)
    for command in ["backup", "vacuum"] {
      let outcome = try await served.home.run("memory", command)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  /// Upkeep and a reminder, both at once.
  private func act(_ served: ServedHome, round: Int) async throws {
    if round == 1 {
      #expect(try await served.home.run("job", "add", "every Tuesday at 9", "remind", "water the plants").status == 0)
    }
    let jobs = try JSONValue(parsing: try await served.home.run("job", "list", "--json").output).arrayValue ?? []
    for action in ["backup_memory", "remind"] {
      let id = try #require(jobs.last { $0["action"] == .string(action) }?["id"]?.integerValue, "\(jobs)")
      let outcome = try await served.home.run("loop", "run-now", "\(id)")
      #expect(outcome.status == 0, "\(outcome)")
    }
  }

  /// An engine guesses once it knows that batches are exact, which it finds out when nobody asks it, and notes in a file.
  private func awaitExactness(_ served: ServedHome) async throws {
    let cache = served.home.folder.appending(path: "state/cache").path
    while try FileManager.default.subpathsOfDirectory(atPath: cache).allSatisfy({ !$0.contains("/batches-") }) {
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private func checkPanels(_ prometheus: PrometheusServer) async throws {
    for dashboard in try Dashboard.all() {
      for panel in dashboard.panels {
        for target in panel.targets {
          let query = Dashboard.substituted(target.expr)
          // A query is checked whole: one that Prometheus refuses throws.
          let samples = try await prometheus.query(query)
          #expect(samples.contains { $0.value.isFinite }, "\(dashboard.title), \(panel.title): \(query)")
        }
      }
    }
  }

  private func checkDocument(_ page: String) throws {
    let documented = try MetricFamily.documented()
    let exported = MetricFamily.exported(page)
    #expect(documented.count > 60 && Set(documented.map(\.name)).count == documented.count)
    for family in exported {
      guard let row = documented.first(where: { $0.name == family.name }) else {
        Issue.record("\(family.name) is not in docs/Metrics.md")
        continue
      }
      #expect(row.kind == family.kind && row.labels == family.labels, "\(family)")
    }
    let names = Set(exported.map(\.name))
    for row in documented where !names.contains(row.name) {
      #expect(Self.mayBeAbsent.contains(row.absence), "\(row.name) is documented and not exported")
    }
  }
}
