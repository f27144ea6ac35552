import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

/// Hostile files: whatever the bytes, the answer is facts or an error that names the file.
@Suite struct GGUFFuzzTests {
  private func check(_ bytes: [UInt8], in folder: URL, _ what: @autoclosure () -> String) throws -> Bool {
    guard let error = try inspectionError(of: bytes, in: folder) else { return true }
    #expect([.corruptFile, .notAvailable].contains(error.code) && error.message.es.contains("x.gguf"), "\(what())")
    return false
  }

  @Test func `every single flipped bit of a small header gives an error or facts`() async throws {
    let header = GGUFSample().header().count
    let whole = GGUFSample().file()
    try await withTemporaryFolder { folder in
      var accepted = 0
      for bit in 0..<header * 8 {
        var bytes = whole
        bytes[bit / 8] ^= 1 << (bit % 8)
        if try check(bytes, in: folder, "bit \(bit)") { accepted += 1 }
      }
      // Names, tokens and scores may change without harm to the form; counts, types and offsets may not.
      #expect(accepted > 0 && accepted < header * 8 * 3 / 4)
    }
  }

  @Test func `flipped bits of the real header give an error or facts`() async throws {
    let start = try GGUFHeader(path: TestParts.smolLM2.path).dataStart
    let size = try GGUFInspector.inspect(path: TestParts.smolLM2.path).fileBytes
    let header = [UInt8](try Data(contentsOf: TestParts.smolLM2, options: .mappedIfSafe).prefix(start))
    var random = SeededGenerator(seed: 120)
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "flip.gguf")
      try Data(header).write(to: file)
      #expect(truncate(file.path, size) == 0)
      let handle = try FileHandle(forUpdating: file)
      defer { try? handle.close() }
      #expect(try GGUFInspector.inspect(path: file.path).fileBytes == size)
      for _ in 0..<rounds(60, soak: 5000) {
        // Half of them where the structure is: the first keys and the table of tensors at the end.
        let index =
          Bool.random(using: &random)
          ? Int.random(in: 0..<start, using: &random)
          : Bool.random(using: &random)
            ? Int.random(in: 0..<1024, using: &random)
            : Int.random(in: start - 16384..<start, using: &random)
        try handle.seek(toOffset: UInt64(index))
        try handle.write(contentsOf: [header[index] ^ (1 << UInt8.random(in: 0..<8, using: &random))])
        do {
          #expect(try GGUFInspector.inspect(path: file.path).fileBytes == size)
        } catch let error as SaraiError {
          #expect(error.code == .corruptFile && error.message.en.contains("flip.gguf"))
        }
        try handle.seek(toOffset: UInt64(index))
        try handle.write(contentsOf: [header[index]])
      }
    }
  }

  @Test func `random bytes are never a model`() async throws {
    var random = SeededGenerator(seed: 7)
    try await withTemporaryFolder { folder in
      for length in [1, 4, 24, 25, 100, 5000] {
        for prefix in [[], Array("GGUF".utf8), Array("GGUF".utf8) + [3, 0, 0, 0]] {
          let bytes = prefix + (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
          let isAccepted = try check(bytes, in: folder, "\(length) bytes after \(prefix)")
          #expect(!isAccepted)
        }
      }
    }
  }

  @Test func `a header spoilt in several places gives an error or facts`() async throws {
    var random = SeededGenerator(seed: 2026)
    let sample = GGUFSample()
    let (whole, header) = (sample.file(), sample.header().count)
    let interesting: [UInt8] = [0, 1, 2, 7, 8, 9, 0x7F, 0x80, 0xFF]
    try await withTemporaryFolder { folder in
      for round in 0..<rounds(2000, soak: 500_000) {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          let index = Int.random(in: 0..<header, using: &random)
          let run = min(Int.random(in: 1...8, using: &random), header - index)
          let byte = interesting.randomElement(using: &random)!
          for position in index..<index + run { bytes[position] = byte }
        }
        if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
        _ = try check(bytes, in: folder, "round \(round)")
      }
    }
  }
}

/// Weights that are no numbers.
@Suite struct GGUFScanTests {
  /// ggml types with the offset of a 16-bit or 32-bit scale in the first block, and the pattern that spoils it.
  struct Format: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var type: UInt32
    var elements: Int64
    var bytes: Int
    var scaleOffset: Int
    var poison: [UInt8]
  }

  static let nan16: [UInt8] = [0x01, 0x7E]
  static let infinity16: [UInt8] = [0x00, 0xFC]
  static let formats: [Format] = [
    Format(testDescription: "F32", type: 0, elements: 64, bytes: 256, scaleOffset: 252, poison: [0, 0, 0xC0, 0x7F]),
    Format(
      testDescription: "F32 infinity", type: 0, elements: 64, bytes: 256, scaleOffset: 0, poison: [0, 0, 0x80, 0x7F]),
    Format(testDescription: "F16", type: 1, elements: 64, bytes: 128, scaleOffset: 126, poison: nan16),
    Format(testDescription: "BF16", type: 30, elements: 64, bytes: 128, scaleOffset: 0, poison: [0xC0, 0x7F]),
    Format(testDescription: "Q4_0", type: 2, elements: 64, bytes: 36, scaleOffset: 18, poison: nan16),
    Format(testDescription: "Q4_1 minimum", type: 3, elements: 64, bytes: 40, scaleOffset: 22, poison: infinity16),
    Format(testDescription: "Q5_0", type: 6, elements: 64, bytes: 44, scaleOffset: 0, poison: nan16),
    Format(testDescription: "Q5_1 minimum", type: 7, elements: 64, bytes: 48, scaleOffset: 2, poison: nan16),
    Format(testDescription: "Q8_0", type: 8, elements: 64, bytes: 68, scaleOffset: 34, poison: infinity16),
    Format(testDescription: "Q2_K", type: 10, elements: 256, bytes: 84, scaleOffset: 80, poison: nan16),
    Format(testDescription: "Q3_K", type: 11, elements: 256, bytes: 110, scaleOffset: 108, poison: nan16),
    Format(testDescription: "Q4_K", type: 12, elements: 256, bytes: 144, scaleOffset: 0, poison: nan16),
    Format(testDescription: "Q5_K minimum", type: 13, elements: 256, bytes: 176, scaleOffset: 2, poison: nan16),
    Format(testDescription: "Q6_K", type: 14, elements: 256, bytes: 210, scaleOffset: 208, poison: infinity16),
  ]

  @Test(arguments: formats)
  func `a weight that is no number is found and its tensor named`(format: Format) async throws {
    var sample = GGUFSample()
    sample.tensors.append(
      GGUFSample.Tensor(
        name: "blk.1.bad.weight", dimensions: [format.elements], type: format.type, bytes: format.bytes))
    try await withTemporaryFolder { folder in
      var bytes = sample.file()
      let file = folder.appending(path: "nan.gguf")
      try Data(bytes).write(to: file)
      try GGUFInspector.scanForNonFinite(path: file.path)

      let header = try GGUFHeader(path: file.path)
      let tensor = try #require(header.tensors.last)
      #expect(tensor.byteCount == format.bytes)
      let start = header.dataStart + Int(tensor.offset) + format.scaleOffset
      bytes.replaceSubrange(start..<start + format.poison.count, with: format.poison)
      try Data(bytes).write(to: file)
      // The header says nothing about it.
      _ = try GGUFInspector.inspect(path: file.path)
      let error = #expect(throws: SaraiError.self) { try GGUFInspector.scanForNonFinite(path: file.path) }
      #expect(error?.code == .corruptFile)
      #expect(error?.message.es.contains("«blk.1.bad.weight»") == true)
      #expect(error?.message.en.contains("NaN") == true && error?.message.en.contains("nan.gguf") == true)
    }
  }

  @Test func `the default model filled with NaN is refused`() async throws {
    let start = try GGUFHeader(path: TestParts.smolLM2.path).dataStart
    let size = try GGUFInspector.inspect(path: TestParts.smolLM2.path).fileBytes
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "nan.gguf")
      var bytes = try Data(contentsOf: TestParts.smolLM2, options: .mappedIfSafe).prefix(start)
      bytes.append(Data(repeating: 0xFF, count: 1 << 20))
      try bytes.write(to: file)
      #expect(truncate(file.path, size) == 0)
      _ = try GGUFInspector.inspect(path: file.path)
      let error = #expect(throws: SaraiError.self) { try GGUFInspector.scanForNonFinite(path: file.path) }
      #expect(error?.code == .corruptFile)
    }
  }
}
