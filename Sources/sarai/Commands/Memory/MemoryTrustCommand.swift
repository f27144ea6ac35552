import ArgumentParser
import SaraiCore

/// Sources whose words become facts without a yes: a skill's name, a site.
struct MemoryTrustCommand: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "trust",
      abstract: words(
        es: "De quién se aprende sin preguntar, además de ti.", en: "Whom SARAi learns from without asking, beside you."
      ),
      discussion: words(
        es: """
          Lo que dicen las habilidades y los documentos no pasa a ser un hecho sin tu permiso («sarai memory confirm»),
          salvo que confíes en esa fuente.

          Ejemplos:
            sarai memory trust                  las fuentes de confianza
            sarai memory trust agenda           confía en la habilidad «agenda»
            sarai memory trust agenda --remove  deja de confiar en ella
          """,
        en: """
          What skills and documents say becomes no fact without your yes ("sarai memory confirm"), unless you trust
          that source.

          Examples:
            sarai memory trust                  the trusted sources
            sarai memory trust agenda           trusts the skill "agenda"
            sarai memory trust agenda --remove  trusts it no longer
          """))
  }

  @OptionGroup var options: MemoryOptions

  @Argument(
    help: ArgumentHelp(
      words(es: "El nombre de la fuente.", en: "The source's name."),
      valueName: words(es: "fuente", en: "source")))
  var source: String?

  @Flag(help: ArgumentHelp(words(es: "Deja de confiar en ella.", en: "Trust it no longer.")))
  var remove = false

  func validate() throws {
    guard remove, source == nil else { return }
    throw ValidationError(
      words(es: "¿En qué fuente ya no confías? Pon su nombre.", en: "Which source do you trust no longer? Name it."))
  }

  func run() async throws {
    let settings = try await options.with { memory in
      let known = try await memory.configure(isPaused: nil, trusted: nil, owner: options.user)
      guard let source else { return known }
      guard !remove || known.trusted.contains(source) else { throw notTrusted(source, known.trusted) }
      let trusted = remove ? known.trusted.filter { $0 != source } : known.trusted + [source]
      return try await memory.configure(isPaused: nil, trusted: Set(trusted).sorted(), owner: options.user)
    }
    if options.json { return Output.json(settings.json) }
    if settings.proposed > 0 {
      Output.line(
        words(
          es: "\(MemoryText.facts(settings.proposed)) de «\(MemoryText.safe(source ?? ""))» vuelve"
            + "\(settings.proposed == 1 ? "" : "n") a esperar tu permiso: sarai memory list --proposed",
          en: "\(MemoryText.facts(settings.proposed)) of \"\(MemoryText.safe(source ?? ""))\" wait"
            + "\(settings.proposed == 1 ? "s" : "") for your yes again: sarai memory list --proposed"))
    }
    Output.line(
      settings.trusted.isEmpty
        ? words(es: "Solo aprendo de lo que dices tú.", en: "I learn from your own words alone.")
        : words(es: "También aprendo de: ", en: "I also learn from: ") + settings.trusted.joined(separator: ", "))
  }

  private func notTrusted(_ source: String, _ trusted: [String]) -> SaraiError {
    let all = trusted.joined(separator: ", ")
    return SaraiError(
      .notFound,
      Localized(
        es: "«\(source)» no es una fuente de confianza" + (all.isEmpty ? "." : "; lo son: \(all)."),
        en: "\"\(source)\" is no trusted source" + (all.isEmpty ? "." : "; these are: \(all).")), subject: source)
  }
}
