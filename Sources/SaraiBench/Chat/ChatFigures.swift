import SaraiCore

/// Everything that the chat scenario measured, in milliseconds, MB (10⁶ bytes) and tokens a second.
struct ChatFigures {
  var tokensPerSecond = PairedSample()
  var coldFirstToken = PairedSample()
  var coldLongFirstToken = PairedSample()
  var warmLongFirstToken = PairedSample()
  /// From the start of the process, restored prefix and all.
  var processFirstToken = PairedSample()
  var restoredFirstToken = PairedSample()
  /// The same prefix, once another prompt has taken its place in the context: it comes from the disk.
  var fetchedFirstToken = PairedSample()
  /// SARAi with the restored prefix beside SARAi without.
  var restoredAgainstCold = PairedSample()
  var engineMemory = PairedSample()
  var serveIdlePSS: [Double] = []
  var serveLoadedPSS: [Double] = []
  var helpMilliseconds: [Double] = []
  var sameText = Proportion()
  var samePromptLength = Proportion()

  func report(machine: Machine, settings: JSONObject) -> BenchReport {
    BenchReport(
      scenario: "chat", machine: machine, settings: settings, rows: rows, checks: checks,
      remarks: remarks(machine: machine))
  }

  private var rows: [BenchReport.Row] {
    [
      BenchReport.Row("tokens_per_second", unit: "1/s", tokensPerSecond),
      BenchReport.Row("first_token_cold", unit: "ms", coldFirstToken),
      BenchReport.Row("first_token_cold_1000_token_system_prompt", unit: "ms", coldLongFirstToken),
      BenchReport.Row("first_token_warm_1000_token_system_prompt", unit: "ms", warmLongFirstToken),
      BenchReport.Row("first_token_restored_1000_token_system_prompt", unit: "ms", restoredFirstToken),
      BenchReport.Row("first_token_restored_against_own_cold", unit: "ms", restoredAgainstCold),
      BenchReport.Row("first_token_fetched_1000_token_system_prompt", unit: "ms", fetchedFirstToken),
      BenchReport.Row("first_token_from_process_start", unit: "ms", processFirstToken),
      BenchReport.Row("engine_memory_besides_weights", unit: "MB", engineMemory),
      BenchReport.Row("serve_pss_idle", unit: "MB", serveIdlePSS),
      BenchReport.Row("serve_pss_under_load", unit: "MB", serveLoadedPSS),
      BenchReport.Row("help", unit: "ms", helpMilliseconds),
    ].compactMap { $0 }
  }

  private var checks: [BenchReport.Check] {
    var checks: [BenchReport.Check] = []
    func add(_ name: String, _ value: Double?, unit: String, _ target: BenchReport.Check.Target) {
      if let value { checks.append(BenchReport.Check(name, value: value, unit: unit, target)) }
    }
    func ratio(_ sample: PairedSample) -> Double? { Summary(sample.ratios)?.median }
    add("tokens_per_second_ratio", ratio(tokensPerSecond), unit: "×", .atLeast(0.97))
    add("first_token_cold_ratio", ratio(coldFirstToken), unit: "×", .atMost(1.05))
    add("first_token_cold_long_ratio", ratio(coldLongFirstToken), unit: "×", .atMost(1.05))
    add("first_token_restored_against_cold", ratio(restoredAgainstCold), unit: "×", .atMost(0.25))
    add("first_token_restored_against_slot_restore", ratio(restoredFirstToken), unit: "×", .atMost(1))
    add("first_token_fetched_against_slot_restore", ratio(fetchedFirstToken), unit: "×", .atMost(1))
    // The most that was seen counts, idle or not.
    add("serve_pss", (serveIdlePSS + serveLoadedPSS).max(), unit: "MB", .atMost(40))
    add("engine_memory_besides_weights_ratio", ratio(engineMemory), unit: "×", .atMost(1))
    add("help", Summary(helpMilliseconds)?.median, unit: "ms", .atMost(50))
    return checks
  }

  private func remarks(machine: Machine) -> [Localized] {
    var remarks = [
      Localized(
        es: """
          referencia: llama-server, del mismo libllama; la razón es la mediana de las parejas [cuartiles]. \
          Mismo texto en \(sameText.successes) de \(sameText.trials) respuestas voraces, y prompts igual de largos en \
          \(samePromptLength.successes) de \(samePromptLength.trials).
          """,
        en: """
          reference: llama-server, of the same libllama; the ratio is the median of the pairs [quartiles]. \
          Same text in \(sameText.successes) of \(sameText.trials) greedy answers, and prompts of equal length in \
          \(samePromptLength.successes) of \(samePromptLength.trials).
          """)
    ]
    if machine.isBusy {
      let load = BenchText.number(machine.load.first ?? 0)
      remarks.append(
        Localized(
          es: "La máquina estaba ocupada al empezar (carga \(load)): repítelo en calma.",
          en: "The machine was busy at the start (load \(load)): repeat it when it is quiet."))
    }
    return remarks
  }
}
