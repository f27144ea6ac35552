import ArgumentParser
import Glibc
import SaraiCore
import SaraiInference
import SkillProtocol

/// Looks at a model file's header without loading it.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks a GGUF file and prints what it holds, as JSON.")

  @Argument(help: "The model file.", completion: .file(extensions: ["gguf"]))
  var file: String

  private struct Facts: Encodable {
    var architecture: String
    var name: String?
    var quantisation: String
    var parameter_count: Int
    var weight_bytes: Int
    var file_bytes: Int
    var context_tokens: Int
    var embedding_length: Int
    var vocabulary_size: Int
    var has_chat_template: Bool
    var is_embedding_model: Bool
  }

  func run() {
    let channel = MachineChannel()
    do {
      let facts = try GGUFInspector.inspect(path: file)
      channel.write(
        Facts(
          architecture: facts.architecture, name: facts.name, quantisation: facts.quantisation,
          parameter_count: facts.parameterCount, weight_bytes: facts.weightBytes, file_bytes: facts.fileBytes,
          context_tokens: facts.contextTokens, embedding_length: facts.embeddingLength,
          vocabulary_size: facts.vocabularySize, has_chat_template: facts.hasChatTemplate,
          is_embedding_model: facts.isEmbeddingModel))
    } catch {
      channel.write(error: error)
      Glibc.exit(MachineChannel.dataError)
    }
  }
}
