import Glibc
import SaraiCore
import SaraiModels

/// What the processor, the memory and the kernel offer.
enum MachineChecks {
  static func all() -> [Finding] {
    [processor(), memory(), pressure()]
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

  private static func pressure() -> Finding {
    let isThere = contents("/proc/pressure/memory") != nil
    return Finding(
      "psi", isThere ? .ok : .warning, Localized(es: "presión de recursos (PSI)", en: "pressure information (PSI)"),
      yesOrNo(isThere),
      advice: isThere
        ? nil : Localized(es: "arranca el núcleo con psi=1", en: "boot the kernel with psi=1"))
  }

  private static func yesOrNo(_ value: Bool) -> Localized {
    value ? Localized(es: "sí", en: "yes") : Localized(es: "no", en: "no")
  }

  private static func contents(_ path: String) -> String? {
    guard let bytes = try? PrivateFile.read(path, maxBytes: 1 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
