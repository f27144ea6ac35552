import CLlama
import Glibc
import SaraiCore
import Synchronization

/// Requantises model files with libllama's own quantiser.
package enum Quantizer {
  /// Writes `output`, which must not exist, as a copy of `input` with weights of another type.
  ///
  /// - Parameters:
  ///   - type: `Q4_0`, `Q8_0`, `Q4_K_M`, …
  ///   - progress: Called with growing shares from 0 to 1.
  /// - Throws: `SaraiError`; nothing is left behind then.
  package static func quantize(
    input: String, output: String, type: String, progress: @escaping @Sendable (Double) -> Void
  ) throws {
    let ftype = sarai_quantization_type(type)
    guard ftype >= 0 else {
      throw SaraiError(
        .invalidRequest, es: "No conozco la cuantización «\(type)». Usa por ejemplo Q4_0, Q4_K_M o Q8_0.",
        en: "The quantisation \"\(type)\" is unknown. Use for example Q4_0, Q4_K_M or Q8_0.", subject: "type")
    }
    _ = try GGUFInspector.inspect(path: input)
    guard access(output, F_OK) != 0 else {
      throw SaraiError(
        .invalidRequest, es: "El archivo \(output) ya existe. Bórralo o elige otro nombre.",
        en: "The file \(output) exists already. Delete it or choose another name.", subject: output)
    }
    let lastPercent = Mutex(-1)
    LlamaLibrary.start { _, line in
      guard let share = share(of: line) else { return }
      let percent = Int(share * 100)
      let isNews = lastPercent.withLock { last in
        defer { last = max(last, percent) }
        return percent > last
      }
      if isNews { progress(share) }
    }
    LlamaLibrary.forgetErrors()
    let threads = Int32(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let (status, fault) = withFault { sarai_quantize(input, output, ftype, threads, $0) }
    guard status == SARAI_OK else {
      unlink(output)
      let said = LlamaLibrary.recentErrors()
      throw SaraiError(
        .corruptFile,
        Localized(
          es: "No se pudo recuantizar \(input) como \(type). Comprueba el archivo y el espacio libre en el disco.",
          en: "\(input) could not be requantised as \(type). Check the file and the free space on the disk."),
        subject: input, cause: said.isEmpty ? fault : said)
    }
    if lastPercent.withLock({ $0 }) < 100 { progress(1) }
  }

  /// The quantiser tells its progress in its log: "[  12/ 272] blk.0.attn_k.weight - …".
  static func share(of line: String) -> Double? {
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return nil }
    let numbers = line[line.index(after: line.startIndex)..<end].split(separator: "/").compactMap { part in
      Int(part.drop { $0 == " " })
    }
    guard numbers.count == 2, numbers[1] > 0, (1...numbers[1]).contains(numbers[0]) else { return nil }
    return Double(numbers[0]) / Double(numbers[1])
  }
}
