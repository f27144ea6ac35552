import Glibc

/// A yes of the person at the terminal.
enum Consent {
  /// Whether somebody is there to ask.
  static var canBeAsked: Bool { isatty(STDIN_FILENO) == 1 && Output.isErrorTerminal }

  /// Asks, and takes everything but a yes for a no.
  static func isGiven(_ question: String) -> Bool {
    Output.errorText(question + words(es: " [s/N] ", en: " [y/N] "))
    let word = (readLine() ?? "").lowercased().split(whereSeparator: \.isWhitespace).first ?? ""
    return ["s", "si", "sí", "y", "yes"].contains(word)
  }
}
