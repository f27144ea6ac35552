import Glibc
import SaraiCore

/// Where SARAi keeps what: the XDG base directories, or what `SARAI_HOME`, `SARAI_STATE_DIR` and `SARAI_MODELS_DIR` say.
package struct Folders: Sendable, Hashable {
  package let models: String
  /// What SARAi writes of its own: conversations, logs, caches, the server's record.
  package let state: String
  package let configuration: String
  /// Unix sockets.
  package let run: String
  package let home: String
  /// Skills that were installed.
  package let skills: String
  /// Python environments of skills that were installed.
  package let python: String

  package var configurationFile: String { configuration + "/sarai.yaml" }
  package var conversations: String { state + "/conversations" }
  package var memory: String { state + "/memory" }
  /// Jobs, the inbox, and what was done unasked.
  package var loop: String { state + "/loop" }
  package var cache: String { state + "/cache" }
  package var logs: String { state + "/logs" }

  /// An empty variable is an unset one. A relative `SARAI_*` folder would mean another one in every working directory,
  /// so it is refused; a relative XDG folder is ignored, as the specification asks.
  ///
  /// - Throws: `SaraiError.invalidRequest` naming the variable.
  package init(environment: [String: String], userID: UInt32 = getuid()) throws {
    func own(_ name: String) throws -> String? {
      guard let value = environment[name], !value.isEmpty else { return nil }
      guard value.hasPrefix("/"), !value.hasControlCharacters else {
        throw SaraiError(
          .invalidRequest, es: "\(name)=\(value) debe ser una ruta absoluta: por ejemplo, \(name)=\"$PWD/\(value)\".",
          en: "\(name)=\(value) must be an absolute path: for example, \(name)=\"$PWD/\(value)\".", subject: name)
      }
      return Self.withoutTrailingSlash(value)
    }
    func xdg(_ name: String) -> String? {
      guard let value = environment[name], value.hasPrefix("/") else { return nil }
      return Self.withoutTrailingSlash(value)
    }
    let home = try Self.homeFolder(environment: environment, userID: userID)
    let all = try own("SARAI_HOME")
    let state =
      try own("SARAI_STATE_DIR") ?? all.map { $0 + "/state" }
      ?? (xdg("XDG_STATE_HOME") ?? home + "/.local/state") + "/sarai"
    self.home = home
    self.state = state
    let data = all ?? (xdg("XDG_DATA_HOME") ?? home + "/.local/share") + "/sarai"
    models = try own("SARAI_MODELS_DIR") ?? data + "/models"
    skills = data + "/skills"
    python = data + "/python"
    configuration = all.map { $0 + "/config" } ?? (xdg("XDG_CONFIG_HOME") ?? home + "/.config") + "/sarai"
    let mark = Self.shortHash(state)
    let runtime = xdg("XDG_RUNTIME_DIR").flatMap { access($0, W_OK | X_OK) == 0 ? $0 : nil }
    // Who keeps the state elsewhere has a supervisor of their own, or the one of another state would answer.
    let ownRun = all.map { state == $0 + "/state" ? $0 + "/run" : "\($0)/run/\(mark)" }
    let wanted = ownRun ?? runtime.map { "\($0)/sarai/\(mark)" } ?? state + "/run"
    // A socket's path is at most 107 bytes long; its name within the folder takes up to 40.
    let short = wanted.utf8.count <= 107 - 40 ? wanted : "/tmp/sarai-\(userID)-\(mark)"
    run = RunNote.read(state: state) ?? short
  }

  /// Makes the folders that a server writes to, for their owner only.
  ///
  /// - Throws: `SaraiError.forbidden` naming the folder that cannot be made or written to.
  package func create() throws {
    // Models may lie where others look after them: `sarai pull` alone writes there.
    if FileStatus(models)?.isFolder != true || access(models, R_OK | X_OK) != 0 {
      try Self.create(models, variable: "SARAI_MODELS_DIR")
    }
    for folder in [state, cache, logs, conversations] { try Self.create(folder, variable: "SARAI_STATE_DIR") }
    try Self.create(run)
    // The fallback in /tmp has a name that anyone could take first.
    guard let status = FileStatus(run, followsLinks: false), status.isFolder, status.owner == getuid() else {
      throw SaraiError(
        .forbidden, es: "La carpeta \(run) no es tuya: bórrala o elige otra con SARAI_HOME.",
        en: "The folder \(run) is not yours: remove it, or choose another with SARAI_HOME.", subject: run)
    }
    chmod(run, 0o700)
  }

  /// Makes a folder and those above it with mode 0700; one that is there already keeps its mode.
  ///
  /// - Parameter variable: the one that would move it elsewhere.
  package static func create(_ folder: String, variable: String = "SARAI_HOME") throws {
    var path = ""
    for part in folder.split(separator: "/") {
      path += "/" + part
      if mkdir(path, 0o700) != 0, errno != EEXIST, errno != EISDIR {
        // Above the folder there may be some that are not ours to look into; only the last one counts.
        if path == folder || errno != EACCES && errno != EROFS { throw unusable(folder, variable: variable) }
      }
    }
    guard FileStatus(folder)?.isFolder == true, access(folder, R_OK | W_OK | X_OK) == 0 else {
      throw unusable(folder, variable: variable)
    }
  }

  private static func unusable(_ folder: String, variable: String) -> SaraiError {
    SaraiError(
      .forbidden,
      es: "No se puede escribir en la carpeta \(folder): dale permisos (chown, chmod 700) o elige otra con "
        + "\(variable).",
      en: "The folder \(folder) cannot be written to: grant access (chown, chmod 700), or choose another with "
        + "\(variable).",
      subject: folder)
  }

  private static func homeFolder(environment: [String: String], userID: UInt32) throws -> String {
    if let home = environment["HOME"], home.hasPrefix("/") { return withoutTrailingSlash(home) }
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    if getpwuid_r(userID, &entry, &buffer, buffer.count, &found) == 0, found != nil, let folder = entry.pw_dir {
      return withoutTrailingSlash(String(cString: folder))
    }
    guard environment["SARAI_HOME"]?.isEmpty == false else {
      throw SaraiError(
        .invalidRequest, es: "No se sabe cuál es tu carpeta personal: define HOME o SARAI_HOME.",
        en: "Your home folder is unknown: set HOME or SARAI_HOME.", subject: "HOME")
    }
    return "/"
  }

  private static func withoutTrailingSlash(_ path: String) -> String {
    let end = path.lastIndex { $0 != "/" }
    return end.map { String(path[...$0]) } ?? "/"
  }

  /// FNV-1a, 64 bits, as 16 hexadecimal digits: tells state folders apart in names, and protects nothing.
  private static func shortHash(_ text: String) -> String {
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
