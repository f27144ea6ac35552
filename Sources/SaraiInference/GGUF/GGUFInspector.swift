import CLlama
package import SaraiCore

/// Checks a GGUF file before libllama sees it: the header is untrusted input.
///
/// The format is that of ggml's specification (versions 2 and 3, little endian), narrowed to what libllama loads:
/// no nested arrays, tensors one after another. A file that passes is well formed; whether it is the right one only
/// its SHA-256 tells.
package enum GGUFInspector {
  /// Reads the header and checks it against the file's size; the weights are not read.
  ///
  /// - Throws: `notFound` where the file cannot be opened; `notAvailable` for a part of a split model;
  ///   `corruptFile` for everything else, naming the file and the fault.
  package static func inspect(path: String) throws(SaraiError) -> GGUFFacts {
    try GGUFHeader(path: path).facts()
  }

  /// Reads every weight and checks that it, or the scale of its block, is a finite number.
  ///
  /// - Throws: as `inspect`, and `corruptFile` naming the first tensor that holds NaN or infinity.
  package static func scanForNonFinite(path: String) throws(SaraiError) {
    let header = try GGUFHeader(path: path)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 << 20, alignment: 64)
    defer { buffer.deallocate() }
    for tensor in header.tensors {
      let blockBytes = ggml_type_size(tensor.type)
      let step = buffer.count / blockBytes * blockBytes
      var done = 0
      while done < tensor.byteCount {
        let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(step, tensor.byteCount - done)])
        try header.cursor.read(at: header.dataStart + Int(tensor.offset) + done, into: chunk)
        guard ggml_validate_row_data(tensor.type, chunk.baseAddress, chunk.count) else {
          throw header.cursor.fault(
            es: "el tensor \(quoted(tensor.name)) contiene valores que no son números (NaN o infinito)",
            en: "the tensor \(quoted(tensor.name, .english)) holds values that are no numbers (NaN or infinity)")
        }
        done += chunk.count
      }
    }
  }
}

/// The whole header of a GGUF file, checked for form.
struct GGUFHeader {
  let cursor: GGUFCursor
  let version: UInt32
  let metadata: GGUFMetadata
  let tensors: [GGUFTensor]
  let alignment: Int
  /// Where the data section starts, from the start of the file.
  let dataStart: Int

  init(path: String) throws(SaraiError) {
    cursor = try GGUFCursor(path: path)
    version = try Self.version(from: cursor)
    let tensorCount: UInt64 = try cursor.integer()
    let keyCount: UInt64 = try cursor.integer()
    // The smallest entry: a name of one byte with its length, one dimension, a type, an offset.
    guard tensorCount >= 1, tensorCount <= UInt64(GGUFTensor.countLimit), tensorCount <= UInt64(cursor.remaining / 33)
    else {
      throw cursor.fault(
        es: "el encabezado anuncia \(tensorCount) tensores, que no pueden ser",
        en: "the header announces \(tensorCount) tensors, which cannot be")
    }
    metadata = try GGUFMetadata(count: keyCount, from: cursor)
    alignment = try Self.alignment(metadata, cursor)

    var tensors: [GGUFTensor] = []
    tensors.reserveCapacity(Int(tensorCount))
    var names: Set<String> = []
    for index in 0..<Int(tensorCount) {
      let tensor = try GGUFTensor(index: index, from: cursor)
      guard names.insert(tensor.name).inserted else {
        throw cursor.fault(
          es: "el tensor \(quoted(tensor.name)) está dos veces",
          en: "the tensor \(quoted(tensor.name, .english)) is there twice")
      }
      tensors.append(tensor)
    }
    self.tensors = tensors
    dataStart = (cursor.position + alignment - 1) / alignment * alignment
    try checkLayout()
  }

  private static func version(from cursor: GGUFCursor) throws(SaraiError) -> UInt32 {
    guard cursor.byteCount > 0 else { throw cursor.fault(es: "el archivo está vacío", en: "the file is empty") }
    guard cursor.byteCount >= 4, try cursor.bytes(4) == Array("GGUF".utf8) else {
      throw cursor.fault(es: "no es un archivo GGUF", en: "this is not a GGUF file")
    }
    let version: UInt32 = try cursor.integer()
    switch version {
    case 2, 3: return version
    case 1:
      throw cursor.fault(
        es: "usa la versión 1 de GGUF, que ya no se admite; busca el modelo en la versión 3",
        en: "it uses version 1 of GGUF, which is no longer supported; look for the model in version 3")
    case _ where version & 0xFFFF == 0 && version != 0:
      throw cursor.fault(
        es: "está escrito para máquinas big-endian; busca la variante little-endian del modelo",
        en: "it is written for big-endian machines; look for the little-endian variant of the model")
    default:
      throw cursor.fault(
        es: "usa la versión \(version) de GGUF y este SARAi lee la 2 y la 3",
        en: "it uses version \(version) of GGUF and this SARAi reads 2 and 3")
    }
  }

  private static func alignment(_ metadata: GGUFMetadata, _ cursor: GGUFCursor) throws(SaraiError) -> Int {
    guard let value = metadata.values["general.alignment"] else { return 32 }
    // ggml demands buffers aligned to 32 bytes and would abort at less.
    guard case .integer(let alignment) = value, (32...65536).contains(alignment), alignment & (alignment - 1) == 0
    else {
      throw cursor.fault(
        es: "su alineación no es una potencia de dos entre 32 y 65536",
        en: "its alignment is no power of two between 32 and 65536")
    }
    return Int(alignment)
  }

  /// Every tensor aligned and inside the file, none over another, nothing left over.
  private func checkLayout() throws(SaraiError) {
    guard dataStart < cursor.byteCount else {
      throw cursor.fault(
        es: "acaba donde deberían empezar los pesos (byte \(dataStart)): está cortado",
        en: "it ends where the weights should begin (byte \(dataStart)): it is cut")
    }
    for tensor in tensors {
      guard tensor.offset % UInt64(alignment) == 0 else {
        throw cursor.fault(
          es: "el tensor \(quoted(tensor.name)) empieza en \(tensor.offset), que no es múltiplo de \(alignment)",
          en: "the tensor \(quoted(tensor.name, .english)) begins at \(tensor.offset), no multiple of \(alignment)")
      }
      let (offsetInFile, overflow) = tensor.offset.addingReportingOverflow(UInt64(dataStart))
      let end = offsetInFile.addingReportingOverflow(UInt64(tensor.byteCount))
      guard !overflow, !end.overflow, end.partialValue <= UInt64(cursor.byteCount) else {
        let last = overflow || end.overflow ? "2⁶⁴" : "\(end.partialValue)"
        throw cursor.fault(
          es: "el tensor \(quoted(tensor.name)) acaba en el byte \(last), pero el archivo tiene "
            + "\(cursor.byteCount): está cortado o dañado",
          en: "the tensor \(quoted(tensor.name, .english)) ends at byte \(last), but the file has "
            + "\(cursor.byteCount): it is cut or damaged")
      }
    }
    var free = 0
    var previous = ""
    for tensor in tensors.sorted(by: { $0.offset < $1.offset }) {
      let offset = Int(tensor.offset)
      guard offset >= free else {
        throw cursor.fault(
          es: "los tensores \(quoted(previous)) y \(quoted(tensor.name)) se solapan",
          en: "the tensors \(quoted(previous, .english)) and \(quoted(tensor.name, .english)) overlap")
      }
      guard offset - free < alignment else {
        throw cursor.fault(
          es: "antes del tensor \(quoted(tensor.name)) hay \(offset - free) bytes que no son de nadie",
          en: "before the tensor \(quoted(tensor.name, .english)) are \(offset - free) bytes that belong to nothing")
      }
      free = offset + tensor.byteCount
      previous = tensor.name
    }
    try checkOrderAndEnd(end: dataStart + free)
  }

  private func checkOrderAndEnd(end: Int) throws(SaraiError) {
    for (tensor, next) in zip(tensors, tensors.dropFirst()) where next.offset < tensor.offset {
      throw cursor.fault(
        es: "el tensor \(quoted(next.name)) no está en el orden de la tabla",
        en: "the tensor \(quoted(next.name, .english)) is not in the order of the table")
    }
    // Writers pad the last tensor to the alignment; some file systems and tools, to a page.
    let padded = max((end + alignment - 1) / alignment * alignment, (end + 4095) / 4096 * 4096)
    guard cursor.byteCount <= padded else {
      throw cursor.fault(
        es: "el archivo tiene \(cursor.byteCount) bytes, pero sus tensores acaban en el \(end): sobra algo",
        en: "the file has \(cursor.byteCount) bytes, but its tensors end at \(end): something is left over")
    }
  }
}
