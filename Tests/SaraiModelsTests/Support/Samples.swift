import Crypto
import Foundation
import SaraiCore
import Synchronization
import Testing

@testable import SaraiModels

/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed draws the same test.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

func sampleBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var generator = SeededGenerator(seed)
  return [UInt8](unsafeUninitializedCapacity: count + 8) { buffer, used in
    for offset in stride(from: 0, to: count, by: 8) {
      UnsafeMutableRawBufferPointer(buffer).storeBytes(of: generator.next(), toByteOffset: offset, as: UInt64.self)
    }
    used = count
  }
}

func sha256(_ bytes: [UInt8]) -> String { SHA256Digest.hex(SHA256.hash(data: bytes)) }

func contents(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }

/// The error that the body ends with; nil, and a failed test, where it does not.
func fault(
  isolation: isolated (any Actor)? = #isolation, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async -> SaraiError? {
  do {
    try await body()
    Issue.record("no error was thrown", sourceLocation: sourceLocation)
    return nil
  } catch {
    guard let fault = error as? SaraiError else {
      Issue.record("\(error) was thrown", sourceLocation: sourceLocation)
      return nil
    }
    #expect(!fault.message.es.isEmpty && fault.message.es != fault.message.en, sourceLocation: sourceLocation)
    return fault
  }
}

func fileExists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

/// Collects what callbacks tell.
final class Recorder<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  var all: [Value] { values.withLock { $0 } }
  func add(_ value: Value) { values.withLock { $0.append(value) } }
}

/// An entry for tests: a GGUF file from one address.
func sampleEntry(
  _ id: String = "sample", file: String? = nil, size: Int64? = nil, sha256: String? = nil,
  source: ModelSource = .local, backend: CatalogueEntry.Backend = .llama
) -> CatalogueEntry {
  CatalogueEntry(
    id: id, name: id, kind: .chat, backend: backend, file: backend == .openai ? nil : file ?? "\(id).gguf",
    sizeBytes: size, sha256: sha256, licence: "MIT", languages: ["en"], contextTokens: 512, parameterCount: nil,
    roles: [], draft: nil, source: source, notes: nil)
}
