import ArgumentParser
import SaraiCore
import SaraiSkills

/// The words that ArgumentParser puts into help and errors, in Spanish: it has no localisation of its own, so its
/// finished text is translated here, in one place.
enum ArgumentParserWords {
  /// - Parameter arguments: What the command was given, for hints on how it was meant.
  static func translated(_ text: String, arguments: [String] = []) -> String {
    // SARAi's own errors begin in lower case.
    let text = text.hasPrefix("Error: ") ? "error: " + text.dropFirst("Error: ".count) : text
    let hint = hint(for: text, arguments)
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
      (Words.language == .spanish ? translated(line: String(line)) : String(line)) + (index == 0 ? hint : "")
    }.joined(separator: "\n")
  }

  /// What ArgumentParser does not say: which command was nearly named, and how a text is told from an option.
  private static func hint(for text: String, _ arguments: [String]) -> String {
    let line = text.prefix { $0 != "\n" }
    if let option = captures(of: "error: Unknown option '{}'", in: String(line))?.first, !line.contains("Did you mean"),
      option.contains(where: \.isWhitespace) || !option.hasPrefix("--")
    {
      return words(
        es: ". Si es un texto que empieza por un guion, pon antes «--».",
        en: ". If it is a text that begins with a hyphen, put -- before it.")
    }
    guard line.contains(" unexpected arguments: ") || line.hasPrefix("error: Unexpected argument"),
      let name = nearSubcommand(arguments)
    else { return "" }
    return words(es: ". ¿Querías decir «\(name)»?", en: ". Did you mean '\(name)'?")
  }

  /// The name of a subcommand that the first argument that names none looks like.
  private static func nearSubcommand(_ arguments: [String]) -> String? {
    var command: any ParsableCommand.Type = Sarai.self
    for argument in arguments {
      // Closures: a key path that begins at a type crashes Swift 6.3.
      let known = command.configuration.subcommands.filter { $0.configuration.shouldDisplay }
      let named = known.first {
        $0.configuration.commandName == argument || $0.configuration.aliases.contains(argument)
      }
      guard let named else {
        return NearestName.find(argument, among: known.compactMap { $0.configuration.commandName })
      }
      command = named
    }
    return nil
  }

  private static func translated(line: String) -> String {
    if line.hasPrefix("error: ") { return "error: " + translated(line: String(line.dropFirst("error: ".count))) }
    for (english, spanish) in sentences {
      guard var parts = captures(of: english, in: line) else { continue }
      if let last = parts.last, lists.contains(english) { parts[parts.count - 1] = Substring(list(last, english)) }
      return filled(spanish, with: parts)
    }
    return fragments.reduce(line) { $0.replacing($1.0, with: $1.1) }
  }

  /// Whole lines, with `{}` for what varies.
  private static let sentences: [(String, String)] = [
    ("Unknown option '{}'. Did you mean '{}'?", "La opción «{}» no existe. ¿Querías decir «{}»?"),
    ("Unknown option '{}'", "La opción «{}» no existe"),
    ("Invalid option: {}", "Opción no válida: {}"),
    ("Missing value for '{}'", "Falta el valor de «{}»"),
    (
      "The option '{}' does not take any value, but '{}' was specified.",
      "La opción «{}» no lleva valor, y se le dio «{}»."
    ),
    ("Unexpected argument '{}'", "Sobra el argumento «{}»"),
    ("{} unexpected arguments: {}", "Sobran {} argumentos: {}"),
    ("Missing expected argument '{}'", "Falta el argumento «{}»"),
    ("Missing one of: {}", "Falta uno de estos: {}"),
    ("Missing required subcommand.", "Falta la orden."),
    (
      choice,
      "El valor «{}» no sirve para «{}»: pon uno de {}."
    ),
    (
      "The value '{}' is invalid for '{}'. Please provide one of the following:",
      "El valor «{}» no sirve para «{}»: pon uno de estos:"
    ),
    ("The value '{}' is invalid for '{}': {}", "El valor «{}» no sirve para «{}»: {}"),
    ("The value '{}' is invalid for '{}'", "El valor «{}» no sirve para «{}»"),
    ("Value to be set with {} had already been set with {}", "{} repite lo que ya dijo {}"),
    ("  See '{} <subcommand>' for detailed help.", "  «{} <orden>» explica cada una."),
    ("  See '{}' for more information.", "  Más: {}"),
    ("Can't generate completion scripts for '{}'.", "No hay guion de autocompletado para «{}»."),
  ]

  /// Sentences whose last gap is a list: 'a', 'b' and 'c'.
  private static let lists: Set<String> = [choice, "{} unexpected arguments: {}"]
  private static let choice = "The value '{}' is invalid for '{}'. Please provide one of {}."

  private static func list(_ items: Substring, _ sentence: String) -> String {
    var isOpen = false
    var text = ""
    for character in items.replacing("' and '", with: sentence == choice ? "' o '" : "' y '") {
      if character == "'" { isOpen.toggle() }
      text += character == "'" ? (isOpen ? "«" : "»") : String(character)
    }
    return text
  }

  /// Parts of lines.
  private static let fragments: [(String, String)] = [
    ("OVERVIEW: ", ""), ("USAGE: ", "USO: "), ("Usage: ", "Uso: "), ("Help:  ", "Ayuda: "),
    ("SUBCOMMANDS:", "ÓRDENES:"), ("ARGUMENTS:", "ARGUMENTOS:"), ("OPTIONS:", "OPCIONES:"),
    ("<subcommands>", "<órdenes>"), ("<subcommand>", "<orden>"), ("<options>", "<opciones>"),
    ("Show help information.", "Muestra esta ayuda."), ("Show the version.", "Muestra la versión."),
    ("Show subcommand help information.", "Muestra la ayuda de una orden."),
    ("(default: ", "(por omisión: "), ("; default: ", "; por omisión: "), ("(default)", "(por omisión)"),
    ("(default as flag: ", "(sin valor: "), ("; default as flag: ", "; sin valor: "), ("(values: ", "(valores: "),
  ]

  /// What stands for each `{}` of a pattern where the whole line fits it.
  private static func captures(of pattern: String, in line: String) -> [Substring]? {
    let pieces = pattern.split(separator: "{}", omittingEmptySubsequences: false)
    guard var rest = line.hasPrefix(pieces[0]) ? line.dropFirst(pieces[0].count) : nil else { return nil }
    var captures: [Substring] = []
    for (index, piece) in pieces.enumerated().dropFirst() {
      let isLast = index == pieces.count - 1
      if isLast {
        guard rest.hasSuffix(piece) else { return nil }
        captures.append(rest.dropLast(piece.count))
        rest = ""
      } else {
        guard let place = rest.firstRange(of: piece) else { return nil }
        captures.append(rest[..<place.lowerBound])
        rest = rest[place.upperBound...]
      }
    }
    return rest.isEmpty ? captures : nil
  }

  private static func filled(_ pattern: String, with parts: [Substring]) -> String {
    let pieces = pattern.split(separator: "{}", omittingEmptySubsequences: false)
    return pieces.enumerated().map { index, piece in piece + (index < parts.count ? parts[index] : "") }.joined()
  }
}
