import Glibc
import SaraiCore

/// A file that may be a model, read front to back; every step is checked against the file's size.
///
/// Reading is by `pread`, not from a mapping: a file cut short while it is being read gives an error, not SIGBUS.
final class GGUFCursor {
  let path: String
  let byteCount: Int
  /// Of the next byte to be read, from the start of the file; at most `byteCount`.
  private(set) var position = 0

  private let descriptor: Int32
  private let window = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
  private var windowRange = 0..<0

  /// - Throws: `notFound` where there is nothing to read, `corruptFile` where it is no regular file.
  init(path: String) throws(SaraiError) {
    // O_NONBLOCK: opening a FIFO must not wait for someone to write to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw SaraiError(
        .notFound,
        Localized(
          es: "\(path): no se puede abrir el archivo del modelo; mira si existe y si tienes permiso de lectura.",
          en: "\(path): the model file cannot be opened; check that it exists and that you may read it."),
        subject: path, cause: reason)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw SaraiError(
        .corruptFile,
        es: "\(path): no es un archivo normal (es una carpeta o un dispositivo); indica un archivo .gguf.",
        en: "\(path): not a regular file (it is a folder or a device); name a .gguf file.", subject: path)
    }
    self.path = path
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
  }

  deinit {
    close(descriptor)
    window.deallocate()
  }

  var remaining: Int { byteCount - position }

  /// The error for a fault in this file: what is wrong, and then what to do.
  func fault(es: String, en: String) -> SaraiError {
    SaraiError(
      .corruptFile,
      es: "\(path): \(es); descárgalo de nuevo con `sarai pull ID`.",
      en: "\(path): \(en); fetch it again with `sarai pull ID`.", subject: path)
  }

  func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws(SaraiError) -> Integer {
    let size = MemoryLayout<Integer>.size
    try load(size)
    let value = window.loadUnaligned(fromByteOffset: position - windowRange.lowerBound, as: Integer.self)
    position += size
    return Integer(littleEndian: value)
  }

  /// The next `count` bytes. The caller bounds `count`: it is allocated.
  func bytes(_ count: Int) throws(SaraiError) -> [UInt8] {
    try require(UInt64(count))
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count {
      let step = min(count - result.count, window.count)
      try load(step)
      let start = position - windowRange.lowerBound
      result.append(contentsOf: window[start..<start + step])
      position += step
    }
    return result
  }

  func skip(_ count: UInt64) throws(SaraiError) {
    try require(count)
    position += Int(count)
  }

  /// Reads `buffer.count` bytes that lie at `offset`, without moving the cursor.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SaraiError) {
    var filled = 0
    while filled < buffer.count {
      let count = pread(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, offset + filled)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = count < 0 ? String(cString: strerror(errno)) : nil
        throw SaraiError(
          .corruptFile,
          Localized(
            es: "\(path): no se pudo leer el byte \(offset + filled); el archivo cambió o el disco falla.",
            en: "\(path): byte \(offset + filled) could not be read; the file changed or the disk is failing."),
          subject: path, cause: reason)
      }
      filled += count
    }
  }

  private func require(_ count: UInt64) throws(SaraiError) {
    guard count <= UInt64(remaining) else {
      throw fault(
        es: "el encabezado pide \(count) bytes más en la posición \(position), pero el archivo tiene \(byteCount): "
          + "está cortado o dañado",
        en: "the header asks for \(count) more bytes at position \(position), but the file has \(byteCount): "
          + "it is cut or damaged")
    }
  }

  /// Makes the window hold the next `count` bytes, at most the window's size.
  private func load(_ count: Int) throws(SaraiError) {
    if windowRange.lowerBound <= position, position + count <= windowRange.upperBound { return }
    try require(UInt64(count))
    let size = min(window.count, remaining)
    try read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: window[..<size]))
    windowRange = position..<position + size
  }
}
