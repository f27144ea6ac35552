import FoundationEssentials
import Hummingbird
import SaraiCore

extension API {
  /// POST /v1/embeddings
  func embeddings(_ call: Call) async throws -> Response {
    let given = try await body(of: call)
    let model = given["model"]?.stringValue ?? ""
    let texts = given["input"]?.stringValue.map { [$0] } ?? given["input"]?.arrayValue?.compactMap(\.stringValue) ?? []
    let request = EmbeddingRequest(
      model: model, texts: texts,
      purpose: given["input_type"]?.stringValue.flatMap(EmbeddingRequest.Purpose.init) ?? .query,
      client: call.client(given), requestID: call.requestID)
    let ticket = try admission.enter()
    let models = models
    let result = try await call.deadlines.total.limit {
      _ = ticket
      return try await models.embed(request)
    }
    if let asked = given["dimensions"]?.integerValue, let length = result.vectors.first?.count, asked != length {
      throw SaraiError(
        .invalidRequest, es: "Los vectores de «\(model)» tienen \(length) dimensiones: quita «dimensions» o pide esas.",
        en: "The vectors of \"\(model)\" have \(length) dimensions: leave \"dimensions\" out, or ask for as many.",
        subject: "dimensions")
    }
    call.record.add(Usage(promptTokens: result.promptTokens, cachedTokens: 0, completionTokens: 0))
    let isBase64 = given["encoding_format"]?.stringValue == "base64"
    return .json(Self.document(result, model: model, isBase64: isBase64), language: call.language)
  }

  private static func document(_ result: EmbeddingResult, model: String, isBase64: Bool) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("object", "list")
    writer.key("data")
    writer.beginArray()
    for (index, vector) in result.vectors.enumerated() {
      writer.beginObject()
      writer.member("object", "embedding")
      writer.member("index", index)
      writer.key("embedding")
      if isBase64 {
        writer.value(base64(vector))
      } else {
        writer.beginArray()
        for number in vector { writer.value(number) }
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endArray()
    writer.member("model", model)
    writer.key("usage")
    writer.beginObject()
    writer.member("prompt_tokens", result.promptTokens)
    writer.member("total_tokens", result.promptTokens)
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }

  /// 32-bit floats, little-endian, as OpenAI's clients read them.
  private static func base64(_ vector: [Float]) -> String {
    var data = Data(capacity: 4 * vector.count)
    for number in vector {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return data.base64EncodedString()
  }
}
