import ArgumentParser
import Glibc
import SaraiCore
import SaraiInference
import SkillProtocol

/// Requantises a model with libllama's own quantiser.
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Writes a requantised copy of a GGUF file, printing progress as JSON.")

  @Argument(help: "The model file.", completion: .file(extensions: ["gguf"]))
  var input: String

  @Argument(help: "The file to write.", completion: .file(extensions: ["gguf"]))
  var output: String

  @Argument(help: "The type of the weights, such as Q4_0, Q8_0 or Q4_K_M.")
  var type: String

  private struct Progress: Encodable {
    /// From 0 to 1.
    var progress: Double
  }

  func run() {
    let channel = MachineChannel()
    do {
      try Quantizer.quantize(input: input, output: output, type: type) { progress in
        channel.write(Progress(progress: progress))
      }
    } catch {
      channel.write(error: SaraiError(error))
      Glibc.exit(MachineChannel.dataError)
    }
  }
}
