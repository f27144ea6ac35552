import SaraiCore

/// What `sarai doctor` shows of an engine.
struct DockerReportLines {
  var version: String
  var socket: String
  var layers: SandboxLayers
  /// The engine's answer to `/info`.
  var info: JSONValue
  var isRootless: Bool
  var user: DockerContainer.User

  var lines: [SandboxReport.Line] {
    [program, namespaces] + inside + [userLine, landlock] + groups + [processFiles]
  }

  private var program: SandboxReport.Line {
    let driver = info["Driver"]?.stringValue ?? "?"
    return .init(
      "docker", .holds,
      Localized(
        es: "versión \(version) en \(socket), almacenamiento \(driver)",
        en: "version \(version) at \(socket), storage \(driver)"))
  }

  private var namespaces: SandboxReport.Line {
    let wanted: SandboxLayers = [
      .pidNamespace, .ipcNamespace, .utsNamespace, .networkNamespace, .cgroupNamespace, .ownRoot,
    ]
    let missing = wanted.subtracting(layers)
    if missing.isEmpty {
      return .init(
        "namespaces", .holds,
        Localized(es: "mount, pid, ipc, uts, network y cgroup", en: "mount, pid, ipc, uts, network and cgroup"))
    }
    let names = missing.names.joined(separator: ", ")
    return .init(
      "namespaces", .missing,
      Localized(
        es: "un contenedor de prueba no los tenía todos (\(names)); hace falta Linux 4.6 o posterior y que esta cuenta "
          + "pueda ver sus procesos",
        en: "a trial container lacked some (\(names)); Linux 4.6 or later is needed, and this account has to be able "
          + "to see its processes"))
  }

  private var inside: [SandboxReport.Line] {
    let shown: [(SandboxLayers, Localized, Localized)] = [
      (
        .seccomp,
        Localized(es: "filtro de llamadas al sistema por lista blanca", en: "system calls filtered by an allow-list"),
        Localized(
          es: "este Docker no filtra llamadas al sistema: usa uno compilado con seccomp",
          en: "this Docker filters no system calls: use one that is built with seccomp")
      ),
      (
        .noCapabilities, Localized(es: "ninguna, y no se pueden ganar", en: "none, and none can be gained"),
        Localized(es: "Docker no las quitó todas", en: "Docker did not drop all")
      ),
      (
        .noExecute, Localized(es: "nada se ejecuta en el tmpfs", en: "nothing on the tmpfs can be executed"),
        Localized(es: "Docker no lo puso en el tmpfs", en: "Docker did not put it on the tmpfs")
      ),
      (
        .readOnly, Localized(es: "todo lo demás es de solo lectura", en: "all else is read-only"),
        Localized(es: "Docker dejó que se escriba en la raíz", en: "Docker left the root writable")
      ),
    ]
    return shown.map { layer, holds, missing in
      layers.contains(layer)
        ? .init(layer.names.joined(), .holds, holds) : .init(layer.names.joined(), .missing, missing)
    }
  }

  private var userLine: SandboxReport.Line {
    if isRootless {
      return .init(
        "user namespace", .holds,
        Localized(
          es: "Docker sin root: en el contenedor no hay más que tu usuario",
          en: "rootless Docker: a container "
            + "has nobody but your user"))
    }
    guard layers.contains(.userNamespace) else {
      return .init(
        "user namespace", .missing,
        Localized(
          es: "los contenedores serían de root: elige otro usuario",
          en: "containers would be root's: choose another "
            + "user"))
    }
    return .init(
      "user namespace", .replaced,
      Localized(
        es: "los programas son del usuario \(user.user), sin privilegios; Docker sin root (rootless) daría además un "
          + "espacio propio",
        en: "programs are user \(user.user)'s, without privileges; rootless Docker would add a namespace of their own"))
  }

  private var landlock: SandboxReport.Line {
    .init(
      "Landlock", .replaced,
      Localized(
        es:
          "Docker no lo usa: los montajes y las partes tapadas de /proc aíslan los archivos; lo concedido para leer se "
          + "puede ejecutar",
        en: "Docker does not use it: mounts and covered parts of /proc keep files apart; what is granted for reading "
          + "can be executed"))
  }

  private var groups: [SandboxReport.Line] {
    let version = info["CgroupVersion"]?.stringValue ?? "?"
    let controllers: [(String, SandboxLayers)] = [
      ("limits.memoryBytes", .memoryControlGroup), ("limits.tasks", .tasksControlGroup),
      ("limits.cpuCores", .cpuControlGroup),
    ]
    return controllers.map { name, layer in
      layers.contains(layer)
        ? .init(name, .holds, Localized(es: "cgroup v\(version)", en: "cgroup v\(version)"))
        : .init(
          name, .missing,
          Localized(
            es: "Docker no pudo poner este límite: falta el controlador del cgroup (con Docker sin root, delégalo en "
              + "systemd)",
            en: "Docker could not set this limit: the controller of the cgroup is missing (with rootless Docker, "
              + "delegate it in systemd)"))
    }
  }

  private var processFiles: SandboxReport.Line {
    .init(
      "/proc", .holds,
      Localized(
        es: "uno propio en cada contenedor, sin lo que cuenta del núcleo y sin /sys",
        en: "one of its own in each container, without what it tells of the kernel, and without /sys"))
  }
}
