import Testing

@testable import SaraiInference

struct SpecialTokensTests {
  private let special = SpecialTokens(tokens: [
    .init(id: 1, text: Array("<s>".utf8), stripsLeft: false, stripsRight: false),
    .init(id: 2, text: Array("<s>>".utf8), stripsLeft: false, stripsRight: false),
    .init(id: 3, text: Array("<end>".utf8), stripsLeft: true, stripsRight: true),
  ])

  private func pieces(_ parts: TemplatePart...) -> [SpecialTokens.Piece] { special.pieces(of: parts) }

  @Test func `tokens of the template are cut out, the longest first`() {
    #expect(
      pieces(TemplatePart(text: "a<s>>b<s>c", isInput: false)) == [
        .text(Array("a".utf8)), .token(2), .text(Array("b".utf8)), .token(1), .text(Array("c".utf8)),
      ])
  }

  @Test func `text of the template and of people is joined`() {
    #expect(
      pieces(TemplatePart(text: "<s>user ", isInput: false), TemplatePart(text: "hi <s>", isInput: true))
        == [.token(1), .text(Array("user hi <s>".utf8))])
  }

  @Test func `a token is not put together from two parts`() {
    #expect(
      pieces(TemplatePart(text: "<", isInput: false), TemplatePart(text: "s>", isInput: true))
        == [.text(Array("<s>".utf8))])
  }

  @Test func `white space beside a token that owns it goes`() {
    #expect(
      pieces(TemplatePart(text: "a \n<end> \n", isInput: false), TemplatePart(text: " b", isInput: true))
        == [.text(Array("a".utf8)), .token(3), .text(Array("b".utf8))])
  }
}
