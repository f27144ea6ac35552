package import Crypto
import FoundationEssentials
import Glibc
import SaraiCore
import Synchronization

/// The folder in which states outlive the process: static prefixes, kept as long as they are used, and states that
/// were saved by name.
package final class StateStore: Sendable {
  private let folder: String
  private let identity: SHA256Digest
  private let contextTokens: Int
  private let statistics: EngineStatistics
  private let log: LlamaLibrary.LogSink
  /// Writes wait for the disk here, so that no answer does.
  private let writer = DedicatedThread(name: "sarai-cache")
  private let pendingKeys = Mutex<Set<String>>([])

  /// All prefix files together; the least recently used are deleted.
  package static let maximumPrefixBytes = 512 << 20
  /// One state that was saved by name.
  static let maximumNamedBytes = 4 << 30
  static let temporaryPrefix = ".tmp-"
  static let prefixPrefix = "prefix-"

  /// - Parameter identity: Of what a state depends on; files of another are ignored.
  /// - Throws: `SaraiError` when the folder can't be made.
  package init(
    folder: String, identity: SHA256Digest, contextTokens: Int, statistics: EngineStatistics,
    log: @escaping LlamaLibrary.LogSink
  ) throws {
    self.folder = folder
    self.identity = identity
    self.contextTokens = contextTokens
    self.statistics = statistics
    self.log = log
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw SaraiError(
        .insufficientResources,
        es: "No se puede crear la carpeta de caché \(folder). Comprueba que existe sitio y que tienes permiso.",
        en: "The cache folder \(folder) can't be created. Check that there is room and that you may write there.",
        subject: folder, cause: error)
    }
    removeAbandonedFiles()
  }

  /// What the states of this engine depend on, as one hash.
  package static func identity(of parts: [String]) -> SHA256Digest {
    var hash = SHA256()
    for part in parts {
      // Lengths keep ["ab", "c"] and ["a", "bc"] apart.
      hash.update(data: Array("\(part.utf8.count):".utf8))
      hash.update(data: Array(part.utf8))
    }
    return hash.finalize()
  }

  // MARK: Static prefixes

  func hasPrefix(_ tokens: [Int32]) -> Bool {
    let key = prefixKey(tokens)
    return pendingKeys.withLock { $0.contains(key) } || access(path(key), R_OK) == 0
  }

  /// The saved memory of exactly these tokens; nil where there is none that can be trusted.
  func loadPrefix(_ tokens: [Int32]) -> SavedMemory? {
    let path = path(prefixKey(tokens))
    do throws(SavedMemory.Fault) {
      let saved = try SavedMemory(path: path, identity: identity, contextTokens: contextTokens)
      guard saved.tokens == tokens else { throw .otherIdentity }
      return saved
    } catch .missing {
      return nil
    } catch {
      reject(path, because: "\(error)")
      return nil
    }
  }

  /// The memory of the prefix that was saved or loaded last, by whichever process; nil where there is none that can be
  /// trusted.
  func loadLastPrefix() -> SavedMemory? {
    for file in entries(startingWith: Self.prefixPrefix).sorted(by: { $0.modified > $1.modified }) {
      do throws(SavedMemory.Fault) {
        return try SavedMemory(path: file.path, identity: identity, contextTokens: contextTokens)
      } catch {
        switch error {
        // Another engine keeps its prefixes here too, and what can't be read now may be read later.
        case .missing, .otherIdentity, .unreadable: continue
        case .wrongFormat, .wrongLength, .damaged: reject(file.path, because: "\(error)")
        }
      }
    }
    return nil
  }

  /// A file that passed every check and still did not work.
  func rejectPrefix(_ tokens: [Int32]) {
    reject(path(prefixKey(tokens)), because: "libllama refused the state")
  }

  /// Writes in the background. A failure costs only time at the next start.
  func savePrefix(_ tokens: [Int32], staticMessageCount: Int, state: [UInt8]) {
    let key = prefixKey(tokens)
    guard pendingKeys.withLock({ $0.insert(key).inserted }) else { return }
    writer.schedule { [self] in
      defer { _ = pendingKeys.withLock { $0.remove(key) } }
      do {
        let bytes = try SavedMemory.write(
          tokens: tokens, staticMessageCount: staticMessageCount, state: state, identity: identity, to: path(key))
        log(.information, "saved the state of \(tokens.count) static prompt tokens, \(bytes) bytes")
        removeOldestPrefixes()
      } catch {
        log(.warning, "could not save a static prefix in \(folder): \(error)")
      }
    }
  }

  /// Waits until everything is on the disk.
  package func flush() async {
    try? await writer.perform {}
  }

  private func prefixKey(_ tokens: [Int32]) -> String {
    var hash = SHA256()
    identity.withUnsafeBytes { hash.update(bufferPointer: $0) }
    tokens.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Self.prefixPrefix + hash.finalize().prefix(16).map { hexadecimal($0) }.joined()
  }

  // MARK: Named states

  /// - Throws: `SaraiError.invalidRequest` for a name that could leave the folder.
  func saveNamed(_ name: String, tokens: [Int32], state: [UInt8]) throws -> Int {
    let path = try namedPath(name)
    do {
      return try SavedMemory.write(tokens: tokens, state: state, identity: identity, to: path)
    } catch {
      throw SaraiError(
        .insufficientResources,
        es: "No se pudo guardar el estado «\(name)». Comprueba el espacio libre en \(folder).",
        en: "The state \"\(name)\" could not be saved. Check the free space in \(folder).", subject: "name",
        cause: error)
    }
  }

  func loadNamed(_ name: String) throws -> SavedMemory {
    let path = try namedPath(name)
    do throws(SavedMemory.Fault) {
      return try SavedMemory(path: path, identity: identity, contextTokens: contextTokens)
    } catch .missing {
      throw SaraiError(
        .notFound, es: "No hay ningún estado guardado con el nombre «\(name)».",
        en: "There is no saved state named \"\(name)\".", subject: "name")
    } catch {
      statistics.update { $0.prefixCacheRejectedFiles += 1 }
      log(.warning, "ignored the saved state \(path): \(error)")
      throw unusable(name, cause: "\(error)")
    }
  }

  func tooLarge(_ name: String) -> SaraiError {
    SaraiError(
      .tooLarge, es: "El estado «\(name)» es demasiado grande para guardarlo. Acorta la conversación.",
      en: "The state \"\(name)\" is too large to be saved. Shorten the conversation.", subject: "name")
  }

  func unusable(_ name: String, cause: String) -> SaraiError {
    SaraiError(
      .corruptFile,
      Localized(
        es: "El estado «\(name)» está dañado o es de otro modelo u otra versión. Guárdalo de nuevo.",
        en: "The state \"\(name)\" is damaged, or of another model or version. Save it again."), subject: "name",
      cause: cause)
  }

  /// - Throws: `SaraiError.invalidRequest` for a name that could leave the folder.
  func checkName(_ name: String) throws {
    let isAllowed = { (byte: UInt8) in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isAllowed) else {
      throw SaraiError(
        .invalidRequest,
        es: "El nombre de un estado tiene de 1 a 64 letras sin acento, cifras, «-» o «_».",
        en: "A state's name has 1 to 64 unaccented letters, digits, \"-\" or \"_\".", subject: "name")
    }
  }

  private func namedPath(_ name: String) throws -> String {
    try checkName(name)
    return path("state-\(name)")
  }

  // MARK: The folder

  private func path(_ name: String) -> String { "\(folder)/\(name).bin" }

  private func reject(_ path: String, because reason: String) {
    statistics.update { $0.prefixCacheRejectedFiles += 1 }
    log(.warning, "ignored and removed the cache file \(path): \(reason)")
    unlink(path)
  }

  private struct Entry {
    let path: String
    let bytes: Int
    /// Nanoseconds since 1970.
    let modified: Int
  }

  private func entries(startingWith prefix: String) -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.compactMap { name in
      var status = stat()
      let path = "\(folder)/\(name)"
      guard lstat(path, &status) == 0 else { return nil }
      let modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
      return Entry(path: path, bytes: Int(status.st_size), modified: modified)
    }
  }

  private func removeOldestPrefixes() {
    let files = entries(startingWith: Self.prefixPrefix).sorted { $0.modified < $1.modified }
    var excess = files.reduce(0) { $0 + $1.bytes } - Self.maximumPrefixBytes
    for file in files where excess > 0 {
      unlink(file.path)
      excess -= file.bytes
    }
  }

  /// What a process left that died while it wrote. Another engine may be writing now: only old ones go.
  private func removeAbandonedFiles() {
    let oneHourAgo = (time(nil) - 3_600) * 1_000_000_000
    for file in entries(startingWith: Self.temporaryPrefix) where file.modified < oneHourAgo { unlink(file.path) }
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.count == 1 ? "0" + digits : digits
}
