import SaraiCore

/// What `sarai doctor` shows of a check.
struct BubblewrapReportLines {
  var version: String?
  var layers: SandboxLayers
  var landlock: Int32
  var groups: ControlGroups
  var hasProcessFiles: Bool
  var failure: SaraiError?

  var lines: [SandboxReport.Line] {
    [program, namespaces] + inside + [landlockLine, memory, tasks, processors, processFiles]
  }

  private var program: SandboxReport.Line {
    guard let version else {
      return .init(
        "bubblewrap", .missing,
        Localized(
          es: "no está o no se puede ejecutar: apt-get install bubblewrap",
          en: "not there, or cannot be run: apt-get install bubblewrap"))
    }
    return .init("bubblewrap", .holds, Localized(es: "versión \(version)", en: "version \(version)"))
  }

  private var namespaces: SandboxReport.Line {
    guard let failure else {
      return .init(
        "namespaces", .holds,
        Localized(
          es: "user, mount, pid, ipc, uts, network y cgroup", en: "user, mount, pid, ipc, uts, network and cgroup"))
    }
    let cause = failure.cause.map { ": \($0)" } ?? ""
    return .init(
      "namespaces", .missing,
      Localized(
        es: "no se puede hacer un aislamiento de prueba\(cause). Si faltan espacios de nombres de usuario: "
          + "sysctl kernel.unprivileged_userns_clone=1 (Debian) o kernel.apparmor_restrict_unprivileged_userns=0 "
          + "(Ubuntu)",
        en: "a trial sandbox cannot be made\(cause). If user namespaces are missing: "
          + "sysctl kernel.unprivileged_userns_clone=1 (Debian) or "
          + "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu)"
      ))
  }

  private var inside: [SandboxReport.Line] {
    let shown: [(SandboxLayers, Localized)] = [
      (
        .seccomp,
        Localized(es: "filtro de llamadas al sistema por lista blanca", en: "system calls filtered by an allow-list")
      ),
      (
        .noCapabilities, Localized(es: "ninguna, y no se pueden ganar", en: "none, and none can be gained")
      ),
      (.noExecute, Localized(es: "nada se ejecuta en el tmpfs", en: "nothing on the tmpfs can be executed")),
      (.readOnly, Localized(es: "todo lo demás es de solo lectura", en: "all else is read-only")),
    ]
    return shown.map { layer, note in
      let name = layer.names.joined()
      if layers.contains(layer) { return .init(name, .holds, note) }
      return .init(
        name, .missing,
        Localized(
          es: "no se pudo activar en el aislamiento de prueba; hace falta Linux 5.11 o posterior",
          en: "could not be switched on in a trial sandbox; Linux 5.11 or later is needed"))
    }
  }

  private var landlockLine: SandboxReport.Line {
    if layers.contains(.landlock) {
      return .init(
        "Landlock", .holds,
        Localized(es: "versión \(landlock) de la interfaz", en: "version \(landlock) of the interface"))
    }
    return .init(
      "Landlock", .replaced,
      Localized(
        es: "este núcleo no lo tiene: los montajes aíslan los archivos; una habilidad puede dejar archivos en la "
          + "carpeta "
          + "de su socket",
        en: "this kernel has none: mounts keep files apart; a skill can leave files in the folder of its socket"))
  }

  private var memory: SandboxReport.Line {
    if layers.contains(.memoryControlGroup) {
      return .init(
        "limits.memoryBytes", .holds, Localized(es: "cgroup v\(groupVersion)", en: "cgroup v\(groupVersion)"))
    }
    return .init(
      "limits.memoryBytes", layers.isEmpty ? .missing : .replaced,
      Localized(
        es: "RLIMIT_DATA de cada proceso: no hay un cgroup en el que se pueda escribir, así que lo que arranca "
          + "procesos "
          + "no se ejecuta",
        en: "RLIMIT_DATA of each process: there is no cgroup to write to, so what starts processes is not run"))
  }

  private var tasks: SandboxReport.Line {
    if layers.contains(.tasksControlGroup) {
      return .init("limits.tasks", .holds, Localized(es: "cgroup v\(groupVersion)", en: "cgroup v\(groupVersion)"))
    }
    if layers.contains(.tasksOfUser) {
      return .init(
        "limits.tasks", .replaced,
        Localized(es: "RLIMIT_NPROC del espacio de nombres", en: "RLIMIT_NPROC of the namespace"))
    }
    return .init(
      "limits.tasks", .missing,
      Localized(
        es: "no hay un cgroup en el que se pueda escribir, y RLIMIT_NPROC no limita a root ni antes de Linux 5.14: "
          + "ejecuta SARAi como otro usuario o con un cgroup delegado",
        en: "there is no cgroup to write to, and RLIMIT_NPROC limits neither root nor anyone before Linux 5.14: "
          + "run SARAi "
          + "as another user or with a delegated cgroup"))
  }

  private var processors: SandboxReport.Line {
    if layers.contains(.cpuControlGroup) {
      return .init("limits.cpuCores", .holds, Localized(es: "cgroup v\(groupVersion)", en: "cgroup v\(groupVersion)"))
    }
    return .init(
      "limits.cpuCores", layers.isEmpty ? .missing : .replaced,
      Localized(
        es: "procesadores enteros (sched_setaffinity): no hay un cgroup en el que se pueda escribir",
        en: "whole processors (sched_setaffinity): there is no cgroup to write to"))
  }

  private var processFiles: SandboxReport.Line {
    hasProcessFiles
      ? .init("/proc", .holds, Localized(es: "uno propio en cada aislamiento", en: "one of its own in each sandbox"))
      : .init(
        "/proc", .replaced,
        Localized(
          es: "no se puede montar aquí (¿un contenedor?): los programas no ven ninguno",
          en: "cannot be mounted here (a container?): programs see none"))
  }

  private var groupVersion: Int { groups.version ?? 0 }
}
