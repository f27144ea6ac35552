import Glibc
import SaraiCore
import SaraiModels

/// The folders: are they there, whose are they, is there room.
enum FolderChecks {
  static func all(_ setup: Setup) -> [Finding] {
    let folders = setup.folders
    var findings = [
      folder("folder:models", Localized(es: "carpeta de modelos", en: "models folder"), folders.models),
      folder("folder:state", Localized(es: "carpeta de estado", en: "state folder"), folders.state),
      disk(folders.models),
    ]
    findings.append(program("engine:file", Localized(es: "motor", en: "engine"), setup.installation.engine))
    findings.append(program("memory:file", Localized(es: "recuerdos", en: "what was told"), setup.installation.memory))
    findings.append(program("loop:file", Localized(es: "avisos y tareas", en: "reminders"), setup.installation.loop))
    return findings
  }

  private static func program(_ name: String, _ title: Localized, _ path: String) -> Finding {
    let isThere = access(path, X_OK) == 0
    let file = path.split(separator: "/").last ?? ""
    return Finding(
      name, isThere ? .ok : .fault, title, Localized(es: path, en: path),
      advice: isThere
        ? nil
        : Localized(
          es: "falta \(file) junto a sarai: «make install»", en: "\(file) is missing beside sarai: \"make install\""))
  }

  private static func folder(_ name: String, _ title: Localized, _ path: String) -> Finding {
    guard let status = FileStatus(path) else {
      let parent = existingParent(of: path)
      let canMake = access(parent, W_OK | X_OK) == 0
      return Finding(
        name, canMake ? .ok : .fault, title,
        Localized(es: "\(path) (se creará cuando haga falta)", en: "\(path) (will be made when needed)"),
        advice: canMake
          ? nil
          : Localized(
            es: "no se puede crear en \(parent): dale permisos o usa SARAI_HOME",
            en: "it cannot be made in \(parent): grant access, or use SARAI_HOME"))
    }
    guard status.isFolder, access(path, R_OK | W_OK | X_OK) == 0 else {
      return Finding(
        name, .fault, title, Localized(es: path, en: path),
        advice: Localized(
          es: "no se puede usar: ha de ser una carpeta tuya (chown, chmod 700)",
          en: "it cannot be used: it must be a folder of yours (chown, chmod 700)"))
    }
    let isOpen = name == "folder:state" && status.mode & 0o077 != 0
    return Finding(
      name, isOpen ? .warning : .ok, title, Localized(es: path, en: path),
      advice: isOpen
        ? Localized(
          es: "otros usuarios pueden entrar: chmod 700 \(path)", en: "other users can enter: chmod 700 \(path)")
        : nil)
  }

  private static func disk(_ path: String) -> Finding {
    var status = statvfs()
    let title = Localized(es: "disco", en: "disk")
    let parent = existingParent(of: path)
    guard statvfs(parent, &status) == 0 else {
      return Finding("disk", .warning, title, Localized(es: "\(parent) no responde", en: "\(parent) does not answer"))
    }
    let free = Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    let size = byteSize(free)
    let isEnough = free > 1 << 30
    return Finding(
      "disk", isEnough ? .ok : .warning, title,
      Localized(es: "\(size.es) libres en \(parent)", en: "\(size.en) free in \(parent)"),
      advice: isEnough
        ? nil
        : Localized(
          es: "queda poco sitio para modelos: libera espacio o cambia SARAI_MODELS_DIR",
          en: "there is little room for models: free some, or change SARAI_MODELS_DIR"))
  }

  private static func existingParent(of path: String) -> String {
    var path = path
    while access(path, F_OK) != 0, let slash = path.lastIndex(of: "/"), path != "/" {
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    return path
  }
}

/// Whether a server runs or could.
enum ServerCheck {
  static func finding(_ setup: Setup) -> Finding {
    let title = Localized(es: "servidor", en: "server")
    if let record = (try? ServerRecord.current(setup.folders)) ?? nil {
      return Finding(
        "server", .ok, title,
        Localized(
          es: "en marcha en \(record.address) (proceso \(record.pid))",
          en: "running at \(record.address) (process \(record.pid))"))
    }
    let host = setup.configuration.text("server.host")
    let port = setup.configuration.integer("server.port") ?? 0
    let isFree = PortProbe.isFree(host: host, port: port)
    return Finding(
      "server", isFree ? .ok : .warning, title,
      isFree
        ? Localized(es: "parado; \(host):\(port) está libre", en: "stopped; \(host):\(port) is free")
        : Localized(es: "\(host):\(port) lo tiene otro programa", en: "another program has \(host):\(port)"),
      advice: isFree
        ? nil
        : Localized(
          es: "elige otro puerto: SARAI_PORT=8081 sarai serve", en: "choose another port: SARAI_PORT=8081 sarai serve"))
  }
}

/// The model files of the configured roles, and their hashes.
enum ModelChecks {
  /// - Returns: the findings, and whether the model that answers first can be used.
  static func all(_ setup: Setup) async -> ([Finding], Bool) {
    do {
      return try await Scratch.with { folder in
        // Hashes that are known are used; those that are computed now are noted in the scratch folder only.
        let memo = "/model-hashes.json"
        if let known = try PrivateFile.read(setup.folders.state + memo, maxBytes: 16 << 20) {
          try PrivateFile.replace(folder + memo, with: known)
        }
        return await findings(setup, store: try setup.store(stateFolder: folder))
      }
    } catch {
      let message = (error as? SaraiError)?.message ?? Localized(es: "\(error)", en: "\(error)")
      return ([Finding("catalogue", .fault, Localized(es: "catálogo", en: "catalogue"), message)], false)
    }
  }

  private static func findings(_ setup: Setup, store: ModelStore) async -> ([Finding], Bool) {
    var findings: [Finding] = []
    var areUsable = false
    var seen: Set<String> = []
    for role in ModelRole.allCases {
      let id = setup.configuration.text("models.\(role.rawValue).id")
      guard !id.isEmpty, seen.insert(id).inserted else { continue }
      let finding = await finding(id, role: role, store: store)
      findings.append(finding)
      if role == .expertShort { areUsable = finding.verdict == .ok }
    }
    return (findings, areUsable)
  }

  private static func finding(_ id: String, role: ModelRole, store: ModelStore) async -> Finding {
    let name = "model:\(id)"
    let title = Localized(es: "modelo \(id)", en: "model \(id)")
    if store.catalogue[id]?.backend == .openai {
      return Finding(name, .ok, title, Localized(es: "en otro servidor", en: "on another server"))
    }
    do {
      let model = try store.find(id)
      let hash = try await store.verify(model)
      let size = byteSize(model.sizeBytes)
      return Finding(
        name, .ok, title,
        Localized(
          es: "\(model.path), \(size.es), SHA-256 \(hash.prefix(12))…",
          en: "\(model.path), \(size.en), SHA-256 \(hash.prefix(12))…"))
    } catch let error as SaraiError {
      // What the catalogue does not know cannot be fetched; the error itself says where to look.
      return Finding(
        name, role == .expertShort ? .fault : .warning, title, error.message,
        advice: store.catalogue[id].map { Localized(es: "sarai pull \($0.id)", en: "sarai pull \($0.id)") })
    } catch {
      return Finding(name, .fault, title, Localized(es: "\(error)", en: "\(error)"))
    }
  }
}
