import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiInference

/// A small but complete model file, written field by field so that tests can spoil any of them.
struct GGUFSample {
  struct Tensor {
    var name: String
    var dimensions: [Int64]
    var type: UInt32
    /// Nil puts it after the one before it.
    var offset: UInt64?
    var bytes: Int
  }

  enum Value {
    case uint32(UInt32), uint64(UInt64), int32s([Int32]), float32(Float), bool(UInt8), string(String)
    case strings([String]), float32s([Float]), raw(type: UInt32, bytes: [UInt8])
  }

  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  var tensorCount: UInt64?
  var keyCount: UInt64?
  var keys: [(name: [UInt8], value: Value)] = []
  var tensors: [Tensor] = []
  var alignment = 32
  /// Added to the end of the file, or cut from it.
  var extraBytes = 0

  static let vocabulary = ["<s>", "</s>", "a", "b", "ñ", "c", "d", "e"]

  init() {
    self["general.architecture"] = .string("llama")
    self["general.name"] = .string("Tiny")
    self["llama.block_count"] = .uint32(2)
    self["llama.context_length"] = .uint32(128)
    self["llama.embedding_length"] = .uint32(64)
    self["llama.attention.head_count"] = .uint32(4)
    self["llama.attention.head_count_kv"] = .uint32(2)
    self["llama.rope.freq_base"] = .float32(10_000)
    self["tokenizer.ggml.tokens"] = .strings(Self.vocabulary)
    self["tokenizer.ggml.scores"] = .float32s(Array(repeating: 0, count: 8))
    self["tokenizer.ggml.token_type"] = .int32s(Array(repeating: 1, count: 8))
    self["tokenizer.ggml.add_bos_token"] = .bool(1)
    tensors = [
      Tensor(name: "token_embd.weight", dimensions: [64, 8], type: 0, bytes: 64 * 8 * 4),
      Tensor(name: "blk.0.ffn_up.weight", dimensions: [64, 2], type: 2, bytes: 4 * 18),
      Tensor(name: "blk.1.ffn_up.weight", dimensions: [64, 2], type: 8, bytes: 4 * 34),
    ]
  }

  subscript(key: String) -> Value? {
    get { keys.first { $0.name == Array(key.utf8) }?.value }
    set {
      keys.removeAll { $0.name == Array(key.utf8) }
      if let newValue { keys.append((Array(key.utf8), newValue)) }
    }
  }

  func header() -> [UInt8] {
    var bytes = magic
    append(version, to: &bytes)
    append(tensorCount ?? UInt64(tensors.count), to: &bytes)
    append(keyCount ?? UInt64(keys.count), to: &bytes)
    for key in keys {
      append(UInt64(key.name.count), to: &bytes)
      bytes += key.name
      append(key.value, to: &bytes)
    }
    var next: UInt64 = 0
    for tensor in tensors {
      append(tensor.name, to: &bytes)
      append(UInt32(tensor.dimensions.count), to: &bytes)
      for dimension in tensor.dimensions { append(dimension, to: &bytes) }
      append(tensor.type, to: &bytes)
      append(tensor.offset ?? next, to: &bytes)
      next = (tensor.offset ?? next) &+ UInt64(padded(tensor.bytes))
    }
    return bytes
  }

  /// The header and as many zero bytes as its tensors ask for.
  func file() -> [UInt8] {
    var bytes = header()
    bytes += [UInt8](repeating: 0, count: padded(bytes.count) - bytes.count)
    bytes += [UInt8](repeating: 0, count: tensors.reduce(0) { $0 + padded($1.bytes) } + max(0, extraBytes))
    if extraBytes < 0 { bytes.removeLast(-extraBytes) }
    return bytes
  }

  private func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  private func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  private func append(_ text: String, to bytes: inout [UInt8]) {
    append(UInt64(text.utf8.count), to: &bytes)
    bytes += Array(text.utf8)
  }

  private func append(_ value: Value, to bytes: inout [UInt8]) {
    func list(_ type: UInt32, _ count: Int) {
      append(UInt32(9), to: &bytes)
      append(type, to: &bytes)
      append(UInt64(count), to: &bytes)
    }
    switch value {
    case .uint32(let number):
      append(UInt32(4), to: &bytes)
      append(number, to: &bytes)
    case .uint64(let number):
      append(UInt32(10), to: &bytes)
      append(number, to: &bytes)
    case .float32(let number):
      append(UInt32(6), to: &bytes)
      append(number.bitPattern, to: &bytes)
    case .bool(let byte):
      append(UInt32(7), to: &bytes)
      bytes.append(byte)
    case .string(let text):
      append(UInt32(8), to: &bytes)
      append(text, to: &bytes)
    case .int32s(let numbers):
      list(5, numbers.count)
      for number in numbers { append(number, to: &bytes) }
    case .float32s(let numbers):
      list(6, numbers.count)
      for number in numbers { append(number.bitPattern, to: &bytes) }
    case .strings(let texts):
      list(8, texts.count)
      for text in texts { append(text, to: &bytes) }
    case .raw(let type, let content):
      append(type, to: &bytes)
      bytes += content
    }
  }
}

/// Inspects bytes as a file; gives the error or nil.
func inspectionError(of bytes: [UInt8], in folder: URL, name: String = "x.gguf") throws -> SaraiError? {
  let file = folder.appending(path: name)
  try Data(bytes).write(to: file)
  do {
    _ = try GGUFInspector.inspect(path: file.path)
    return nil
  } catch {
    return error
  }
}

func expectAccepted(_ bytes: [UInt8], in folder: URL) throws {
  let error = try inspectionError(of: bytes, in: folder)
  #expect(error == nil)
}
