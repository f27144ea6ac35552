import CLlama
import Crypto
import Glibc

extension LlamaModel {
  /// What this model's tokens are, for a comparison with another's.
  package var vocabularyIdentity: VocabularyIdentity {
    var hash = SHA256()
    for token in 0..<Int32(facts.vocabularySize) {
      if let text = sarai_token_text(pointer, token) {
        hash.update(bufferPointer: UnsafeRawBufferPointer(start: text, count: strlen(text)))
      }
      let kind = sarai_token_kind_of(pointer, token) == SARAI_TOKEN_CONTROL
      // A text never holds NUL, so texts and kinds can't be taken for one another.
      hash.update(data: [0, kind ? 1 : 0, endsGeneration(token) ? 1 : 0])
    }
    return VocabularyIdentity(modelName: facts.name, size: facts.vocabularySize, sha256: Array(hash.finalize()))
  }
}
