/// A language that SARAi speaks to its user.
package enum Language: String, Sendable, CaseIterable {
  case spanish = "es"
  case english = "en"

  /// The language of a POSIX locale or HTTP language tag (`es_ES.UTF-8`, `en-GB`), or nil for others.
  package init?(tag: some StringProtocol) {
    switch tag.prefix(while: { $0.isLetter }).lowercased() {
    case "es": self = .spanish
    case "en", "c", "posix": self = .english
    default: return nil
    }
  }

  /// The language that the environment asks for, by POSIX precedence: `LC_ALL`, `LC_MESSAGES`, `LANG`.
  ///
  /// An unset environment means Spanish, SARAi's first language; a language it does not speak means English.
  package init(environment: [String: String]) {
    let tag = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    self = tag.map { Language(tag: $0) ?? .english } ?? .spanish
  }

  /// The best of an HTTP `Accept-Language` header (RFC 9110, 12.5.4), or nil where it names none of ours.
  package init?(acceptLanguage header: String) {
    let ranked = header.split(separator: ",").compactMap { range -> (Language, Double)? in
      let parts = range.split(separator: ";").map { $0.trimmingPrefix(while: { $0 == " " }) }
      guard let tag = parts.first, let language = Language(tag: tag) else { return nil }
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      return quality > 0 ? (language, quality) : nil
    }
    guard let best = ranked.max(by: { $0.1 < $1.1 }) else { return nil }
    self = best.0
  }
}

/// A sentence for the user in every language that SARAi speaks, written side by side so that none is forgotten.
package struct Localized: Sendable, Hashable {
  package let es: String
  package let en: String

  package init(es: String, en: String) {
    self.es = es
    self.en = en
  }

  package subscript(language: Language) -> String {
    switch language {
    case .spanish: es
    case .english: en
    }
  }
}
