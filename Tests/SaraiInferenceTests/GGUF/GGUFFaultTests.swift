import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

/// A way to spoil the sample, and what the English message must say of it.
struct GGUFFault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let says: String
  let spoil: @Sendable (inout GGUFSample) -> Void

  init(_ description: String, says: String, _ spoil: @escaping @Sendable (inout GGUFSample) -> Void) {
    testDescription = description
    self.says = says
    self.spoil = spoil
  }
}

@Suite struct GGUFFaultTests {
  @Test func `the unspoilt sample passes`() async throws {
    try await withTemporaryFolder { folder in
      try expectAccepted(GGUFSample().file(), in: folder)
    }
  }

  static let preamble: [GGUFFault] = [
    GGUFFault("magic", says: "not a GGUF file") { $0.magic = Array("GGML".utf8) },
    GGUFFault("version 0", says: "version 0") { $0.version = 0 },
    GGUFFault("version 1", says: "no longer supported") { $0.version = 1 },
    GGUFFault("version 4", says: "version 4") { $0.version = 4 },
    GGUFFault("big-endian", says: "big-endian") { $0.version = UInt32(3).byteSwapped },
    GGUFFault("no tensors", says: "0 tensors") { $0.tensorCount = 0 },
    GGUFFault("too many tensors", says: "tensors, which cannot be") { $0.tensorCount = .max },
    GGUFFault("tensors below zero", says: "tensors, which cannot be") { $0.tensorCount = 1 << 63 },
    GGUFFault("too many keys", says: "keys, more than fit") { $0.keyCount = .max },
    GGUFFault("more keys than bytes", says: "keys, more than fit") { $0.keyCount = 9_999 },
  ]

  static let metadata: [GGUFFault] = [
    GGUFFault("empty key", says: "0 bytes long") { $0.keys[1].name = [] },
    GGUFFault("long key", says: "65536 bytes long") { $0.keys[1].name = Array(repeating: 97, count: 65536) },
    GGUFFault("key not UTF-8", says: "not UTF-8") { $0.keys[1].name = [0xC3, 0x28] },
    GGUFFault("key twice", says: "there twice") { $0.keys.append($0.keys[1]) },
    GGUFFault("unknown type", says: "unknown type (13)") { $0["a"] = .raw(type: 13, bytes: [0, 0]) },
    GGUFFault("boolean of 2", says: "neither true nor false") { $0["a"] = .bool(2) },
    GGUFFault("nested list", says: "list of lists") { $0["a"] = .raw(type: 9, bytes: [9] + .zeros(19)) },
    GGUFFault("huge list", says: "more than there can be") {
      $0["a"] = .raw(type: 9, bytes: [4, 0, 0, 0] + Array(repeating: 0xFF, count: 8))
    },
    GGUFFault("huge list of strings", says: "more than there can be") {
      $0["a"] = .raw(type: 9, bytes: [8, 0, 0, 0] + Array(repeating: 0xFF, count: 7) + [0x0F])
    },
    GGUFFault("huge string", says: "the header asks for") {
      $0["a"] = .raw(type: 8, bytes: Array(repeating: 0xFF, count: 8))
    },
    GGUFFault("alignment 0", says: "alignment") { $0["general.alignment"] = .uint32(0) },
    GGUFFault("alignment 48", says: "alignment") { $0["general.alignment"] = .uint32(48) },
    GGUFFault("alignment as text", says: "alignment") { $0["general.alignment"] = .string("32") },
    GGUFFault("alignment 2 GiB", says: "alignment") { $0["general.alignment"] = .uint32(1 << 31) },
  ]

  static let model: [GGUFFault] = [
    GGUFFault("no architecture", says: "architecture") { $0["general.architecture"] = nil },
    GGUFFault("odd architecture", says: "architecture") { $0["general.architecture"] = .string("a\u{1B}b") },
    GGUFFault("no blocks", says: "“llama.block_count” is missing") { $0["llama.block_count"] = nil },
    GGUFFault("0 blocks", says: "from 1 to 512") { $0["llama.block_count"] = .uint32(0) },
    GGUFFault("513 blocks", says: "from 1 to 512") { $0["llama.block_count"] = .uint32(513) },
    GGUFFault("blocks as text", says: "must be an integer") { $0["llama.block_count"] = .string("2") },
    GGUFFault("blocks beyond integers", says: "must be an integer") { $0["llama.block_count"] = .uint64(.max) },
    GGUFFault("no context", says: "context_length") { $0["llama.context_length"] = .uint32(0) },
    GGUFFault("no embedding", says: "embedding_length") { $0["llama.embedding_length"] = nil },
    GGUFFault("embedding and table differ", says: "measures [64, 8]") {
      $0["llama.embedding_length"] = .uint32(128)
    },
    GGUFFault("no heads", says: "how many attention heads") { $0["llama.attention.head_count"] = nil },
    GGUFFault("0 heads", says: "how many attention heads") { $0["llama.attention.head_count"] = .uint32(0) },
    GGUFFault("0 heads of keys", says: "do not divide") { $0["llama.attention.head_count_kv"] = .uint32(0) },
    GGUFFault("3 heads of keys for 4", says: "do not divide") { $0["llama.attention.head_count_kv"] = .uint32(3) },
    GGUFFault("7 heads for 64", says: "does not divide among 7") {
      $0["llama.attention.head_count"] = .uint32(7)
      $0["llama.attention.head_count_kv"] = .uint32(7)
    },
    GGUFFault("heads for one layer only", says: "each of the 2 layers") {
      $0["llama.attention.head_count"] = .int32s([4])
    },
    GGUFFault("heads below zero", says: "each of the 2 layers") {
      $0["llama.attention.head_count"] = .int32s([4, -4])
    },
    GGUFFault("no vocabulary", says: "vocabulary is missing") { $0["tokenizer.ggml.tokens"] = nil },
    GGUFFault("vocabulary of numbers", says: "vocabulary is missing") {
      $0["tokenizer.ggml.tokens"] = .int32s(Array(repeating: 1, count: 8))
    },
    GGUFFault("fewer scores than tokens", says: "tokenizer.ggml.scores") {
      $0["tokenizer.ggml.scores"] = .float32s([0])
    },
    GGUFFault("token types too narrow", says: "tokenizer.ggml.token_type") {
      $0["tokenizer.ggml.token_type"] = .raw(type: 9, bytes: .zeros(4) + [8] + .zeros(7) + .zeros(8))
    },
    GGUFFault("one part of three", says: "join them first") { $0["split.count"] = .uint32(3) },
  ]

  static let tensors: [GGUFFault] = [
    GGUFFault("name empty", says: "name of tensor number 2") { $0.tensors[1].name = "" },
    GGUFFault("name of 64 bytes", says: "64 bytes long") { $0.tensors[1].name = String(repeating: "x", count: 64) },
    GGUFFault("name with NUL", says: "not UTF-8 text") { $0.tensors[1].name = "a\0b" },
    GGUFFault("name twice", says: "there twice") { $0.tensors[1].name = $0.tensors[0].name },
    GGUFFault("no dimensions", says: "0 dimensions") { $0.tensors[1].dimensions = [] },
    GGUFFault("5 dimensions", says: "5 dimensions") { $0.tensors[1].dimensions = [32, 1, 1, 1, 1] },
    GGUFFault("dimension 0", says: "dimension of 0") { $0.tensors[1].dimensions = [64, 0] },
    GGUFFault("dimension below 0", says: "dimension of -1") { $0.tensors[1].dimensions = [64, -1] },
    GGUFFault("product too large", says: "impossible dimensions") { $0.tensors[1].dimensions = [1 << 40, 1 << 40] },
    GGUFFault("bytes too many", says: "impossible dimensions") {
      $0.tensors[0].dimensions = [1 << 31, 1 << 31]
    },
    GGUFFault("half a block", says: "not a multiple of 32") { $0.tensors[1].dimensions = [48, 2] },
    GGUFFault("removed type", says: "does not know (4)") { $0.tensors[1].type = 4 },
    GGUFFault("type beyond the table", says: "does not know (4294967295)") { $0.tensors[1].type = .max },
    GGUFFault("offset odd", says: "no multiple of 32") { $0.tensors[1].offset = 2049 },
    GGUFFault("offset past the end", says: "ends at byte") { $0.tensors[2].offset = 1 << 40 },
    GGUFFault("offset wraps around", says: "ends at byte 2⁶⁴") { $0.tensors[2].offset = 0xFFFF_FFFF_FFFF_FFE0 },
    GGUFFault("overlap", says: "overlap") { $0.tensors[1].offset = 0 },
    GGUFFault("gap", says: "belong to nothing") {
      $0.tensors[1].offset = 2048 + 64
      $0.extraBytes = 64
    },
    GGUFFault("out of order", says: "not in the order") {
      $0.tensors[1].offset = 2048 + 160
      $0.tensors[2].offset = 2048
    },
    GGUFFault("no table of tokens", says: "“token_embd.weight” is missing") { $0.tensors[0].name = "other" },
    GGUFFault("fewer rows than tokens", says: "measures [64, 4]") {
      $0.tensors[0].dimensions = [64, 4]
      $0.tensors[0].bytes = 64 * 4 * 4
    },
    GGUFFault("left over", says: "something is left over") { $0.extraBytes = 9_000 },
    GGUFFault("cut", says: "is cut") { $0.extraBytes = -100 },
  ]

  @Test(arguments: preamble + metadata + model + tensors)
  func `a spoilt header is refused with the reason`(fault: GGUFFault) async throws {
    var sample = GGUFSample()
    fault.spoil(&sample)
    try await withTemporaryFolder { folder in
      let error = try #require(try inspectionError(of: sample.file(), in: folder))
      #expect([.corruptFile, .notAvailable].contains(error.code))
      #expect(error.message.en.contains(fault.says), "\(error.message.en)")
      #expect(error.message.es != error.message.en)
      #expect(error.message.es.contains("x.gguf"))
    }
  }

  @Test func `a header that would take hours or all memory is refused at once`() async throws {
    // Sixteen million empty strings and one more, then a string of 300 MB: nothing but holes in the file.
    let many = GGUFSample.Value.raw(type: 9, bytes: [8, 0, 0, 0] + [1, 0, 0, 1, 0, 0, 0, 0])
    let long = GGUFSample.Value.raw(type: 8, bytes: [0, 0, 0, 0x12, 0, 0, 0, 0])
    try await withTemporaryFolder { folder in
      for (value, says) in [(many, "more than there can be"), (long, "the header takes over")] {
        var sample = GGUFSample()
        sample.keys = []
        sample["a"] = value
        let file = folder.appending(path: "x.gguf")
        try Data(sample.header()).write(to: file)
        #expect(truncate(file.path, 400 << 20) == 0)
        let error = #expect(throws: SaraiError.self) { try GGUFInspector.inspect(path: file.path) }
        #expect(error?.message.en.contains(says) == true, "\(error?.message.en ?? "")")
      }
    }
  }

  @Test func `padding to the alignment or to a page is no fault`() async throws {
    try await withTemporaryFolder { folder in
      var sample = GGUFSample()
      // The last tensor ends at 2048 + 96 + 136; the padding after it may be missing.
      sample.extraBytes = -(160 - 136)
      try expectAccepted(sample.file(), in: folder)
      sample.extraBytes = 0
      let page = (sample.file().count + 4095) / 4096 * 4096
      sample.extraBytes = page - sample.file().count
      try expectAccepted(sample.file(), in: folder)
    }
  }
}

extension [UInt8] {
  fileprivate static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
}
