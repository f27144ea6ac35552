import Testing

@testable import SaraiInference

@Suite struct PhiloxTests {
  // The known answers that the authors publish with Random123.
  @Test(
    arguments: [
      ([0, 0, 0, 0], [0, 0], [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
      (
        [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [0xFFFF_FFFF, 0xFFFF_FFFF],
        [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]
      ),
      (
        [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], [0xA409_3822, 0x299F_31D0],
        [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
      ),
    ] as [([UInt32], [UInt32], [UInt32])])
  func `the known answers come out`(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
    let words = Philox.words(counter: SIMD4(counter), key: (key[0], key[1]))
    #expect(words == SIMD4(expected))
  }

  @Test func `noise is finite at both ends and never above its bound`() {
    #expect(GumbelDraw.noise(0) <= GumbelDraw.noiseMaximum)
    #expect(GumbelDraw.noise(0) > 22 && GumbelDraw.noise(.max) < -3 && GumbelDraw.noise(.max) > -4)
  }
}
