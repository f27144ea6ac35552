import FoundationEssentials
import SaraiCore
import Synchronization

/// The language in which this command speaks.
enum Words {
  private static let current = Mutex(Language(environment: ProcessInfo.processInfo.environment))

  static var language: Language {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
}

/// A sentence in the command's language.
func words(es: String, en: String) -> String { Localized(es: es, en: en)[Words.language] }
