import CLlama
import SaraiCore

/// What libllama needs to know of a model before it builds it, with the bounds that it holds itself to.
extension GGUFHeader {
  func facts() throws(SaraiError) -> GGUFFacts {
    try refuseSplit()
    let architecture = try architecture()
    let blocks = try integer("\(architecture).block_count", in: 1...512)
    let embedding = try integer("\(architecture).embedding_length", in: 1...1 << 20)
    let vocabulary = try vocabularySize()
    let heads = try heads(architecture: architecture, blocks: blocks)
    let keyLength = try optionalInteger("\(architecture).attention.key_length", in: 1...65536)
    if keyLength == nil, heads.attention > 0, embedding % heads.attention != 0 {
      throw cursor.fault(
        es: "su longitud de vector, \(embedding), no se reparte entre \(heads.attention) cabezas de atención",
        en: "its vector length, \(embedding), does not divide among \(heads.attention) attention heads")
    }
    try checkEmbeddingTable(rowLength: embedding, rows: vocabulary)

    return GGUFFacts(
      version: Int(version), architecture: architecture, name: name, quantisation: quantisation(),
      tensorCount: tensors.count, parameterCount: tensors.reduce(0) { $0 + $1.elementCount },
      weightBytes: tensors.reduce(0) { $0 + $1.byteCount }, fileBytes: cursor.byteCount,
      contextTokens: try integer("\(architecture).context_length", in: 1...Int(Int32.max)),
      embeddingLength: embedding, blockCount: blocks, headCount: heads.attention, kvHeadCount: heads.kv,
      kvHeadTotal: heads.kvTotal, keyLength: keyLength,
      valueLength: try optionalInteger("\(architecture).attention.value_length", in: 1...65536),
      vocabularySize: vocabulary, hasChatTemplate: hasText("tokenizer.chat_template"),
      poolingType: try optionalInteger("\(architecture).pooling_type", in: 0...4))
  }

  private func refuseSplit() throws(SaraiError) {
    guard case .integer(let parts) = metadata.values["split.count"], parts > 1 else { return }
    throw SaraiError(
      .notAvailable,
      es: "\(cursor.path): es una de \(parts) partes; únelas antes con `llama-gguf-split --merge`.",
      en: "\(cursor.path): this is one of \(parts) parts; join them first with `llama-gguf-split --merge`.",
      subject: cursor.path)
  }

  private func architecture() throws(SaraiError) -> String {
    let allowed = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
    guard case .string(let architecture) = metadata.values["general.architecture"],
      (1...64).contains(architecture.utf8.count), architecture.utf8.allSatisfy(allowed.contains)
    else {
      throw cursor.fault(
        es: "no dice de qué arquitectura es («general.architecture»)",
        en: "it does not say its architecture (“general.architecture”)")
    }
    return architecture
  }

  private var name: String? {
    guard case .string(let name) = metadata.values["general.name"], !name.isEmpty else { return nil }
    return name
  }

  private func hasText(_ key: String) -> Bool {
    switch metadata.values[key] {
    case .string(let text): !text.isEmpty
    case .longString: true
    default: false
    }
  }

  private func vocabularySize() throws(SaraiError) -> Int {
    guard case .array(.string, let count, _) = metadata.values["tokenizer.ggml.tokens"], (1...1 << 24).contains(count)
    else {
      throw cursor.fault(
        es: "le falta el vocabulario («tokenizer.ggml.tokens»)",
        en: "its vocabulary is missing (“tokenizer.ggml.tokens”)")
    }
    // libllama reads these by the vocabulary's count and by their usual width, whatever the file says of them.
    for (key, types) in [("scores", [GGUFValueType.float32]), ("token_type", [.int32, .uint32])] {
      guard let value = metadata.values["tokenizer.ggml.\(key)"] else { continue }
      guard case .array(let element, count, _) = value, types.contains(element) else {
        throw cursor.fault(
          es: "la lista «tokenizer.ggml.\(key)» no concuerda con los \(count) elementos del vocabulario",
          en: "the list “tokenizer.ggml.\(key)” does not agree with the vocabulary's \(count) entries")
      }
    }
    return count
  }

  /// Heads of the widest layer, and those of keys and values over all layers. Layers of hybrid models may have none.
  private func heads(
    architecture: String, blocks: Int
  ) throws(SaraiError) -> (attention: Int, kv: Int, kvTotal: Int) {
    let range = 0...65536
    let attention = try perLayer("\(architecture).attention.head_count", blocks: blocks, in: range)
    let kv = try perLayer("\(architecture).attention.head_count_kv", blocks: blocks, in: range) ?? attention
    let isRecurrent = metadata.values.keys.contains {
      $0.hasPrefix("\(architecture).ssm.") || $0.hasPrefix("\(architecture).wkv.")
    }
    guard let attention, let kv, let most = attention.max(), let mostKV = kv.max(), most > 0 else {
      guard isRecurrent else {
        throw cursor.fault(
          es: "no dice cuántas cabezas de atención tiene («\(architecture).attention.head_count»)",
          en: "it does not say how many attention heads it has (“\(architecture).attention.head_count”)")
      }
      return (0, 0, 0)
    }
    guard zip(attention, kv).allSatisfy({ $1 == 0 || ($0 >= $1 && $0 % $1 == 0) }), mostKV > 0 || isRecurrent else {
      throw cursor.fault(
        es: "sus cabezas de atención no se reparten entre las de claves y valores",
        en: "its attention heads do not divide among those of keys and values")
    }
    return (most, mostKV, kv.reduce(0, +))
  }

  /// A setting that is one number for all layers or a list of one per layer; nil where the key is missing.
  private func perLayer(_ key: String, blocks: Int, in range: ClosedRange<Int>) throws(SaraiError) -> [Int]? {
    guard case .array(_, _, let integers) = metadata.values[key] else {
      return try optionalInteger(key, in: range).map { Array(repeating: $0, count: blocks) }
    }
    guard let integers, integers.count >= blocks, integers.allSatisfy({ range.contains(Int($0)) }) else {
      throw cursor.fault(
        es: "la lista \(quoted(key)) no tiene un número válido para cada una de las \(blocks) capas",
        en: "the list \(quoted(key, .english)) does not have a valid number for each of the \(blocks) layers")
    }
    return integers.prefix(blocks).map(Int.init)
  }

  private func integer(_ key: String, in range: ClosedRange<Int>) throws(SaraiError) -> Int {
    guard let value = try optionalInteger(key, in: range) else {
      throw cursor.fault(es: "le falta la clave \(quoted(key))", en: "the key \(quoted(key, .english)) is missing")
    }
    return value
  }

  private func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(SaraiError) -> Int? {
    guard let value = metadata.values[key] else { return nil }
    guard case .integer(let number) = value, range.contains(Int(number)) else {
      throw cursor.fault(
        es: "la clave \(quoted(key)) debe ser un entero de \(range.lowerBound) a \(range.upperBound)",
        en: "the key \(quoted(key, .english)) must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(number)
  }

  private func checkEmbeddingTable(rowLength: Int, rows: Int) throws(SaraiError) {
    guard let table = tensors.first(where: { $0.name == "token_embd.weight" }) else {
      throw cursor.fault(
        es: "le falta el tensor «token_embd.weight»", en: "the tensor “token_embd.weight” is missing")
    }
    guard table.dimensions == [rowLength, rows] else {
      throw cursor.fault(
        es: "el tensor «token_embd.weight» mide \(table.dimensions), pero el encabezado dice [\(rowLength), \(rows)]",
        en: "the tensor “token_embd.weight” measures \(table.dimensions), but the header says [\(rowLength), \(rows)]")
    }
  }

  private func quantisation() -> String {
    if case .integer(let number) = metadata.values["general.file_type"], (0..<1024).contains(number),
      let name = llama_ftype_name(llama_ftype(rawValue: UInt32(number)))
    {
      let text = String(cString: name)
      if !text.hasPrefix("unknown") { return text }
    }
    var bytesByType: [UInt32: Int] = [:]
    for tensor in tensors { bytesByType[tensor.typeNumber, default: 0] += tensor.byteCount }
    let most = bytesByType.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return most.map { String(cString: ggml_type_name(ggml_type(rawValue: $0.key))).uppercased() } ?? ""
  }
}
