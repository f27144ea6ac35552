import Glibc
import SaraiCore
import SaraiModels

/// What the processor, the memory and the kernel offer.
enum MachineChecks {
  static func all() -> [Finding] {
    [processor(), memory(), userNamespaces(), seccomp(), landlock(), pressure(), controlGroups()]
  }

  private static func processor() -> Finding {
    let title = Localized(es: "procesador", en: "processor")
    let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let text = contents("/proc/cpuinfo") ?? ""
    let lines = text.split(separator: "\n")
    func field(_ name: String) -> Substring? {
      lines.first { $0.hasPrefix(name) }.flatMap { $0.split(separator: ":", maxSplits: 1).last }
    }
    let flags = Set((field("flags") ?? field("Features") ?? "").split(separator: " ").map(String.init))
    let name = field("model name").map { String($0.trimmingSpaces()) } ?? "?"
    let fast = ["avx512f", "avx2", "avx", "sse4_2", "asimddp", "asimd", "sve"].filter(flags.contains)
    let cores = Localized(es: "\(count) núcleos", en: "\(count) cores")
    let detail = Localized(
      es: "\(name), \(cores.es), \(fast.joined(separator: " "))",
      en: "\(name), \(cores.en), \(fast.joined(separator: " "))")
    let isFast = flags.contains("avx2") || flags.contains("asimd")
    return Finding(
      "processor", isFast ? .ok : .warning, title, detail,
      advice: isFast
        ? nil
        : Localized(
          es: "sin AVX2 (ni NEON) las respuestas serán lentas", en: "without AVX2 (or NEON) answers will be slow"))
  }

  private static func memory() -> Finding {
    let title = Localized(es: "memoria", en: "memory")
    guard let available = MachineMemory.availableBytes() else {
      return Finding(
        "memory", .warning, title,
        Localized(es: "el sistema no dice cuánta hay libre", en: "the system does not say how much is free"),
        advice: Localized(
          es: "pon memory.max_ram_gb en la configuración", en: "set memory.max_ram_gb in the configuration"))
    }
    let size = byteSize(Int64(available))
    let detail = Localized(es: "\(size.es) disponibles", en: "\(size.en) available")
    // The default model and the embeddings, with their contexts, take some 400 MB.
    let isEnough = available >= 600 << 20
    return Finding(
      "memory", isEnough ? .ok : .fault, title, detail,
      advice: isEnough
        ? nil : Localized(es: "cierra programas: hacen falta unos 600 MB", en: "close programs: some 600 MB are needed")
    )
  }

  private static func userNamespaces() -> Finding {
    let title = Localized(es: "espacios de nombres de usuario", en: "user namespaces")
    let limit = contents("/proc/sys/user/max_user_namespaces").flatMap { Int($0.trimmingSpaces()) }
    let debian = contents("/proc/sys/kernel/unprivileged_userns_clone").map { $0.hasPrefix("1") } ?? true
    let apparmor = contents("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").map { $0.hasPrefix("1") } ?? false
    let isThere = (limit ?? 0) > 0 && debian && !apparmor
    return Finding(
      "user_namespaces", isThere ? .ok : .warning, title, yesOrNo(isThere),
      advice: isThere
        ? nil
        : Localized(
          es: "los necesitarán los entornos aislados de próximas versiones (sysctl kernel.unprivileged_userns_clone=1)",
          en: "the sandboxes of coming versions will need them (sysctl kernel.unprivileged_userns_clone=1)"))
  }

  private static func seccomp() -> Finding {
    let actions = contents("/proc/sys/kernel/seccomp/actions_avail")
    return Finding(
      "seccomp", actions == nil ? .warning : .ok, Localized(es: "seccomp", en: "seccomp"), yesOrNo(actions != nil),
      advice: actions == nil
        ? Localized(
          es: "el núcleo no filtra llamadas; usa uno con CONFIG_SECCOMP_FILTER",
          en: "the kernel does not filter calls; use one with CONFIG_SECCOMP_FILTER")
        : nil)
  }

  private static func landlock() -> Finding {
    let version = landlockVersion()
    let isThere = version > 0
    return Finding(
      "landlock", isThere ? .ok : .warning, Localized(es: "Landlock", en: "Landlock"),
      isThere ? Localized(es: "ABI \(version)", en: "ABI \(version)") : yesOrNo(false),
      advice: isThere
        ? nil
        : Localized(
          es: "hace falta un núcleo 5.13 o posterior con Landlock activo (lsm=landlock)",
          en: "a kernel from 5.13 on with Landlock enabled is needed (lsm=landlock)"))
  }

  /// The ABI of `landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION)`; below 1 where there is none.
  private static func landlockVersion() -> Int {
    typealias SystemCall = @convention(c) (Int, Int, Int, Int) -> Int
    // C's variadic `syscall` cannot be named in Swift; with integers alone it is called as any other function.
    guard let address = dlsym(nil, "syscall") else { return 0 }
    let landlockCreateRuleset = 444
    return unsafeBitCast(address, to: SystemCall.self)(landlockCreateRuleset, 0, 0, 1)
  }

  private static func pressure() -> Finding {
    let isThere = contents("/proc/pressure/memory") != nil
    return Finding(
      "psi", isThere ? .ok : .warning, Localized(es: "presión de recursos (PSI)", en: "pressure information (PSI)"),
      yesOrNo(isThere),
      advice: isThere
        ? nil : Localized(es: "arranca el núcleo con psi=1", en: "boot the kernel with psi=1"))
  }

  private static func controlGroups() -> Finding {
    let title = Localized(es: "cgroups", en: "cgroups")
    if access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 {
      return Finding("cgroups", .ok, title, Localized(es: "versión 2", en: "version 2"))
    }
    let hasFirst = access("/sys/fs/cgroup/memory", F_OK) == 0
    return Finding(
      "cgroups", .warning, title, hasFirst ? Localized(es: "versión 1", en: "version 1") : yesOrNo(false),
      advice: Localized(
        es: "funciona igual; con la versión 2 los límites de memoria son más exactos",
        en: "it works all the same; with version 2 limits of memory are more exact"))
  }

  private static func yesOrNo(_ value: Bool) -> Localized {
    value ? Localized(es: "sí", en: "yes") : Localized(es: "no", en: "no")
  }

  private static func contents(_ path: String) -> String? {
    guard let bytes = try? PrivateFile.read(path, maxBytes: 1 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
